#!/bin/sh
# The packages are whole: the archive's program runs where it is unpacked, the .deb asks for nothing it does not need.
set -eu
cpack=$1
build=$2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail()
{
    echo "$*" >&2
    exit 1
}

"$cpack" --config "$build/CPackConfig.cmake" -G TGZ -B "$folder" >/dev/null
tar -xzf "$folder"/ipc-conform-*.tar.gz -C "$folder"
root=$(echo "$folder"/ipc-conform-*/)
version=$("$root/bin/ipc-conform" --version)
[ -s "$root/share/man/man1/ipc-conform.1" ] || fail "the archive has no man page"

command -v dpkg-deb >/dev/null || {
    echo "no dpkg-deb: the .deb goes unchecked" >&2
    exit 77
}
"$cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$folder" >/dev/null
package=$(echo "$folder"/ipc-conform_*.deb)
field()
{
    dpkg-deb --field "$package" "$1"
}
[ "ipc-conform $(field Version)" = "$version" ] || fail "version $(field Version), but the program is $version"
[ "$(field Architecture)" = "$(dpkg --print-architecture)" ] || fail "architecture $(field Architecture)"
if ldd "$root/bin/ipc-conform" 2>&1 | grep -Eq 'statically linked|not a dynamic'; then
    [ -z "$(field Depends)" ] || fail "a static program depends on $(field Depends)"
fi
dpkg-deb --contents "$package" >"$folder/contents"
for file in bin/ipc-conform share/man/man1/ipc-conform.1 share/ipc-conform/schema.json share/doc/ipc-conform/LICENSE; do
    grep -q " \./usr/$file$" "$folder/contents" || fail "the .deb has no /usr/$file"
done
