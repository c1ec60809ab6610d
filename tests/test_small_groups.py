"""No figure of any measure is of fewer people than the minimum group, whatever was answered."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmony_kit.engagement.settings import Settings
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.model import Item
from harmony_kit.journal.answers import AnswersFrame, type_frame
from harmony_kit.measures.changes import CHANGES, measure_changes
from harmony_kit.measures.declaration import Declaration, MeasureColumn
from harmony_kit.measures.disclosure import DISCLOSED, disclose
from harmony_kit.measures.measuring import Basis, measure_everything
from harmony_kit.measures.privacy import license_answers
from harmony_kit.measures.wave_pairs import draw_successive
from harmony_kit.measures.waves import RETURNS, measure_returns

MEASURES_ROOM = Path(__file__).parent.parent / "harmony_kit" / "measures"
INSTRUMENT = load_instrument(find_instrument("it-operations"))
NO_EVIDENCE = {
    "decisions": ["site", "decision", "title", "raised_on", "decided_on", "held_by", "status"],
    "pilots": ["site", "pilot", "title", "started_on", "planned_end", "ended_on", "scope_changes"],
    "usage": ["site", "pilot", "week", "eligible_users", "active_users", "shown", "accepted"],
}


def _said(item: Item, left_out: float, draw: np.random.Generator) -> dict[str, object]:
    shares = [1 - left_out, left_out / 2, left_out / 2]
    status = draw.choice(["answered", "dont_know", "prefer_not"], p=shares)
    if status != "answered":
        return {"status": status}
    if item.kind == "text":
        return {"status": status, "text": "words", "quotable": True}
    if item.kind == "rating":
        return {"status": status, "value": int(draw.integers(1, 6))}
    options = INSTRUMENT.option_ids(item.id)
    return {"status": status, "chosen": list(draw.choice(options, item.k or 1, replace=False))}


def _people(site: str, wave: str, lens: str, draw: np.random.Generator) -> Iterator[dict]:
    """Somebody answers some of the items: groups of every size, overlapping in every way."""
    day = dt.datetime(2026 + int(wave), 1, 1, tzinfo=dt.UTC)
    left_out = draw.choice([0.0, 0.3])
    # Some or all of the people of the first wave come back in the next.
    first = draw.choice([0, 0, 3, 5]) if wave == "2" else 0
    for person in range(first, first + draw.integers(2, 10)):
        for item in INSTRUMENT.items:
            for about in INSTRUMENT.lens_ids if item.mirrored else [lens]:
                if draw.random() < left_out:
                    continue
                yield {
                    "site": site,
                    "wave": wave,
                    "respondent": f"{lens}-{person}",
                    "lens": lens,
                    "item": item.id,
                    "subject": f"one-{item.per}" if item.per else None,
                    "about": about,
                    "answered_at": day,
                    "quotable": False,
                    "value": None,
                    "chosen": None,
                    "text": None,
                    **_said(item, left_out, draw),
                }


@pytest.fixture(scope="module")
def answers() -> AnswersFrame:
    draw = np.random.default_rng(8)
    rows = [
        row
        for site in range(8)
        for wave in ("1", "2")
        for lens in INSTRUMENT.lens_ids
        for row in _people(f"s{site}", wave, lens, draw)
    ]
    return type_frame(pd.DataFrame(rows))


def _basis(settings: Settings) -> Basis:
    dates = {"raised_on", "decided_on", "started_on", "planned_end", "ended_on"}
    counts = {"scope_changes", "eligible_users", "active_users", "shown", "accepted"}
    kinds = {**dict.fromkeys(dates, "datetime64[s]"), **dict.fromkeys(counts, "Int64")}
    evidence = {
        name: pd.DataFrame({c: pd.Series(dtype=kinds.get(c, "str")) for c in columns})
        for name, columns in NO_EVIDENCE.items()
    }
    evidence["usage"]["overridden"] = pd.Series(dtype="Int64")
    evidence["pilots"]["status"] = pd.Series(dtype="str")
    heads = pd.DataFrame({"site": pd.Series(dtype="str"), "lens": pd.Series(dtype="str")})
    heads["headcount"] = pd.Series(dtype="Int64")
    return Basis(
        items=INSTRUMENT.items_frame(),
        lenses=INSTRUMENT.lens_ids,
        settings=settings,
        headcounts=heads,
        as_of=dt.date(2029, 1, 1),
        **evidence,
    )


def _groups(value: object, column: MeasureColumn) -> Iterator[int]:
    """Every number of people in a cell, however deep it lies."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _groups(one, column.parts.get(key, column))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _groups(one, column)
    elif column.kind == "people" and not pd.isna(value):
        yield int(value)


def _small(frame: pd.DataFrame, declared: Declaration, min_group: int) -> set[tuple[str, int]]:
    return {
        (name, n)
        for name, column in declared.columns.items()
        for cell in frame[name].tolist()
        for n in _groups(cell, column)
        if 0 < n < min_group
    }


@pytest.mark.slow
@pytest.mark.parametrize("min_group", [3, 5])
def test_no_figure_is_of_fewer_people_than_the_minimum(answers, min_group):
    settings = Settings(min_group=min_group, draws=500)
    basis = _basis(settings)
    measured = measure_everything(answers, basis)
    frames = disclose(measured, settings, items=basis.items, lenses=basis.lenses).frames
    assert min(len(frames[name]) for name in ("topics", "within", "rank", "ownership")) > 0
    small = {name: _small(frames[name], DISCLOSED[name], min_group) for name in frames}
    assert {name: found for name, found in small.items() if found} == {}


@pytest.mark.slow
@pytest.mark.parametrize("min_group", [3, 5])
def test_no_change_is_of_fewer_people_than_the_minimum(answers, min_group):
    settings = Settings(min_group=min_group, draws=500)
    licensed, _ = license_answers(answers, min_group=min_group)
    changes = measure_changes(
        draw_successive(licensed, INSTRUMENT.items_frame(), settings=settings)
    )
    returns = measure_returns(licensed, min_group=min_group)
    assert (len(changes) > 0, len(returns) > 0) == (True, True)
    assert changes["n_returned"].notna().any()
    for frame, declared in ((changes, CHANGES), (returns, RETURNS)):
        names = [name for name in declared.columns if name.startswith("n_")]
        counts = frame[names].astype("Int64")
        assert ((counts > 0) & (counts < min_group)).sum().to_dict() == dict.fromkeys(names, 0)
    told = changes[changes["returned_change"].notna()]
    for n in (told["n_before"], told["n_after"]):
        rest = n - told["n_returned"]
        assert ((rest == 0) | (rest >= min_group)).all()
    for whole, part in (("n_before", "n_left"), ("n_after", "n_joined")):
        known = returns["n_returned"].notna()
        assert (returns[whole] - returns[part])[known].tolist() == returns["n_returned"][
            known
        ].tolist()
        assert returns[part][~known].isna().all()


#: The doors into the measures for answers nobody has licensed: each licenses them first.
DOORS = {
    "measure_everything": "measuring",
    "plan_interviews": "planning",
    "compare_waves": "wave_comparison",
}
#: What works below the rule: it says who and what counts, and tells nobody's answer.
BELOW = {"privacy", "selection", "whole_interviews"}


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(MEASURES_ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path.stem, node


def _takes(node: ast.FunctionDef, kind: str) -> bool:
    arguments = [*node.args.args, *node.args.kwonlyargs]
    return any(a.annotation and ast.unparse(a.annotation) == kind for a in arguments)


@pytest.mark.slow
def test_only_privacy_licenses_answers():
    makers = {
        path.name
        for path in MEASURES_ROOM.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("LicensedFrame")
    }
    assert makers == {"privacy.py"}


@pytest.mark.slow
def test_every_measure_takes_licensed_answers_only():
    """mypy holds the rest: an answers frame is no licensed one, so it must pass a door."""
    unlicensed = {
        (node.name, room)
        for room, node in _functions()
        if _takes(node, "AnswersFrame") and room not in BELOW and not node.name.startswith("_")
    }
    assert unlicensed == set(DOORS.items())
    doors = {node.name: ast.unparse(node) for _, node in _functions() if node.name in DOORS}
    assert [name for name, text in doors.items() if "license_answers(" not in text] == []
    measures = {node.name for _, node in _functions() if _takes(node, "LicensedFrame")}
    assert measures >= {"measure_topics", "draw_successive", "measure_returns", "tally_ratings"}
