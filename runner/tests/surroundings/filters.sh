#!/bin/sh
# filters.sh KIT FILTERED [complete]: no seccomp filter on a call of the cases makes the kit blame the system. With
# `complete`, each call is refused in turn in three ways, and every property is checked (ten minutes).
set -eu
kit=$1 filtered=$2 extent=${3:-quick}
# shellcheck source=runner/tests/surroundings/verdicts.sh
. "${0%/*}/verdicts.sh"

# What a filter keeps from being removed goes with a namespace.
if [ -z "${IPC_CONFORM_OWN_NAMESPACE:-}" ] && unshare -i true 2>/dev/null; then
    IPC_CONFORM_OWN_NAMESPACE=yes exec unshare -i sh "$0" "$@"
fi

# By this, who has been left is known; what stands in the environment of this shell itself was there before.
export IPC_CONFORM_FILTERS_TEST=$$
left_running()
{
    grep -slz "^IPC_CONFORM_FILTERS_TEST=$$\$" /proc/[0-9]*/environ | cut -d / -f 3
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
usual=$work/usual
bad=0

"$filtered" ENOSYS seccomp -- /bin/true || exit 77 # no filter can be installed here

calls='msgget msgsnd msgrcv msgctl shmget shmat shmdt shmctl semget semop semctl mq_open mq_unlink mq_timedsend
mq_timedreceive mq_notify mq_getsetattr socket socketpair socket:1 socket:2 socketpair:1 bind listen accept connect
sendto recvfrom sendmsg recvmsg shutdown getsockname getpeername setsockopt getsockopt mknod mknodat splice
tee vmsplice poll ppoll select pselect6 epoll_pwait2 readv writev pwrite64
dup flock mremap msync mlock munlock madvise mincore fadvise64 truncate fsync
rt_sigtimedwait symlink linkat rename umask getrandom'

# What the kit itself uses: with one refused it works, or judges nothing and says so.
kits_own='ioctl pipe pipe2 pidfd_open timerfd_create eventfd2 close_range prctl waitid wait4 epoll_create1 epoll_ctl epoll_wait seccomp memfd_create
setsid sched_yield statfs getdents64 clone3 prlimit64 kill pread64 fcntl fallocate ftruncate'

case $extent in
    complete)
        set -- --all
        ;;
    *)
        calls='poll msgget msgrcv shmat mq_open mq_timedsend socket:1 socket:2 recvmsg splice'
        kits_own='pidfd_open waitid epoll_ctl wait4 kill sched_yield'
        set -- run sysv-msg posix-mq sysv-shm unix-stream
        ;;
esac

"$kit" "$@" --ndjson - 2>/dev/null | blamed_on_the_system >"$usual"

for answer in ${ANSWERS:-EPERM ENOSYS kill}; do
    for call in $calls; do
        run_and_compare "$answer $call" 0 "$filtered" "$answer" "$call" -- "$kit" "$@" --ndjson -
    done
    for call in $kits_own; do
        # The C library makes these two before main(): no program starts.
        case "$answer $call" in 'kill getrandom' | 'kill prlimit64') continue ;; esac
        run_and_compare "$answer $call" '0 3' "$filtered" "$answer" "$call" -- "$kit" "$@" --ndjson -
    done
done

# Run plainly, it needs none of what starts other programs.
run_and_compare 'kill what executes, plainly' 0 "$filtered" kill epoll_create1 epoll_ctl epoll_wait eventfd2 timerfd_create \
    pidfd_open waitid -- "$kit" "$@" --plain --ndjson -

for process in $(left_running); do
    if [ -d "/proc/$process" ] && ! grep -q '^State:.Z' "/proc/$process/status"; then
        echo "NOT OK process $process is left: $(tr '\0' ' ' <"/proc/$process/cmdline")"
        bad=$((bad + 1))
    fi
done
echo "$bad not ok"
[ "$bad" -eq 0 ]
