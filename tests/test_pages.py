"""Every kind of page as people meet it: phone, screen, dark, forced colours, large, paper.

One browser for all of it. A page is opened once for each look; what it looks like is kept in
the folder of the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import page_cases
import pytest
from conftest import IS_REQUIRED, skip_or_fail
from page_cases import KINDS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = Path("/usr/bin/chromium")
#: Name → width, and what the reader has set up.
LOOKS = {
    "phone": (360, {}),
    "tablet": (768, {}),
    "screen": (1440, {}),
    "twice": (640, {"device_scale_factor": 2}),  # 1280 points at 200 %
    "dark": (1100, {"color_scheme": "dark", "reduced_motion": "reduce"}),
    "forced": (1100, {"forced_colors": "active", "color_scheme": "dark"}),
}
#: What the look changes; the other rules of axe are looked at once.
_CHANGING = ["color-contrast", "scrollable-region-focusable", "target-size", "link-in-text-block"]
_OUTSIDE = """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  const slack = 1 + box.width / svg.viewBox.baseVal.width;  // a J reaches left of where it begins
  return [...svg.querySelectorAll("text")].filter(text => {
    const at = text.getBoundingClientRect();
    return at.width > 0 && (at.left < box.left - slack || at.right > box.right + slack
      || at.top < box.top - slack || at.bottom > box.bottom + slack);
  }).map(text => text.textContent);
})"""


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        skip_or_fail(f"there is no {CHROMIUM}")
    if not IS_REQUIRED:
        pytest.importorskip("playwright", reason="playwright is not installed")
        pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name in ("site", "too_few", "portfolio"):
        (folder / name).mkdir()
    written = {"index": page_cases.index(), "failure": page_cases.failure()}
    written |= {"handout": page_cases.handout(), "overview": page_cases.overview()}
    for name, html in written.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    loaded = page_cases.load_portfolio(folder / "portfolio")
    return {
        "site": page_cases.site_page(folder / "site"),
        "too_few": page_cases.site_page(folder / "too_few", "tarn"),
        "portfolio": page_cases.portfolio_page(folder / "portfolio", loaded),
        **{name: folder / f"{name}.html" for name in written},
    }


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> dict[str, Path]:
    """Portfolio and index of five hundred plants."""
    folder = tmp_path_factory.mktemp("many")
    loaded = page_cases.repeat_sites(page_cases.load_portfolio(folder), 500)
    run = {**page_cases.index_run(), "sites": page_cases.many_rows(500)}
    (folder / "index.html").write_bytes(page_cases.render_index(run))
    overview = page_cases.overview(n=10_000)
    (folder / "overview.html").write_text(overview, encoding="utf-8")
    return {
        "portfolio": page_cases.portfolio_page(folder, loaded),
        "index": folder / "index.html",
        "overview": folder / "overview.html",
    }


@dataclass
class Tab:
    """A page that is open, what it asked for and what it complained about."""

    page: object
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@contextmanager
def open_tab(browser, path: Path, width: int = 1100, **settings: object) -> Iterator[Tab]:
    # axe is a script, which the policy of the page forbids.
    size = {"width": width, "height": 900}
    context = browser.new_context(bypass_csp=True, viewport=size, **settings)
    tab = Tab(context.new_page())
    tab.page.on("request", lambda request: tab.asked.append(request.url))
    tab.page.on("console", lambda message: tab.said.append(message.text))
    tab.page.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.page.goto(path.as_uri())
    tab.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    yield tab
    context.close()


def list_barriers(tab: Tab, *, is_whole: bool) -> list[tuple[str, str]]:
    """What axe finds: by all of its rules, or by those a look can break."""
    from axe_playwright_python.sync_playwright import Axe

    if is_whole:
        found = Axe().run(tab.page, options={"resultTypes": ["violations"]})
    else:
        # Letters of pictures keep their contrast; a test of the palette holds them.
        options = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": _CHANGING}}
        found = Axe().run(tab.page, {"exclude": [["figure.picture"]]}, options)
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_in_every_look(browser, pages, tmp_path, kind, look):
    width, settings = LOOKS[look]
    with open_tab(browser, pages[kind], width, **settings) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.page.evaluate(_OUTSIDE) == []
        assert list_barriers(tab, is_whole=look == "screen") == []
        assert tab.asked == [pages[kind].as_uri()]
        assert tab.said == []
        keep_picture(tab, tmp_path / f"{kind}-{look}.png", width)


@pytest.mark.parametrize("language", ["de", "es"])
def test_longer_words_fit_a_phone_too(browser, tmp_path, language):
    path = page_cases.site_page(tmp_path, "kingsbridge", language)
    for width in (360, 768):
        with open_tab(browser, path, width) as tab:
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
            assert tab.page.evaluate(_OUTSIDE) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_on_paper(browser, pages, tmp_path, kind):
    with open_tab(browser, pages[kind]) as tab:
        tab.page.emulate_media(media="print")
        assert tab.page.evaluate(_OUTSIDE) == []
        keep_picture(tab, tmp_path / f"{kind}-print.png", 1100)
        assert count_sheets(tab) <= {"site": 36, "portfolio": 12}.get(kind, 7)


def keep_picture(tab: Tab, path: Path, width: int) -> None:
    """The upper part of the page, which is enough to see whether it looks as it should."""
    clip = {"x": 0, "y": 0, "width": width, "height": 4000}
    tab.page.screenshot(path=path, full_page=True, clip=clip, scale="css")


def count_sheets(tab: Tab) -> int:
    """As it comes from the printer of somebody who opened nothing."""
    tab.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    paper = tab.page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def test_every_table_folded_away_stands_in_the_appendix_on_paper(browser, pages):
    with open_tab(browser, pages["site"]) as tab:
        tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
        visible = "document.querySelector('.appendix').checkVisibility()"
        assert not tab.page.evaluate(visible)
        tab.page.emulate_media(media="print")
        assert tab.page.evaluate(visible)
        n_folded, n_listed = tab.page.evaluate(
            "[document.querySelectorAll('details.data').length,"
            " document.querySelectorAll('.appendix table').length]"
        )
        assert n_folded == n_listed > 20


def test_no_table_is_cut_off_on_paper(browser, pages):
    """Paper does not scroll: a table ends where its column of text ends."""
    wide = """() => [...document.querySelectorAll('table')].filter(table => {
        const box = table.getBoundingClientRect();
        const room = table.closest('li, section, main').getBoundingClientRect();
        return table.checkVisibility() && box.width && box.width > room.width + 1;
    }).map(table => table.textContent.slice(0, 60))"""
    for kind in ("site", "too_few"):
        with open_tab(browser, pages[kind], 680) as tab:  # A4 within its margins
            tab.page.emulate_media(media="print")
            assert tab.page.evaluate(wide) == []
            bars = (
                "[...document.querySelectorAll('.scroll')].map(e => getComputedStyle(e).overflowX)"
            )
            assert set(tab.page.evaluate(bars)) <= {"visible"}


def test_pictures_are_drawn_anew_on_a_phone(browser, pages):
    shown = """() => [...document.querySelectorAll("figure.picture svg")]
        .filter(svg => svg.checkVisibility()).map(svg => svg.viewBox.baseVal.width)"""
    with open_tab(browser, pages["site"], 360) as tab:
        assert set(tab.page.evaluate(shown)) == {320, 328}
    with open_tab(browser, pages["site"], 1100) as tab:
        assert set(tab.page.evaluate(shown)) == {320, 720}


def test_every_region_that_scrolls_can_be_reached_by_keyboard(browser, pages):
    with open_tab(browser, pages["site"], 360) as tab:
        stuck = tab.page.evaluate(
            """() => [...document.querySelectorAll("*")].filter(each =>
              each.scrollWidth > each.clientWidth + 1 && each.tabIndex < 0
              && ["auto", "scroll"].includes(getComputedStyle(each).overflowX)
            ).map(each => each.outerHTML.slice(0, 100))"""
        )
        assert stuck == []


def test_a_page_leads_back_and_to_each_of_its_findings(browser, pages):
    with open_tab(browser, pages["site"]) as tab:
        around = tab.page.evaluate(
            "[...document.querySelectorAll('.bar a')].map(one => one.getAttribute('href'))"
        )
        assert around == ["../index.html", "../portfolio.html"]
        addresses = tab.page.evaluate(
            """() => [...document.querySelectorAll("a.anchor")].map(one =>
              decodeURIComponent(one.hash.slice(1)) === one.closest("[id]").id)"""
        )
        assert len(addresses) > 10
        assert set(addresses) == {True}


def test_the_contents_stay_in_sight_on_a_wide_screen(browser, pages):
    with open_tab(browser, pages["site"], 1440) as tab:
        tab.page.evaluate("window.scrollTo(0, 5000)")
        box = tab.page.locator("nav.contents").bounding_box()
        assert box["y"] == 0
        assert box["x"] + box["width"] <= tab.page.locator("main").bounding_box()["x"]


def test_radio_buttons_sort_and_choose_without_a_script(browser, pages):
    with open_tab(browser, pages["index"], java_script_enabled=True) as tab:
        order = """() => [...document.querySelectorAll(".sites [data-state]")]
            .filter(row => row.checkVisibility())
            .map(row => [row.getBoundingClientRect().top, row.querySelector("strong").textContent])
            .sort((a, b) => a[0] - b[0]).map(pair => pair[1])"""
        assert tab.page.evaluate(order) == [f"Plant {i}" for i in range(5)]
        tab.page.check("#by-status")
        assert tab.page.evaluate(order) == [f"Plant {i}" for i in reversed(range(5))]
        tab.page.check("#state-ok")
        assert tab.page.evaluate(order) == ["Plant 1", "Plant 0"]


def test_plants_are_chosen_by_region_and_state_together(browser, many):
    with open_tab(browser, many["index"]) as tab:
        count = """[...document.querySelectorAll('.sites [data-state]')]
            .filter(row => row.checkVisibility()).length"""
        assert tab.page.evaluate(count) == 500
        tab.page.check("#region-1")
        assert tab.page.evaluate(count) == 167
        tab.page.check("#state-failed")
        assert tab.page.evaluate(count) == 83
        letters = tab.page.locator(".letters a").all_inner_texts()
        assert letters == list("ABCDEFGH")


def test_a_letter_leads_to_its_plants_whatever_is_chosen(browser, many):
    first = """[...document.querySelectorAll('.sites [data-state]')]
        .filter(row => row.checkVisibility() && row.getBoundingClientRect().top >= -1)
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0]
        .querySelector('strong').textContent[0]"""
    for width in (360, 1440):
        with open_tab(browser, many["index"], width, reduced_motion="reduce") as tab:
            for chosen in ("#region-0", "#region-1", "#state-failed"):
                tab.page.check(chosen)
                tab.page.click(".letters a >> text=D")
                assert tab.page.evaluate(first) >= "D"
                assert tab.page.evaluate("scrollY") > 0
            tab.page.check("#by-region")  # the letters are in no order then
            assert not tab.page.locator(".letters").is_visible()


def test_nothing_lies_on_the_ends_of_lines(browser, pages):
    under = """() => {
      const strip = document.querySelector('.back').getBoundingClientRect();
      return [strip.left, strip.right - document.documentElement.clientWidth];
    }"""
    for width in (360, 768, 1100):
        with open_tab(browser, pages["site"], width) as tab:
            assert tab.page.evaluate(under) == [0, 0]
            tab.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            end = tab.page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
            assert end <= tab.page.locator(".back").bounding_box()["y"]


@pytest.mark.parametrize("kind", ["portfolio", "index"])
def test_five_hundred_plants(browser, many, tmp_path, kind):
    assert many[kind].stat().st_size < 3_000_000
    for look in ("phone", "tablet", "screen"):
        width, settings = LOOKS[look]
        with open_tab(browser, many[kind], width, **settings) as tab:
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
            assert tab.page.evaluate(_OUTSIDE) == []
            assert tab.asked == [many[kind].as_uri()]
            tab.page.screenshot(path=tmp_path / f"{kind}-500-{look}.png")
    with open_tab(browser, many[kind]) as tab:
        assert count_sheets(tab) <= 12


def test_an_overview_of_ten_thousand_plants(browser, many):
    assert many["overview"].stat().st_size < 1_500_000
    with open_tab(browser, many["overview"], 360, reduced_motion="reduce") as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") == 360
        tab.page.locator(".letters a").nth(2).click()
        tab.page.wait_for_function("location.hash === '#letter-3'")
        assert tab.page.locator("#letter-3").is_visible()
        tab.page.goto(f"{many['overview'].as_uri()}#at-s7777")
        name = tab.page.locator("#at-s7777")
        assert name.evaluate("one => one.getBoundingClientRect().top") < 900
        row = name.locator("a").get_attribute("href")
        assert row == "index-americas.html#at-s7777"
        assert tab.asked == [many["overview"].as_uri()]
    with open_tab(browser, many["overview"]) as tab:
        assert count_sheets(tab) == 1
