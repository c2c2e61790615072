# What the launchers of containers share. Sourced after common.sh.
# shellcheck shell=sh disable=SC2034,SC2154

# Sets $program, $own, how many arguments stand ahead of it, and $last, the last of these.
find_program() # "$@"
{
    own=0
    last=
    for program; do
        case $program in
        */*) [ ! -f "$program" ] || [ ! -x "$program" ] || return 0 ;;
        esac
        own=$((own + 1))
        last=$program
    done
    whole_kit_unless_given "$*"
}

need_root()
{
    [ "$(id -u)" = 0 ] || die "needs root: sudo targets/$name …"
}

# A new folder, $folder, that is gone when the launcher ends.
make_folder()
{
    folder=$(mktemp -d "${TMPDIR:-/tmp}/conform-target-XXXXXX") || die "no temporary folder: set TMPDIR to a writable one"
    chmod 755 "$folder"
    trap 'rm -rf --one-file-system "$folder"' EXIT
    trap 'exit 143' HUP INT TERM
}

# Runs the target and sets $status, and $signalled where it was told to end. Whoever ends the launcher ends the target,
# which then cleans up.
run() # COMMAND…
{
    "$@" </dev/null &
    running=$!
    signalled=
    trap 'signalled=yes; kill "$running" 2>/dev/null' HUP INT TERM
    status=0
    wait "$running" || status=$?
    while kill -0 "$running" 2>/dev/null; do # a signal cut the waiting short
        status=0
        wait "$running" || status=$?
    done
    # What is ended while it starts may call that a success.
    [ -z "$signalled" ] || [ "$status" != 0 ] || status=143
}

# Runs COMMAND with all arguments, but with WORDS in place of the program; the word PROGRAM is the program's path.
run_with() # COMMAND WORDS "$@"
{
    command=$1
    words=$2
    shift 2
    position=0
    for argument; do
        [ $position -gt 0 ] || set --
        if [ $position = "$own" ]; then
            for word in $words; do
                [ "$word" != PROGRAM ] || word=$program
                set -- "$@" "$word"
            done
        else
            set -- "$@" "$argument"
        fi
        position=$((position + 1))
    done
    # shellcheck disable=SC2086 # a list of words
    run $command "$@"
}
