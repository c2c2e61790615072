"""Parses sample JUnit reports and checks that their counts are those of their testcases.

Argument: folder of samples.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def counts(element):
    cases = list(element.iter("testcase"))
    return {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }


def main():
    complaints = []
    for name, tests in (("rich", 8), ("hostile", 12), ("empty", 1)):
        root = ElementTree.parse(pathlib.Path(sys.argv[1]) / f"{name}.xml").getroot()
        if counts(root)["tests"] != tests:
            complaints.append(f"{name}.xml: {counts(root)['tests']} testcases instead of {tests}")
        for element in [root] + root.findall("testsuite"):
            for key, count in counts(element).items():
                if element.get(key) != str(count):
                    complaints.append(f"{name}.xml: {element.get('name')!r}: {key} is {element.get(key)}, not {count}")
        hostile = name == "hostile"
        for case in root.iter("testcase"):
            if hostile and not (case.get("name").startswith("\"quoted\" 'single' <tag attribute=\"&amp;\"> ]]> ")):
                complaints.append(f"{name}.xml: a name came out as {case.get('name')!r}")
    print("\n".join(complaints) or "all reports are well-formed and count right")
    return 1 if complaints else 0


sys.exit(main())
