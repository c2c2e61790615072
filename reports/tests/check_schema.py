"""Checks sample reports against schema.json, and that the schema refuses broken ones.

Arguments: schema.json, folder of samples.
"""
import copy
import json
import pathlib
import sys

from jsonschema import Draft7Validator


def strict(schema):
    """The schema without room for members that it does not document."""
    if isinstance(schema, dict):
        changed = {name: strict(part) for name, part in schema.items()}
        if "properties" in changed and "required" in changed:
            changed["additionalProperties"] = False
        return changed
    return [strict(part) for part in schema] if isinstance(schema, list) else schema


def undescribed(schema, place=""):
    """Places of documented members without a word on what they mean."""
    for name, part in schema.get("properties", {}).items():
        if "description" not in part and "$ref" not in part:
            yield f"{place}/{name}"
        yield from undescribed(part, f"{place}/{name}")
    for name, part in schema.get("definitions", {}).items():
        if "description" not in part:
            yield name
        yield from undescribed(part, name)


def broken(report):
    """Reports with one thing wrong each."""
    def with_change(name, change):
        other = copy.deepcopy(report)
        change(other)
        return name, other

    result = lambda r: r["results"][0]
    for member in ("kit", "platform", "totals", "results", "unexpected", "exit_status"):
        yield with_change(f"no {member}", lambda r: r.pop(member))
    for member in ("id", "mechanism", "level", "verdict", "expected", "evidence", "milliseconds", "observed", "records"):
        yield with_change(f"no {member} in a result", lambda r: result(r).pop(member))
    yield with_change("an unknown verdict", lambda r: result(r).update(verdict="OK"))
    yield with_change("an unknown level", lambda r: result(r).update(level="must"))
    yield with_change("an unknown evidence", lambda r: result(r).update(evidence="guess"))
    yield with_change("expected as text", lambda r: result(r).update(expected="true"))
    yield with_change("a nested observed value", lambda r: result(r)["observed"].update(x=[1]))
    yield with_change("an unknown verdict among repetitions", lambda r: result(r).update(verdicts={"MAYBE": 1}))
    yield with_change("a proof without its verdict", lambda r: result(r)["proofs"][0].pop("verdict"))
    yield with_change("a call that left at a text", lambda r: result(r)["timeline"][0]["calls"][0].update(left="x"))
    yield with_change("a leak as text", lambda r: result(r).update(leaks=["a file"]))
    yield with_change("a verdict missing in the totals", lambda r: r["totals"].pop("UNTESTED"))
    yield with_change("a word in the totals that is no verdict", lambda r: r["totals"].update(OK=1))
    yield with_change("a limit as number", lambda r: r["platform"]["limits"].update(PIPE_BUF=4096))
    yield with_change("another kit", lambda r: r["kit"].update(name="other"))
    yield with_change("an exit status that is not one", lambda r: r.update(exit_status=5))


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    samples = pathlib.Path(sys.argv[2])
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    complaints = [f"schema.json: {place} has no description" for place in undescribed(schema)]

    for name in ("rich", "hostile", "empty"):
        text = (samples / f"{name}.json").read_text(encoding="utf-8")
        errors = list(validator.iter_errors(json.loads(text)))
        complaints += [f"{name}.json: {error.message[:200]} at {list(error.path)}" for error in errors]

    rich = json.loads((samples / "rich.json").read_text(encoding="utf-8"))
    for error in Draft7Validator(strict(schema)).iter_errors(rich):
        complaints.append(f"not documented: {error.message[:200]} at {list(error.path)}")
    rich["later"] = rich["results"][0]["later"] = {"any": "thing"}
    if not validator.is_valid(rich):
        complaints.append("the schema leaves no room for members of later versions")
    for name, report in broken(rich):
        if validator.is_valid(report):
            complaints.append(f"the schema accepts a report with {name}")

    result = Draft7Validator({"$ref": "#/definitions/result", "definitions": schema["definitions"]})
    lines = [json.loads(line) for line in (samples / "rich.ndjson").read_text(encoding="utf-8").splitlines()]
    if [line["type"] for line in lines] != ["run"] + ["result"] * len(rich["results"]) + ["end"]:
        complaints.append("rich.ndjson: not one line for the run, one for each result and one for the end")
    for line in lines[1:-1]:
        complaints += [f"rich.ndjson: {error.message[:200]}" for error in result.iter_errors(line)]

    print("\n".join(complaints) or "the samples conform, and every broken report is refused")
    return 1 if complaints else 0


sys.exit(main())
