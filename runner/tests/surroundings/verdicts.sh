# shellcheck shell=sh disable=SC2154 # work, usual and bad are the sourcing script's
# Sourced: what the kit says in odd surroundings, against what it says without them.

# Lines "VERDICT id" of the results among NDJSON that are the kit's own fault or the system's. (A record of a verdict
# begins with it: what follows a comma is the result's.)
blamed_on_the_system()
{
    sed -n 's/^{"type":"result","id":"\([^"]*\)".*,"verdict":"\(FAIL\|UNRESOLVED\)".*/\2 \1/p' | sort
}

# run_and_compare NAME STATUSES COMMAND…: runs the kit, which writes NDJSON to standard output. Complains when it exits
# with a status that is none of STATUSES, or blames the system for what $usual does not hold.
run_and_compare()
{
    name=$1 statuses=$2
    shift 2
    status=0
    timeout 300 "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    blamed_on_the_system <"$work/out" | comm -13 "$usual" - >"$work/new"
    case " $statuses " in
        *" $status "*) ;;
        *) echo "$name: exit status $status: $(grep ^ipc-conform: "$work/err" | head -n 1)" >>"$work/new" ;;
    esac
    if [ -s "$work/new" ]; then
        bad=$((bad + 1))
        echo "NOT OK $name"
        sed 's/^/    /' "$work/new"
    else
        echo "ok     $name"
    fi
}
