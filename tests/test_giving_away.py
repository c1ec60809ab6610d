"""Pages, pictures, notebooks and workbooks give no more than results.json says."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from types import MappingProxyType

import openpyxl
import pandas as pd
import pytest
from demo_reports import assess, show

from harmony_kit.measures.disclosure import DISCLOSED
from harmony_kit.report.plain_values import plain_value

#: Six and seven people, two camps of ten, and five people with cells withheld.
PLANTS = ("northfield", "sanmarco", "lakeview")


def _read_back(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its numbers as they stand in results.json."""
    told = frame.copy()
    for column, held in DISCLOSED[name].columns.items():
        if held.dtype == "float64":
            told[column] = frame[column].round(held.kept)
        elif held.parts:
            cells = [plain_value(cell, held) for cell in frame[column]]
            told[column] = pd.Series(cells, index=frame.index, dtype="object")
    return told


@pytest.mark.slow
@pytest.mark.parametrize("site", PLANTS)
def test_pages_and_pictures_are_drawn_from_what_results_json_says(site):
    """So no coordinate holds a digit more than the number it stands for."""
    told = assess(site)
    again = {name: _read_back(name, frame) for name, frame in told.frames.items()}
    assert show(replace(told, frames=MappingProxyType(again))) == show(told)


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
