"""How quick is the interview, in the browser? Ours beside plain ipywidgets in the same JupyterLab.

    python benchmarks/interview.py

Measured inside the page with its own clock, until the frame after the next question is drawn:

- opening an interview of 103 questions, from the click that begins it;
- an answer to the next question, 60 times; every answer is on disk by then.

The peer is what a notebook does without a form of its own: an ipywidgets RadioButtons that
writes each change to SQLite (WAL, full sync) and shows the next question. Exits with 1 if
opening takes a second or the median answer 100 ms.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from harmony_kit.interview.launch import plan_lab

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from interviews import make_engagement
from labs import Visit, open_visit, run_browser, run_server

N_ANSWERS = 60
MOST_OPENING_MS, MOST_ANSWER_MS = 1000, 100

#: Milliseconds from an action until the frame after `shown()` has changed is drawn.
CLOCK = """
window.measure = (act, shown) => new Promise((resolve, reject) => {
  const before = shown();
  const start = performance.now();
  const timer = setTimeout(() => reject(new Error(`nothing new after ${before}`)), 10000);
  const look = () => {
    const now = shown();
    if (!now || now === before) return requestAnimationFrame(look);
    clearTimeout(timer);
    const painted = new MessageChannel();
    painted.port1.onmessage = () => resolve(performance.now() - start);
    requestAnimationFrame(() => painted.port2.postMessage(null));
  };
  act();
  look();
});
window.screenShown = () => document.querySelector('.harmony .page')?.dataset.screen;
window.press = (key) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key, bubbles: true }));
"""

PEER = """
import sqlite3
import ipywidgets as W
database = sqlite3.connect("peer.sqlite", check_same_thread=False, isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=FULL")
database.execute("CREATE TABLE IF NOT EXISTS answers (question, value)")
number = 0
title = W.Label("question 0")
choice = W.RadioButtons(options=["one", "two", "three", "four", "five"], value=None)
def keep(change):
    global number
    if change["new"] is None:
        return
    database.execute("INSERT INTO answers VALUES (?, ?)", (number, change["new"]))
    number += 1
    title.value = f"question {number}"
    choice.value = None
choice.observe(keep, "value")
W.VBox([title, choice]).add_class("peer")
"""


def write_peer(path: Path) -> None:
    """A notebook of one cell that runs when it is opened, as the interview's does."""
    cell = {
        "cell_type": "code",
        "id": "peer",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": PEER,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "harmony": {"run_when_opened": True}}
    notebook = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def begin_interview(visit: Visit) -> float:
    """Milliseconds from the last click of a new interview to its first question."""
    page = visit.page
    page.evaluate(CLOCK)
    page.get_by_role("button", name="New interview").click()
    visit.wait_for(".start")
    page.get_by_role("radio").first.check(force=True)
    page.get_by_role("checkbox").check(force=True)
    click = "() => document.querySelector('.harmony .start button.primary').click()"
    return page.evaluate(f"measure({click}, screenShown)")


def answer_ratings(visit: Visit) -> list[float]:
    """Milliseconds from a key to the next question, over the ratings of one section."""
    page, times = visit.page, []
    for section in ("shared frame", "signals to work", "approached", "talk to action", "see each"):
        page.get_by_role("button", name=section).click()
        page.wait_for_timeout(300)
        while page.locator(".harmony .scale").count() and len(times) < N_ANSWERS:
            times.append(page.evaluate("measure(() => press('4'), screenShown)"))
    return times


def answer_peer(visit: Visit) -> list[float]:
    """The same with plain ipywidgets."""
    page = visit.page
    page.evaluate(CLOCK)
    page.evaluate(
        "() => { const label = () => document.querySelector('.peer .widget-label').textContent;"
        " const pick = () => document.querySelectorAll('.peer input')[3].click();"
        " window.peerShown = label; window.pick = pick }"
    )
    return [page.evaluate("measure(pick, peerShown)") for _ in range(N_ANSWERS)]


def tell(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    print(f"{name:<34}{len(times):>4}{statistics.median(times):>10.0f}{p95:>10.0f}")


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary, run_browser() as browser:
        folder, home = Path(temporary) / "engagement", Path(temporary) / "home"
        home.mkdir()
        make_engagement(folder, "it-operations")
        plan = plan_lab(folder, home, site="lyon")
        write_peer(folder / "notebooks" / "peer.ipynb")
        with run_server(plan.command, dict(plan.environment), home) as server:
            openings, answers = [], []
            for _ in range(3):
                address = server.address("notebooks/1_interview-lyon.ipynb")
                with open_visit(browser, address) as visit:
                    openings.append(begin_interview(visit))
                    if not answers:
                        answers = answer_ratings(visit)
            server.end_kernels()
            context = browser.new_context()
            visit = Visit(context.new_page())
            visit.page.goto(server.address("notebooks/peer.ipynb"))
            visit.page.wait_for_selector(".peer input", timeout=60_000)
            peer = answer_peer(visit)
    print(f"{'milliseconds, in the page':<34}{'n':>4}{'median':>10}{'p95':>10}")
    tell("opening 103 questions", openings)
    tell("answer to next question", answers)
    tell("the same with plain ipywidgets", peer)
    is_quick = statistics.median(answers) < MOST_ANSWER_MS and max(openings) < MOST_OPENING_MS
    return 0 if is_quick else 1


if __name__ == "__main__":
    sys.exit(main())
