#!/bin/sh
# places.sh KIT FILTERED [complete]: limits, mounts and credentials that leave little make the kit blame nobody but them, and it
# starts with nothing at all. KIT is a static executable, or the last places are left out. With `complete` every property
# is checked in every place.
set -eu
kit=$1 filtered=$2 extent=${3:-quick}
# shellcheck source=runner/tests/surroundings/verdicts.sh
. "${0%/*}/verdicts.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
usual=$work/usual
bad=0

map=
[ "$(id -u)" -eq 0 ] || map=-r
unshare $map -mni true 2>/dev/null || exit 77 # no namespaces to be had here

# Where everything else is read-only or gone, the kit still has a place.
mkdir -m 755 "$work/root"
cp "$kit" "$work/root/ipc-conform"
chmod 755 "$work" "$work/root/ipc-conform"

# in_place NAME STATUSES NAMESPACES 'SHELL COMMANDS THAT MAKE THE PLACE' PROPERTY…
in_place()
{
    name=$1 statuses=$2 namespaces=$3 made=$4
    shift 4
    case $extent in
        complete) set -- --all ;;
        *) set -- run pipe "$@" ;;
    esac
    # shellcheck disable=SC2086,SC2016 # words; the inner shell expands its own
    run_and_compare "$name" "$statuses" unshare $map $namespaces sh -euc "$made"'
        exec "$@"' sh "$work/root/ipc-conform" "$@" --ndjson -
}

"$kit" --all --ndjson - 2>/dev/null | blamed_on_the_system >"$usual"

in_place '/dev/shm of 1 MB' 0 -m 'mount -t tmpfs -o size=1m tmpfs /dev/shm' posix-shm mmap
in_place '/dev/shm read-only' 0 -m 'mount -t tmpfs -o ro tmpfs /dev/shm' posix-shm
in_place 'no /dev at all' 0 -m 'mount -t tmpfs -o ro tmpfs /dev' posix-shm
in_place 'fs.mqueue.msg_max at its minimum' 0 -i 'echo 1 >/proc/sys/fs/mqueue/msg_max' posix-mq
in_place 'kernel.msgmax and msgmnb of 16' 0 -i 'echo 16 >/proc/sys/kernel/msgmax; echo 16 >/proc/sys/kernel/msgmnb' \
    sysv-msg
in_place 'no /proc' 0 -m 'mount -t tmpfs -o ro tmpfs /proc' sysv-msg
in_place 'no /tmp' 0 -m "mount --make-rprivate /; mount --bind '$work/root' /mnt; mount -t tmpfs -o ro tmpfs /tmp
    cd /; unset TMPDIR; shift; set -- /mnt/ipc-conform \"\$@\"" fifo
in_place '64 descriptors' 0 '' 'ulimit -n 64' unix-stream
in_place '64 MB of address space' 0 '' 'ulimit -v 65536' mmap sysv-msg
in_place 'loopback down' 0 -n '' tcp
in_place 'nobody, without capabilities' 0 '' \
    'set -- setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all --bounding-set -all "$@"' sysv-msg mmap

# shellcheck disable=SC2016 # the inner shell expands it
read_only='
    for mounted in $(cut -d" " -f5 /proc/self/mountinfo); do
        mount -o remount,bind,ro "$mounted" 2>/dev/null || true
    done
    cd /'
in_place 'a read-only root' 0 -m "mount --make-rprivate /; $read_only" sysv-msg fifo
in_place 'a read-only root, working in /proc' 0 -m "mount --make-rprivate /; $read_only; cd /proc" fifo mmap

if ldd "$kit" 2>&1 | grep -Eq 'statically linked|not a dynamic'; then
    in_place 'nothing but the program' 0 -m "mount --make-rprivate /
        mount --bind '$work/root' '$work/root'
        mount -o remount,bind,ro '$work/root'
        shift
        set -- chroot '$work/root' /ipc-conform \"\$@\"" sysv-msg fifo
fi

# No folder, and no memory that could stand in for one: nothing can run, and the kit says so.
in_place 'no folder and no memfd_create' 4 -m "mount --make-rprivate /; cp '$filtered' '$work/root/filtered'; $read_only
        shift
        set -- '$work/root/filtered' ENOSYS memfd_create -- '$work/root/ipc-conform' \"\$@\"" pipe

echo "$bad not ok"
[ "$bad" -eq 0 ]
