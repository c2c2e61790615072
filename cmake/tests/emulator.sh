#!/bin/sh
# Every start of the kit by itself goes through the emulator that IPC_CONFORM_EMULATOR names: that of a case or of
# what forks it, of a stranger, and of the probe of exec. The emulator here is a script that writes down what it is asked to execute.
set -eu
kit=$1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/emulator" <<END
#!/bin/sh
echo "\$2" >>"$folder/started"
exec "\$@"
END
chmod +x "$folder/emulator"

fail()
{
    echo "$*" >&2
    exit 1
}

for how in fork-server case; do
    : >"$folder/started"
    set -- run fifo.unrelated-processes
    [ $how = fork-server ] || set -- "$@" --execute
    IPC_CONFORM_EMULATOR=$folder/emulator "$kit" "$@"
    for start in $how stranger; do
        grep -q "^$start$" "$folder/started" || fail "no $start was started through the emulator"
    done
    [ "$(grep -vc "^$how$\|^stranger$" "$folder/started")" = 1 ] || fail "exec was not probed through the emulator"
done

# One that is not there is told by its name, and nothing is judged.
status=0
IPC_CONFORM_EMULATOR=$folder/absent "$kit" run fifo.unrelated-processes 2>"$folder/complaint" || status=$?
[ "$status" = 3 ] || fail "without the emulator: exit $status"
grep -q "$folder/absent" "$folder/complaint" || fail "the complaint does not name the emulator: $(cat "$folder/complaint")"
