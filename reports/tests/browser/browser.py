"""A headless Chromium, spoken to in the DevTools protocol over a pipe. The standard library is enough."""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 30  # seconds that an answer may take


def browser_path():
    """The browser of this machine, or None."""
    names = ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return next(filter(None, map(shutil.which, names)), None)


class Browser:
    """One browser with one page, which lives until it is closed."""

    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self._process = self._start(commands, answers)
        os.close(commands)
        os.close(answers)
        self._received = b""
        self._number = 0
        self._session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def close(self):
        """Ends it and removes what it has written."""
        self._session = None
        self.call("Browser.close")
        os.close(self._commands)
        os.close(self._answers)
        self._process.wait(PATIENCE)
        self._profile.cleanup()

    def _start(self, commands, answers):
        # The browser reads commands from descriptor 3 and answers on 4; what stands there already moves away first.
        plumbing = f"exec 8<&{commands} 9>&{answers}; exec 3<&8 4>&9 8<&- 9>&-; exec \"$@\""
        arguments = [browser_path(), "--headless", "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}",
                     "--no-first-run", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # it refuses to be root's otherwise
        return subprocess.Popen(["/bin/sh", "-c", plumbing, "sh", *arguments], pass_fds=[commands, answers],
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _receive(self):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._received:
            if not select.select([self._answers], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"the browser did not answer within {PATIENCE} s")
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise EOFError("the browser has ended")
            self._received += part
        message, self._received = self._received.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        """Carries out a command and returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, expression):
        """The value of a JavaScript expression, awaited when it is a promise."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", result["exceptionDetails"]))
        return result["result"].get("value")

    def wait_for(self, expression):
        """Until the expression holds."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"did not come true: {expression}")
            time.sleep(0.01)

    def open(self, path, fragment=""):
        """Loads a file anew, and waits until it is shown."""
        self.call("Page.navigate", url="about:blank")
        self.wait_for("location.href === 'about:blank'")
        address = pathlib.Path(path).resolve().as_uri() + fragment
        self.call("Page.navigate", url=address)
        self.wait_for("location.protocol === 'file:' && document.readyState === 'complete'")

    def screen(self, width=1280, height=900, dark=False):
        """What the page is shown on."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def scripts(self, allowed):
        """Whether pages may run scripts; what is evaluated here still does."""
        self.call("Emulation.setScriptExecutionDisabled", value=not allowed)

    def press(self, key, code=0, text=""):
        """A key, as a person presses it."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def screenshot(self, path):
        """What the screen shows, as PNG."""
        image = self.call("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(image))
