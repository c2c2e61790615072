#!/bin/sh
# A kit for another processor (IPC_CONFORM_TEST_FOREIGN) under qemu-user. Such a kit could execute itself again only
# where binfmt_misc names the emulator; --plain does without, so nothing is UNRESOLVED and only strangers' cases ask for
# more.
set -u
skipped=77

skip()
{
    echo "skipped: $1"
    exit $skipped
}

[ -n "${IPC_CONFORM_TEST_FOREIGN:-}" ] || skip "IPC_CONFORM_TEST_FOREIGN names no kit for another processor"
[ -x "$IPC_CONFORM_TEST_FOREIGN" ] || skip "$IPC_CONFORM_TEST_FOREIGN cannot be executed"

# The bytes of the ELF header that tell its order of bytes (at 5) and its machine (at 18 and 19).
header=$(od -An -v -tu1 -j5 -N15 "$IPC_CONFORM_TEST_FOREIGN")
# shellcheck disable=SC2086 # a list of numbers
set -- $header
machine=$((${14} + ${15} * 256))
[ "$1" = 1 ] || machine=$((${14} * 256 + ${15}))
case $machine in
3) processor=i386 ;;
21) processor=ppc64 ;;
62) processor=x86_64 ;;
183) processor=aarch64 ;;
243) processor=riscv64 ;;
*) skip "no emulator is known for the ELF machine $machine" ;;
esac
emulator=$(command -v "qemu-$processor-static" || command -v "qemu-$processor") || skip "no qemu-$processor-static"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
"$emulator" "$IPC_CONFORM_TEST_FOREIGN" --all --plain --ndjson "$work/stream" >"$work/out" 2>&1
status=$?
tail -n 1 "$work/out"
failures=0
if [ $status -gt 1 ]; then
    echo "FAILED  exit status $status: only what the emulator does wrong may be unexpected"
    failures=1
fi
if grep -q '"verdict": *"UNRESOLVED"' "$work/stream"; then
    echo "FAILED  some cases could not be decided:"
    grep '"verdict": *"UNRESOLVED"' "$work/stream"
    failures=1
fi
[ $failures = 0 ]
