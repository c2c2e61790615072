#!/bin/sh
# The man page reads without a warning and tells every command and option that the program has.
set -eu
root=$1
program=$2
page=$root/man/ipc-conform.1

command -v man >/dev/null || {
    echo "no man: the man page goes unchecked" >&2
    exit 77
}
text=$(mktemp)
trap 'rm -f "$text" "$text.warnings"' EXIT
LC_ALL=C MANWIDTH=400 man --warnings -l "$page" >"$text" 2>"$text.warnings"
if [ -s "$text.warnings" ]; then
    cat "$text.warnings" >&2
    exit 1
fi

"$program" --help | sed -n '/^Options:/,/^Exit/p' | sed -n 's/^  \(-.,\)\{0,1\}\(--[a-z-]*\).*/\2/p; s/^  \([a-z][a-z-]*\)  .*/\1/p' |
    sort -u |
    {
        missing=
        count=0
        while read -r word; do
            count=$((count + 1))
            grep -q -e "$word" "$text" || missing="$missing $word"
        done
        if [ -n "$missing" ] || [ "$count" -lt 20 ]; then
            echo "the man page does not tell of:$missing ($count words looked for)" >&2
            exit 1
        fi
    }
