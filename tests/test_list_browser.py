"""The list of interviews in a browser: the schedule, a correction, and an answer taken back."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import IS_REQUIRED, skip_or_fail
from interviews import make_engagement, open_desk
from test_namely import NOBODY, OTHER

from harmony_kit.journal.case import InterviewCase, Teller

if IS_REQUIRED:
    import labs
else:
    labs = pytest.importorskip("labs", reason="playwright or axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: The form as the consultant has it in the notebook, on a page of its own.
_SERVE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from interviews import open_desk
from harmony_kit.interview.doors import Door
from harmony_kit.interview.pocket import Pocket, serve_pocket
pocket = Pocket(lambda: open_desk(Path(sys.argv[1])), key="k")
tell = lambda address: print(address, flush=True)
serve_pocket(pocket, Door(range(0, 1)), tell=tell, browse=False)
"""


@contextlib.contextmanager
def serve_desk(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-c", _SERVE, str(folder), str(Path(__file__).parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture
def folder(tmp_path):
    folder = make_engagement(tmp_path / "engagement")
    path = folder / "small.yaml"
    path.write_text(path.read_text("utf-8").replace(NOBODY, NOBODY + OTHER), encoding="utf-8")
    return folder


@pytest.fixture
def desk(folder):
    desk = open_desk(folder)
    for case in (
        InterviewCase("lyon", "2026", "kilo-2", "headquarters", "controller", date="2026-06-02"),
        InterviewCase("lyon", "2026", "mira-17", "plant", "shift lead", date="2026-06-01"),
    ):
        desk.desk.journal.cases.plan(case, Teller("ana", desk.desk.clock()))
    yield desk.desk.journal
    desk.desk.journal.close()


@pytest.fixture
def visit(folder, desk):
    if not labs.CHROMIUM.exists():
        skip_or_fail(f"there is no {labs.CHROMIUM}")
    with (
        labs.run_browser() as browser,
        serve_desk(folder) as address,
        labs.open_visit(browser, address) as opened,
    ):
        opened.wait_for(".lobby")
        yield opened


def test_from_the_schedule_to_an_interview_corrected_on_the_way(visit, desk):
    page = visit.page
    for width in (1280, 768, 360):
        page.set_viewport_size({"width": width, "height": 800})
        visit.check_access(f"planned-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    planned = page.locator(".people li").all_inner_texts()
    assert [text.split()[0] for text in planned] == ["mira-17", "kilo-2"]

    page.get_by_role("button", name="Correct: kilo-2").click()
    visit.wait_for(".correcting")
    for colours in ("active", "none"):
        page.emulate_media(forced_colors=colours)
        visit.check_access(f"correcting-{colours}")
    page.get_by_role("button", name="Correct it").click()
    page.get_by_text("Please give a reason.").wait_for()
    page.get_by_label("Why it is corrected").fill("misread")
    page.get_by_label("Belongs to").select_option("plant")
    page.get_by_label("Pseudonym").fill("kora-3")
    page.get_by_role("button", name="Correct it").click()
    page.get_by_text("kora-3 is corrected.").wait_for()
    assert desk.cases.find(("lyon", "2026", "kora-3")).lens == "plant"

    page.get_by_role("button", name="Begin: kora-3").click()
    visit.wait_for(".start")
    assert page.get_by_role("radio", name="Plant").is_checked()
    assert page.get_by_label("Role, in a word").input_value() == "controller"
    assert page.get_by_label("Pseudonym").input_value() == "kora-3"
    page.locator(".consent input").check()
    page.get_by_role("button", name="Begin the interview").click()
    visit.wait_for_screen("aims.top")
    assert desk.cases.find(("lyon", "2026", "kora-3")).state == "under_way"


def said(desk):
    return [(a.item, a.status, a.chosen or a.value, a.text) for _, a in desk.journal()]


def test_every_kind_of_answer_is_taken_back_by_its_key(visit, desk):
    page = visit.page
    page.get_by_role("button", name="Begin: mira-17").click()
    page.locator(".consent input").check()
    page.get_by_role("button", name="Begin the interview").click()
    visit.wait_for_screen("aims.top")
    visit.press("1", "2")
    visit.wait_for_status("Saved")
    visit.press("x")
    visit.wait_for_status("Saved")
    page.wait_for_function("document.querySelectorAll('.card input:checked').length === 0")
    page.locator(".sections button", has_text="Duties").click()
    visit.wait_for_screen("duties.data")
    visit.press("4")
    page.keyboard.type("the shift lead")
    page.wait_for_timeout(900)
    visit.check_access("namely")
    visit.press("Enter")
    visit.wait_for_screen("duties.clear")
    visit.press("3")
    visit.wait_for_screen("duties.clear@headquarters")
    visit.press("Backspace")
    visit.wait_for_screen("duties.clear")
    page.get_by_role("button", name="Take back").click()
    page.wait_for_function("document.querySelectorAll('input:checked').length === 0")
    page.locator(".sections button", has_text="Review").click()
    visit.wait_for(".overview")
    page.locator(".overview summary").click()
    assert "Other, namely “the shift lead”" in page.locator(".overview li").inner_text()
    visit.check_access("overview")
    kept = said(desk)
    assert [row[:2] for row in kept if row[0] == "aims.top"] == [
        ("aims.top", "answered"),
        ("aims.top", "withdrawn"),
    ]
    assert kept[-3:] == [
        ("duties.data", "answered", ("other",), "the shift lead"),
        ("duties.clear", "answered", 3, None),
        ("duties.clear", "withdrawn", None, None),
    ]
