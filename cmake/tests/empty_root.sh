#!/bin/sh
# The static program starts where there is nothing but itself: no /proc, no /dev, no /tmp, no library.
set -eu
kit=$1

skip()
{
    echo "$*: starting in an empty root goes unchecked" >&2
    exit 77
}
ldd "$kit" 2>&1 | grep -Eq 'statically linked|not a dynamic' || skip "the kit is not static"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$kit" "$folder/ipc-conform"
unshare --user --map-root-user --root "$folder" /ipc-conform --version || skip "no user namespaces"
for command in "list pipe" "explain pipe.read-empty-blocks" doctor "claims --help"; do
    # shellcheck disable=SC2086 # words
    unshare --user --map-root-user --root "$folder" /ipc-conform $command >"$folder/out" || {
        echo "in an empty root: $command ended with $?" >&2
        exit 1
    }
    [ -s "$folder/out" ]
done

# Everything is as expected there, and nothing stays undecided, which would be status 3: what is missing is RESTRICTED.
unshare --user --map-root-user --root "$folder" /ipc-conform --all >"$folder/out" || {
    echo "in an empty root: --all ended with $?" >&2
    tail -n 20 "$folder/out" >&2
    exit 1
}
