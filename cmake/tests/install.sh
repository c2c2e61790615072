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

# The launchers find the program, and gVisor's its expectations.
printf '#!/bin/sh\necho "$@"\n' >"$prefix/bin/ipc-conform"
targets=$(cd "$prefix/share/ipc-conform/targets" && pwd -P)
called=$("$targets/bwrap" --unshare-net)
[ "$called" = "--all --via $targets/bwrap --unshare-net" ] || {
    echo "the installed targets/bwrap calls: ipc-conform $called" >&2
    exit 1
}
called=$("$targets/gvisor")
[ -e "${called##*--expect }" ] || {
    echo "the installed targets/gvisor calls: ipc-conform $called" >&2
    exit 1
}
