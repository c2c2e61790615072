# What the launchers for many nodes share. Sourced after common.sh.
# shellcheck shell=sh disable=SC2034,SC2154

# Sets $folder, where the reports go, and $program, the kit on this machine: the given one, or one that is built now.
# Takes two arguments then if $given is yes, else one.
take_folder() # FOLDER [PROGRAM] [ARGUMENT…]
{
    [ $# -ge 1 ] || usage "FOLDER [PROGRAM] [ARGUMENT…]"
    mkdir -p "$1" || die "cannot write reports to $1"
    folder=$(CDPATH='' cd "$1" && pwd -P)
    given=no
    if [ $# -gt 1 ] && [ -f "$2" ] && [ -x "$2" ]; then
        given=yes
        program=$(CDPATH='' cd "$(dirname "$2")" && pwd -P)/${2##*/}
        return
    fi
    "$kit" --version >/dev/null
    program=$kit
    [ ! -d "$root/cmake" ] || program=${IPC_CONFORM_BUILD:-$root/build}/runner/ipc-conform
}

worst=0
reports=
# Takes NODE.json in $folder into account, and the exit status of the kit there, which may be unknown.
account() # NODE STATUS
{
    status=${2:-3}
    [ -n "$2" ] || echo "$name: $1 did not come to an end" >&2
    if [ -s "$folder/$1.json" ]; then
        reports="$reports $1.json"
    else
        rm -f "$folder/$1.json"
        echo "$name: $1 gave no report" >&2
        case $status in 0 | 1) status=3 ;; esac
    fi
    [ "$status" -le "$worst" ] || worst=$status
}

# Puts the reports side by side and ends with the highest status of all nodes.
conclude()
{
    if [ -n "$reports" ]; then
        cd "$folder" || exit
        # shellcheck disable=SC2086 # a list of words
        "$program" matrix $reports --html matrix.html
        # shellcheck disable=SC2086
        "$program" matrix $reports --only-differences
    fi
    exit "$worst"
}
