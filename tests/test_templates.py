"""The pages around the reports: one style, no script, nothing loaded, read by everybody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import IS_REQUIRED, skip_or_fail
from demo_reports import AS_OF, assess, demo
from html_checks import list_faults

from harmony_kit.batch.publish import Page, render_notebook, render_page
from harmony_kit.batch.record import Failure
from harmony_kit.report import portfolio_report
from harmony_kit.report import site_report as report
from harmony_kit.report.blocks import load_words
from harmony_kit.report.portfolio import Portfolio

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates" / "harmony"
CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "</style><script>alert(1)</script>"


def _execute(notebook: str, verbs: object, name: str, subject: object) -> dict:
    """The notebook with what its calls show, as a kernel would have left it."""
    book = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))
    for cell in book["cells"]:
        call = re.fullmatch(rf"{name}\.(\w+)\(\w+\)", "".join(cell["source"]))
        if call:
            block = getattr(verbs, call[1])(subject)
            data = {"text/plain": repr(block), "text/html": block._repr_html_()}
            output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
            cell["outputs"] = [{**output, "data": data}]
    return book


def _render(book: dict, folder: Path, page: Page) -> str:
    (folder / "book.ipynb").write_text(json.dumps(book), encoding="utf-8")
    render_notebook(folder / "book.ipynb", folder / "page.html", page)
    return (folder / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def book() -> dict:
    return _execute("2_site_assessment.ipynb", report, "site_report", assess("northfield"))


@pytest.fixture(scope="module")
def site_page(book, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    page = Page("Northfield", "en", "Demo", brand="Acme", colour="#aa3355", banner="Invented")
    _render(book, folder, page)
    return folder / "page.html"


@pytest.fixture(scope="module")
def portfolio_page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    for site in ("northfield", "hinterberg", "tarn"):
        (folder / site).mkdir()
        assess(site).save(folder / site)
    loaded = Portfolio.load(demo()[0].folder, wave="2026", results=folder, as_of=AS_OF)
    made = _execute("3_portfolio.ipynb", portfolio_report, "portfolio_report", loaded)
    _render(made, folder, Page("Portfolio", "en", "Demo"))
    return folder / "page.html"


def _row(number: int, status: str) -> dict:
    row = assess("northfield").results()
    share = [{**entry, "share": (number + 1) / 10} for entry in row["headline"]]
    return {
        "site": f"s{number}",
        "name": f"Plant {number}",
        "region": "EMEA",
        "country": "NL",
        "status": status,
        "n": row["n"],
        "headline": share if status == "ok" else None,
        "signatures": row["signatures"] if status == "ok" else [],
        "left_out": [],
        "links": {"report": f"s{number}/report.html", "results": f"s{number}/results.json"},
        "failure": {"status": "failed", "sentence": "A step stopped.", "cell": 3},
        "outdated": ["answers"] if number == 1 else [],
        "setback": {"status": "late", "sentence": "It took too long."} if number == 0 else None,
        "order": {"name": number, "region": 0, "status": 9 - number, "it": 5, "operations": 5},
    }


def _index(language: str = "en") -> str:
    rows = [
        _row(i, status) for i, status in enumerate(("ok", "ok", "withheld", "failed", "missing"))
    ]
    counts = {
        "sites": 5,
        "ok": 2,
        "withheld": 1,
        "failed": 1,
        "missing": 1,
        "outdated": 1,
        "setback": 1,
    }
    run = {
        "schema": 1,
        "client": "Demo",
        "wave": "2026",
        "as_of": "2026-10-30",
        "language": language,
        "banner": "Invented",
        "brand": {"name": "Acme", "colour": "#aa3355"},
        "lenses": {"it": "IT", "operations": "Operations"},
        "package": "0",
        "counts": counts,
        "stopped": "Five in a row failed alike.",
        "sites": rows,
        "portfolio": {"status": "ok", "link": "portfolio.html", "failure": None, "setback": None},
    }
    return render_page("overview.html.j2", run).decode()


def _failure(language: str = "en") -> str:
    failure = Failure(
        "failed", "stopped", {"error": "ValueError"}, 2, HOSTILE, "ValueError", HOSTILE, HOSTILE
    )
    page = Page(HOSTILE, language, client="Demo", colour="#aa3355", failure=failure)
    content = {"page": page, "failure": failure, "has_book": True}
    return render_page("failure.html.j2", content).decode()


# ── Every page ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("make", [_index, _failure], ids=["index", "failure"])
def test_pages_of_the_run_have_no_faults(make, language):
    html = make(language)
    assert list_faults(html) == []
    assert f'<html lang="{language}">' in html
    assert not re.findall(r"\{\w*\}|\bNone\b|Undefined", html.partition("</style>")[2])


def test_pages_of_reports_have_no_faults(site_page, portfolio_page):
    for path in (site_page, portfolio_page):
        html = path.read_text(encoding="utf-8")
        assert list_faults(html) == []
        assert html.count("<h1>") == 1


@pytest.mark.parametrize("make", [_index, _failure], ids=["index", "failure"])
def test_a_policy_forbids_everything_but_the_style_of_the_page(make, site_page):
    for html in (make(), site_page.read_text(encoding="utf-8")):
        head = html.partition("</head>")[0]
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in head
        assert not re.findall(r"https?://|url\(|@import|@font-face", html)


def test_a_page_wears_the_brand_of_the_client(site_page):
    html = site_page.read_text(encoding="utf-8")
    assert "--brand: #aa3355;" in html
    for words in (
        "<span>Acme</span><span>Demo</span>",
        "<div>Invented</div>",
        "<title>Northfield</title>",
    ):
        assert words in html


def test_notes_stay_in_the_notebook_and_other_texts_are_part_of_the_report(book, tmp_path):
    text = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Added *by hand*."]}
    html = _render({**book, "cells": [*book["cells"], text]}, tmp_path, Page("x", "en"))
    assert "<p>Added <em>by hand</em>.</p>" in html
    assert "for you" not in html
    assert "Assessment.load" not in html
    assert "<Block of" not in html
    assert "&lt;Block of" not in html


def test_the_index_says_what_stands_behind_every_site():
    html = _index()
    assert "3 of 5 sites have a report, one is too small to say much" in html
    for words in ("one failed", "one is not made yet", "one is out of date", "changed: answers"):
        assert words in html
    assert html.count("<li>feels aligned, decisions stall</li>") == 2
    assert 'style="--by-name:0;--by-region:0;--by-status:9;--by-it:5;--by-operations:5;"' in html


def test_a_failed_report_says_where_and_shows_no_number():
    html = _failure("de")
    assert load_words("de").say("failure.cell", n=3) in html
    assert "../index.html" in html
    assert html.count("&lt;script&gt;") >= 4


def test_every_class_of_a_fragment_has_a_style():
    styled = set(re.findall(r"\.([a-z][\w-]*)", (TEMPLATES / "static" / "harmony.css").read_text()))
    fragments = [
        *(ROOT / "harmony_kit" / "report" / "fragments").glob("*.j2"),
        *TEMPLATES.glob("*.j2"),
    ]
    used = set()
    for path in fragments:
        text = re.sub(r"\{[{%].*?[%}]\}", " ", path.read_text(encoding="utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            used |= set(names.split())
    assert used - styled <= {"picture", "text"}


# ── In a browser ─────────────────────────────────────────────────────────────────────────────


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
def pages(site_page, portfolio_page, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "index.html").write_text(_index(), encoding="utf-8")
    (folder / "failure.html").write_text(_failure(), encoding="utf-8")
    return {
        "site": site_page,
        "portfolio": portfolio_page,
        "index": folder / "index.html",
        "failure": folder / "failure.html",
    }


NAMES = ("site", "portfolio", "index", "failure")

_OUTSIDE = """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(text => {
    const at = text.getBoundingClientRect();
    return at.left < box.left - 1 || at.right > box.right + 1
      || at.top < box.top - 1 || at.bottom > box.bottom + 1;
  }).map(text => text.textContent);
})"""


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_no_barrier_and_no_request(browser, pages, name):
    from axe_playwright_python.sync_playwright import Axe

    # axe is a script, which the policy of the page forbids.
    context = browser.new_context(bypass_csp=True, viewport={"width": 1100, "height": 900})
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(pages[name].as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(tab)
    assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []
    assert asked == [pages[name].as_uri()]
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["site", "portfolio"])
@pytest.mark.parametrize("width", [1100, 390])
def test_no_letter_leaves_its_picture_and_no_line_the_page(browser, pages, name, width):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto(pages[name].as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert tab.evaluate(_OUTSIDE) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()


@pytest.mark.browser
def test_radio_buttons_sort_the_index_without_a_script(browser, pages):
    tab = browser.new_context(java_script_enabled=True).new_page()
    tab.goto(pages["index"].as_uri())
    order = """() => [...document.querySelectorAll(".sites tbody tr")]
        .map(row => [row.getBoundingClientRect().top, row.querySelector("strong").textContent])
        .sort((a, b) => a[0] - b[0]).map(pair => pair[1])"""
    assert tab.evaluate(order) == [f"Plant {i}" for i in range(5)]
    tab.check("#by-status")
    assert tab.evaluate(order) == [f"Plant {i}" for i in reversed(range(5))]
    tab.close()


@pytest.mark.browser
def test_a_report_prints_on_paper(browser, pages):
    tab = browser.new_page()
    tab.goto(pages["site"].as_uri())
    paper = tab.pdf(prefer_css_page_size=True)
    n_pages = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert 10 <= n_pages <= 30
    tab.close()
