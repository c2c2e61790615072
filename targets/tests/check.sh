# What the tests of the launchers share: `check` what a `call` gave, `skip` where a tool is absent.
# shellcheck shell=sh disable=SC2034

work=$(mktemp -d) || exit 1
chmod 755 "$work"
failures=0

skip() # REASON
{
    echo "skipped: $1"
    exit 77
}

need() # TOOL…
{
    for tool; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}

need_root()
{
    [ "$(id -u)" = 0 ] || skip "only root is tested"
}

# Where the target has no libraries.
need_static() # KIT
{
    if ldd "$1" 2>/dev/null | grep -q '=>'; then
        skip "the kit is not static"
    fi
}

# What targets/vm wants. Its kernel: the first that is installed, if none is named.
need_virtual_machine() # KIT
{
    need qemu-system-x86_64 cpio
    need_static "$1"
    kernel=${IPC_CONFORM_TEST_KERNEL:-}
    for installed in /boot/vmlinuz-*; do
        [ -n "$kernel" ] || [ ! -r "$installed" ] || kernel=$installed
    done
    [ -n "$kernel" ] || skip "no kernel to boot: set IPC_CONFORM_TEST_KERNEL, or install linux-image-cloud-amd64"
}

# Standard output to $work/out, errors to $work/err, the exit status to $status.
call() # COMMAND…
{
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

check() # WHAT COMMAND…
{
    what=$1
    shift
    if "$@"; then
        echo "ok      $what"
        return
    fi
    echo "FAILED  $what (exit status $status)"
    sed 's/^/        | /' "$work/err" | tail -n 20
    failures=$((failures + 1))
}

complained() # PATTERN
{
    grep -q -e "$1" "$work/err"
}
