"""Pages, pictures, notebooks and workbooks give no more than results.json says."""

from __future__ import annotations

import json
import re
import zipfile
from types import MappingProxyType
from typing import Any

import openpyxl
import pandas as pd
import pytest
from demo_reports import assess, show

from harmony_kit.findings.canvases import canvases
from harmony_kit.findings.findings import find
from harmony_kit.findings.wording import Voice
from harmony_kit.journal.subject import titles_of
from harmony_kit.measures.disclosure import DISCLOSED, RULES
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.results import build_results

#: Six and seven people, two camps of ten, and five people with cells withheld.
PLANTS = ("northfield", "sanmarco", "lakeview")


def _read_frame(name: str, results: dict[str, Any], told: Assessment) -> pd.DataFrame:
    """A frame of answers as results.json has it; what is not there is missing."""
    declared = DISCLOSED[name]
    rows = []
    for row in results[name]:
        chances = row.get("probability", {}) if name == "topics" else {}
        said = {key: value for key, value in row.items() if value != "withheld"}
        rows.append({**said, **{f"p_{state}": chance for state, chance in chances.items()}})
    frame = pd.DataFrame(rows).reindex(columns=list(declared.columns))
    frame = frame.assign(site=told.site.site, wave=told.wave)
    for column, held in declared.columns.items():
        if held.kind == "people":
            frame[column] = frame[column].fillna(0)
        if held.dtype == "object":
            frame[column] = frame[column].astype("object").where(frame[column].notna(), None)
    return declared.select(frame)


def _remake(told: Assessment) -> Assessment:
    """An assessment of what results.json says, the plant's records, and nothing else."""
    results = json.loads(json.dumps(build_results(told)))
    frames = {
        name: _read_frame(name, results, told) if name in RULES else frame
        for name, frame in told.frames.items()
    }
    quotes = pd.DataFrame(results["quotes"], columns=["lens", "item", "text"], dtype="str")
    heard, n = told.heard[["lens", "headcount"]], results["n"]
    instrument, playbook = told.engagement.instrument, told.playbook
    voice = Voice(playbook, instrument, told.language, titles_of(told.subjects))
    evidence = told.engagement.evidence.of_site(told.site.site)
    return Assessment(
        engagement=told.engagement,
        playbook=playbook,
        site=told.site,
        wave=results["wave"],
        as_of=told.as_of,
        subjects=told.subjects,
        heard=heard.assign(
            n_respondents=pd.array([n.get(lens) for lens in heard["lens"]], dtype="Int64"),
            is_shown=[lens in n for lens in heard["lens"]],
        ),
        frames=MappingProxyType(frames),
        findings=find(
            frames, voice, settings=told.engagement.settings, decisions=evidence.decisions
        ),
        quotes=quotes,
        canvases=canvases(playbook, instrument, frames, quotes=quotes, language=told.language),
        withheld=pd.DataFrame(results["withheld"]).reindex(columns=list(told.withheld.columns)),
        wrong_claims=pd.DataFrame(results["wrong_claims"]).assign(
            site=told.site.site, wave=told.wave
        )[list(told.wrong_claims.columns)],
        provenance=results["provenance"],
        waiting=results["waiting"],
        response=told.response,
    )


@pytest.mark.slow
@pytest.mark.parametrize("site", PLANTS)
def test_a_report_is_made_of_what_results_json_says_and_of_nothing_else(site):
    """So no page, picture, handout or sheet says more, and no coordinate holds a digit more."""
    told = assess(site)
    again = _remake(told)
    assert show(again) == show(told)
    found, known = build_results(again), build_results(told)
    scores = [[one.pop("score") for one in each["findings"]] for each in (found, known)]
    assert scores[0] == pytest.approx(scores[1], abs=2e-6)
    assert found == known


@pytest.mark.slow
@pytest.mark.parametrize("site", PLANTS)
def test_marks_of_topics_lie_on_steps_of_a_tenth_of_a_point(site):
    """A coordinate read back as a value is a told mean, of one decimal, and nothing finer."""
    drawn = re.findall(r"<svg.*?</svg>", "".join(show(assess(site)).values()), re.DOTALL)
    left, right = 222.0, 524.0  # one and five, as the axis of these pictures says
    scaled = [
        one for one in drawn if f'<text x="{left:g}"' in one and f'<text x="{right:g}"' in one
    ]
    marks = [float(x) for one in scaled for x in re.findall(r'<circle cx="([\d.]+)"', one)]
    values = [1 + 4 * (x - left) / (right - left) for x in marks if left <= x <= right]
    assert len(values) > 10
    # Coordinates have one decimal, the 1500th part of a scale.
    assert max(abs(10 * value - round(10 * value)) for value in values) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("site", PLANTS)
@pytest.mark.parametrize(("file", "fewest"), [("workbook.xlsx", 800), ("tables.xlsx", 1000)])
def test_a_workbook_holds_the_numbers_of_results_json_and_hides_nothing(
    site, file, fewest, tmp_path
):
    assess(site).save(tmp_path)
    path = tmp_path / file
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    told = {round(number, 6) for number in _numbers(results)}
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    numbers = [cell.value for cell in cells if isinstance(cell.value, int | float)]
    assert len(numbers) > fewest
    assert {round(number, 6) for number in numbers} <= told
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    hidden = [one for sheet in book for one in sheet.column_dimensions.values() if one.hidden]
    assert (hidden, [cell for cell in cells if cell.comment], dict(book.defined_names)) == (
        [],
        [],
        {},
    )
    with zipfile.ZipFile(path) as parts:
        core = parts.read("docProps/core.xml").decode()
    assert re.findall(r">([^<\s][^<]*)<", core) == ["2000-01-01T00:00:00Z"] * 2


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in _numbers(one)]
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) else []
