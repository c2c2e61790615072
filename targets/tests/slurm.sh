#!/bin/sh
# targets/slurm/each-node on a cluster of its own: Slurm's daemons with two nodes on this machine.
set -u
source=$1
kit=$2
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
need slurmctld slurmd munged salloc sbcast
daemons=
# shellcheck disable=SC2086 # a list of processes
trap 'kill $daemons 2>/dev/null; wait; rm -rf "$work"' EXIT

daemon() # COMMAND…
{
    "$@" >"$work/${1##*/}.out" 2>&1 &
    daemons="$daemons $!"
}

until_true() # COMMAND…
{
    tries=100
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || skip "Slurm does not start here: $(cat "$work"/*.out "$work"/*.log | tail -n 1)"
        sleep 0.1
    done
}

both_nodes_idle()
{
    [ "$(sinfo --noheader --states=idle --format=%D)" = 2 ]
}

port=$((20000 + $$ % 40000))
start()
{
    head -c 1024 /dev/urandom >"$work/key"
    chmod 400 "$work/key"
    mkdir "$work/state"
    host=$(hostname -s)
    cat >"$work/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$work/munged.socket
StateSaveLocation=$work/state
SlurmctldPidFile=$work/slurmctld.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdPidFile=$work/slurmd-%n.pid
SlurmdLogFile=$work/slurmd-%n.log
SlurmdSpoolDir=$work/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1))
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2))
PartitionName=all Nodes=one,two Default=YES State=UP
END
    export SLURM_CONF="$work/slurm.conf"
    daemon munged --foreground --force --socket="$work/munged.socket" --key-file="$work/key" \
        --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munged.seed"
    until_true test -S "$work/munged.socket"
    daemon slurmctld -D -c
    daemon slurmd -D -N one
    daemon slurmd -D -N two
    until_true both_nodes_idle
}

start

each_node()
{
    call timeout 100 salloc --quiet --immediate=60 -N 2 "$source/targets/slurm/each-node" "$@"
}

comparable()
{
    "$kit" compare "$work/reports/one.json" "$work/reports/two.json" >/dev/null
}

echo "# two nodes"
each_node "$work/reports" "$kit" run 'pipe.eof*'
check "exit status" [ "$status" = 0 ]
check "a report of each node" [ -s "$work/reports/one.json" -a -s "$work/reports/two.json" ]
check "that the kit can read" comparable
check "one page of both" grep -q "pipe.eof" "$work/reports/matrix.html"
check "what differs on standard output" grep -q "on 2 platforms" "$work/out"
check "nothing left on the nodes" [ -z "$(find /tmp -maxdepth 1 -name 'ipc-conform.[0-9]*' -newer "$work/key")" ]

echo "# one of them does not behave"
sick() # WHAT IT DOES
{
    cat >"$work/sick" <<END
#!/bin/sh
[ "\$1" = matrix ] || [ "\$SLURMD_NODENAME" = one ] || { $1; }
exec "$kit" "\$@"
END
    chmod 755 "$work/sick"
    rm -rf "$work/reports"
    each_node "$work/reports" "$work/sick" run 'pipe.eof*'
}
sick 'exit 1'
check "without a report: status 3" [ "$status" = 3 ]
check "it is named" complained "two gave no report"
check "and has no file" [ ! -e "$work/reports/two.json" ]
check "the other one does" [ -s "$work/reports/one.json" ]
# shellcheck disable=SC2016 # the node's shell expands it
sick 'kill -KILL $PPID'
check "killed: status 3" [ "$status" = 3 ]
check "it is named" complained "two did not come to an end"
sick "'$kit' \"\$@\"; exit 1"
check "something unexpected on one node: status 1" [ "$status" = 1 ]

echo "# wrong use"
each_node "$work/reports" "$kit" run no.such.property
check "the kit's own status" [ "$status" = 2 ]
call "$source/targets/slurm/each-node" "$work/reports"
check "without an allocation: status 3" [ "$status" = 3 ]
check "says how to get one" complained "salloc -N 2"

[ $failures = 0 ]
