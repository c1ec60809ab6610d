"""The pages that list the sites: one, or where there are many an overview and one per division."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmony_kit.batch.edited import keep_page
from harmony_kit.batch.manifest import order_rows
from harmony_kit.batch.paper import name_pdf
from harmony_kit.batch.publish import write_index
from harmony_kit.files import read_json

__all__ = ["list_index_pages", "list_pages_above", "write_indexes"]

_OVERVIEW = "index.html"


def list_index_pages(run: Mapping[str, Any]) -> list[str]:
    """The pages that list the sites, by what run.json says of them; the overview last."""
    return [*(page["link"] for page in run.get("pages", ())), _OVERVIEW]


def list_pages_above(reports: Path) -> list[str]:
    """Portfolios and lists of sites in a folder of reports, those of all sites last."""
    run = read_json(reports / "run.json")
    portfolios = [page["portfolio"]["link"] for page in run.get("pages", ())]
    return [*filter(None, portfolios), "portfolio.html", *list_index_pages(run)]


def write_indexes(
    reports: Path, run: dict[str, Any], known: Mapping[str, Any], *, logo: str = ""
) -> tuple[dict[str, Any], dict[str, str]]:
    """Write the pages that list the sites; `known` is what run.json said after the run before.

    Returns what it says now, with the fingerprints of the pages, and what was kept because
    somebody had changed it, with what it is called now. What is no longer a page is gone.
    """
    marks = {page["link"]: page.get("page", "") for page in known.get("pages", ())}
    kept: dict[str, str] = {}
    pages = []
    for page in run.get("pages", ()):
        told = _describe_page(run, page)
        mark, changed = write_index(
            reports / page["link"], told, marks.get(page["link"], ""), logo=logo
        )
        pages.append({**page, "page": mark})
        kept |= changed
    described = {**run, **({"pages": pages} if pages else {})}
    mark, changed = write_index(reports / _OVERVIEW, run, known.get("page", ""), logo=logo)
    kept |= changed
    for name in marks.keys() - {*list_index_pages(run)}:
        kept |= _take_down(reports / name, marks[name])
    return {**described, "page": mark}, kept


def _describe_page(run: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a division says: its own sites, counts and portfolio."""
    here = set(page["sites"])
    rows = order_rows([row for row in run["sites"] if row["site"] in here], [*run["lenses"]])
    left = {name: value for name, value in run.items() if name != "pages"}
    told = {"sites": rows, "counts": page["counts"], "portfolio": page["portfolio"]}
    return {**left, **told, "division": dict(page)}


def _take_down(path: Path, known: str) -> dict[str, str]:
    if not path.is_file():
        return {}
    kept = keep_page(path, b"", known.partition(" ")[2])
    for gone in (path, name_pdf(path)):
        gone.unlink(missing_ok=True)
    return kept
