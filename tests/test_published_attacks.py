"""Attacks by somebody who has every file that was handed out, and this code, and nothing else.

The true answers are read to score the attack, never by it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from attacker import (
    count_fitting_before,
    fixed_for_insiders,
    fixed_for_outsiders,
    solve,
    told_sets,
)
from published_plants import DEMO, publish_plants, read_handed_out, sites

from harmony_kit.journal.answers import Answers
from harmony_kit.journal.answers_file import answers_bytes
from harmony_kit.journal.store import Store

pytestmark = pytest.mark.slow

#: Site, lens, item, subject and whose view.
Cell = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_plants(tmp_path_factory.mktemp("published") / "acme")


@pytest.fixture(scope="module")
def truth(folder: Path) -> pd.DataFrame:
    """The answers of the wave of the reports."""
    return _read_store(folder)[lambda rows: rows["wave"] == "2026"]


def _read_store(folder: Path) -> pd.DataFrame:
    store = Store(f"sqlite:///{folder / 'answers.sqlite'}", is_reader=True)
    frame = store.frame()
    store.close()
    return frame.assign(subject=frame["subject"].fillna(""))


def _count_truth(truth: pd.DataFrame) -> dict[Cell, tuple[int, ...]]:
    """Cell → how many gave each point of its scale."""
    rated = truth[truth["value"].notna()]
    cells = rated.groupby(["site", "lens", "item", "subject", "about"])["value"]
    return {cell: tuple(np.bincount(v.astype(int) - 1, minlength=5)) for cell, v in cells}


# ── What each file says of a cell ──────────────────────────────────────────────────────────────


@cache
def _read_results(folder: Path, site: str) -> dict[str, Any]:
    path = folder / "reports" / site / "results.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _read_tables(folder: Path, site: str) -> dict[str, list[dict[str, Any]]]:
    """The sheets of the tables of a site as rows by column."""
    book = openpyxl.load_workbook(folder / "reports" / site / "tables.xlsx", read_only=True)
    sheets = {}
    for sheet in book:
        header, *rows = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(header, row, strict=True)) for row in rows]
    return sheets


def _solve_row(row: dict[str, Any]) -> list[tuple[int, ...]]:
    """The sets of answers a row of ``within`` leaves, from a workbook or from results.json."""
    counts = row.get("counts")
    if isinstance(counts, str):
        counts = [int(one) for one in counts.split("; ")]
    numbers = {name: _number(row.get(name)) for name in ("mean", "mean_from", "mean_to")}
    return solve({**row, **numbers, "counts": counts, "view": row.get("view")})


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


@cache
def _read_within(folder: Path) -> dict[Cell, list[tuple[int, ...]]]:
    """Cell → the sets of answers that are left by the workbook and results.json together."""
    fitting: dict[Cell, list[tuple[int, ...]]] = {}
    for site in sites():
        kinds = (
            _read_tables(folder, site).get("within", []),
            _read_results(folder, site)["within"],
        )
        for row in (row for rows in kinds for row in rows if row.get("n")):
            cell = (site, row["lens"], row["item"], row.get("subject") or "", row["about"])
            left = _solve_row(row)
            known = fitting.get(cell, left)
            fitting[cell] = [one for one in known if one in left]
    return fitting


def test_no_answer_follows_from_workbooks_and_results(folder, truth):
    true, fitting = _count_truth(truth), _read_within(folder)
    assert len(fitting) > 1000
    assert {cell for cell, sets in fitting.items() if true[cell] not in sets} == set()
    small = {cell for cell in fitting if sum(true[cell]) < 8}
    solved = {cell for cell in small if len(fitting[cell]) == 1}
    fixed = {cell for cell, sets in fitting.items() if fixed_for_outsiders(sets)}
    before = [count_fitting_before(true[cell]) for cell in small]
    n_before = sum(n == 1 for n in before)
    shares = [f"{n / len(small):.0%}" for n in (n_before, len(solved))]
    print(f"{len(small)} cells of few, one solution: {shares[0]} before, {shares[1]} now")  # noqa: T201 - with -s
    assert (solved, fixed) == (set(), set())
    assert n_before > len(small) / 3


def test_no_colleague_learns_more_than_that_nearly_all_say_the_same(folder, truth):
    true = _count_truth(truth)
    for cell, sets in _read_within(folder).items():
        if sum(true[cell]) < 8:
            assert not fixed_for_insiders(sets), cell


def _told_of(folder: Path) -> dict[Cell, set[float]]:
    """Cell → every figure that may stand for its mean: the mean, or a band and its middle."""
    told = defaultdict(set)
    for site in sites():
        for row in _read_results(folder, site)["within"]:
            cell = (site, row["lens"], row["item"], row.get("subject", ""), row["about"])
            told[cell] |= {row[x] for x in ("mean", "mean_from", "mean_to") if x in row}
    return told


def _list_means(folder: Path) -> Iterator[tuple[Cell, float]]:
    """Every place outside ``within`` where a mean of a cell stands, or the end of its band."""
    for site in sites():
        results = _read_results(folder, site)
        for row in results["topics"]:
            for name, (lens, about) in _VIEWS.items():
                cell = (site, row[lens], row["item"], row.get("subject", ""), row[about])
                yield from ((cell, mean) for mean in _ends(row, name))
        for decision in results["readiness"]:
            for row in decision["blocking"]:
                cell = (site, row["lens"], row["item"], decision["subject"], row["lens"])
                yield from ((cell, mean) for mean in _ends(row, "mean"))
        yield from _list_sheet_means(site, results)
    for row in _read_changes(folder).to_dict("records"):
        about = {"own": row["lens"], "estimate": row["other"]}.get(row["quantity"])
        if about and str(row["to_wave"]) == "2026" and not np.isnan(row["after"]):
            subject = row["subject"] if isinstance(row["subject"], str) else ""
            yield (row["site"], row["lens"], row["item"], subject, about), row["after"]


_VIEWS = {"own": ("lens", "lens"), "estimate": ("lens", "other"), "other_own": ("other", "other")}


def _ends(row: dict[str, Any], name: str) -> list[float]:
    return [row[one] for one in (name, f"{name}_from", f"{name}_to") if one in row]


def _list_sheet_means(site: str, results: dict[str, Any]) -> Iterator[tuple[Cell, float]]:
    lines = [line for sheet in results["canvases"] for line in sheet["lines"]]
    for lens, said in (pair for line in lines for pair in line["said"].items()):
        yield from (((site, lens, item, "", lens), mean) for item, mean in said["ratings"].items())


def _read_changes(folder: Path) -> pd.DataFrame:
    return pd.read_excel(folder / "changes.xlsx", sheet_name="changes", engine="calamine")


def test_a_mean_is_told_alike_wherever_it_stands(folder):
    """Two roundings of one mean would leave fewer sets of answers than one."""
    told, found = _told_of(folder), list(_list_means(folder))
    assert len(found) > 1500
    assert {one for one in found if one[1] not in told[one[0]]} == set()


def test_an_export_counts_what_reports_count_and_nothing_else(folder, truth):
    exported: dict[Cell, dict[str, int]] = defaultdict(dict)
    with (folder / "counts.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["wave"] == "2026":
                cell = tuple(row[x] for x in ("site", "lens", "item", "subject", "about"))
                exported[cell][row["answer"]] = int(row["people"])
    reported = {}
    for site in sites():
        results = _read_results(folder, site)
        for row in results["within"]:
            cell = (site, row["lens"], row["item"], row.get("subject", ""), row["about"])
            reported[cell] = dict(enumerate(row.get("counts", ()), 1))
        for row in (*results["rank"], *results["words"]):
            for name, about in (("named_own", "lens"), ("named_estimate", "other")):
                cell = (site, row["lens"], row["item"], "", row[about])
                reported[cell] = row.get(name, {})
        for row in results["ownership"]:
            cell = (site, row["lens"], row["item"], row.get("subject", ""), row["lens"])
            reported[cell] = row.get("counts", {})
    plain = {c: {str(k): n for k, n in one.items() if n} for c, one in reported.items()}
    assert len(exported) > 500
    assert {c: one for c, one in plain.items() if one} == exported


# ── Waves ──────────────────────────────────────────────────────────────────────────────────────


def test_two_waves_beside_each_other_fix_no_answer(folder):
    """What moved is the difference of told means, so it leaves what the two waves leave."""
    rows = _read_changes(folder)
    known = rows[rows["change"].notna()]
    assert len(known) > 150
    assert np.allclose(known["change"], (known["after"] - known["before"]).round(1))
    own = known[known["quantity"] == "own"]
    n_left = []
    for row in own.to_dict("records"):
        for n, mean in ((row["n_before"], row["before"]), (row["n_after"], row["after"])):
            sets = [s for key, fit in told_sets(int(n), 5).items() if key[0] == mean for s in fit]
            assert not fixed_for_outsiders(sets)
            n_left.append(len(set(sets)))
    assert min(n_left) > 1
    # Where somebody was there once only, how far the others moved is a second cut of the people.
    cut = rows[rows["returned_change"].notna()]
    assert (cut["n_returned"] == cut["n_before"]).all()
    assert (cut["n_returned"] == cut["n_after"]).all()


# ── Pictures, notebooks, every other file ──────────────────────────────────────────────────────


def _read_marks(page: str) -> list[float]:
    """Where on a scale from 1 to 5 the marks of the pictures lie."""
    values = []
    for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ends = {
            text: float(x) for x, text in re.findall(r'<text x="([\d.]+)"[^>]*>([15])</text>', one)
        }
        if set(ends) == {"1", "5"} and ends["5"] - ends["1"] > 100:
            left, width = ends["1"], ends["5"] - ends["1"]
            marks = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', one)]
            values += [1 + 4 * (x - left) / width for x in marks if left <= x <= left + width]
    return values


def test_pictures_put_marks_where_told_means_are(folder):
    n_seen = 0
    for site in sites():
        page = (folder / "reports" / site / "report.html").read_text(encoding="utf-8")
        told = sorted(
            {n for n in _numbers(_read_results(folder, site)) if 1 <= n <= 5} | set(range(1, 6))
        )
        for value in _read_marks(page):
            n_seen += 1
            near = min(told, key=lambda one: abs(one - value))
            assert abs(near - value) < 0.01, (site, value)
    assert n_seen > 200


def test_a_notebook_says_what_its_page_says_and_keeps_nothing_beside(folder):
    for path in (folder / "reports").rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert set(notebook["metadata"]) == {"harmony", "kernelspec", "language_info", "title"}
        assert set(notebook["metadata"]["harmony"]) == {"page"}
        page = re.sub(r"\s+", " ", path.with_name(_PAGES[path.name]).read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            assert set(cell["metadata"]) <= {"tags", "jupyter"}
            assert "attachments" not in cell
            for output in cell.get("outputs", ()):
                assert output["output_type"] == "execute_result"
                assert output["metadata"] == {}
                data = {kind: "".join(text) for kind, text in output["data"].items()}
                assert set(data) == {_OUTPUT, "text/html", "text/plain"}
                assert re.fullmatch(r"<Block of \d+ characters>", data["text/plain"])
                numbers = re.findall(r"\d+\.\d+", data["text/html"])
                assert Counter(numbers) <= Counter(re.findall(r"\d+\.\d+", page + data[_OUTPUT]))
                assert set(numbers) <= set(re.findall(r"\d+\.\d+", page))


_PAGES = {"assessment.ipynb": "report.html", "portfolio.ipynb": "portfolio.html"}
_OUTPUT = "application/vnd.harmony.page+html"


def test_no_file_says_who_or_when_or_what_may_not_be_quoted(folder):
    answers, contents = _read_store(folder), read_handed_out(folder)
    assert len(contents) > 100
    people = {f">{name}<" for name in answers["respondent"]} | {
        f'"{n}"' for n in answers["respondent"]
    }
    times = {f"{when:%H:%M:%S}" for when in answers["answered_at"]}
    texts = answers[answers["text"].notna()]
    quotable = set(texts.loc[texts["quotable"], "text"])
    silent = {text for text in texts["text"] if text not in quotable}
    assert min(map(len, (people, times, silent))) > 5
    for name, content in contents.items():
        assert [one for one in people | silent if one in content] == [], name
        if not name.endswith(("run.json", ".ics")):
            assert [one for one in times if one in content] == [], name


def test_nobody_is_quoted_from_a_side_of_fewer_than_five(folder, truth):
    sizes = truth.groupby(["site", "lens"])["respondent"].nunique()
    small = {place for place, n in sizes.items() if n < 5}
    assert len(small) > 1
    for site in sites():
        quoted = {(site, one["lens"]) for one in _read_results(folder, site)["quotes"]}
        assert not quoted & small


def test_no_mark_of_answers_can_be_found_by_trying_answers(folder, truth):
    """Whoever guessed all answers of a plant could else confirm it by a hash."""
    contents = "".join(read_handed_out(folder).values())
    for site in DEMO:
        of_site = truth[truth["site"] == site].assign(
            subject=lambda f: f["subject"].replace("", None)
        )
        mark = hashlib.sha256(answers_bytes(Answers(of_site.reset_index(drop=True)))).hexdigest()
        assert mark not in contents
    for path in ("secret", "published.jsonl", "answers.sqlite"):
        mark = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        assert mark not in contents


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in _numbers(one)]
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) else []
