"""Pages of every kind as a run makes them, for the tests that look at whole pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
from demo_reports import AS_OF, assess, demo

from harmony_kit.batch.manifest import order_rows
from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import frame_notebook, render_index, render_notebook, render_page
from harmony_kit.batch.record import Failure
from harmony_kit.engagement.brand import Brand
from harmony_kit.report import portfolio_report, site_report
from harmony_kit.report.portfolio import Portfolio

ROOT = Path(__file__).parent.parent
BRAND = Brand(name="Acme", colour="#a35")
HOSTILE = "</style><script>alert(1)</script>"
#: How a page is told apart from another: every kind there is.
KINDS = ("site", "too_few", "failure", "portfolio", "index", "overview", "handout")
REGIONS = ("EMEA", "Americas", "APAC")
_SOURCES = ("northfield", "kingsbridge", "tarn")


def execute(notebook: str, verbs: object, name: str, subject: object) -> dict:
    """The notebook with what its calls show, as a kernel would have left it."""
    book = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))
    for cell in book["cells"]:
        call = re.fullmatch(rf"{name}\.(\w+)\(\w+\)", "".join(cell["source"]))
        if call:
            block = getattr(verbs, call[1])(subject)
            data = {"text/plain": repr(block), **block._repr_mimebundle_()}
            output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
            cell["outputs"] = [{**output, "data": data}]
    return book


def render(book: dict, folder: Path, page: Page) -> str:
    framed = json.dumps(frame_notebook(book, page))
    (folder / "book.ipynb").write_text(framed, encoding="utf-8")
    render_notebook(folder / "book.ipynb", folder / "page.html")
    return (folder / "page.html").read_text(encoding="utf-8")


def site_book(site: str = "northfield", language: str = "en") -> dict:
    """The notebook of a plant with everything it shows."""
    shown = assess(site, language)
    return execute("2_site_assessment.ipynb", site_report, "site_report", shown)


def site_page(folder: Path, site: str = "northfield", language: str = "en") -> Path:
    """The report of a plant, whole."""
    page = Page("Northfield", language, "Demo", brand=BRAND, banner="Invented", head="Northfield")
    render(site_book(site, language), folder, page)
    return folder / "page.html"


def load_portfolio(folder: Path) -> Portfolio:
    """Three plants of the demo, one of them too small."""
    for site in _SOURCES:
        (folder / site).mkdir()
        assess(site).save(folder / site)
    return Portfolio.load(demo()[0].folder, wave="2026", results=folder, as_of=AS_OF)


def repeat_sites(portfolio: Portfolio, n: int) -> Portfolio:
    """A portfolio of `n` sites, which are those of another again and again, in three regions."""
    pairs = pair_sources(portfolio, n)
    ids, sources = [id_ for id_, _ in pairs], [source for _, source in pairs]
    sites = tuple(
        replace(
            portfolio.engagement.site(sources[i]),
            site=id_,
            name=f"{'ABCDEFGH'[i % 8]}ford {i // 16}",
            region=REGIONS[i % len(REGIONS)],
        )
        for i, id_ in enumerate(ids)
    )
    frames = {
        name: _repeat(getattr(portfolio, name), sources, ids)
        for name in ("sites", "understanding", "topics", "findings", "evidence")
    }
    places = {site.site: site for site in sites}
    for name in ("name", "region"):
        frames["sites"][name] = [getattr(places[id_], name) for id_ in frames["sites"]["site"]]
    engagement = replace(portfolio.engagement, sites=sites, sites_per_page=n)
    return replace(portfolio, engagement=engagement, **frames)


def pair_sources(portfolio: Portfolio, n: int) -> list[tuple[str, str]]:
    """The ids of `n` sites, each with the site of a portfolio it is a copy of."""
    known = [one for one in portfolio.sites["site"] if one in _SOURCES]
    return [(f"s{i:03}", known[i % len(known)]) for i in range(n)]


def _repeat(frame: pd.DataFrame, sources: list[str], ids: list[str]) -> pd.DataFrame:
    parts = dict(iter(frame.groupby("site")))
    repeated = [
        parts[source].assign(site=id_)
        for i, id_ in enumerate(ids)
        if (source := sources[i]) in parts
    ]
    return pd.concat(repeated, ignore_index=True)


def portfolio_page(folder: Path, portfolio: Portfolio) -> Path:
    """The report over all sites, whole."""
    made = execute("3_portfolio.ipynb", portfolio_report, "portfolio_report", portfolio)
    render(made, folder, Page("Portfolio", "en", "Demo", brand=BRAND, kind="portfolio"))
    return folder / "page.html"


def handout(language: str = "en") -> str:
    """The page for those who were asked."""
    page = Page("Northfield", language, "Demo", brand=BRAND, banner="Invented")
    told = assess("northfield", language).results()["handout"]
    return render_page("handout.html.j2", {"page": page, "handout": told}).decode()


def many_rows(n: int) -> list[dict]:
    """The rows of an index of `n` sites, of every state, some of one name."""
    states = ("ok", "ok", "ok", "withheld", "failed", "missing")
    rows = [
        {**index_row(i % 9, states[i % 6]), "site": f"s{i}", "region": REGIONS[i % 3]}
        | {"name": f"{'ABCDEFGH'[i % 8]}ford {i}", "outdated": [], "setback": None}
        for i in range(n)
    ]
    return order_rows(rows, ("it", "operations"))


@cache
def _northfield() -> dict:
    return assess("northfield").results()


def index_row(number: int, status: str) -> dict:
    row = _northfield()
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


def index_run(language: str = "en") -> dict:
    states = ("ok", "ok", "withheld", "failed", "missing")
    rows = [index_row(i, status) for i, status in enumerate(states)]
    counts = {
        "sites": 5,
        "ok": 2,
        "withheld": 1,
        "failed": 1,
        "missing": 1,
        "outdated": 1,
        "setback": 1,
    }
    return {
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
        "waves": [{"wave": "2025", "link": "waves/2025/index.html"}],
        "portfolio": {
            "status": "ok",
            "link": "portfolio.html",
            "failure": None,
            "setback": None,
            "outdated": [],
        },
    }


def index(language: str = "en") -> str:
    return render_index(index_run(language)).decode()


def many_pages(n: int, language: str = "en") -> dict:
    """The index of `n` sites in three regions, a page each, and what its overview says of them."""
    rows = many_rows(n)
    run = {**index_run(language), "sites": rows}
    pages = []
    for region in REGIONS:
        here = [row["site"] for row in rows if row["region"] == region]
        named = {"title": region, "region": region, "link": f"index-{region.lower()}.html"}
        shown = {**run["portfolio"], "link": f"portfolio-{region.lower()}.html"}
        counts = {**run["counts"], "sites": len(here)}
        pages.append({**named, "sites": here, "counts": counts, "portfolio": shown})
    return {**run, "pages": pages}


def overview(language: str = "en", n: int = 30) -> str:
    """The index where there are many sites."""
    return render_index(many_pages(n, language)).decode()


def failure(language: str = "en") -> str:
    failure = Failure(
        "failed", "stopped", {"error": "ValueError"}, 2, HOSTILE, "ValueError", HOSTILE, HOSTILE
    )
    page = Page(HOSTILE, language, client="Demo", brand=BRAND, failure=failure)
    content = {"page": page, "failure": failure, "has_book": True}
    return render_page("failure.html.j2", content).decode()
