"""harmony pdf: pages as PDFs beside them, by a browser that is really there."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from unicodedata import normalize

import page_cases
import pytest
from click.testing import CliRunner
from conftest import skip_or_fail
from engagement_folders import WAVE, make_folder, request_for, save_answers

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.browsers import find_browser
from harmony_kit.batch.paper import name_pdf, readable_for_print
from harmony_kit.cli import main
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.errors import FileError

CHROMIUM = Path("/usr/bin/chromium")
PAGES = ("northfield/report", "portfolio", "index")
#: As `harmony pdf` leaves one that nobody wrote into.
PRINTED = b"%PDF of before (D:20260101000000+00'00') %%EOF"


def _run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["pdf", *map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


def _start(folder: Path, name: str, script: str = "exit 3") -> Path:
    """A program that can be started."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _pdfs(folder: Path) -> list[str]:
    reports = folder / "reports"
    return sorted(path.relative_to(reports).as_posix() for path in reports.rglob("*.pdf"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    """Two small plants, their pages, and something in the place of each PDF."""
    folder = make_folder(tmp_path_factory.mktemp("ran") / "acme", ["north", "south"])
    run_engagement(request_for(folder))
    for page in (folder / "reports").rglob("*.html"):
        if page.stem in ("report", "portfolio", "index"):
            name_pdf(page).write_bytes(PRINTED)
    return folder


@pytest.fixture
def acme(ran, tmp_path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "acme", copy_function=shutil.copy2))


def test_links_to_files_are_words_and_the_others_stay():
    page = (
        '<head></head><a href="../index.html" class="x">All</a><a class="y" href="file:///x">F</a>'
        '<a href="#one">One</a><a href="https://example.org/">Web</a><h2 id="h">Two\n   words</h2>'
        '<p>&lt;a href=&#34;x.html&#34;&gt;</p><svg><use href="#mark"/></svg>'
    )
    assert readable_for_print(page) == (
        "<head><style>h1, h2, h3, h4, h5, h6 { white-space: break-spaces; }</style></head>"
        '<a class="x">All</a><a class="y">F</a>'
        '<a href="#one">One</a><a href="https://example.org/">Web</a><h2 id="h">Two words</h2>'
        '<p>&lt;a href=&#34;x.html&#34;&gt;</p><svg><use href="#mark"/></svg>'
    )


def test_a_browser_is_found_by_name_on_the_path_and_where_it_is_installed(tmp_path):
    edge = _start(tmp_path / "Programs", "Microsoft/Edge/Application/msedge.exe")
    mac = "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    chrome = _start(tmp_path / "home", mac)
    second = _start(tmp_path / "bin", "google-chrome")
    nothing = str(tmp_path / "empty")
    everything = {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path / "home"),
        "PROGRAMFILES": str(tmp_path / "Programs"),
    }
    root = tmp_path / "root"
    assert find_browser(None, everything, root) == second
    assert find_browser(None, {**everything, "PATH": nothing}, root) == chrome
    alone = {"PATH": nothing, "PROGRAMFILES(X86)": str(tmp_path / "Programs")}
    assert find_browser(None, alone, root) == edge
    snap = _start(root, "snap/bin/chromium")
    assert find_browser(None, alone, root) == snap
    assert find_browser(str(edge), everything, root) == edge


def test_without_a_browser_it_is_said_what_to_install(tmp_path):
    with pytest.raises(FileError) as raised:
        find_browser(None, {"PATH": str(tmp_path)}, tmp_path)
    assert str(raised.value) == (
        "a browser that prints: was not found, neither on PATH nor where it is usually installed. "
        "Allowed: Chromium, Google Chrome or Microsoft Edge, version 131 or newer. "
        "Install one (Debian, Ubuntu: apt install chromium; macOS: brew install --cask "
        "google-chrome; Windows has Edge: winget install Microsoft.Edge), or say where it is with "
        "--browser PATH."
    )


@pytest.mark.slow
def test_a_browser_that_is_not_there_is_refused_and_nothing_goes(acme):
    assert _run(acme, "--browser", "nope", code=1) == (
        "error: nope: is no program that can be started. "
        "Allowed: Chromium, Google Chrome or Microsoft Edge, version 131 or newer.\n"
    )
    assert _pdfs(acme) == ["index.pdf", "north/report.pdf", "portfolio.pdf", "south/report.pdf"]


def test_a_folder_without_reports_says_what_to_do_first(tmp_path):
    folder = make_folder(tmp_path / "acme", ["north"])
    assert _run(folder, code=1) == (
        f"error: {folder / 'reports'}: has no report to print. "
        f"Make them first: harmony run {folder}\n"
    )


def test_a_page_that_fails_is_named_and_leaves_no_pdf(acme, tmp_path):
    """Neither half a PDF nor the one of before."""
    broken = _start(tmp_path, "broken", "echo '[1:2:ERROR:x.cc] No space left' >&2; exit 3")
    shutil.rmtree(acme / "reports" / "south")
    told = _run(acme, "--force", "--browser", broken, code=1)
    reports = acme / "reports"
    why = "the browser ended with 3 and wrote no whole PDF: No space left"
    assert told.splitlines() == [
        f"1/3 failed {reports / 'north' / 'report.pdf'}: {why}",
        f"2/3 failed {reports / 'portfolio.pdf'}: {why}",
        f"3/3 failed {reports / 'index.pdf'}: {why}",
        f"no report to print: south. Make it first: harmony run {acme}",
        "0 printed, 0 up to date, 3 failed",
    ]
    assert _pdfs(acme) == []
    assert list((acme / ".harmony").glob("work-*")) == []


@pytest.mark.slow
def test_a_pdf_lives_as_long_as_its_page(acme):
    run_engagement(request_for(acme))
    assert _pdfs(acme) == ["index.pdf", "north/report.pdf", "portfolio.pdf", "south/report.pdf"]
    index = (acme / "reports" / "index.html").read_bytes()
    save_answers(acme, "north", 5)
    run_engagement(request_for(acme))
    assert (acme / "reports" / "index.html").read_bytes() == index
    assert _pdfs(acme) == ["index.pdf", "south/report.pdf"]
    settings = acme / "engagement.yaml"
    settings.write_text(settings.read_text("utf-8").replace("Tiny", "Other"), encoding="utf-8")
    run_engagement(request_for(acme))
    assert _pdfs(acme) == []


def test_whoever_is_forgotten_is_in_no_pdf(acme):
    whose = ["--site", "north", "--respondent", "night-0", "--wave", WAVE]
    done = CliRunner().invoke(main, ["forget", str(acme), *whose])
    assert done.exit_code == 0, done.output
    assert _pdfs(acme) == ["south/report.pdf"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """A plant, the portfolio and the index of the demo, with everything that can stand on them."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    create_demo(folder)
    reports = folder / "reports"
    for name in ("northfield", "parts"):
        (reports / name).mkdir(parents=True)
    page_cases.site_page(reports / "northfield").rename(reports / "northfield" / "report.html")
    loaded = page_cases.load_portfolio(reports / "parts")
    page_cases.portfolio_page(reports / "parts", loaded).rename(reports / "portfolio.html")
    (reports / "index.html").write_text(page_cases.index(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def printed(demo) -> Path:
    if not CHROMIUM.exists():
        skip_or_fail(f"there is no {CHROMIUM}")
    told = _run(demo, "--browser", CHROMIUM)
    paths = [demo / "reports" / f"{name}.pdf" for name in PAGES]
    lines = told.splitlines()
    assert lines[:3] == [f"{i}/3 printed {path}" for i, path in enumerate(paths, 1)]
    assert lines[-1] == "3 printed, 0 up to date, 0 failed"
    return demo


def _read(demo: Path, name: str):
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    return pypdf.PdfReader(demo / "reports" / f"{name}.pdf")


def _headings(html: str) -> set[str]:
    """The words of the headings of a page."""
    found = re.findall(r"<(h[1-6])\b[^>]*>(.*?)</\1>", html, re.DOTALL)
    plain = (unescape(re.sub(r"<[^>]*>", "", inner)) for _, inner in found)
    return {" ".join(one.split()) for one in plain}


def _titles(outline) -> list[str]:
    nested = (_titles(one) if isinstance(one, list) else [one.title] for one in outline)
    return [title for titles in nested for title in titles]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_pdf_is_a4_tagged_bookmarked_numbered_and_leads_nowhere_else(printed, name):
    pdf = _read(printed, name)
    assert {tuple(round(float(x)) for x in page.mediabox) for page in pdf.pages} == {
        (0, 0, 595, 842)
    }
    assert pdf.root_object["/MarkInfo"] == {"/Type": "/MarkInfo", "/Marked": True}
    assert "/StructTreeRoot" in pdf.root_object
    assert pdf.root_object["/Lang"] == "en"
    n = len(pdf.pages)
    texts = [page.extract_text() for page in pdf.pages]
    assert [i for i, text in enumerate(texts, 1) if f"{i} / {n}" not in text] == []
    assert _titles(pdf.outline) != []
    links = [link.get_object() for page in pdf.pages for link in page.get("/Annots") or ()]
    assert [link["/A"]["/URI"] for link in links if "/A" in link] == []
    objects = [pdf.get_object(i) for i in range(1, pdf.trailer["/Size"])]
    assert [one for one in objects if "file:" in str(one)] == []


@pytest.mark.browser
@pytest.mark.slow
def test_a_report_has_its_head_on_every_page_its_headings_as_bookmarks_and_links_inside(printed):
    pdf = _read(printed, "northfield/report")
    heads = {normalize("NFKC", page.extract_text())[:10] for page in pdf.pages}
    assert heads == {"Northfield"}  # where fi may be one letter
    titles = [" ".join(title.split()) for title in _titles(pdf.outline)]
    # Also of a heading that breaks: the space between its words is not lost.
    headings = _headings((printed / "reports/northfield/report.html").read_text(encoding="utf-8"))
    assert set(titles) <= headings
    assert {"What changed", "What should be done", "How this was measured"} <= set(titles)
    links = [link.get_object() for page in pdf.pages for link in page.get("/Annots") or ()]
    assert links != []
    assert all("/Dest" in link for link in links)


@pytest.mark.browser
@pytest.mark.slow
def test_the_same_page_gives_the_same_bytes_and_is_printed_once(printed):
    path = printed / "reports" / "index.pdf"
    before = path.read_bytes()
    again = _run(printed, "--browser", CHROMIUM)
    assert again.splitlines()[-1] == "0 printed, 3 up to date, 0 failed"
    path.unlink()
    told = _run(printed, "--browser", CHROMIUM)
    assert told.splitlines()[0] == f"1/1 printed {path}"
    assert told.splitlines()[-1] == "1 printed, 2 up to date, 0 failed"
    assert path.read_bytes() == before


@pytest.mark.browser
@pytest.mark.slow
def test_a_site_named_that_has_no_report_is_an_error(printed):
    told = _run(printed, "--site", "northfield", "--site", "tarn", "--browser", CHROMIUM, code=1)
    assert told.splitlines() == [
        f"no report to print: tarn. Make it first: harmony run {printed}",
        "0 printed, 1 up to date, 0 failed",
    ]
