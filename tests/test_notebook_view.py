"""A report's notebook as other programs show it, trusted or not, and as a page made by hand."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

import nbformat
import page_cases as cases
import pytest
from bs4 import BeautifulSoup
from labs import CHROMIUM, run_browser, run_server
from nbconvert import HTMLExporter
from nbconvert.preprocessors.sanitize import SanitizeHTML

from harmony_kit.batch.exporter import PageExporter
from harmony_kit.batch.page import Page
from harmony_kit.batch.places import templates_folder
from harmony_kit.batch.publish import frame_notebook
from harmony_kit.engagement.brand import Brand
from harmony_kit.interview.launch import plan_lab
from harmony_kit.report.block import PAGE, picture
from harmony_kit.report.drawings import Drawing
from harmony_kit.report.drawings.drawing import LABEL
from harmony_kit.report.notebook_view import plain_view

FRAME = Page(
    'Wäschetal "2"',
    "de",
    client="Größe & Söhne",
    brand=Brand(name="Häuser <AG>", colour="#a35", logo="data:image/png;base64,iVBORw0KGgo="),
    banner="Entwurf: nur für <uns>",
    head="Wäschetal 2 · Größe & Söhne",
)
#: What GitHub's pages let through, as far as it is published; no style, no class, no id.
TAGS = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "br", "b", "i", "strong", "em", "a", "pre", "code"),
    *("img", "div", "ins", "del", "sup", "sub", "p", "ol", "ul", "table", "thead", "tbody", "tr"),
    *("blockquote", "dl", "dt", "dd", "q", "s", "td", "th", "caption", "details", "summary"),
    *("figure", "span", "li", "hr"),
)


@pytest.fixture(scope="module")
def book() -> dict:
    made = json.dumps(frame_notebook(cases.site_book("northfield", "de"), FRAME))
    return nbformat.reads(made, as_version=4)


def outputs(book: dict, kind: str) -> list[str]:
    found = (one["data"] for cell in book["cells"] for one in cell.get("outputs", ()))
    return [data[kind] for data in found]


def words_of(html: str) -> list[str]:
    """What a reader reads, word by word; every tag keeps words apart that lie beside each other."""
    return unescape(re.sub(r"<[^>]+>", " ", html)).split()


def run_by_hand(book: dict, **settings: object) -> str:
    html, _ = HTMLExporter(**settings).from_notebook_node(book)
    return html


def test_a_drawing_becomes_a_picture_that_says_what_it_shows():
    chart = Drawing(40, 720)
    chart.text((0, 10), 'a < b & "c"', LABEL)
    html = plain_view(picture(chart, 'IT: "yes" <no>').html)
    alt, width, data = re.fullmatch(
        r'<p><img alt="([^"]*)" width="(\d+)" src="data:image/svg\+xml;base64,([^"]+)"></p>', html
    ).groups()
    assert (unescape(alt), width) == ('IT: "yes" <no>', "740")
    svg = base64.b64decode(data).decode()
    assert svg.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" width="740" height="60" viewBox="-10 -10 740 60"'
    )
    assert '<rect x="-10" y="-10" width="740" height="60" fill="#ffffff"/>' in svg
    assert '>a &lt; b &amp; "c"</text>' in svg


def test_only_the_wide_drawing_of_two_and_the_first_of_several_speaks():
    def draw(width: float = 720.0) -> Drawing:
        return Drawing(40, width)

    html = plain_view(picture([draw, draw], "Two").html)
    assert re.findall(r'alt="(\w*)" width="(\d+)"', html) == [("Two", "740"), ("", "740")]


@pytest.mark.slow
def test_nothing_is_left_that_an_untrusted_notebook_would_drop(book):
    html = "".join(outputs(book, "text/html"))
    assert re.findall(r"<(?:svg|style|script|figure|header-)\b", html) == []
    kept = {
        name for tag in re.findall(r"<\w+([^>]*)>", html) for name in re.findall(r" ([\w-]+)=", tag)
    }
    assert kept <= {"alt", "width", "src", "style", "href", "id", "scope", "colspan", "class"}
    assert "class" not in kept


@pytest.mark.slow
def test_every_word_of_the_page_is_in_the_notebook_and_none_runs_into_another(book):
    pages, plains = (outputs(book, kind) for kind in (PAGE, "text/html"))
    for page, plain in zip(pages, plains, strict=True):
        soup = BeautifulSoup(page, "html.parser")
        for one in soup.select("svg, .anchor, .back, caption.hidden"):
            one.decompose()
        shown = [word for word in words_of(plain) if word not in "●○■□▒▒·"]
        assert shown == [word for word in words_of(str(soup)) if word != "·"]


def test_the_page_keeps_its_drawings_and_is_as_large_as_it_was(book):
    html, _ = PageExporter().from_notebook_node(book)
    pages = outputs(book, PAGE)
    assert [one for one in pages if one not in html] == []
    assert html.count("<svg") == "".join(pages).count("<svg") >= 30
    assert "image/svg+xml" not in html


@pytest.mark.slow
def test_made_by_hand_the_page_is_that_of_the_batch(book, tmp_path):
    path = tmp_path / "assessment.ipynb"
    cases.render(book_before(book), tmp_path, FRAME)
    nbformat.write(book, path)
    whole = tmp_path / "page.html"
    run = [sys.executable, "-m", "jupyter", "nbconvert", path]
    subprocess.run(
        [*run, "--to", "harmony_kit.batch.exporter.PageExporter", "--output", "by_exporter"],
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "by_exporter.html").read_bytes() == whole.read_bytes()
    # nbconvert's own exporter writes what it read again, tag by tag.
    template = {"template_name": "harmony", "extra_template_basedirs": [str(templates_folder())]}
    again = str(BeautifulSoup(whole.read_text(encoding="utf-8"), "html.parser"))
    assert run_by_hand(book, **template) == again


def book_before(book: dict) -> dict:
    """The notebook before anybody told it what frames its page."""
    return {**book, "metadata": {}}


def test_the_metadata_hold_nothing_that_is_not_on_the_page(book, tmp_path):
    html = cases.render(book_before(book), tmp_path, FRAME)
    look = book["metadata"]["harmony"]["page"]
    said = [*look.values(), book["metadata"]["title"]]
    texts = [text for one in said for text in (one if isinstance(one, list) else [one])]
    flat = [str(part) for text in texts for part in (text if isinstance(text, list) else [text])]
    assert [text for text in flat if text not in html and escape(text) not in html] == []
    assert set(book["metadata"]) == {"kernelspec", "harmony", "title"}
    assert set(look) == set(FRAME.look())


def test_code_is_folded_away_where_a_report_is_whole(book):
    hidden = [c["metadata"]["jupyter"] for c in book["cells"] if c["cell_type"] == "code"]
    assert hidden == [{"source_hidden": True}] * len(hidden)


@pytest.mark.slow
def test_the_stock_template_shows_the_pictures_and_the_title(book):
    soup = BeautifulSoup(run_by_hand(book, template_name="lab"), "html.parser")
    assert soup.title.string == FRAME.head
    shown = soup.select(".jp-OutputArea img")
    assert len(shown) == "".join(outputs(book, "text/html")).count("<img ") >= 30
    assert soup.select(".jp-OutputArea svg") == []


def test_sanitized_without_styles_it_reads_in_order(book):
    attributes = {"img": ["alt", "src", "width"], "a": ["href"]}
    sieve = SanitizeHTML(tags=list(TAGS), attributes=attributes, strip=True)
    html = "\n".join(sieve.sanitize_html_tags(one) for one in outputs(book, "text/html"))
    assert words_of(html) == words_of("\n".join(outputs(book, "text/html")))
    spoken = [alt for alt in re.findall(r'<img alt="([^"]*)"', html) if alt]
    assert len(spoken) == "".join(outputs(book, PAGE)).count('<figure class="picture"')


@pytest.fixture(scope="module")
def tab(tmp_path_factory, book) -> Iterator[object]:
    """JupyterLab with the report of a plant open that nobody has trusted."""
    folder, home = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("home")
    (folder / "engagement.yaml").write_text("", encoding="utf-8")
    nbformat.write(book, folder / "assessment.ipynb")
    lab = plan_lab(folder, home)
    with run_server(lab.command, dict(lab.environment), home) as server, run_browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(server.address("assessment.ipynb"), timeout=90_000)
        page.wait_for_selector(".jp-OutputArea-output img", state="attached", timeout=90_000)
        yield page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")
def test_jupyterlab_shows_an_untrusted_report(tab, book):
    said = outputs(book, "text/html")
    n_pictures = "".join(said).count("<img ")
    tab.wait_for_function(
        "n => [...document.querySelectorAll('.jp-OutputArea-output img')]"
        ".filter(one => one.complete && one.naturalWidth).length === n",
        arg=n_pictures,
        timeout=60_000,
    )
    trusted = tab.evaluate(
        "() => { const all = window.jupyterapp.shell.currentWidget.content.model.cells;"
        " const cells = Array.from({length: all.length}, (_, i) => all.get(i));"
        " return cells.filter(one => one.outputs?.length).map(one => one.trusted) }"
    )
    assert trusted == [False] * len(said)
    assert tab.locator(".jp-OutputArea-output svg").count() == 0
    shown = "\n".join(
        tab.locator(".jp-OutputArea-output").evaluate_all("all => all.map(one => one.innerHTML)")
    )
    assert words_of(shown) == words_of("\n".join(said))
    sides = tab.locator(".jp-OutputArea-output div[style*='grid-template-columns']").first
    assert sides.evaluate("one => getComputedStyle(one).display") == "grid"
    wide = tab.evaluate(
        "() => [...document.querySelectorAll('.jp-OutputArea-output')]"
        ".filter(one => one.scrollWidth > one.clientWidth + 1).length"
    )
    assert wide == 0
    cases_folder = Path(__file__).parent.parent / "ci-output" / "notebook"
    cases_folder.mkdir(parents=True, exist_ok=True)
    tab.screenshot(path=cases_folder / "jupyterlab.png")
