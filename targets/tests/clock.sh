#!/bin/sh
# A time of day that jumps, in a virtual machine: the kit does not take it for the system's doing.
set -u
source=$1
kit=$2
jumping=$3
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
need_virtual_machine "$kit"
export TMPDIR="$work"

call "$jumping"
check "outside of a machine of its own it does nothing" [ "$status" = 2 ]
call timeout 280 "$source/targets/vm" "$kernel" "$jumping" run sysv-msg sysv-shm posix-mq pipe readiness futex --json -
check "as expected, or not judged" [ "$status" = 0 -o "$status" = 3 ]
cp "$work/out" "$work/report.json"
check "the report is whole" grep -q '"partial": false' "$work/report.json"
check "nothing is blamed on the system that is not known of it" sh -c \
    "! grep -q '^unexpected FAIL' '$work/err'"

[ "$failures" = 0 ]
