#!/bin/sh
# One launcher of containers, from outside: podman, runc or systemd-nspawn.
set -u
source=$1
kit=$2
launcher=$3
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
need "$launcher"
need_root
need_static "$kit"
export TMPDIR="$work"

target()
{
    call timeout 100 "$source/targets/$launcher" "$@"
}

# What the launcher that is $running has made: others run containers here, too, and podman those of runc.
left()
{
    find "$work" -name 'conform-target-*'
    case $launcher in
    podman)
        podman ps --all --quiet --filter "name=^conform-target-$running\$"
        podman images --quiet
        ;;
    runc) runc list --quiet | grep -x "ipc-conform-$running" ;;
    *) grep "$work" /proc/mounts ;;
    esac
}

called()
{
    "$1" | grep -q "$2"
}

running=none
before=$(left)
target "$kit" --version
[ "$status" != 3 ] || skip "$launcher starts nothing here: $(tail -n 1 "$work/err")"
check "starts the kit" grep -q '^ipc-conform [0-9]' "$work/out"

target "$kit" --all --json -
check "everything is as expected inside" [ "$status" = 0 ]
cp "$work/out" "$work/report.json"
call "$kit" report "$work/report.json"
check "standard output is the report alone" [ "$status" = 0 ]
check "which knows the sandbox" grep -q '"sandbox": "\(container ('"$launcher"')\|namespaces\)"' "$work/report.json"
target "$kit" run 'no "such property'
check "the kit's status, and arguments with any character" [ "$status" = 2 ]
check "named" complained 'no "such property'

"$source/targets/$launcher" "$kit" --all --ndjson - >"$work/out" 2>"$work/err" &
running=$!
until [ -s "$work/out" ] || ! kill -0 $running 2>/dev/null; do sleep 0.1; done
kill $running
status=0
wait $running || status=$?
check "ended by a signal: not judged" [ "$status" = 3 -o "$status" = 143 ]
check "nothing left" [ "$(left)" = "$before" ]

mkdir "$work/bin"
for tool in sh dirname mktemp rm id env cat; do
    ln -s "$(command -v $tool)" "$work/bin/"
done
call env PATH="$work/bin" "$source/targets/$launcher" "$kit" --version
check "without its tool: status 3" [ "$status" = 3 ]
check "says what to install" complained "apt-get install"

if [ "$launcher" = podman ]; then
    target --memory=64m --memory-swap=64m -- "$kit" --all
    check "64 MB of memory are enough" [ "$status" = 0 ]
    target --memory=6m --memory-swap=6m -- "$kit" --all
    check "6 MB are not: killed, so no verdict" [ "$status" = 137 ]
    target --read-only --read-only-tmpfs=false -- "$kit" --all
    check "a read-only root" [ "$status" = 0 ]
    target no-such-registry.invalid/image "$kit" --version
    check "an image that cannot be had: status 3" [ "$status" = 3 ]
fi

[ $failures = 0 ]
