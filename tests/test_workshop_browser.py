"""A whole workshop in a real JupyterLab, in a real browser, by keyboard, on a projector."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from conftest import IS_REQUIRED, skip_or_fail
from workshops import LENSES, Holder, make_workshop

from harmony_kit.interview.launch import plan_lab
from harmony_kit.journal.accord import accord_of
from harmony_kit.journal.store import Store

if IS_REQUIRED:
    import labs
else:
    labs = pytest.importorskip("labs", reason="playwright or axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "notebooks/4_workshop-lyon.ipynb"
PROJECTORS = [(1920, 1080), (1280, 800)]


@pytest.fixture(scope="module")
def browser():
    if not labs.CHROMIUM.exists():
        skip_or_fail(f"there is no {labs.CHROMIUM}")
    with labs.run_browser() as running:
        yield running


@pytest.fixture
def folder(tmp_path):
    return make_workshop(tmp_path / "acme")


@pytest.fixture
def lab(folder, browser, tmp_path):
    (tmp_path / "lab").mkdir()
    plan = plan_lab(
        folder,
        tmp_path / "lab",
        site="lyon",
        notebook="4_workshop.ipynb",
        parameters={"workflow": None, "screen": "projector"},
    )
    with labs.run_server(plan.command, dict(plan.environment), tmp_path / "lab") as server:
        yield server


class Board:
    """The board in a browser: keys, and waiting for what they lead to."""

    def __init__(self, visit, size=(1920, 1080)):
        self.visit, self.page = visit, visit.page
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.get_by_role("button", name="Full window").click()
        self.rest()

    def rest(self):
        """Wait until the board has done what it was told, and all of it is saved."""
        self.page.wait_for_timeout(30)
        # A kernel of a crowded machine is silent for seconds, and no key is awaited meanwhile.
        self.page.wait_for_function(
            "() => !document.querySelector('.harmony:is([aria-busy], .offline)')", timeout=30_000
        )

    def press(self, *keys):
        for key in keys:
            self.rest()
            if key == "Enter":
                self.page.wait_for_timeout(220)  # two at once are one, as people press them
            self.page.keyboard.press(key)
        self.rest()

    def type(self, text):
        self.rest()
        self.page.keyboard.type(text)

    def settle(self):
        """Wait until what was typed is on disk."""
        self.page.wait_for_timeout(700)
        self.visit.wait_for_status("Saved")

    def look(self, name):
        """axe finds nothing, nothing is cut off at the side, and a picture is kept."""
        self.visit.check_access(f"workshop-{name}")
        is_wide = self.page.evaluate(
            "() => { const b = document.querySelector('.harmony');"
            " return b.scrollWidth > b.clientWidth }"
        )
        assert not is_wide, name

    def find(self, role, name):
        return self.page.get_by_role(role, name=re.compile(name))


@pytest.fixture
def visit(lab, browser):
    with labs.open_visit(browser, lab.address(NOTEBOOK)) as opened:
        yield opened


def stored(folder):
    with closing(Store(f"sqlite:///{folder / 'answers.sqlite'}", is_reader=True)) as store:
        return accord_of(store.ledger.entries(), "lyon", "2026", "stop-line")


def choose(board):
    """The first step: a decision, the proposed topics, how many people."""
    board.press("1")
    board.visit.wait_for_screen("choose;topics")
    board.press("a", "Enter")
    board.visit.wait_for_screen("choose;room")
    board.type("3")
    board.press("Enter")
    board.type("4")
    board.settle()


@pytest.mark.parametrize("size", PROJECTORS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_whole_workshop_by_keyboard(visit, folder, size):  # noqa: PLR0915 - one story
    dialogs = []
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    board = Board(visit, size)
    before = visit.notebook()
    at = f"{size[0]}-"
    points = visit.page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('.harmony')).fontSize)"
    )
    assert points == pytest.approx(size[0] / 60, abs=0.01)  # 32 px are 24 pt
    board.look(f"{at}0-choose")
    choose(board)
    board.look(f"{at}0-room")
    board.press("Enter")
    for n in range(5):
        assert visit.screen.startswith("predict;")
        board.type("2.5")
        assert "2.5" not in visit.text()
        if n == 0:
            board.look(f"{at}1-predict")
        board.press("Enter")
        board.type("4")
        board.press("Enter", "Enter")
    for n in range(5):
        assert visit.screen.startswith("reveal;")
        board.type("The minute counts at the line.")
        board.press("Enter")
        board.type("An audit asks for it.")
        if n == 0:
            board.settle()
            board.look(f"{at}2-reveal")
        board.press("Enter")
    assert visit.screen == "frame;frame.decision"
    board.press("a")
    board.type("It stops the line, and only that.")
    board.press("Enter", "w")
    board.type("every shift")
    board.press("Enter")
    board.type("at each change")
    board.press("Enter")
    board.type("plant manager")
    board.press("Enter", "Enter", "Enter")
    board.type("12312026")
    board.settle()
    board.look(f"{at}3-frame")
    board.press("Enter", "o", "Alt+4")
    assert visit.screen == "questions"
    board.look(f"{at}4-questions")
    board.press("1")
    board.press("b", "Enter")
    board.type("head of IT")
    board.press("Enter", "i", "Enter")
    board.type("Kay Moss")
    board.press("Enter")
    board.type("12012026")
    board.settle()
    board.look(f"{at}4-question")
    assert visit.page.locator(".harmony .marks p").count() == 0
    board.press("Alt+5", "o", "2")
    board.type("There is a second check at the end.")
    board.settle()
    board.look(f"{at}5-readiness")
    board.press("Alt+6")
    for text in ("recommend", "the shift lead", "into the log", "the plant manager"):
        board.type(text)
        board.press("Enter")
    board.settle()
    board.press("Tab", "s")
    assert "Pilot: It cannot start" in visit.text(".refused")
    board.look(f"{at}6-blank")
    board.type("anybody, at once")
    board.press("Enter", "s")
    board.look(f"{at}6-boundaries")
    board.press("Alt+7", "1")
    board.press("Enter")
    board.type("head of IT")
    board.press("Enter", "Enter")
    board.type("shift lead")
    board.press("Enter", "Enter", "3")
    board.type("It hangs at the line.")
    board.settle()
    board.look(f"{at}7-action")
    board.press("Alt+8")
    board.type("We would stop later.")
    board.settle()
    board.look(f"{at}8-aloud")
    accord = stored(folder)
    assert accord.attendance == {"it": 3, "operations": 4}
    assert [(one.ref, one.state) for one in accord.sentences] == [
        ("frame.decision", "agreed"),
        ("frame.timing", "two_wordings"),
        ("frame.inputs", "open"),
    ]
    assert [(one.ref, one.value.get("sort")) for one in accord.questions] == [
        ("ownership.bridge", "bridge"),
        ("frame.inputs", None),
    ]
    assert [one.state for one in accord.boundaries] == ["starts"]
    assert [one.ref for one in accord.marked] == ["frame.inputs"]
    with closing(Store(f"sqlite:///{folder / 'answers.sqlite'}", is_reader=True)) as store:
        owners = {(one.lens, one.role) for one in store.ledger.owners()}
        assert owners == {
            ("", "plant manager"),
            ("it", "head of IT"),
            ("operations", "shift lead"),
        }
        assert list(store.ledger.names().values()) == ["Kay Moss"]
    assert [len(one.owners) for one in accord.actions] == [2]
    assert [one.text for one in accord.dissent] == ["We would stop later."]
    said = sorted(repr((one.thing, one.state, one.value)) for one in accord.current)
    board.press("Alt+z")
    assert stored(folder).dissent == ()
    board.press("Alt+y")
    again = stored(folder).current
    assert sorted(repr((one.thing, one.state, one.value)) for one in again) == said
    assert (dialogs, visit.notebook()) == ([], before)


def _fill_the_longest_sheets(folder):
    """A verdict that was overruled and is blocked, and an action that is late."""
    holder = Holder(folder, workflow="stop-line")
    holder.ask(do="take", kind="action", ref="topic:frame")
    action = "action;topic:frame;"
    for lens, role in zip(LENSES, ("head of IT", "shift lead"), strict=True):
        holder.say(f"{action};owner-{lens}", role=role, lens=lens)
    holder.choose(f"{action};days", "60")
    holder.say(f"{action};done_when", "it hangs at the line")
    holder.choose(f"{action};state", "late")
    holder.choose("verdict;stop-line;;state", "overruled")
    holder.choose("verdict;stop-line;;verdict", "act_with_guardrails")
    holder.choose("verdict;stop-line;;check", "readiness.clean")


def test_the_longest_sheets_are_whole_on_a_low_screen(folder, lab, browser):
    _fill_the_longest_sheets(folder)
    with labs.open_visit(browser, lab.address(NOTEBOOK)) as visit:
        board = Board(visit, (1280, 800))
        for step in (5, 7):
            board.press(f"Alt+{step}")
            if step == 7:
                board.page.locator(".things button").first.click()
                board.rest()
            height = "[...document.querySelectorAll('.harmony')].map((e) => e.scrollHeight)"
            assert board.page.evaluate(height) == [800], step
        board.press("Alt+0")
        board.page.get_by_label("Another decision").fill("When to call maintenance")
        board.press("Enter")
        assert board.page.locator(".who").inner_text() == "Lyon · When to call maintenance"


def test_what_is_marked_shows_without_colours_and_in_the_dark(lab, browser):
    for scheme in ({"forced_colors": "active"}, {"color_scheme": "dark"}):
        with labs.open_visit(browser, lab.address(NOTEBOOK), **scheme) as visit:
            board = Board(visit)
            if visit.screen == "choose":
                choose(board)
            board.press("Alt+3", "o")
            assert "becomes a question" in visit.text(".marks")
            board.look(f"look-{next(iter(scheme))}")
            assert visit.focused()["isRinged"]
            board.press("Shift+Tab")
            chosen = visit.page.locator(".harmony .card:has(input:checked)").first
            other = visit.page.locator(".harmony .card:not(:has(input:checked))").first
            grounds = [
                one.evaluate("(e) => getComputedStyle(e).backgroundColor")
                for one in (chosen, other)
            ]
            assert grounds[0] != grounds[1]


@pytest.mark.parametrize(("language", "word"), [("Deutsch", "Spielregeln"), ("Español", "Reglas")])
def test_it_speaks_the_other_languages(lab, browser, folder, language, word):
    text = (folder / "engagement.yaml").read_text()
    assert "languages: [en, de]" in text
    (folder / "engagement.yaml").write_text(text.replace("[en, de]", "[en, de, es]"))
    with labs.open_visit(browser, lab.address(NOTEBOOK)) as visit:
        board = Board(visit)
        choose(board)
        visit.page.select_option(".harmony .bar select", label=language)
        board.rest()
        visit.page.wait_for_function(
            "(word) => document.querySelector('.harmony .sections').textContent.includes(word)",
            arg=word,
            timeout=10_000,
        )
        for step in range(9):
            board.press(f"Alt+{step}")
            board.look(f"{language[:2].lower()}-{step}")
        assert not {"Ground", "Questions", "Actions"} & set(visit.text(".sections").split())


@pytest.mark.parametrize(
    ("step", "field", "thing"),
    [
        ("0", "attendance;room;it;count", ("attendance", "room", "it")),
        ("2", "why;frame.inputs;it;text", ("why", "frame.inputs", "it")),
        ("3", "sentence;frame.decision;;text", ("sentence", "frame.decision", "")),
        ("8", "note;dissent;it;text", ("note", "dissent", "it")),
    ],
)
def test_a_killed_kernel_loses_nothing_that_was_typed(visit, lab, folder, step, field, thing):
    board = Board(visit)
    choose(board)
    if step == "0":
        typed = "7"
        visit.page.locator(".harmony .said input").first.fill("")
    else:
        typed = "Nothing of this is lost."
    if step == "2":
        board.press("Enter")
        for _ in range(2):
            board.type("3")
            board.press("Enter")
    board.press(f"Alt+{step}")
    if step == "0":
        board.press("Alt+0", "Enter", "Enter", "Enter")  # past a decision of ones own
    if step == "3":
        board.press("a")
    lab.freeze_kernels()
    visit.page.keyboard.type(typed)
    visit.wait_for(".notice.offline", 10)
    visit.wait_for_status("NOT SAVED")
    lab.kill_kernels()
    visit.wait_for(".notice.draft", 60)
    visit.page.get_by_role("button", name="Save them now").click()
    visit.wait_for_status("Saved", 20)
    visit.page.wait_for_function(
        "() => !document.querySelector('.harmony .notice')", timeout=20_000
    )
    kind, ref, lens = thing
    known = stored(folder).find(kind, ref, lens)
    assert typed in known.value.values(), (field, known)
