# Builds the kit into $build, once at a time. Sourced by ./ipc-conform and ./run-tests, which set `program`,
# `root` and `build` (absolute).
# shellcheck shell=sh disable=SC2154

. "$root/cmake/dependencies.sh"

log=$build/launcher.log
stamp=$build/launcher.stamp
lock=$build/launcher.lock

processors()
{
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}

# flock goes with its holder, and a compiler that outlives a killed launcher keeps it until it is done.
# Without flock the lock is a symbolic link, because making one is atomic together with what it says: the
# holder's pid. A dead holder is never removed (two waiters could remove each other's lock) but succeeded:
# whoever makes the link `launcher.lock.after-PID` first is the next holder.
take_lock()
{
    if command -v flock >/dev/null; then
        exec 9>"$lock"
        flock -n 9 || {
            say "waiting for another call that is building in $build…"
            flock 9
        }
        return
    fi
    link=$lock.pid
    said=
    until ln -s "pid-$$" "$link" 2>/dev/null; do
        holder=$(readlink "$link") || {
            link=$lock.pid # released this moment: from the start
            continue
        }
        if kill -0 "${holder#pid-}" 2>/dev/null; then
            [ -n "$said" ] || say "waiting for process ${holder#pid-}, which is building in $build…"
            said=yes
            sleep 0.2
        else
            link=$lock.pid.after-$holder
        fi
    done
}

release_lock()
{
    if command -v flock >/dev/null; then
        flock -u 9
        exec 9>&-
    else
        rm -f "$lock".pid "$lock".pid.after-*
    fi
}

configure()
{
    # A folder configured by hand keeps its generator and its type.
    [ -f "$build/CMakeCache.txt" ] || set -- -G Ninja -DCMAKE_BUILD_TYPE=Release "$@"
    cmake -S "$root" -B "$build" "$@"
}

# With the lock held. The stamp carries the time at which the build began, so that a file saved meanwhile
# counts as changed, and names the folder outside of the clone that was built in, if any.
build_now() # BUILD-ARGUMENTS [-- CONFIGURE-ARGUMENTS]
{
    target=
    [ "$1" = all ] || target="--target $1"
    shift
    : >"$stamp.new"
    say "building in $build…"
    # shellcheck disable=SC2086 # an option and its value
    { configure "$@" && cmake --build "$build" --parallel "$(processors)" $target; } </dev/null >>"$log" 2>&1 || {
        cat "$log" >&2
        die "the build failed; its output stands above and in $log. To start afresh: rm -rf '$build'"
    }
    sed -n 's/^IPC_CONFORM_EXTRA_CASES:[A-Z]*=//p' "$build/CMakeCache.txt" >"$stamp.extra"
    touch -r "$stamp.new" "$stamp.extra"
    mv "$stamp.extra" "$stamp"
    rm -f "$stamp.new"
}

can_write()
{
    mkdir -p "$build" 2>/dev/null
    for file in "$build" "$log" "$stamp" "$lock"; do
        [ -w "$file" ] || [ ! -e "$file" ] || return 1
    done
    [ -w "$build" ]
}

prepare_build()
{
    can_write || die "the kit must be built first, and this user may not write to $build. Let a user who may \
call it once, or name a folder of your own: IPC_CONFORM_BUILD=/tmp/ipc-conform-build $0 …"
    take_lock
    : >"$log"
}
