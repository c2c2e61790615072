#!/bin/sh
# A user's own properties in a folder outside of the kit: built in, listed, explained, run, proven and reported.
set -eu
cmake=$1
source=$2
build=$3
type=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/cases-of-mine"
cp "$source"/cmake/tests/extra_cases/*.cpp "$work/cases-of-mine"

compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
{
    "$cmake" -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE="$type" -DCMAKE_CXX_COMPILER="$compiler" \
        -DIPC_CONFORM_EXTRA_CASES="$work/cases-of-mine" -DIPC_CONFORM_ROOMS= -DIPC_CONFORM_PARTS="$build" \
        -DIPC_CONFORM_TESTS=OFF -DIPC_CONFORM_STATIC=OFF && "$cmake" --build "$work/build" # parts may be sanitized
} >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
kit=$work/build/runner/ipc-conform
failures=0

# says COMMAND-STATUS TEXT ARGUMENT…: the kit, called so, ends with that status and says that.
says()
{
    wanted=$1
    text=$2
    shift 2
    status=0
    "$kit" "$@" >"$work/out" 2>&1 || status=$?
    if [ "$status" != "$wanted" ] || ! grep -qF -- "$text" "$work/out"; then
        echo "ipc-conform $*: status $status, wanted $wanted and \"$text\" in:" >&2
        cat "$work/out" >&2
        failures=$((failures + 1))
    fi
}

says 0 "own.written-is-read" list
says 0 "a case that does not look is found out" list own
[ "$("$kit" list | wc -l)" -eq 2 ] || {
    echo "the list has more than the user's own properties" >&2
    failures=$((failures + 1))
}
says 0 "observed   three bytes, compared" explain own.written-is-read
says 0 "the last byte is lost" explain own.written-is-read
says 0 "cases-of-mine/own.cpp" explain own.written-is-read
says 0 "2 PASS" --all
says 0 '"id": "own.written-is-read"' run own.written-is-read --json -
says 0 'name="own.written-is-read"' run own.written-is-read --junit -
says 0 "2 killed, 0 survived" run own.written-is-read --prove
says 1 "own.blind" run own.blind --prove
exit "$failures"
