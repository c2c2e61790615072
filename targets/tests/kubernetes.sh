#!/bin/sh
# targets/kubernetes without a cluster: the manifests against the published schemas, what their containers run, and
# `collect` with a kubectl that only pretends.
set -u
source=$1
kit=$2
tools=$3
# shellcheck source=targets/tests/check.sh
. "$(dirname "$0")/check.sh"
trap 'rm -rf "$work"' EXIT
need node
[ -d "$tools/kubernetes-models" ] || skip "npm has not fetched kubernetes-models into $tools"

manifests()
{
    call env NODE_PATH="$tools" node "$source/targets/tests/manifests.cjs" "$@"
}
daemonset=$source/targets/kubernetes/daemonset.yaml
plugin=$source/targets/kubernetes/sonobuoy-plugin.yaml

echo "# the manifests"
manifests check "$daemonset" "$plugin"
check "fit the schemas" [ "$status" = 0 ]
sed 's/operator: Exists/operator: Sometimes/; s/^          image:.*//; s/periodSeconds: 2/periodSeconds: two/' \
    "$daemonset" >"$work/wrong.yaml"
manifests check "$work/wrong.yaml" "$plugin"
check "which refuse a wrong one" [ "$status" != 0 ]
sed 's/mountPath:/path:/' "$plugin" >"$work/wrong.yaml"
manifests check "$daemonset" "$work/wrong.yaml"
check "a wrong plugin, too" [ "$status" != 0 ]

echo "# what the containers run"
mkdir "$work/bin" "$work/reports" "$work/results"
cat >"$work/bin/ipc-conform" <<END
#!/bin/sh
shift # --all
[ -z "\${SICK:-}" ] && exec "$kit" run 'pipe.eof*' "\$@"
exit 3
END
printf '#!/bin/sh\n' >"$work/bin/tail" # the container would stay
chmod 755 "$work/bin/ipc-conform" "$work/bin/tail"
container() # MANIFEST ASSIGNMENT…
{
    manifests script "$1"
    shift
    sed "s|/reports/|$work/reports/|g" "$work/out" >"$work/script"
    call env PATH="$work/bin:$PATH" SONOBUOY_RESULTS_DIR="$work/results" "$@" sh -c "$(cat "$work/script")"
}
container "$daemonset"
check "the node's report" "$kit" report "$work/reports/report.json" --json "$work/again.json"
check "and status" [ "$(cat "$work/reports/status")" = 0 ]
container "$plugin"
check "Sonobuoy is told of a file" [ "$(cat "$work/results/done")" = "$work/results/ipc-conform.xml" ]
well_formed()
{
    python3 -c 'import sys, xml.dom.minidom as xml; xml.parse(sys.argv[1])' "$work/results/ipc-conform.xml"
}
check "which is XML" well_formed
rm "$work/results"/*
container "$plugin" SICK=yes
check "without a report Sonobuoy is told so" grep -q 'exit status 3' "$work/results/ipc-conform.xml"
check "in XML, too" well_formed
check "and need not wait" [ -s "$work/results/done" ]

echo "# collect"
cat >"$work/bin/kubectl" <<END
#!/bin/sh
case "\$*" in
*"get pods"*) [ ! -e "$work/deployed" ] || printf 'node-a   pod-1\nnode-b   pod-2\n' ;;
*"exec pod-"*report.json) cat "$work/\$(echo "\$*" | sed 's/.*\(pod-.\).*/\1/').json" ;;
*"exec pod-"*status) cat "$work/\$(echo "\$*" | sed 's/.*\(pod-.\).*/\1/').status" ;;
*) exit 1 ;;
esac
END
chmod 755 "$work/bin/kubectl"
collect()
{
    call env PATH="$work/bin:$PATH" "$source/targets/kubernetes/collect" "$work/fleet" "$kit" "$@"
}
collect
check "nothing is deployed: status 3" [ "$status" = 3 ]
check "says how" complained "kubectl apply"
: >"$work/deployed"
cp "$work/reports/report.json" "$work/pod-1.json"
cp "$work/reports/report.json" "$work/pod-2.json"
echo 0 >"$work/pod-1.status"
echo 1 >"$work/pod-2.status"
collect --namespace test
check "the highest status of all nodes" [ "$status" = 1 ]
check "a report of each" [ -s "$work/fleet/node-a.json" -a -s "$work/fleet/node-b.json" ]
check "one page" [ -s "$work/fleet/matrix.html" ]
rm "$work/pod-2.json" "$work/pod-2.status"
collect
check "a node without: status 3" [ "$status" = 3 ]
check "is named" complained "node-b gave no report"

[ $failures = 0 ]
