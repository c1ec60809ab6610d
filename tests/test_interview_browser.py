"""The interview in a real JupyterLab, in a real browser, by keyboard."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import sys
import time
from contextlib import closing
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from conftest import IS_REQUIRED, skip_or_fail
from interviews import find_respondent, make_engagement, run_pocket

from harmony_kit.cli import main
from harmony_kit.interview.launch import plan_lab
from harmony_kit.journal.store import Store

if IS_REQUIRED:
    import labs
else:
    labs = pytest.importorskip("labs", reason="playwright or axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser():
    if not labs.CHROMIUM.exists():
        skip_or_fail(f"there is no {labs.CHROMIUM}")
    with labs.run_browser() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_engagement(tmp_path_factory.mktemp("engagements") / "engagement")


@pytest.fixture(scope="module")
def lab(folder, browser, tmp_path_factory):
    home = tmp_path_factory.mktemp("lab")
    plan = plan_lab(folder, home, site="lyon")
    with labs.run_server(plan.command, dict(plan.environment), home) as server:
        yield server


@pytest.fixture
def visit(lab, browser):
    with labs.open_visit(browser, lab.address("notebooks/1_interview-lyon.ipynb")) as opened:
        yield opened
    # Playwright waits for nothing a page leaves behind; a kernel would stay busy with it.


@pytest.fixture
def store(folder):
    return Store(f"sqlite:///{folder / 'answers.sqlite'}")


def begin(visit, name, lens="Plant"):
    """From the list to the first question, by keyboard alone."""
    visit.wait_for(".lobby")
    fill_in(visit, name, lens)
    return visit.press_on("Enter")


def fill_in(visit, name, lens="Plant"):
    """From the list to a new interview that is filled in and has not begun."""
    visit.press("Enter")
    visit.wait_for(".start")
    visit.press("Space" if lens == "Headquarters" else "ArrowRight")
    visit.press("Tab")
    visit.page.keyboard.type("shift lead")
    visit.press("Tab", "Control+a")
    visit.page.keyboard.type(name)
    visit.press("Tab", "Tab", "Space")


def answers(store, name):
    return {
        (a.item, a.subject, a.about): a.value or a.chosen or a.text or a.status
        for a in store.current("lyon", "2026", name)
    }


def test_a_whole_interview_by_keyboard(visit, store):  # noqa: PLR0915 - one interview, one story
    dialogs = []
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    visit.check_access("01-lobby")
    visit.press("Enter")
    visit.wait_for(".start")
    visit.check_access("02-start")
    visit.press("Enter")
    visit.wait_for(".problem")
    visit.check_access("03-start-with-problems")
    visit.press("ArrowRight", "Tab", "Tab", "Control+a")
    visit.page.keyboard.type("keys-11")
    visit.press("Tab", "Tab", "Space")
    assert visit.press_on("Enter") == "aims.top"
    assert "0 of 12 answered" in visit.text(".figures")
    assert "Nothing to save" in visit.text(".status")

    visit.press("1")
    visit.press("Enter")
    assert "1 of 2 chosen" in visit.text(".hint")
    visit.press("3")
    visit.check_access("04-rank")
    order = visit.page.locator(".harmony .card .anchor").all_inner_texts()
    assert visit.press_on("Enter") == "aims.top@headquarters"
    assert visit.page.locator(".harmony input:checked").count() == 0
    assert "What would most people at Headquarters answer?" in visit.text("legend")
    visit.check_access("05-estimate")
    visit.press("2", "4")
    assert visit.press_on("Enter") == "aims.words"
    assert visit.text(".status").startswith("Saved ")
    visit.press("1")
    visit.check_access("06-words")
    assert visit.press_on("Enter") == "aims.shared"
    visit.check_access("07-rating")
    assert visit.focused()["isRinged"]
    assert visit.press_on("2") == "aims.shared@headquarters"
    assert visit.press_on("Backspace") == "aims.shared"
    assert visit.focused()["value"] == "2"
    visit.press("ArrowLeft")
    assert visit.press_on("Enter") == "aims.shared@headquarters"
    assert visit.press_on("d") == "aims.apart"
    visit.page.keyboard.type("Hours.")
    visit.press("Shift+Enter")
    visit.page.keyboard.type("And money.")
    visit.press("Tab", "Space")
    visit.check_access("08-text")
    visit.press("Shift+Tab")
    assert visit.press_on("Enter") == "pilots@trials"

    visit.check_access("09-pilots")
    visit.press("Tab")
    visit.page.keyboard.type(EVIL)
    visit.press("Enter")
    visit.page.wait_for_function("document.querySelectorAll('.harmony .ticked').length === 2")
    visit.check_access("10-pilot-added")
    visit.press("Tab", "Space")
    visit.press("Space")
    visit.press("Shift+Tab", "Space")
    visit.page.wait_for_function("document.querySelector('.figures').textContent.includes('of 13')")
    assert visit.press_on("Enter") == "trials.works[img-src-x-onerror-alert-1]"
    assert EVIL in visit.text("legend")
    assert dialogs == []
    visit.press_on("5")
    assert visit.press_on("p") == "trials.clean[img-src-x-onerror-alert-1]"
    visit.check_access("11-matrix")
    visit.press("4")
    assert visit.press_on("3") == "duties.data"
    visit.press("2")
    assert visit.press_on("3") == "duties.clear"
    assert visit.press_on("Enter") == "duties.clear@headquarters"
    assert visit.press_on("5") == "duties.change"
    assert visit.press_on("Enter") == "review"
    visit.check_access("12-review")
    assert "Questions without an answer: 1" in visit.text(".is-review")
    visit.press("Tab")
    assert visit.press_on("Enter") == "duties.clear"
    visit.press_on("4")
    visit.press_on("Enter")
    assert visit.press_on("Enter") == "review"
    visit.press("f")
    visit.wait_for("h2:has-text('Thank you')")
    visit.check_access("13-finished")

    respondent = find_respondent(store, "keys-11")
    assert respondent.finished_at is not None
    options = dict(
        zip(
            ["cost", "speed", "safety", "quality"],
            ["Cost", "Speed", "Safety", "Quality"],
            strict=True,
        )
    )
    said = answers(store, "keys-11")
    assert [options[id_] for id_ in said["aims.top", None, "plant"]] == [order[0], order[2]]
    evil = "img-src-x-onerror-alert-1"
    assert {
        key: value for key, value in said.items() if key[0] not in ("aims.top", "aims.words")
    } == {
        ("aims.shared", None, "plant"): 1,
        ("aims.shared", None, "headquarters"): "dont_know",
        ("aims.apart", None, "plant"): "Hours.\nAnd money.",
        ("trials.works", evil, "plant"): 5,
        ("trials.works", evil, "headquarters"): "prefer_not",
        ("trials.clean", evil, "plant"): 4,
        ("trials.stable", evil, "plant"): 3,
        ("duties.data", None, "plant"): ("plant",),
        ("duties.people", None, "plant"): ("nobody",),
        ("duties.clear", None, "plant"): 4,
        ("duties.clear", None, "headquarters"): 5,
    }
    quotable = [a.item for a in store.current("lyon", "2026", "keys-11") if a.quotable]
    assert quotable == ["aims.apart"]
    shared = [
        a.value
        for _, a in store.journal("lyon", "keys-11")
        if (a.item, a.about) == ("aims.shared", "plant")
    ]
    assert shared == [2, 1]

    assert {urlsplit(url).hostname for url in visit.asked} - {None} == {"127.0.0.1"}

    visit.press("Enter")
    visit.wait_for(".people")
    visit.check_access("14-list")
    visit.page.get_by_role("button", name="Reopen: keys-11").press("Enter")
    visit.wait_for("h2:has-text('Reopen')")
    visit.check_access("15-reopen")
    visit.page.keyboard.type("misheard")
    assert visit.press_on("Enter") == "review"


def test_switching_the_language_keeps_what_is_typed(visit, store):
    begin(visit, "lang-22")
    visit.page.get_by_role("button", name="Duties").click()
    visit.wait_for_screen("duties.data")
    visit.press("1")
    visit.press_on("2")
    visit.press_on("4")
    visit.press_on("4")
    visit.page.keyboard.type("Half a sentence")
    visit.page.locator(".harmony .bar select").select_option("de")
    visit.wait_for("button.primary:has-text('Weiter')")
    assert visit.screen == "duties.change"
    assert visit.page.locator(".harmony fieldset textarea").input_value() == "Half a sentence"
    assert "Welche eine Änderung würde am meisten helfen?" in visit.text("legend")
    assert visit.text(".status").startswith("Gespeichert ")
    assert visit.page.locator(".harmony").get_attribute("lang") == "de"
    visit.check_access("20-german")
    visit.page.get_by_role("button", name="Ziele").click()
    visit.wait_for_screen("aims.top")
    assert "Welche zwei zählen am meisten?" in visit.text("legend")
    assert answers(store, "lang-22")["duties.change", None, "plant"] == "Half a sentence"
    assert find_respondent(store, "lang-22").language == "de"


def test_a_killed_kernel_loses_nothing(visit, lab, store):
    begin(visit, "kill-33")
    visit.page.get_by_role("button", name="Duties").click()
    visit.wait_for_screen("duties.data")
    visit.press("1", "2")
    visit.wait_for_screen("duties.clear")
    # A killed kernel alone may be back before the page is due to complain.
    lab.freeze_kernels()
    frozen_at = time.monotonic()
    visit.press("4")
    visit.wait_for(".notice.offline", 10)
    assert time.monotonic() - frozen_at < 3
    visit.wait_for_status("NOT SAVED")
    assert "Run All Cells" in visit.text(".notice.offline")
    visit.check_access("30-kernel-gone")
    lab.kill_kernels()
    # JupyterLab starts a new kernel, the form is built anew and comes back by itself.
    visit.wait_for(".notice.draft", 40)
    assert visit.screen == "duties.clear"
    assert ("duties.clear", None, "plant") not in answers(store, "kill-33")
    visit.check_access("31-draft-offered")
    visit.page.get_by_role("button", name="Save them now").click()
    visit.wait_for("input:checked")
    assert answers(store, "kill-33")["duties.clear", None, "plant"] == 4
    assert visit.page.locator(".harmony .notice").count() == 0


def test_a_restarted_kernel_and_a_reload_come_back_to_the_question(visit, lab):
    begin(visit, "back-44")
    visit.page.get_by_role("button", name="Trials").click()
    visit.wait_for_screen("pilots@trials")
    visit.press_on("Enter")
    assert visit.press_on("3") == "trials.works[cam]@headquarters"
    visit.page.evaluate("() => { document.querySelector('.harmony').dataset.isOld = 'yes' }")
    lab.restart_kernels()
    # The new kernel may be there before the page is due to say that the old one is gone.
    visit.page.wait_for_selector(".harmony:not([data-is-old])", timeout=40_000)
    visit.wait_for_screen("trials.works[cam]@headquarters", 40)
    assert visit.page.locator(".harmony .notice").count() == 0
    visit.page.reload()
    visit.wait_for_screen("trials.works[cam]@headquarters", 60)
    assert visit.press_on("2") == "trials.clean[cam]"
    assert visit.page.locator(".harmony .notice").count() == 0


def test_two_tabs_on_one_respondent(visit, lab, browser, store):
    begin(visit, "both-55")
    visit.page.get_by_role("button", name="Duties").click()
    visit.wait_for_screen("duties.data")
    address = lab.address("notebooks/1_interview-lyon.ipynb")
    with labs.open_visit(browser, address) as other:
        other.wait_for(".lobby")
        other.page.get_by_label("Interviewer").fill("anna")
        other.press("Tab")
        other.page.get_by_role("button", name="Continue: both-55").click()
        other.wait_for_screen("duties.data")
        other.wait_for(".notice.elsewhere")
        visit.wait_for(".notice.elsewhere")
        assert "also open elsewhere: anna" in visit.text(".notice.elsewhere")
        visit.check_access("40-open-elsewhere")
        other.press("1")
        visit.wait_for("input[value='headquarters']:checked")
        visit.wait_for(".notice.changed")
        visit.page.get_by_role("button", name="Understood").click()
        # From here on this tab hears nothing of the other one, as behind a bad network.
        visit.page.evaluate("() => { for (let i = 0; i < 9999; i += 1) clearInterval(i) }")
        other.press_on("3")
        visit.page.get_by_role("radio", name="The plant").nth(1).focus()
        visit.press("2")
        visit.wait_for(".notice.conflict")
        assert "anna answered this: Nobody. Your answer: The plant" in visit.text(
            ".notice.conflict"
        )
        visit.wait_for_status("NOT SAVED")
        visit.check_access("41-conflict")
        assert answers(store, "both-55")["duties.people", None, "plant"] == ("nobody",)
        visit.page.get_by_role("button", name="Use ours").click()
        visit.wait_for_status("Saved")
    said = [
        (a.item, a.chosen, a.source.recorded_by == "anna")
        for _, a in store.journal("lyon", "both-55")
    ]
    assert said == [
        ("duties.data", ("headquarters",), True),
        ("duties.people", ("nobody",), True),
        ("duties.people", ("plant",), False),
    ]


LEAKS = (
    "d",
    "d",
    "x",
    "m",
    "a",
    "b",
    "y",
    "z",
    "r",
    "0",
    "0",
    "o",
    "Shift+Enter",
    "Control+Enter",
    "Alt+Enter",
    "Escape",
    "Delete",
    "j",
    "k",
    "Shift+m",
)


def test_no_shortcut_reaches_the_notebook(visit):
    begin(visit, "leak-66")
    before = visit.notebook()
    for screen in ("Aims", "Trials", "Duties", "Review"):
        visit.page.get_by_role("button", name=screen, exact=False).first.click()
        visit.page.wait_for_timeout(150)
        for _ in range(4):
            visit.press(*LEAKS)
            visit.press("Tab")
    visit.page.locator(".harmony .page").click(position={"x": 3, "y": 3})
    visit.press(*LEAKS)
    assert visit.page.evaluate("Boolean(document.activeElement.closest('.harmony'))")
    assert visit.notebook() == before
    guarded = visit.page.evaluate(
        "[...document.querySelectorAll('.harmony :is(button, input, select, textarea, summary)')]"
        ".every((e) => e.dataset.lmSuppressShortcuts === 'true')"
    )
    assert guarded


def test_a_full_disk_is_shown_and_the_answer_can_be_sent_again(visit, folder, store):
    begin(visit, "full-77")
    visit.page.get_by_role("button", name="Duties").click()
    visit.wait_for_screen("duties.data")
    path = folder / "answers.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    visit.press("1")
    visit.wait_for(".notice.trouble")
    assert "the disk is full" in visit.text(".notice.trouble")
    visit.wait_for_status("NOT SAVED")
    visit.check_access("50-not-saved")
    assert answers(store, "full-77") == {}
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER full")
    visit.page.get_by_role("button", name="Try again").click()
    visit.wait_for_status("Saved")
    assert answers(store, "full-77") == {("duties.data", None, "plant"): ("headquarters",)}


def test_an_answer_the_instrument_refuses_is_said_and_taken_back(visit, store):
    begin(visit, "fits-78")
    visit.page.get_by_role("button", name="Duties").click()
    visit.wait_for_screen("duties.data")
    visit.press("1", "2")
    visit.wait_for_screen("duties.clear")
    visit.press("1")
    visit.wait_for(".notice.trouble")
    assert "does not fit here" in visit.text(".notice.trouble")
    visit.wait_for_status("NOT SAVED")
    visit.page.get_by_role("button", name="Understood").click()
    visit.page.wait_for_function("!document.querySelector('.harmony input:checked')")
    assert visit.text(".status").startswith("Saved ")
    assert visit.press_on("2") == "duties.clear@headquarters"
    assert answers(store, "fits-78")["duties.clear", None, "plant"] == 2


def test_a_pointer_answers_too_and_a_note_is_kept(visit, store):
    begin(visit, "tap-88")
    visit.page.get_by_role("button", name="Aims").click()
    visit.page.locator(".harmony .card input").nth(1).click()
    visit.page.locator(".harmony .card input").nth(0).click()
    visit.page.get_by_role("button", name="Next").click()
    visit.wait_for_screen("aims.top@headquarters")
    visit.page.get_by_role("checkbox", name=re.compile("Don.t know")).click()
    visit.wait_for_screen("aims.words")
    visit.page.get_by_text("Note", exact=True).first.click()
    visit.page.locator(".harmony .note textarea").fill("laughs")
    visit.page.locator(".harmony .card input").first.click()
    visit.page.get_by_role("button", name="Next").click()
    visit.wait_for_screen("aims.shared")
    visit.page.get_by_role("radio", name="Mostly").click()
    visit.wait_for_screen("aims.shared@headquarters")
    notes = {a.item: a.note for a in store.current("lyon", "2026", "tap-88") if a.note}
    assert notes == {"aims.words": "laughs"}


def test_full_window_and_dark_theme(visit):
    begin(visit, "dark-99")
    box = visit.page.locator(".harmony").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1280, "height": 900}
    visit.page.get_by_role("button", name="Leave full window").click()
    visit.wait_for("button:text-is('Full window')")
    assert visit.page.locator(".harmony").bounding_box()["x"] > 0
    visit.page.get_by_role("button", name="Full window").click()
    visit.wait_for("button:has-text('Leave full window')")
    assert visit.focused()["isInForm"]
    visit.check_access("60-full-window")
    visit.page.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    visit.page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    visit.check_access("61-dark-rank")
    visit.page.get_by_role("button", name="Duties").click()
    visit.wait_for_screen("duties.data")
    visit.check_access("62-dark-matrix")
    visit.press("1", "1")
    visit.wait_for_screen("duties.clear")
    visit.press("4")
    visit.wait_for_screen("duties.clear@headquarters")
    visit.check_access("63-dark-estimate")
    visit.page.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )
    visit.page.wait_for_selector("body[data-jp-theme-light='true']", state="attached")


def test_another_pseudonym_changes_nothing_else(visit):
    visit.wait_for(".lobby")
    visit.press("Enter")
    visit.wait_for(".start")
    visit.page.select_option(".start select", "de")
    visit.page.locator(".lenses .pill").nth(1).click()
    visit.page.locator(".start .field input").first.fill("shift lead")
    visit.page.locator(".consent .tick input").click()
    code = visit.page.locator(".with-button input").input_value()
    visit.page.locator(".with-button button").click()
    visit.page.wait_for_function(
        "(was) => document.querySelector('.with-button input').value !== was", arg=code
    )
    now = visit.page.evaluate(
        """() => [document.querySelector('.start select').value,
          [...document.querySelectorAll('.lenses input')].map((i) => i.checked),
          document.querySelector('.start .field input').value,
          document.querySelector('.consent .tick input').checked]"""
    )
    assert now == ["de", [False, True], "shift lead", True]


def test_a_respondent_alone(folder, browser, store):
    with (
        run_pocket(folder) as (address, _),
        labs.open_visit(browser, address, has_touch=True) as visit,
    ):
        visit.wait_for(".lobby")
        assert visit.page.locator(".harmony").bounding_box()["height"] == 900
        assert visit.page.locator(".harmony .people").count() == 0
        visit.check_access("70-alone-lobby")
        visit.press("Enter")
        visit.wait_for(".start")
        visit.check_access("71-alone-start")
        code = visit.page.locator(".harmony input[readonly]").input_value()
        visit.page.get_by_role("radio", name="Plant").tap()
        visit.page.get_by_role("checkbox", name="I agree").tap()
        visit.page.get_by_role("button", name="Begin the interview").tap()
        visit.wait_for_screen("aims.top")
        assert visit.page.locator(".harmony .note").count() == 0
        size = visit.page.evaluate("getComputedStyle(document.querySelector('.harmony')).fontSize")
        assert size == "20px"
        visit.check_access("72-alone-rank")
        visit.page.get_by_role("button", name="Aims").tap()
        visit.page.locator(".harmony .card input").nth(0).tap()
        visit.page.locator(".harmony .card input").nth(1).tap()
        visit.page.get_by_role("button", name="Next").tap()
        visit.wait_for_screen("aims.top@headquarters")
        assert len(answers(store, code)) == 1
        hosts = {urlsplit(asked).netloc for asked in visit.asked if not asked.startswith("data:")}
        assert hosts == {urlsplit(address).netloc}
        visit.page.reload()  # the same tab comes back to its question
        visit.wait_for_screen("aims.top@headquarters")
        visit.page.get_by_role("button", name="Back to the list").tap()
        visit.wait_for(".lobby")
        visit.page.locator(".harmony .lobby input").fill("nobody-1")
        visit.page.get_by_role("button", name="Continue").tap()
        visit.wait_for(".problem:not(:empty)")
        visit.page.locator(".harmony .lobby input").fill(code.upper())
        visit.page.get_by_role("button", name="Continue").tap()
        visit.wait_for_screen("aims.top@headquarters")


def test_two_in_turn_at_one_shared_tablet(folder, browser, store):
    device = {"has_touch": True, "ignore_https_errors": True}  # whoever holds it went on
    codes = []
    with (
        run_pocket(folder, "--share", "127.0.0.1") as (address, _),
        labs.open_visit(browser, address, **device) as visit,
    ):
        for card in (0, 1):
            visit.wait_for(".lobby")
            told = visit.page.locator("body").inner_text() + str(
                visit.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
            )
            assert [code for code in codes if code in told] == []
            visit.page.get_by_role("button", name="Begin").tap()
            visit.wait_for(".start")
            codes.append(visit.page.locator(".harmony input[readonly]").input_value())
            assert not visit.page.get_by_role("checkbox", name="I agree").is_checked()
            visit.page.get_by_role("radio", name="Plant").tap()
            visit.page.get_by_role("checkbox", name="I agree").tap()
            visit.page.get_by_role("button", name="Begin the interview").tap()
            visit.wait_for_screen("aims.top")
            assert visit.page.locator(".harmony .card input:checked").count() == 0
            visit.page.locator(".harmony .card input").nth(card).tap()
            visit.page.locator(".harmony .card input").nth(card + 1).tap()
            visit.page.get_by_role("button", name="Next").tap()
            visit.wait_for_screen("aims.top@headquarters")
            visit.page.get_by_role("button", name="Back to the list").tap()
        visit.wait_for(".lobby")
    first, second = (answers(store, code) for code in codes)
    assert first.keys() == second.keys() == {("aims.top", None, "plant")}
    assert first != second


def test_a_respondent_alone_loses_nothing_when_the_form_is_started_again(folder, browser, store):
    with contextlib.ExitStack() as stack:
        with run_pocket(folder) as (address, _):
            visit = stack.enter_context(labs.open_visit(browser, address))
            visit.press("Enter")
            visit.wait_for(".start")
            code = visit.page.locator(".harmony input[readonly]").input_value()
            visit.page.get_by_role("radio", name="Plant").click()
            visit.page.get_by_role("checkbox", name="I agree").click()
            visit.page.get_by_role("button", name="Begin the interview").click()
            visit.wait_for_screen("aims.top")
        visit.press("1", "2")
        visit.wait_for(".notice.offline")
        assert answers(store, code) == {}
        with run_pocket(folder) as (again, _):
            visit.page.goto(again)
            visit.wait_for(".notice.draft")
            visit.check_access("73-alone-again")
            visit.page.locator(".harmony .notice.draft button").first.click()
            visit.wait_for_status("Saved")
            assert len(answers(store, code)) == 1


def test_an_interview_in_a_folder_as_init_writes_it(browser, tmp_path):
    """From `harmony init` and one plant in sites.csv to a row in the store."""
    acme = tmp_path / "acme"
    assert CliRunner().invoke(main, ["init", str(acme)]).exit_code == 0
    with (acme / "sites.csv").open("a", encoding="utf-8") as sites:
        sites.write("plant-1,Plant 1,EU,DE,5,40\n")
    plan = plan_lab(acme, tmp_path)
    with (
        labs.run_server(plan.command, dict(plan.environment), tmp_path) as server,
        labs.open_visit(browser, server.address("notebooks/1_interview.ipynb")) as visit,
    ):
        assert begin(visit, "init-10", "Headquarters") == "priorities.top"
        visit.press("1", "2", "3")
        assert visit.press_on("Enter") == "priorities.top@operations"
        visit.wait_for_status("Saved ")
        visit.picture("80-fresh-folder")
    kept = Store(f"sqlite:///{acme / 'answers.sqlite'}")
    (said,) = kept.current()
    assert (said.site, said.wave, said.respondent) == ("plant-1", "1", "init-10")
    assert (said.item, said.about, said.status) == ("priorities.top", "it", "answered")
    assert len(said.chosen) == 3


def test_a_refusal_without_a_field_of_its_own_shows_on_the_page(visit, store):
    visit.wait_for(".lobby")
    # What the page offers is what it got; a wave that cannot be one comes from elsewhere.
    visit.page.evaluate(
        "() => { const wave = document.querySelectorAll('.harmony .lobby select')[1];"
        " wave.options[0].value = 'no wave!'; wave.dispatchEvent(new Event('change')); }"
    )
    visit.page.wait_for_function(
        "document.querySelectorAll('.harmony .lobby select')[1].value === 'no wave!'"
    )
    visit.page.get_by_role("button", name="New interview").focus()
    fill_in(visit, "wave-10")
    visit.press("Enter")
    visit.wait_for(".refused")
    assert visit.text(".refused") == "Wave: Please choose."
    seen = visit.page.locator(".harmony .refused").bounding_box()
    button = visit.page.get_by_role("button", name="Begin the interview").bounding_box()
    assert 0 < button["y"] - seen["y"] < 60
    assert button["y"] < 900
    visit.check_access("81-refused")
    assert [r for r in store.respondents() if r.respondent == "wave-10"] == []
    visit.page.get_by_role("button", name="Back to the list").click()
    visit.wait_for(".lobby")
    assert visit.page.locator(".harmony .refused").count() == 0


def test_the_notebook_opened_by_hand_in_any_jupyterlab(folder, browser, store, tmp_path):
    """Default settings, no extension of ours: three quick answers are three rows."""
    command = (
        *(sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"),
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.allow_root={getattr(os, 'geteuid', lambda: 1)() == 0}",
    )
    kinds = ("CONFIG", "DATA", "RUNTIME")
    home = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in kinds}
    lab = {
        f"JUPYTERLAB_{kind}_DIR": str(tmp_path / kind.lower())
        for kind in ("SETTINGS", "WORKSPACES")
    }
    with labs.run_server(command, {**home, **lab}, tmp_path) as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.address("notebooks/1_interview-lyon.ipynb", "lab"))
        page.wait_for_function(
            """() => {
              const { sessionContext } = window.jupyterapp?.shell.currentWidget ?? {};
              const kernel = sessionContext?.session?.kernel;
              return kernel?.status === 'idle' && kernel.connectionStatus === 'connected';
            }""",
            timeout=60_000,
        )
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        visit = labs.Visit(page)
        visit.wait_for(".lobby", 40)
        begin(visit, "hand-10")
        visit.page.get_by_role("button", name="Duties").click()
        visit.wait_for_screen("duties.data")
        visit.press("1", "2")
        visit.wait_for_screen("duties.clear")
        visit.press_on("3")
        context.close()
    assert [a.chosen or a.value for _, a in store.journal("lyon", "hand-10")] == [
        ("headquarters",),
        ("plant",),
        3,
    ]


def test_a_killed_server_loses_nothing(folder, browser, store, tmp_path):
    plan = plan_lab(folder, tmp_path, site="porto")
    environment = dict(plan.environment)
    command = (*plan.command, "--IdentityProvider.token=for-a-test")
    with labs.run_server(command, environment, tmp_path) as server:
        address = server.address("notebooks/1_interview-porto.ipynb")
        with labs.open_visit(browser, address) as visit:
            begin(visit, "serv-11")
            visit.page.get_by_role("button", name="Duties").click()
            visit.wait_for_screen("duties.data")
            visit.press("1", "2")
            visit.wait_for_screen("duties.clear")
            assert visit.page.locator(".harmony[popover]").count() == 1
            server.process.kill()
            server.process.wait()
            visit.wait_for(".notice.offline", 3)
            # JupyterLab says so as well and takes every key: it must be seen, and then be gone.
            visit.page.locator(".jp-Dialog .jp-mod-reject").click(timeout=20_000)
            visit.page.wait_for_selector(".harmony[popover]")
            visit.press("4")
            visit.wait_for_status("NOT SAVED")
            for path in (tmp_path / "runtime").iterdir():
                path.unlink()
            # The same folder gets the same port, so the browser finds what it kept.
            with labs.run_server(command, environment, tmp_path) as again:
                assert again.url == server.url
                visit.page.goto(again.address("notebooks/1_interview-porto.ipynb"))
                visit.wait_for(".notice.draft", 60)
                assert visit.screen == "duties.clear"
                visit.page.get_by_role("button", name="Save them now").click()
                visit.wait_for("input:checked")
    said = {a.item: a.value or a.chosen for a in store.current("porto", "2026", "serv-11")}
    assert said == {
        "duties.data": ("headquarters",),
        "duties.people": ("plant",),
        "duties.clear": 4,
    }


def test_voila_renders_the_same_form(folder, browser, store, tmp_path):
    if find_spec("voila") is None:
        skip_or_fail("the voila extra is not installed")
    notebook = plan_lab(folder, tmp_path, site="lyon").notebook
    with (
        labs.run_voila(notebook, tmp_path) as address,
        labs.open_visit(browser, address) as visit,
    ):
        begin(visit, "voil-12")
        visit.page.get_by_role("button", name="Duties").click()
        visit.wait_for_screen("duties.data")
        visit.press("1", "2")
        visit.wait_for_screen("duties.clear")
        visit.check_access("80-voila")
    assert len(answers(store, "voil-12")) == 2
