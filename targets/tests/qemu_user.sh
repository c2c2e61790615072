#!/bin/sh
# targets/qemu-user with an emulator of this machine's own processor, for which the kit is built.
set -u
source=$1
kit=$2
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
processor=$(uname -m)
need "qemu-$processor-static"

target()
{
    call timeout 200 "$source/targets/qemu-user" "$@"
}

target "$processor" "$kit" run flock 'pipe.eof*' socketpair --json -
check "everything is as expected" [ "$status" = 0 ]
check "emulated" grep -q '"sandbox": "qemu-user' "$work/out"
# A departure of the emulator: seen only where it executes the cases, too.
target "$processor" "$kit" run pipe.pipe2-bad-flag
check "cases are emulated" [ "$status" = 1 ]
call timeout 200 "$kit" run pipe.pipe2-bad-flag --via "qemu-$processor-static"
check "without the launcher, too" [ "$status" = 1 ]
target "$processor" "$kit" run no.such.property
check "the kit's status" [ "$status" = 2 ]
target no-such-processor "$kit" --all
check "without an emulator: status 3" [ "$status" = 3 ]
check "says what to install" complained "apt-get install qemu-user-static"
target "$processor"
check "without a program: status 3" [ "$status" = 3 ]

[ "$failures" = 0 ]
