#!/bin/sh
# targets/chroot and targets/bwrap with a folder that holds nothing.
set -u
source=$1
kit=$2
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf --one-file-system "$work"' EXIT
need bwrap
need_root
need_static "$kit"
mkdir "$work/root"
for one in dev proc tmp; do mkdir "$work/root/$one"; done
call unshare --mount bwrap --unshare-all --ro-bind / / true
[ "$status" = 0 ] || skip "no namespaces here"

for launcher in "chroot $work/root" "bwrap" "bwrap --bind $work/root /"; do
    echo "# $launcher"
    # shellcheck disable=SC2086 # a list of words
    call timeout 100 "$source/targets/"$launcher "$kit" run flock socketpair unix-stream posix-shm --json -
    check "everything is as expected" [ "$status" = 0 ]
    cp "$work/out" "$work/report.json"
    call "$kit" report "$work/report.json"
    check "standard output is the report alone" [ "$status" = 0 ]
    # shellcheck disable=SC2086 # a list of words
    call timeout 100 "$source/targets/"$launcher "$kit" run 'no "such property'
    check "the kit's status, and arguments with any character" [ "$status" = 2 ]
    check "named" complained 'no "such property'
    check "nothing left" [ "$(find "$work/root" | wc -l)" = 4 ]
done

call "$source/targets/chroot"
check "a call without a folder is told how to call it" complained 'usage: targets/chroot FOLDER'
check "with status 2" [ "$status" = 2 ]

[ "$failures" = 0 ]
