#!/bin/sh
# ./ipc-conform in a small clone of its own: a project that "builds" a shell script in no time, and an apt-get that
# only writes down how it was called. The real kit is started through the launcher too, already built.
# shellcheck disable=SC2016,SC2115 # $0 and $! are the inner shell's; $work is set
set -u
source=$1
kit=$2

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
unset IPC_CONFORM_BUILD
failures=0

check() # WHAT COMMAND...
{
    what=$1
    shift
    if "$@"; then
        echo "ok      $what"
    else
        echo "FAILED  $what"
        sed 's/^/        | /' "$work/err" 2>/dev/null
        failures=$((failures + 1))
    fi
}

# Standard output to $work/out, errors to $work/err, the exit status to $status.
call()
{
    status=0
    "$@" >"$work/out" 2>"$work/err" || status=$?
}

printed()
{
    [ "$(cat "$work/out")" = "$1" ]
}

complained()
{
    grep -q -e "$1" "$work/err"
}

clone()
{
    rm -rf "$work/clone"
    mkdir -p "$work/clone/cmake" "$work/clone/runner"
    cp "$source/ipc-conform" "$source/run-tests" "$work/clone/"
    cp "$source/cmake/build.sh" "$source/cmake/dependencies.sh" "$work/clone/cmake/"
    cat >"$work/clone/runner/kit.sh" <<'END'
#!/bin/sh
case $1 in
exit) exit "$2" ;;
kill) kill -s "$2" $$ ;;
pid) echo $$ ;;
*) printf '%s\n' "$@" ;;
esac
END
    cat >"$work/clone/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(ipc-conform LANGUAGES NONE)
set(kit ${PROJECT_BINARY_DIR}/runner/ipc-conform)
# mkdir fails where two builds run at once.
add_custom_command(
    OUTPUT ${kit}
    COMMAND mkdir once
    COMMAND sleep 0.3
    COMMAND mkdir -p runner
    COMMAND cp ${PROJECT_SOURCE_DIR}/runner/kit.sh ${kit}
    COMMAND chmod 755 ${kit}
    COMMAND rmdir once
    DEPENDS ${PROJECT_SOURCE_DIR}/runner/kit.sh
)
add_custom_target(ipc-conform ALL DEPENDS ${kit})
END
    cd "$work/clone" || exit 1
}

# A path with only what is named: the machine on which the rest is missing.
tools_without() # NAME...
{
    rm -rf "$work/bin"
    mkdir "$work/bin"
    for folder in /usr/bin /bin /usr/local/bin; do
        ln -s "$folder"/* "$work/bin/" 2>/dev/null
    done
    for name; do
        rm -f "$work/bin/$name"
    done
}

fake() # NAME, the script on stdin
{
    rm -f "$work/bin/$1"
    cat >"$work/bin/$1"
    chmod 755 "$work/bin/$1"
}

echo "# the first call builds"
clone
call ./ipc-conform first 'two words'
check "its status is the kit's" [ "$status" = 0 ]
check "its output is the kit's alone" printed "first
two words"
check "one line tells of the build" [ "$(wc -l <"$work/err")" = 1 ]

echo "# the second becomes the kit"
call ./ipc-conform exit 7
check "exit status" [ "$status" = 7 ]
check "nothing said" [ ! -s "$work/err" ]
call ./ipc-conform kill TERM
check "death by a signal" [ "$status" = 143 ]
check "the kit has the launcher's pid" sh -c './ipc-conform pid >"$0" & wait $!; [ "$(cat "$0")" = $! ]' "$work/out"
call env -i ./ipc-conform bare
check "env -i" printed bare
ln -s "$work/clone/ipc-conform" "$work/absolute"
ln -s absolute "$work/relative"
call sh -c 'cd / && "$0" linked' "$work/relative"
check "through symbolic links" printed linked
call sh ipc-conform plain
check "by its bare name" printed plain
call env PATH="$work/clone:$PATH" ipc-conform found
check "found in PATH" printed found
call env IPC_CONFORM_BUILD=elsewhere ./ipc-conform other
check "another build folder" printed other
check "is where it was named" [ -x elsewhere/runner/ipc-conform ]

echo "# a changed source"
sleep 0.01
sed 's/^\*) .*/*) echo changed ;;/' runner/kit.sh >runner/new && mv runner/new runner/kit.sh
call ./ipc-conform again
check "is built anew" printed changed
touch runner/added
call ./ipc-conform again
check "a file that came counts" complained building
rm runner/added
call ./ipc-conform again
check "a file that went counts" complained building
mkdir outside
cmake -B build -D IPC_CONFORM_EXTRA_CASES="$work/clone/outside" >/dev/null 2>&1
touch runner/kit.sh
call ./ipc-conform again
touch outside/case.cpp
call ./ipc-conform again
check "further cases outside of the clone count" complained building
echo 'message(FATAL_ERROR "planted error")' >>CMakeLists.txt
call ./ipc-conform again
check "a failed build gives 3" [ "$status" = 3 ]
check "and shows why" complained "planted error"
check "on stderr" [ ! -s "$work/out" ]

echo "# two at once on a fresh clone"
for path in "with flock" "without flock"; do
    clone
    tools_without
    [ "$path" = "with flock" ] || rm -f "$work/bin/flock"
    PATH=$work/bin ./ipc-conform one >"$work/one" 2>&1 &
    first=$!
    call env PATH="$work/bin" ./ipc-conform two
    check "$path: the second is served" printed two
    wait $first
    check "$path: the first as well" [ "$(tail -n 1 "$work/one")" = one ]
    check "$path: one of them built" [ "$(cat "$work/one" "$work/err" | grep -c '^ipc-conform: building')" = 1 ]
done
clone
mkdir build
sh -c ':' &
gone=$!
wait $gone
ln -s "pid-$gone" build/launcher.lock.pid
call env PATH="$work/bin" ./ipc-conform three
check "a holder that was killed is succeeded" printed three
check "and nothing of the lock stays" [ -z "$(find build -name 'launcher.lock*')" ]

echo "# a user who may not write"
chmod -R a+rX "$work/clone"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    someone="setpriv --reuid 65534 --regid 65534 --clear-groups"
else
    chmod -R a-w build
    someone=
fi
# shellcheck disable=SC2086 # a list of words
call $someone ./ipc-conform run
check "runs a kit that is up to date" printed run
touch runner/kit.sh
# shellcheck disable=SC2086 # a list of words
call $someone ./ipc-conform run
check "is told when it is not" complained "IPC_CONFORM_BUILD="
check "with status 3" [ "$status" = 3 ]
chmod -R u+w "$work/clone"

echo "# something is missing"
clone
tools_without ninja cmake apt-get apt-cache brew sudo
export CPATH="$work/none"
call env PATH="$work/bin" ./ipc-conform x
check "no package manager: status 3" [ "$status" = 3 ]
check "names what it misses" complained "missing: cmake ninja\."

fake apt-cache <<'END'
#!/bin/sh
case $* in
search*) echo "libboost1.74-dev - x"; echo "libboost1.81-dev - x"; echo "libboost1.83-dev - x" ;;
"policy libboost-dev") echo "  Candidate: 1.74.0.3" ;;
"policy libboost1.74-dev") echo "  Candidate: 1.74.0-2" ;;
"policy libboost1.81-dev") echo "  Candidate: 1.81.0-5" ;;
esac
END
fake apt-get <<END
#!/bin/sh
echo "apt-get \$*" >>"$work/apt"
echo "what apt-get said"
case \$* in
*install*) ${APT_FAKE:-ln -sf $(command -v ninja) $(command -v cmake) "$work/bin/"} ;;
esac
END
fake id <<'END'
#!/bin/sh
echo 1000
END
call env PATH="$work/bin" CXX=no-such-compiler ./ipc-conform x
check "without rights: status 3" [ "$status" = 3 ]
check "the whole command" complained "apt-get update && apt-get install --no-install-recommends g++ cmake ninja-build doctest-dev libboost1.81-dev nlohmann-json3-dev libcli11-dev libfmt-dev libtomlplusplus-dev"
check "nothing was installed" [ ! -e "$work/apt" ]

fake sudo <<'END'
#!/bin/sh
[ "$1" = -n ] && shift && exec "$@"
END
call env PATH="$work/bin" ./ipc-conform x
check "with sudo: installs and goes on" printed x
check "only what is missing" grep -q 'install -y --no-install-recommends --no-remove cmake ninja-build$' "$work/apt"
check "says so" complained "installing cmake ninja-build"

clone
fake id <<'END'
#!/bin/sh
echo 0
END
call env PATH="$work/bin" CXX=no-such-compiler ./ipc-conform x
check "an installation that did not help: status 3" [ "$status" = 3 ]
check "names what is still missing" complained "still missing after installing: compiler"
rm -f "$work/bin/ninja"
fake apt-get <<'END'
#!/bin/sh
echo "E: Packages need to be removed but remove is disabled."
exit 100
END
call env PATH="$work/bin" ./ipc-conform x
check "an installation that failed: status 3" [ "$status" = 3 ]
check "shows apt-get's reason" complained "remove is disabled"
check "and nothing on stdout" [ ! -s "$work/out" ]
unset CPATH

echo "# the real kit"
clone
mkdir -p build/runner
ln -s "$kit" build/runner/ipc-conform
sleep 0.01
touch build/launcher.stamp
call ./ipc-conform --no-such-option
check "an unknown option gives 2" [ "$status" = 2 ]
check "and nothing on stdout" [ ! -s "$work/out" ]

[ $failures = 0 ]
