"""Looks at the HTML reports of sample runs as a person does: in a browser. Usage: see page_test.py."""

import json

from page_test import FOLDER, PageTest, main

VISIBLE = "[...document.querySelectorAll('.property')].filter(each => each.checkVisibility()).map(each => each.id)"


class RunPage(PageTest):
    def visible(self):
        return self.browser.evaluate(VISIBLE)

    def fill(self, name, value):
        """What filling in a field of the filter does."""
        self.browser.evaluate(f"""(() => {{
            const field = document.querySelector('#filter [name={name}]');
            field.value = {json.dumps(value)};
            field.dispatchEvent(new Event('input', {{bubbles: true}}));
        }})()""")

    def fragment(self):
        return self.browser.evaluate("location.hash")

    def test_filters_by_verdict_level_mechanism_and_text(self):
        self.open("rich.html")
        everything = self.visible()
        self.assertEqual(len(everything), 8)

        self.browser.evaluate("document.querySelector('#filter [value=fail]').click()")
        self.assertEqual(self.visible(), ["pipe.read-empty-blocks", "fifo.open-read-blocks"])
        self.fill("mechanism", "pipe")
        self.assertEqual(self.visible(), ["pipe.read-empty-blocks"])
        self.assertEqual(self.browser.evaluate("document.getElementById('shown').value"), "1 of 8 properties")
        self.assertEqual(self.fragment(), "#verdict=fail&mechanism=pipe")

        self.browser.evaluate("document.querySelector('#filter button[type=reset]').click()")
        self.browser.wait_for("location.hash === ''")
        self.assertEqual(self.visible(), everything)
        self.fill("text", "EMFILE full")
        self.assertEqual(self.visible(), ["posix-mq.full-block"])
        self.fill("text", "nothing says this")
        self.assertEqual(self.visible(), [])
        self.fill("text", "")
        self.fill("level", "shall")
        self.assertEqual(self.visible(), everything)

    def test_takes_the_filter_from_the_address(self):
        self.open("rich.html", "#verdict=restricted&verdict=unresolved&text=eaddrinuse")
        self.assertEqual(self.visible(), ["udp.no-handshake"])
        self.assertEqual(self.browser.evaluate("document.querySelector('#filter [name=text]').value"), "eaddrinuse")
        self.browser.evaluate("location.hash = '#unexpected=yes'")
        self.browser.wait_for("document.querySelector('#filter [name=text]').value === ''")
        self.assertEqual(self.visible(), ["pipe.read-empty-blocks"])

    def test_a_link_to_a_property_opens_it_through_the_filter(self):
        self.open("rich.html", "#verdict=pass")
        self.browser.evaluate("document.querySelector('#unexpected a').click()")
        self.browser.wait_for("document.getElementById('pipe.read-empty-blocks').open")
        self.assertEqual(len(self.visible()), 8)

    def test_a_property_opens_by_keyboard_to_its_diagram(self):
        self.open("rich.html")
        self.browser.evaluate("document.querySelector('.property summary').focus()")
        self.browser.press("Enter", 13, "\r")
        self.browser.wait_for("document.querySelector('.property').open")
        diagram = self.browser.evaluate("""(() => {
            const diagram = document.querySelector('.property .sequence');
            const box = diagram.getBoundingClientRect();
            return {seen: diagram.checkVisibility() && box.width > 300 && box.height > 100,
                    lanes: diagram.querySelectorAll('.life').length,
                    blocked: diagram.querySelectorAll('.blocked').length,
                    wake_ups: diagram.querySelectorAll('.wake-up').length,
                    text: diagram.textContent};
        })()""")
        self.assertTrue(diagram["seen"])
        self.assertEqual((diagram["lanes"], diagram["blocked"], diagram["wake_ups"]), (2, 2, 1))
        self.assertIn('write(4, "x", 1) = 1', diagram["text"])
        self.assertIn("never returned", diagram["text"])
        self.browser.evaluate("document.querySelector('.property').scrollIntoView()")
        self.browser.screenshot(FOLDER / "property.png")

    def test_the_claims_switch_their_language(self):
        self.open("rich.html", "#claims")
        wording = "getComputedStyle(document.querySelector('.claim [lang={}]')).display !== 'none'"
        self.assertTrue(self.browser.evaluate(wording.format("en")))
        self.assertFalse(self.browser.evaluate(wording.format("ko")))
        self.browser.evaluate("document.getElementById('english').focus()")
        self.browser.press("ArrowDown", 40)
        self.assertTrue(self.browser.evaluate(wording.format("ko")))
        self.assertFalse(self.browser.evaluate(wording.format("en")))
        self.browser.screenshot(FOLDER / "claims.png")

    def test_a_hostile_report_runs_no_script(self):
        self.open("hostile.html")
        self.browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        self.assertEqual(self.browser.evaluate("typeof window.canary"), "undefined")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('script').length"), 1)
        for markup in ("tag", "img", "iframe", "a[href^='java' i]"):
            self.assertEqual(self.browser.evaluate(f'document.querySelectorAll("{markup}").length'), 0, markup)
        attributes = self.browser.evaluate(
            "[...document.querySelectorAll('*')].flatMap(each => each.getAttributeNames())")
        self.assertEqual([name for name in attributes if name.startswith("on")], [])
        self.assertIn("window.canary = 1", self.browser.evaluate("document.body.textContent"))

    def test_the_policy_stops_a_script_that_came_in_all_the_same(self):
        self.open("rich.html")
        self.browser.evaluate("""(() => {
            const script = document.createElement('script');
            script.textContent = 'window.canary = 1';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.canary = 1">');
        })()""")
        self.assertEqual(self.browser.evaluate("typeof window.canary"), "undefined")
        self.assertNotEqual(self.browser.evaluate("getComputedStyle(document.body).maxWidth"), "none",
                            "the page's own style sheet is allowed")

    def test_reads_without_a_script(self):
        self.browser.scripts(allowed=False)
        self.addCleanup(self.browser.scripts, allowed=True)
        self.open("rich.html")
        self.assertEqual(len(self.visible()), 8)
        self.assertFalse(self.browser.evaluate("document.getElementById('filter').checkVisibility()"))

    def test_follows_the_colours_of_the_system(self):
        colours = []
        for dark in (False, True):
            self.open("rich.html", dark=dark)
            colours.append(self.browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        self.assertEqual(colours, ["rgb(255, 255, 255)", "rgb(18, 22, 28)"])

    def test_many_properties_open(self):
        self.check_load("large.html")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('.property').length"), 800)

    def test_fits_a_phone(self):
        self.open("rich.html", width=390, height=844)
        self.browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 390)
        self.browser.screenshot(FOLDER / "phone.png")

    def test_no_serious_accessibility_issue(self):
        for page in ("rich.html", "hostile.html", "empty.html"):
            for dark in (False, True):
                with self.subTest(page=page, dark=dark):
                    self.open(page, dark=dark)
                    self.browser.screenshot(FOLDER / f"{page}-{'dark' if dark else 'light'}.png")
                    self.browser.evaluate(
                        "document.querySelectorAll('details').forEach(each => { each.open = true; })")
                    self.check_accessibility(page)


if __name__ == "__main__":
    main()
