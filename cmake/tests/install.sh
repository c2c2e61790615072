#!/bin/sh
# What `cmake --install` lays down is complete and runs from there.
set -eu
cmake=$1
build=$2

prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

"$cmake" --install "$build" --prefix "$prefix" >/dev/null
"$prefix/bin/ipc-conform" --version
for file in share/doc/ipc-conform/LICENSE share/ipc-conform/schema.json share/ipc-conform/expectations; do
    [ -e "$prefix/$file" ] || {
        echo "not installed: $file" >&2
        exit 1
    }
done
