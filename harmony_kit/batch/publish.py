"""From an executed notebook to what is published: the page, the files beside it, the index.

One exporter is kept per process: making one costs three
times as much as rendering a report with it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from harmony_kit.batch.dead_links import mend_links
from harmony_kit.batch.edited import keep_page
from harmony_kit.batch.index_ways import list_names, list_ways
from harmony_kit.batch.own_notebooks import COPIED
from harmony_kit.batch.page import Page, spell_out
from harmony_kit.batch.paper import name_pdf
from harmony_kit.batch.places import templates_folder
from harmony_kit.batch.record import Failure
from harmony_kit.batch.versions import package_fingerprint
from harmony_kit.engagement.brand import Brand
from harmony_kit.engine.imports import without_iri_grammar
from harmony_kit.files import (
    FileMark,
    hash_content,
    hash_file,
    hash_folder,
    mark_folder,
    write_whole,
)
from harmony_kit.regional import load_regional
from harmony_kit.report.bidi import settle_value

__all__ = [
    "Finished",
    "clean_notebook",
    "finish_report",
    "frame_notebook",
    "render_index",
    "render_notebook",
    "render_page",
    "warm_up",
    "write_index",
]


#: The page for those who were asked, beside the report.
_HANDOUT = "handout.html"


@dataclass(frozen=True)
class Finished:
    """A folder ready to be published: its files, and what the index says of it."""

    files: Mapping[str, FileMark]
    summary: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None


def finish_report(work: Path, page: Page) -> Finished:
    """Turn a folder in which a notebook was run into a folder that can be published.

    The notebook loses what differs from run to run and the page is rendered from it. Where the
    run failed, only the notebook stays and the page says what happened: half of the numbers of a
    report must not pass for the report.
    """
    failure = page.failure
    if failure is None and page.results and not (work / page.results).is_file():
        failure = Failure("failed", "no_results", {"file": page.results})
    book = work / page.book
    whole = replace(page, failure=failure)
    notebook = _clean_book(book, whole) if book.is_file() else None
    if failure is not None:
        _empty_but(work, {page.book})
        content = {"page": page, "failure": failure, "has_book": book.is_file()}
        (work / page.html).write_bytes(render_page("failure.html.j2", content))
        return Finished(mark_folder(work), {}, failure)
    (work / page.html).write_bytes(_render(notebook or _read_notebook(book)))
    if page.is_part:  # what else cells write would lie in the place of what those of another write
        _empty_but(work, {page.book, page.html})
    results = json.loads((work / page.results).read_bytes()) if page.results else {}
    if "handout" in results:
        content = {"page": page, "handout": results["handout"]}
        (work / _HANDOUT).write_bytes(render_page("handout.html.j2", content))
    return Finished(mark_folder(work), _summarise(results) if results else {})


def clean_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without times, durations, machine paths and random ids.

    How long each cell took is in run.json; here it would make equal reports differ.
    """
    metadata = {k: v for k, v in notebook["metadata"].items() if k not in ("papermill", COPIED)}
    return {**notebook, "metadata": metadata, "cells": [*map(_clean_cell, notebook["cells"])]}


def _clean_cell(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = {k: v for k, v in cell["metadata"].items() if k not in ("papermill", "execution")}
    cleaned = {**cell, "metadata": metadata}
    if "injected-parameters" in metadata.get("tags", ()):
        cleaned["id"] = "injected-parameters"
    return cleaned


def frame_notebook(notebook: dict[str, Any], page: Page) -> dict[str, Any]:
    """A report's notebook, told what frames its page, and with its code folded away.

    Whoever renders it by hand gets the page of the batch. It holds nothing that page does not.
    """
    look = page.look()
    harmony = {**notebook["metadata"].get("harmony", {}), "page": look}
    metadata = {**notebook["metadata"], "harmony": harmony, "title": look["title"]}
    return {**notebook, "metadata": metadata, "cells": [*map(_fold_code, notebook["cells"])]}


def _fold_code(cell: dict[str, Any]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    shown = {**cell["metadata"].get("jupyter", {}), "source_hidden": True}
    return {**cell, "metadata": {**cell["metadata"], "jupyter": shown}}


def _clean_book(path: Path, page: Page) -> Any:  # noqa: ANN401 - a NotebookNode
    """Write the notebook as it is published; what was written."""
    import nbformat

    notebook = clean_notebook(_read_notebook(path))
    # Where it failed, whoever opens it looks for the code.
    told = frame_notebook(mend_links(notebook), page) if page.failure is None else notebook
    cleaned = nbformat.from_dict(told)
    text: str = nbformat.v4.writes(cleaned)
    # Half a surrogate pair, as in a source somebody edited, becomes its JSON escape.
    path.write_bytes(f"{text}\n".encode("utf-8", "backslashreplace"))
    return cleaned


def _read_notebook(path: Path) -> Any:  # noqa: ANN401 - a NotebookNode
    with without_iri_grammar():
        import nbformat

    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def _empty_but(folder: Path, kept: Collection[str]) -> None:
    for path in folder.iterdir():
        if path.name in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _summarise(results: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("n", "status", "headline", "signatures", "withheld")
    summary = {name: results[name] for name in kept if name in results}
    # The index names the signatures that show; their parts would be most of run.json.
    shown = [sign for sign in summary.get("signatures", ()) if sign.get("is_present")]
    short = [{k: v for k, v in sign.items() if k != "parts"} for sign in shown]
    return {**summary, "signatures": short}


def render_notebook(nb_path: Path, html_path: Path) -> None:
    """Render an executed notebook with the ``harmony`` template into one self-contained page.

    The same notebook gives the same bytes: what frames the page is in it, by `frame_notebook`.
    """
    html_path.write_bytes(_render(_read_notebook(nb_path)))


def _render(notebook: Any) -> bytes:  # noqa: ANN401 - a NotebookNode
    html, _ = _exporter().from_notebook_node(notebook)
    content: str = html
    return content.encode()


@cache
def _exporter() -> Any:  # noqa: ANN401 - an nbconvert exporter
    from harmony_kit.batch.exporter import PageExporter

    return PageExporter()


def warm_up() -> None:
    """Load what rendering needs, so that the first report does not wait for it."""
    _exporter()


@cache
def _environment() -> Any:  # noqa: ANN401 - a jinja2 environment
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from harmony_kit.report.words import load_words

    loader = FileSystemLoader(templates_folder() / "harmony")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=settle_value
    )
    environment.globals["words_of"] = load_words  # language → the wording of its pages
    return environment


def render_page(template: str, content: Mapping[str, Any]) -> bytes:
    """A page of the run itself, everything in it escaped."""
    text: str = _environment().get_template(template).render(content)
    return spell_out(text).encode()


def render_index(run: Mapping[str, Any], logo: str = "") -> bytes:
    """The page of all sites from what run.json says; the overview of them where it says `pages`.

    With `division`, one of these, it is the page of its sites.
    """
    division = run.get("division")
    page = Page(
        run["client"],
        run["language"],
        client=run["client"],
        brand=Brand(**run["brand"]).model_copy(update={"logo": logo}),
        banner=run["banner"],
        kind="index",
        around=_list_around(division),
    )
    day = load_regional(run["language"]).day(date.fromisoformat(run["as_of"]))
    ways = list_names(run) if "pages" in run else list_ways(run["sites"])
    content = {**run, **ways, "division": division, "look": page.look(), "day": day}
    return render_page(
        "overview_of_many.html.j2" if "pages" in run else "overview.html.j2", content
    )


def _list_around(division: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    if division is None:
        return ()
    own = division["portfolio"]["link"]
    portfolios = ((own, "portfolio.title"),) if own else ()
    return (("index.html", "index.name"), *portfolios)


def write_index(
    path: Path, run: Mapping[str, Any], known: str = "", *, logo: str = ""
) -> tuple[str, dict[str, str]]:
    """Write the page that lists every site: its report, its key numbers, what was left out.

    Returns two fingerprints, of what the page is made of and of the page itself, and what was kept
    because somebody had changed it. Where they are still the `known` ones, nothing is written.
    """
    templates = hash_folder(templates_folder() / "harmony")
    made_of = hash_content([run, logo, templates, package_fingerprint()])
    is_there = path.is_file()
    if is_there and known == f"{made_of} {hash_file(path)}":
        return known, {}
    page = render_index(run, logo)
    kept = keep_page(path, page, known.partition(" ")[2]) if is_there else {}
    name_pdf(path).unlink(missing_ok=True)
    write_whole(path, page)
    return f"{made_of} {hash_file(path)}", kept
