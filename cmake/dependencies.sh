# What the kit needs from the machine, and how it gets there. Sourced by cmake/build.sh and .ci/run, which set
# `program` (the name errors speak under) and `log` (where the package manager's output goes).
# shellcheck shell=sh disable=SC2034,SC2154

needed_to_build="compiler cmake ninja doctest boost json cli11 fmt tomlplusplus"
# Only the test of the JSON schema wants it, and is skipped without: not worth stopping for where it takes pip.
needed_to_test=$(command -v apt-get >/dev/null && echo jsonschema) || true
# Tests that need one of these skip without it.
tested_if_present="runsc bwrap podman runc systemd-nspawn qemu-user-static strace"

say()
{
    printf '%s: %s\n' "$program" "$*" >&2
}

# 3: the kit could not judge the system.
die()
{
    say "$@"
    exit 3
}

# Asked of the compiler, because only it knows its search path (CPATH, a cross compiler, a hand-made Boost).
# The last line tells a compiler that found everything from one that did not run.
headers_absent()
{
    # shellcheck disable=SC2086 # these variables hold lists of words
    ${CXX:-c++} ${CPPFLAGS:-} ${CXXFLAGS:-} -std=c++20 -E -P -x c++ - 2>/dev/null <<'END' |
#if !__has_include(<concepts>) || !__has_include(<unistd.h>)
absent compiler
#endif
#if !__has_include(<doctest/doctest.h>)
absent doctest
#endif
#if __has_include(<boost/version.hpp>)
#include <boost/version.hpp>
#endif
#if !defined(BOOST_VERSION) || BOOST_VERSION < 108100 || !__has_include(<boost/process/v2.hpp>)
absent boost
#endif
#if !__has_include(<nlohmann/json.hpp>)
absent json
#endif
#if !__has_include(<CLI/CLI.hpp>)
absent cli11
#endif
#if !__has_include(<fmt/format.h>)
absent fmt
#endif
#if !__has_include(<toml++/toml.h>)
absent tomlplusplus
#endif
ran compiler
END
    {
        found=
        ran=no
        while read -r word part; do
            case $word in
            absent) found="$found $part" ;;
            ran) ran=yes ;;
            esac
        done
        [ $ran = yes ] || found="compiler doctest boost json cli11 fmt tomlplusplus"
        echo "$found"
    }
}

# Those of the named parts that this machine lacks.
parts_missing() # PART...
{
    absent=" $(headers_absent) "
    for part; do
        case $part in
        cmake | ninja | clang-format | clang-tidy | chromium | runsc | bwrap | podman | runc | systemd-nspawn | strace)
            command -v "$part" >/dev/null
            ;;
        qemu-user-static) command -v "qemu-$(uname -m)-static" >/dev/null ;;
        jsonschema) python3 -c 'import jsonschema' 2>/dev/null ;;
        libfuzzer) echo 'extern "C" int LLVMFuzzerTestOneInput(const char *, long) { return 0; }' |
            clang++ -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null 2>/dev/null ;;
        *) case $absent in *" $part "*) false ;; esac ;;
        esac || printf '%s ' "$part"
    done
}

# Debian 12's default Boost is too old and a newer one is offered beside it; elsewhere the default will do.
# The last resort is for a machine that has never fetched its package lists.
apt_boost()
{
    for package in libboost-dev $(apt-cache search --names-only '^libboost1[.][0-9]+-dev$' | cut -d' ' -f1 | sort -V); do
        minor=$(LC_ALL=C apt-cache policy "$package" | sed -n 's/^  Candidate: 1[.]\([0-9]*\).*/\1/p')
        if [ "${minor:-0}" -ge 81 ]; then
            echo "$package"
            return
        fi
    done
    case $(cat /etc/debian_version 2>/dev/null) in
    12*) echo libboost1.81-dev ;;
    *) echo libboost-dev ;;
    esac
}

apt_packages() # PART...
{
    for part; do
        case $part in
        compiler) echo g++ ;;
        ninja) echo ninja-build ;;
        doctest) echo doctest-dev ;;
        boost) apt_boost ;;
        json) echo nlohmann-json3-dev ;;
        cli11) echo libcli11-dev ;;
        fmt) echo libfmt-dev ;;
        tomlplusplus) echo libtomlplusplus-dev ;;
        jsonschema) echo python3-jsonschema ;;
        libfuzzer) echo clang libclang-rt-dev ;;
        bwrap) echo bubblewrap ;;
        systemd-nspawn) echo systemd-container ;;
        *) echo "$part" ;;
        esac
    done | tr '\n' ' '
}

# dpkg looks for its helpers in the sbin folders, which `su` leaves out of root's PATH.
apt_get()
{
    $as_root env "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}

install_with_apt() # PART...
{
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        die "missing: $*. Installing needs root. As root, run
    apt-get update && apt-get install --no-install-recommends $(apt_packages "$@")"
    fi

    say "missing: $*. Fetching the package lists…"
    # A list that cannot be fetched need not be one that matters: what counts is whether the packages install.
    apt_get update || true
    packages=$(apt_packages "$@")
    say "installing $packages…"
    # --no-remove: another version of Boost that somebody works with is not ours to take away.
    # shellcheck disable=SC2086 # a list of words
    apt_get install -y --no-install-recommends --no-remove $packages && return
    cat "$log" >&2
    die "apt-get could not install $packages(its output stands above). If it would have to remove another \
version of Boost, remove that yourself (apt-get remove 'libboost*-dev') or name the folder of a Boost >= 1.81 \
in CPATH; otherwise mend what apt-get complains of; then call again."
}

# Written from Homebrew's documentation; it has not been run on a Mac yet.
install_with_homebrew() # PART...
{
    case " $* " in
    *" compiler "*) die "missing: a C++20 compiler. Run
    xcode-select --install" ;;
    esac
    packages=
    for part; do
        case $part in
        json) part=nlohmann-json ;;
        clang-tidy | libfuzzer) part=llvm ;;
        esac
        packages="$packages $part"
    done
    [ -n "$packages" ] || return 0
    say "installing with Homebrew:$packages"
    # shellcheck disable=SC2086 # a list of words
    brew install $packages </dev/null >>"$log" 2>&1 && return
    cat "$log" >&2
    die "Homebrew could not install$packages (its output stands above). Mend that, then call again."
}

ensure_parts() # PART...
{
    if command -v brew >/dev/null && [ "$(uname)" = Darwin ]; then
        # Apple's compiler does not look into Homebrew's folder by itself.
        CPATH=$(brew --prefix)/include${CPATH:+:$CPATH}
        export CPATH
    fi
    # shellcheck disable=SC2046 # a list of words
    set -- $(parts_missing "$@")
    [ $# -gt 0 ] || return 0

    if command -v apt-get >/dev/null; then
        install_with_apt "$@"
    elif command -v brew >/dev/null; then
        install_with_homebrew "$@"
        return
    else
        die "missing: $*. There is neither apt-get nor Homebrew here to install it with: install a C++20 compiler, \
CMake >= 3.22, Ninja and the headers of doctest, Boost >= 1.81, nlohmann-json, CLI11, fmt and toml++ by hand \
(CPATH may name their folder), then call again."
    fi

    # shellcheck disable=SC2046 # a list of words
    set -- $(parts_missing "$@")
    [ $# -eq 0 ] || die "still missing after installing: $*. This system's packages are too old, or the compiler \
(${CXX:-c++}) does not look where they are. Install a C++20 compiler and Boost >= 1.81 by hand and name them in \
CXX and CPATH, then call again."
}
