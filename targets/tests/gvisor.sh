#!/bin/sh
# targets/gvisor, with some properties that hold there and some known not to.
set -u
source=$1
kit=$2
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
need runsc
need_root
need_static "$kit"
export TMPDIR="$work"
call timeout 60 "$source/targets/gvisor" "$kit" --version
[ "$status" = 0 ] || skip "runsc does not work here: $(tail -n 1 "$work/err")"

gvisor()
{
    call timeout 250 "$source/targets/gvisor" "$kit" "$@"
}
known=$source/reports/expectations/gvisor.toml

gvisor run 'no "such property'
check "the kit's status, and arguments with any character" [ "$status" = 2 ]
check "named" complained 'no "such property'

set -- run pipe.splice-blocks fifo.discard-at-last-close sysv-msg.neg-lowest readiness.rdhup-only-if-asked
gvisor "$@" --expect "$known" --json -
check "known departures are expected" [ "$status" = 0 ]
cp "$work/out" "$work/report.json"
check "and are departures" complained '^4 properties: 4 FAIL; 0 unexpected'
check "of gVisor" grep -q '"sandbox": "gVisor"' "$work/report.json"
call "$kit" report "$work/report.json"
check "standard output is the report alone" [ "$status" = 0 ]
gvisor "$@"
check "without the file they are news" [ "$status" = 1 ]

# More cases at a time than one, and one that ends while another is started.
gvisor run 'pipe.e*' 'sysv-*' 'fifo.o*' --jobs 8 --expect "$known" --json -
check "many at a time" [ "$status" = 0 ]
echo first >"$work/both"
timeout 60 "$source/targets/gvisor" "$kit" --version >>"$work/both" 2>&1 </dev/null
check "a file keeps what it held" [ "$(head -n 1 "$work/both")" = first ]
check "nothing left" [ -z "$(find "$work" -name 'conform-target-*')" ]

[ "$failures" = 0 ]
