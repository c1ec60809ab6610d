"""A real JupyterLab and a real browser, for the tests that look at the page."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
#: Screenshots are kept here, so that somebody looks at them.
PICTURES = Path(__file__).parent.parent / "ci-output" / "interview"


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs: where, with which key, as which process."""

    url: str
    token: str
    process: subprocess.Popen[bytes]

    def address(self, notebook: str, mode: str = "doc") -> str:
        return f"{self.url}{mode}/tree/{notebook}?token={self.token}"

    def call(self, method: str, path: str) -> object:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def end_kernels(self) -> None:
        """Shut every kernel down, so that the next page starts afresh."""
        for session in self.call("GET", "api/sessions"):
            self.call("DELETE", f"api/sessions/{session['id']}")

    def restart_kernels(self) -> None:
        for kernel in self.call("GET", "api/kernels"):
            self.call("POST", f"api/kernels/{kernel['id']}/restart")

    def freeze_kernels(self) -> None:
        """Stop them where they are; nothing answers, and JupyterLab starts no new ones."""
        self._signal_kernels(signal.SIGSTOP)

    def kill_kernels(self) -> None:
        """Kill -9, as a crash would."""
        self._signal_kernels(signal.SIGKILL)

    def _signal_kernels(self, number: signal.Signals) -> None:
        for process in psutil.Process(self.process.pid).children(recursive=True):
            if "ipykernel_launcher" in " ".join(process.cmdline()):
                os.kill(process.pid, number)


@contextlib.contextmanager
def run_server(
    command: tuple[str, ...], environment: dict[str, str], home: Path
) -> Iterator[Server]:
    """Start JupyterLab, wait until it listens, and stop it at the end."""
    options = ("--ServerApp.open_browser=False", "--LabApp.expose_app_in_browser=True")
    with (home / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *options],
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _wait_for(process, home)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def _wait_for(process: subprocess.Popen[bytes], home: Path) -> Server:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):
                known = json.loads(path.read_text())
                return Server(known["url"], known["token"], process)
        time.sleep(0.05)
    raise RuntimeError((home / "lab.log").read_text())


@contextlib.contextmanager
def run_voila(notebook: Path, home: Path) -> Iterator[str]:
    """Serve a notebook with Voila on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = (sys.executable, "-m", "voila", notebook, "--no-browser")
    options = (f"--port={port}", "--Voila.ip=127.0.0.1")
    with (home / "voila.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def run_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page with the interview form on it, as the tests talk to it; `asked` is what it loaded."""

    page: Page
    asked: list[str] = field(default_factory=list)

    @property
    def screen(self) -> str:
        """Which page of the form is shown: a screen's id, or lobby, start, reopen, finished."""
        return self.page.evaluate(
            "() => { const p = document.querySelector('.harmony .page');"
            " return p?.dataset.screen ?? p?.className ?? '' }"
        )

    def wait_for(self, selector: str, timeout_s: float = 20) -> None:
        self.page.wait_for_selector(f".harmony {selector}", timeout=timeout_s * 1000)

    def wait_for_screen(self, screen: str, timeout_s: float = 20) -> None:
        self.wait_for(f"[data-screen='{screen}']", timeout_s)

    def press(self, *keys: str) -> None:
        for key in keys:
            if key == "Enter":  # sooner than somebody can have read the page it is a double press
                self.page.wait_for_timeout(220)
            self.page.keyboard.press(key)

    def press_on(self, *keys: str) -> str:
        """Press keys and wait until another screen is there; its id."""
        before = self.screen
        self.press(*keys)
        self.page.wait_for_function(
            "(before) => { const p = document.querySelector('.harmony .page');"
            " const now = p?.dataset.screen ?? p?.className; return now && now !== before }",
            arg=before,
            timeout=10_000,
        )
        return self.screen

    def text(self, selector: str = "") -> str:
        return self.page.locator(f".harmony {selector}".strip()).first.inner_text()

    def wait_for_status(self, text: str, timeout_s: float = 10) -> None:
        self.page.wait_for_function(
            "(text) => document.querySelector('.harmony .status')?.textContent.includes(text)",
            arg=text,
            timeout=timeout_s * 1000,
        )

    def focused(self) -> dict[str, object]:
        """What has the focus: tag, type, value, whether it lies in the form and is ringed."""
        return self.page.evaluate(
            """() => {
              const element = document.activeElement;
              const ringed = element.closest('.card, .pill, .cell, .tick') ?? element;
              return {
                tag: element.tagName, type: element.type, value: element.value,
                isInForm: Boolean(element.closest('.harmony')),
                isRinged: getComputedStyle(ringed).outlineStyle === 'solid',
              };
            }"""
        )

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def check_access(self, name: str) -> None:
        """No violation of axe-core's rules in the form; a picture is kept."""
        # Half-transparent text while a screen fades in would count as faint.
        self.page.evaluate(
            "() => Promise.all(document.querySelector('.harmony')"
            ".getAnimations({ subtree: true }).map((a) => a.finished.catch(() => 0)))"
        )
        self.picture(name)
        rules = Axe().run(self.page, context=".harmony").response["violations"]
        found = [f"{r['id']}: {node['html'][:200]}" for r in rules for node in r["nodes"]]
        assert found == [], f"{name}: {found}"

    def notebook(self) -> dict[str, object]:
        """What a stray shortcut would change: cells, their types and sources, dialogs."""
        return self.page.evaluate(
            """() => {
              const { model } = window.jupyterapp.shell.currentWidget.content;
              const cells = [...model.cells].map((c) => [
                c.type, c.sharedModel.getSource(), c.executionCount ?? 0,
              ]);
              return { cells, nDialogs: document.querySelectorAll('.jp-Dialog').length };
            }"""
        )


@contextlib.contextmanager
def open_visit(browser: Browser, address: str, **options: object) -> Iterator[Visit]:
    """A new page, with a storage of its own, on the form's first page."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    try:
        page = context.new_page()
        visit = Visit(page)
        page.on("request", lambda request: visit.asked.append(request.url))
        page.goto(address)
        visit.wait_for(".page", 60)
        yield visit
    finally:
        context.close()
