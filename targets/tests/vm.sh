#!/bin/sh
# targets/vm with $IPC_CONFORM_TEST_KERNEL, else one that is installed.
set -u
source=$1
kit=$2
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
need_virtual_machine "$kit"
export TMPDIR="$work"

vm()
{
    call timeout 250 "$source/targets/vm" "$@"
}

vm "$work/none" "$kit" --version
check "without a kernel: not judged" [ "$status" = 3 ]
check "named, with the way out" complained 'cannot read .*linux-image-cloud-amd64'
vm "$kernel" "$0" --version
check "a program for no x86 machine is refused" complained 'no executable for an x86 machine'

vm "$kernel" "$kit" run pipe.read-empty-blocks tcp posix-mq posix-shm 'a pattern that matches nothing' --json -
check "the kit's status" [ "$status" = 2 ]
check "and arguments with any character" complained 'a pattern that matches nothing'

vm "$kernel" "$kit" run pipe.read-empty-blocks tcp posix-mq posix-shm --json -
check "everything is as expected" [ "$status" = 0 ]
cp "$work/out" "$work/report.json"
call "$kit" report "$work/report.json"
check "standard output is the report alone" [ "$status" = 0 ]
check "of no sandbox" grep -q '"sandbox": "none"' "$work/report.json"

: >"$work/out"
"$source/targets/vm" "$kernel" "$kit" --all --ndjson - >"$work/out" 2>"$work/err" &
running=$!
until [ -s "$work/out" ] || ! kill -0 $running 2>/dev/null; do sleep 0.1; done
kill $running
status=0
wait $running || status=$?
check "ended by a signal: not judged" [ "$status" = 3 ]
check "nothing left" [ -z "$(find "$work" -name 'conform-target-*')" ]

[ "$failures" = 0 ]
