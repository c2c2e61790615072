// manifests.cjs check DAEMONSET PLUGIN: both against the published schemas of Kubernetes, as far as they go: Sonobuoy has
// none, but its `spec` is a container that it puts into a pod with the volume `results`.
// manifests.cjs script MANIFEST: prints what the container runs.
const {readFileSync} = require("fs");
const YAML = require("yaml");
const {DaemonSet} = require("kubernetes-models/apps/v1");
const {Pod} = require("kubernetes-models/v1");

const read = (file) => YAML.parse(readFileSync(file, "utf8"));

function expect(condition, complaint) {
    if (!condition) {
        console.error(complaint);
        process.exitCode = 1;
    }
}

function checkDaemonSet(manifest) {
    expect(manifest.apiVersion === "apps/v1" && manifest.kind === "DaemonSet", "no DaemonSet of apps/v1");
    new DaemonSet(manifest).validate();
    const {selector, template} = manifest.spec;
    for (const [label, value] of Object.entries(selector.matchLabels)) {
        expect(template.metadata.labels[label] === value, `the pods lack the label ${label} they are selected by`);
    }
    const volumes = template.spec.volumes.map((volume) => volume.name);
    for (const {name} of template.spec.containers.flatMap((container) => container.volumeMounts)) {
        expect(volumes.includes(name), `no volume ${name}`);
    }
}

function checkPlugin(plugin) {
    const keys = ["sonobuoy-config", "spec", "podSpec", "extra-volumes", "config-map"];
    expect(Object.keys(plugin).every((key) => keys.includes(key)), "a key that Sonobuoy does not know");
    const config = plugin["sonobuoy-config"];
    expect(["Job", "DaemonSet"].includes(config.driver), `no driver ${config.driver}`);
    expect(config["result-format"] === "junit", "no JUnit");
    expect(/^[a-z0-9-]+$/.test(config["plugin-name"]), "no name");
    const volumes = [{name: "results", emptyDir: {}}];
    new Pod({metadata: {name: "plugin"}, spec: {containers: [plugin.spec], volumes}}).validate();
    expect(plugin.spec.volumeMounts.some((mount) => mount.name === "results"), "no mount of the volume results");
}

const [command, ...files] = process.argv.slice(2);
if (command === "check") {
    checkDaemonSet(read(files[0]));
    checkPlugin(read(files[1]));
} else {
    const manifest = read(files[0]);
    const container = manifest.kind ? manifest.spec.template.spec.containers[0] : manifest.spec;
    process.stdout.write(container.args[0]);
}
