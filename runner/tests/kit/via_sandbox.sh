#!/bin/sh
# A run of the kit in a sandbox of this machine: properties hold there, and what its death leaves out is told.
# Arguments: the kit, a prefix for --via. Exit status 77: there is no such sandbox here.
set -eu
kit=$1
prefix=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail()
{
    echo "via_sandbox.sh: $*; the kit said:" >&2
    cat "$folder/said" >&2
    exit 1
}

# shellcheck disable=SC2086 # a list of words
if ! $prefix /bin/true >"$folder/said" 2>&1; then
    echo "skipped: '$prefix' does not run here: $(tail -n 1 "$folder/said")"
    exit 77
fi

"$kit" run pipe.read-empty-blocks pipe.byte-stream fifo.open-read-blocks --via "$prefix" --report "$folder/reports" \
    >"$folder/said" 2>&1 || fail "a run in $prefix ended with status $?"
grep -q '3 PASS' "$folder/said" || fail "not every property holds in $prefix"
grep -qF "via: $prefix" "$folder/said" || fail "the report does not name its target"
grep -q '"partial": false' "$folder"/reports/*.json || fail "the run was cut short"

# Whatever takes the place of the kit's death here takes all that it had started with it.
status=0
mark="--seed 77000$$"
# shellcheck disable=SC2086 # an option and its value
"$kit" run 'pipe.*' 'fifo.*' --repeat 100000 $mark --via "$prefix" --via-timeout 2 --json "$folder/report.json" \
    >"$folder/said" 2>&1 || status=$?
[ "$status" -eq 3 ] || fail "a target that is ended for its silence gives status $status"
grep -q 'the target gave no line for 2 s' "$folder/said" || fail "its silence is not told"
if pgrep -f -- "$mark" >/dev/null; then
    fail "somebody is left: $(pgrep -af -- "$mark")"
fi
echo "$prefix: runs, reports and ends"
