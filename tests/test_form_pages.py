"""Every kind of page of the form, in every language, narrow and wide; and what keys do to it."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from conftest import IS_REQUIRED, skip_or_fail
from interviews import find_respondent, make_engagement, run_pocket

from harmony_kit.interview.sentences import load_wording, wording_languages
from harmony_kit.journal.store import Store

if IS_REQUIRED:
    import labs
else:
    labs = pytest.importorskip("labs", reason="playwright or axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {"wide": (1280, 800), "tablet": (768, 1024), "phone": (360, 740), "twice": (640, 400)}

#: What does not fit: past the page, out of its card, over another card; and a way on out of sight.
MISFITS = """() => {
  const form = document.querySelector('.harmony'), found = [];
  const box = (element) => element.getBoundingClientRect();
  if (form.scrollWidth > form.clientWidth + 1) found.push(`page ${form.scrollWidth}`);
  const next = form.querySelector('.screen .actions .primary');
  if (next && (box(next).bottom > innerHeight + 1 || box(next).top < 0)) found.push('next');
  const cards = [...form.querySelectorAll('.card, .cell, .pill')];
  for (const card of cards) {
    const a = box(card);
    for (const text of card.querySelectorAll('.anchor')) {
      const b = box(text);
      if (b.width > 1 && (b.right > a.right + 1 || b.left < a.left - 1 || b.bottom > a.bottom + 1))
        found.push(`out: ${text.textContent}`);
    }
    for (const other of cards) {
      const b = box(other);
      const isOver = a.left < b.right - 1 && b.left < a.right - 1 &&
        a.top < b.bottom - 1 && b.top < a.bottom - 1;
      if (card !== other && isOver) found.push(`over: ${card.textContent}`);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser():
    if not labs.CHROMIUM.exists():
        skip_or_fail(f"there is no {labs.CHROMIUM}")
    with labs.run_browser() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = make_engagement(tmp_path_factory.mktemp("pages") / "engagement", "it-operations")
    settings = made / "engagement.yaml"
    spoken = f"languages: [{', '.join(wording_languages())}]"
    text = re.sub(r"languages: .*", spoken, settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def address(folder) -> Iterator[str]:
    with run_pocket(folder) as (told, _):
        yield told


@contextlib.contextmanager
def held(browser, address, language="en", **options) -> Iterator[labs.Visit]:
    """An interview that has begun, in a language."""
    with labs.open_visit(browser, address, **options) as visit:
        visit.wait_for(".lobby")
        visit.press("Enter")
        visit.wait_for(".start")
        visit.page.select_option(".start select", language)
        visit.page.locator(".lenses .pill").first.click()
        visit.page.locator(".consent .tick input").click()
        yield visit


def begin(visit) -> str:
    visit.page.locator(".start .primary").click()
    visit.wait_for(".screen")
    return visit.text(".who")


def kind_of(visit) -> str:
    """A kind of page: what it asks with, and whether it is about the other side."""
    return visit.page.evaluate(
        """() => { const p = document.querySelector('.harmony .page'); return [p.className,
          ...['.estimating', '.scale', '.list', 'textarea'].filter((s) => p.querySelector(s))
        ].join(' ') }"""
    )


def check_sizes(visit, name) -> None:
    for size, (width, height) in SIZES.items():
        visit.page.set_viewport_size({"width": width, "height": height})
        assert visit.page.evaluate(MISFITS) == [], f"{name}, {size}"
        visit.check_access(f"pages-{name}-{size}")
    visit.page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("language", wording_languages())
def test_every_kind_of_page_fits_at_every_size(browser, address, language):
    with held(browser, address, language) as visit:
        check_sizes(visit, f"{language}-start")
        begin(visit)
        kinds = set()
        while visit.screen != "review":
            kind = kind_of(visit)
            if kind not in kinds:
                check_sizes(visit, f"{language}-{len(kinds)}")
            elif visit.page.evaluate(MISFITS):
                pytest.fail(f"{visit.screen}: {visit.page.evaluate(MISFITS)}")
            kinds.add(kind)
            visit.press_on("Enter")
        check_sizes(visit, f"{language}-review")
        assert len(kinds) > 5


def test_a_key_held_down_answers_and_finishes_nothing(browser, address, folder):
    with held(browser, address) as visit:
        code = begin(visit)
        first = visit.screen
        visit.page.wait_for_timeout(250)
        for _ in range(40):  # the same key again and again, as a keyboard sends it
            visit.page.keyboard.down("Enter")
        visit.page.keyboard.up("Enter")
        visit.page.wait_for_timeout(300)
        assert visit.screen not in (first, "review")
        second = visit.screen
        visit.page.wait_for_timeout(250)
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_timeout(300)
        visit.press("Backspace")
        visit.wait_for_screen(second)
    assert (
        find_respondent(Store(f"sqlite:///{folder / 'answers.sqlite'}"), code).finished_at is None
    )


@pytest.mark.parametrize("language", wording_languages())
def test_the_end_has_a_key_of_its_own_and_asks_where_something_is_open(
    browser, address, folder, language
):
    words = load_wording(language)
    store = Store(f"sqlite:///{folder / 'answers.sqlite'}")
    with held(browser, address, language) as visit:
        code = begin(visit)
        visit.page.locator(".sections button").last.click()
        visit.wait_for_screen("review")
        assert visit.page.evaluate("document.querySelector('.harmony').scrollTop") == 0
        visit.press("Enter", words["review.sure_key"])
        assert find_respondent(store, code).finished_at is None
        visit.press(words["review.finish_key"])
        visit.wait_for(".sure p")
        n_open = visit.page.locator("ul.open").first.locator("li").count()
        assert n_open > 50
        assert re.search(r"\d+", visit.text(".sure")).group() == str(n_open)
        visit.press("Enter")
        assert find_respondent(store, code).finished_at is None
        visit.check_access(f"pages-{language}-sure")
        visit.press(words["review.sure_key"])
        visit.page.wait_for_selector(".harmony .big")
    assert find_respondent(store, code).finished_at is not None


def test_what_is_chosen_shows_where_the_system_paints(browser, address):
    with held(browser, address, forced_colors="active") as visit:
        begin(visit)
        visit.page.locator(".card input").first.click()
        grounds = visit.page.evaluate(
            "() => [...document.querySelectorAll('.card')].map("
            "(card) => getComputedStyle(card).backgroundColor)"
        )
        assert grounds[0] not in grounds[1:]
        visit.check_access("pages-forced-colours")


def test_a_respondent_reads_no_path_when_the_store_cannot_be_written(browser, tmp_path):
    folder = make_engagement(tmp_path / "engagement")
    with run_pocket(folder) as (told, _), held(browser, told) as visit:
        begin(visit)
        with closing(sqlite3.connect(folder / "answers.sqlite")) as database:
            database.execute(
                "CREATE TRIGGER full BEFORE INSERT ON journal "
                f"BEGIN SELECT RAISE(ABORT, 'the disk of {folder} is full'); END"
            )
        visit.press("1", "2")
        visit.wait_for(".notice.trouble")
        said = visit.text(".notice.trouble")
        assert str(tmp_path) not in said
        assert "sqlite" not in said.lower()
        assert load_wording("en")["trouble.error_todo_alone"] in said
