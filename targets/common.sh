# What all launchers share. Sourced first: . "${0%/*}/common.sh"
#
# A launcher is called `targets/NAME [ITS OWN ARGUMENTS] PROGRAM ARGUMENT…`. It runs PROGRAM, the kit's executable, with
# these arguments inside the target; what the program writes to its standard output is the launcher's. Called without a
# PROGRAM, it runs the whole kit through itself.
# shellcheck shell=sh disable=SC2034

name=${0##*/}
targets=$(CDPATH='' cd "${0%/*}" && pwd -P)
[ -e "$targets/common.sh" ] || targets=${targets%/*} # a launcher for a fleet stands in a folder of its own
root=${targets%/*}
kit=$root/ipc-conform # among the sources: builds the kit and becomes it
expectations=$root/reports/expectations
if [ ! -d "$root/cmake" ]; then # installed, in share/ipc-conform
    kit=${root%/*/*}/bin/ipc-conform
    expectations=$root/expectations
fi

# Says what is wrong and the way out, in one line. The target cannot be judged then: 3.
die() # MESSAGE
{
    echo "$name: $1" >&2
    exit 3
}

usage() # ITS OWN ARGUMENTS
{
    echo "usage: targets/$name${1:+ $1} [PROGRAM ARGUMENT…]" >&2
    exit 2
}

need() # TOOL PACKAGE
{
    command -v "$1" >/dev/null || die "needs $1: apt-get install $2"
}

# To be called with what is left when the launcher's own arguments have been taken: without a PROGRAM there, becomes
# the kit that checks everything through this launcher, called with those own arguments.
whole_kit_unless_given() # OWN-ARGUMENTS-AS-ONE-WORD [PROGRAM ARGUMENT…]
{
    [ $# = 1 ] || return 0
    exec "$kit" --all --via "$targets/$name${1:+ $1}"
}
