// workflow_scripts.cjs WORKFLOW FOLDER: writes what each step runs into a file of its own, a word for each expression.
const {readFileSync, writeFileSync} = require("fs");
const {join} = require("path");
const YAML = require("yaml");

const [workflow, folder] = process.argv.slice(2);
for (const [job, {steps}] of Object.entries(YAML.parse(readFileSync(workflow, "utf8")).jobs)) {
    steps.filter((step) => step.run).forEach((step, number) => {
        const script = step.run.replace(/\$\{\{.*?\}\}/g, "expression");
        writeFileSync(join(folder, `${job}-${number + 1}.sh`), `#!/bin/bash -e\n${script}\n`);
    });
}
