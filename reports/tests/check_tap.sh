#!/bin/sh
# Perl's prove reads the sample TAP reports: every line of them, and the plan holds.
set -eu
write_samples=$1
folder=$2
command -v prove >/dev/null || {
    echo "skipped: no prove (Debian: perl)"
    exit 77
}
"$write_samples" "$folder"
for report in "$folder"/*.tap; do
    # --exec cat: the report is what a test would have printed. A sample has failures, so only the reading counts.
    prove --verbose --exec cat "$report" >"$folder/prove.out" 2>&1 || true
    if grep -E 'Parse errors|Bad plan|No plan' "$folder/prove.out"; then
        echo "in $report" >&2
        exit 1
    fi
done
grep -q 'Files=1, Tests=' "$folder/prove.out"
