"""Notebooks of one's own: copied by init, used and told by runs, known to check, no dead link."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import page_cases as cases
import pytest
from click.testing import CliRunner
from engagement_folders import CASES, make_folder, request_for

from harmony_kit.batch.batch import plan_engagement, run_engagement
from harmony_kit.batch.dead_links import mend_links
from harmony_kit.batch.own_notebooks import copy_notebooks, list_notebook_problems, tell_own
from harmony_kit.batch.page import Page
from harmony_kit.batch.progress import summary_lines
from harmony_kit.batch.publish import clean_notebook
from harmony_kit.cli import main
from harmony_kit.report.block import PAGE
from harmony_kit.report.words import load_words

SITE, PORTFOLIO = "2_site_assessment.ipynb", "3_portfolio.ipynb"


def _invoke(*words: object, code: int = 0) -> str:
    run = CliRunner().invoke(main, [*map(str, words)])
    assert run.exit_code == code, run.output
    return run.output


def _change(path: Path, **metadata: object) -> None:
    book = json.loads(path.read_text(encoding="utf-8"))
    book["metadata"]["harmony_kit"] |= metadata
    path.write_text(json.dumps(book), encoding="utf-8")


def test_init_copies_them_into_a_new_folder_and_into_one_there_is(tmp_path):
    folder = tmp_path / "acme"
    output = _invoke("init", folder, "--notebooks", "--wave", "w-7")
    site, portfolio = folder / "notebooks" / SITE, folder / "notebooks" / PORTFOLIO
    assert f"  {site}\n  {portfolio}\nReports are made by these notebooks from now on" in output
    source = "".join(json.loads(site.read_text(encoding="utf-8"))["cells"][1]["source"])
    lines = (*source.splitlines()[:3], source.splitlines()[3].partition("  #")[0])
    assert lines == (
        'engagement: str = ".."  # the engagement folder',
        'site: str = "northfield"  # a site of sites.csv',
        'wave: str = "w-7"  # which round of interviews',
        'snapshot: str = "../.harmony/snapshots/w-7"',
    )
    assert '"../reports"' in portfolio.read_text(encoding="utf-8").replace('\\"', '"')

    site.write_text("mine", encoding="utf-8")
    portfolio.unlink()
    output = _invoke("init", folder, "--notebooks")
    assert f"  {portfolio}\n  {site} was there and stays as it is\n" in output
    assert site.read_text(encoding="utf-8") == "mine"
    assert "is already there" in _invoke("init", folder, code=1)


def test_a_copy_says_what_it_was_copied_from_and_reports_do_not(tmp_path):
    copy_notebooks(tmp_path, "1")
    book = json.loads((tmp_path / "notebooks" / SITE).read_text(encoding="utf-8"))
    assert set(book["metadata"]["harmony_kit"]) == {"notebook", "version"}
    assert set(clean_notebook(book)["metadata"]) == {"kernelspec"}


def test_check_knows_them(tmp_path):
    assert ([*list_notebook_problems(tmp_path)], tell_own(tmp_path)) == ([], "")
    site, portfolio = copy_notebooks(tmp_path, "1")
    assert [*list_notebook_problems(tmp_path)] == []
    assert tell_own(tmp_path) == f"made by your own notebooks/{SITE} and notebooks/{PORTFOLIO}"
    _change(site, notebook="0" * 64, version="0.0.9")
    age = "(copied from version 0.0.9, whose notebook was another)"
    book = json.loads(portfolio.read_text(encoding="utf-8"))
    book["cells"] = [cell for cell in book["cells"] if not cell["metadata"].get("tags")]
    portfolio.write_text(json.dumps(book), encoding="utf-8")
    told = [*map(str, list_notebook_problems(tmp_path))]
    how = "Compare it with a fresh copy: move it away, then harmony init DIR --notebooks."
    assert told[0] == f"notebooks/{SITE}: warning: is older {age}. {how}"
    names = "engagement, wave, snapshot, results, output, as_of"
    what = f"its cell tagged `parameters` does not declare {names}"
    how = "Declare them there, or move the notebook away to use the package's."
    assert told[1:] == [f"notebooks/{PORTFOLIO}: {what}. {how}"]
    portfolio.write_text("{", encoding="utf-8")
    assert "it cannot be read as a notebook" in [*map(str, list_notebook_problems(tmp_path))][1]


def test_the_command_check_tells_of_them(tmp_path):
    _invoke("init", tmp_path / "acme", "--notebooks")
    output = _invoke("check", tmp_path / "acme")
    assert f"notebooks   your own: {SITE}, {PORTFOLIO}\n" in output
    (tmp_path / "acme" / "notebooks" / SITE).write_text("{", encoding="utf-8")
    assert f"notebooks/{SITE}: it cannot be read" in _invoke("check", tmp_path / "acme", code=1)


@pytest.mark.slow
def test_a_run_uses_them_and_says_so(tmp_path):
    folder = make_folder(tmp_path / "acme", "ab")
    request = replace(request_for(folder), notebooks=None)
    (folder / "notebooks").mkdir()
    for name in (SITE, PORTFOLIO):
        shutil.copy(CASES / name, folder / "notebooks")
    result = run_engagement(request)
    assert result.is_ok
    own = [f"notebooks/{SITE}", f"notebooks/{PORTFOLIO}"]
    assert f"made by your own {own[0]} and {own[1]}" in summary_lines(result)
    assert result.run["notebooks"] == own
    said = f'<p class="n">{load_words("en").say("page.own_notebook")}</p>'
    for page in ("a/report.html", "portfolio.html"):
        assert said in (folder / "reports" / page).read_text(encoding="utf-8")
    book = folder / "notebooks" / SITE
    book.write_text(book.read_text(encoding="utf-8").replace("A tiny", "Our own"), encoding="utf-8")
    assert {step.name: step.reason for step in plan_engagement(request).due} == {
        "a": "notebook changed",
        "b": "notebook changed",
    }
    assert run_engagement(request_for(folder)).run["notebooks"] == []  # others were asked for
    assert said not in (folder / "reports" / "a" / "report.html").read_text(encoding="utf-8")


def _without(book: dict, *parts: str) -> dict:
    calls = [f"site_report.{part}(assessment)" for part in parts]
    return {**book, "cells": [c for c in book["cells"] if "".join(c["source"]) not in calls]}


def _dead(html: str) -> list[str]:
    ids = set(re.findall(r'\sid="([^"]*)"', html))
    return [link for link in re.findall(r'href="#([^"]*)"', html) if unquote(link) not in ids]


def test_a_dropped_cell_leaves_no_dead_link_and_every_word(tmp_path):
    whole = cases.site_book()
    assert mend_links(whole) is whole
    book = _without(whole, "actions", "dimensions", "voices")
    mended = mend_links(book)
    pages = ["\n".join(_shown(one, PAGE)) for one in (book, mended)]
    assert len(_dead(pages[0])) > 5
    assert _dead(pages[1]) == []
    gone = re.findall(r'<li><a href="#(\w+)">', pages[0])
    kept = re.findall(r'<li><a href="#(\w+)">', pages[1])
    assert [one for one in gone if one not in kept] == ["actions", "dimensions", "voices"]
    assert _dead("\n".join(_shown(mended, "text/html"))) == []
    # Where it is no entry of a list, the words of the link stay: who acts names steps by number.
    first = re.search(r'<td data-label="Steps">(.*?)</td>', pages[0])
    assert first is not None
    assert re.sub(r"<[^>]+>", "", first[1]) in pages[1]
    html = cases.render(mended, tmp_path, Page("Northfield", "en"))
    assert _dead(html) == []


def _shown(book: dict, kind: str) -> list[str]:
    outputs = (output for cell in book["cells"] for output in cell.get("outputs", ()))
    return ["".join(output["data"][kind]) for output in outputs]


def test_an_entry_a_word_and_a_strange_address():
    entries = '<ul>\n<li><a href="#x">X</a></li>\n<li><a href="#y%20z">Y</a></li>\n</ul>'
    said = f'{entries}<p>See <a class="k" href="#x">X</a>.</p>'
    html = f'<p id="y z">Y</p>{said}'
    output = {"data": {PAGE: html, "text/html": html, "text/plain": 'href="#x"'}}
    book = {"cells": [{"source": "x"}, {"outputs": [output, {"name": "stdout"}]}]}
    mended = '<p id="y z">Y</p><ul>\n<li><a href="#y%20z">Y</a></li>\n</ul><p>See X.</p>'
    told = {"data": {PAGE: mended, "text/html": mended, "text/plain": 'href="#x"'}}
    assert mend_links(book) == {"cells": [{"source": "x"}, {"outputs": [told, {"name": "stdout"}]}]}
