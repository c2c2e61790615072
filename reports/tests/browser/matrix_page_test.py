"""Looks at matrices of sample runs as a person does: in a browser. Usage: see page_test.py."""

from page_test import FOLDER, PageTest, main

ROWS = """[...document.querySelectorAll('tr[id^=row-]')].filter(each => each.checkVisibility())
    .map(each => each.querySelector('code').textContent)"""
EVIDENCE = "[...document.querySelectorAll('.evidence')].filter(each => each.checkVisibility())"
EVERYTHING = ["pipe.a", "pipe.capacity", "pipe.same", "fifo.old", "mmap.new"]


class MatrixPage(PageTest):
    def rows(self):
        return self.browser.evaluate(ROWS)

    def test_one_click_leaves_only_the_differences(self):
        self.open("matrix.html")
        self.assertEqual(self.rows(), EVERYTHING)
        self.browser.screenshot(FOLDER / "matrix.png")
        self.browser.evaluate("document.querySelector('label[for=only-differences]').click()")
        self.assertEqual(self.rows(), ["pipe.a", "pipe.capacity"])
        self.assertEqual(self.browser.evaluate(
            "[...document.querySelectorAll('.mechanism')].filter(each => each.checkVisibility()).length"), 1)
        self.browser.screenshot(FOLDER / "matrix-only-differences.png")
        self.browser.evaluate("document.querySelector('#only-differences').click()")
        self.assertEqual(self.rows(), EVERYTHING)

    def test_the_tick_box_works_by_keyboard(self):
        self.open("matrix.html")
        self.browser.evaluate("document.querySelector('#only-differences').focus()")
        self.browser.press(" ", 32, " ")
        self.assertEqual(len(self.rows()), 2)

    def test_a_row_that_differs_stands_out(self):
        self.open("matrix.html")
        ground = ("(id => getComputedStyle([...document.querySelectorAll('tr[id^=row-]')].find("
                  "each => each.querySelector('code').textContent === id).querySelector('td')).backgroundColor)")
        self.assertNotEqual(self.browser.evaluate(f"{ground}('pipe.a')"),
                            self.browser.evaluate(f"{ground}('pipe.same')"))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('tr .mark[title=\"platforms differ\"]').length"), 2)

    def test_a_cell_opens_by_keyboard_to_its_evidence_and_closes(self):
        self.open("matrix.html")
        self.assertEqual(self.browser.evaluate(f"{EVIDENCE}.length"), 0)
        self.browser.evaluate("document.querySelector('a[href=\"#evidence-0-1\"]').focus()")
        self.browser.press("Enter", 13, "\r")
        self.browser.wait_for(f"{EVIDENCE}.length === 1")
        evidence = self.browser.evaluate(f"{EVIDENCE}[0].innerText")
        self.assertIn("pipe.a", evidence)
        self.assertIn("FAIL on Linux 6.1 x86_64, musl, sandbox: gVisor", evidence)
        self.assertTrue(self.browser.evaluate(f"{EVIDENCE}[0].querySelector('.sequence').checkVisibility()"))
        self.browser.screenshot(FOLDER / "matrix-evidence.png")
        self.browser.evaluate(f"{EVIDENCE}[0].querySelector('.close').click()")
        self.browser.wait_for(f"{EVIDENCE}.length === 0")

    def test_a_hostile_report_runs_no_script(self):
        self.open("hostile-matrix.html")
        self.assertEqual(self.browser.evaluate("typeof window.canary"), "undefined")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('script, tag, img, iframe').length"), 0)
        self.assertFalse(self.browser.evaluate(
            "[...document.querySelectorAll('*')].some(each => each.getAttributeNames().some(name => name.startsWith('on')))"))
        self.assertIn("window.canary = 1", self.browser.evaluate("document.body.textContent"))

    def test_many_properties_of_four_platforms_open(self):
        self.check_load("large-matrix.html")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('tr[id^=row-]').length"), 800)

    def test_fits_a_phone(self):
        self.open("matrix.html", "#evidence-0-1", width=390, height=844)
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 390)
        self.browser.screenshot(FOLDER / "matrix-phone.png")

    def test_no_serious_accessibility_issue(self):
        for page in ("matrix.html", "hostile-matrix.html"):
            for dark in (False, True):
                with self.subTest(page=page, dark=dark):
                    self.open(page, "#evidence-0-1", dark=dark)
                    self.browser.screenshot(FOLDER / f"{page}-{'dark' if dark else 'light'}.png")
                    self.check_accessibility(page)


if __name__ == "__main__":
    main()
