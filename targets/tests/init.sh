#!/bin/sh
# The kit as process 1 of namespaces with nothing but itself, where powering off ends them; and of a container, where
# it is no init.
set -u
kit=$2
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
need unshare
need_root
need_static "$kit"

mkdir "$work/root"
cp "$kit" "$work/root/init"
# There is but one devtmpfs: a folder made there shows in the host's /dev.
[ -d /dev/mqueue ] || trap 'rm -rf "$work"; rmdir /dev/mqueue' EXIT
set -- unshare --mount --pid --fork --ipc --net --uts
"$@" chroot "$work/root" /init --version >/dev/null 2>&1 || skip "no namespaces here"

echo "# nobody has mounted anything"
printf '%s\n' run 'flock*' tcp posix-shm posix-mq --ktap >"$work/root/ipc-conform.arguments"
call timeout 100 "$@" chroot "$work/root" /init
check "does what the file says, and says how it ended" complained '^ipc-conform: exit status 0$'
check "powers off, which ends the namespace" [ "$status" = 130 ]
check "in KTAP" [ "$(head -n 1 "$work/out")" = "KTAP version 1" ]
check "with a loopback interface" grep -q '^ok [0-9]* tcp' "$work/out"
check "with shared memory" grep -q '^ok [0-9]* posix-shm' "$work/out"
check "with message queues" grep -q '^ok [0-9]* posix-mq' "$work/out"
check "and no failure" [ "$(grep -c '^not ok' "$work/out")" = 0 ]

printf '%s\n' run 'no such property' >"$work/root/ipc-conform.arguments"
call timeout 100 "$@" chroot "$work/root" /init
check "a status that is not 0 is told" complained '^ipc-conform: exit status 2$'

echo "# a container, with its /proc"
call timeout 100 "$@" --mount-proc "$kit"
check "no init there" [ "$status" = 2 ]
check "but told what to do" complained 'nothing to do'

[ "$failures" = 0 ]
