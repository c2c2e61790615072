"""What the tests of the HTML pages share: a browser, and a folder of sample reports.

Usage of each: TEST.py FOLDER AXE, a folder that reports-write-samples has filled and the file of axe-core, the
accessibility checker, whose checks are skipped where it is absent. Leaves screenshots in FOLDER.
Exit status 77: there is no browser here, and the test is to be reported as skipped.
"""

import pathlib
import sys
import unittest

from browser import Browser, browser_path

FOLDER = pathlib.Path(sys.argv[1])
AXE = pathlib.Path(sys.argv[2])

# Of every violation: how bad it is, the rule, and where.
AUDIT = """axe.run().then(result => ({
    checked: result.passes.length,
    found: result.violations.map(each => [each.impact, each.id, each.nodes.map(node => node.html.slice(0, 200))]),
}))"""


class PageTest(unittest.TestCase):
    """One browser for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, name, fragment="", **screen):
        self.browser.screen(**screen)
        self.browser.open(FOLDER / name, fragment)

    def check_load(self, name):
        """Printed: the least of three attempts. A page loads in a fraction of a second; what is asserted has to hold
        on a machine that is busy with other things."""
        times = []
        for _ in range(3):
            self.open(name)
            self.browser.wait_for("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
            times.append(self.browser.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        print(f"{name}, {(FOLDER / name).stat().st_size // 1024} KiB: {min(times):.0f} ms", flush=True)
        self.assertLess(min(times), 10_000)

    def check_accessibility(self, name):
        """Of the page as it stands: no issue that axe-core calls serious."""
        if not AXE.exists():
            self.skipTest("axe-core is not here")
        self.browser.evaluate(AXE.read_text(encoding="utf-8"))
        audit = self.browser.evaluate(AUDIT)
        self.assertGreater(audit["checked"], 10)
        self.assertEqual([each for each in audit["found"] if each[0] in ("serious", "critical")], [], name)


def main():
    if browser_path() is None:
        print("skipped: no browser (Debian: chromium)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
