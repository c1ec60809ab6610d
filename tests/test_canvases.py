"""Canvases: each side's words beside the other's, and nothing that may not be shown."""

from dataclasses import replace

import pandas as pd
import pytest
from test_declarations import BASIS

from harmony_kit.findings.canvases import Line, Said, canvases
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import type_frame
from harmony_kit.measures.disclosure import disclose
from harmony_kit.measures.measuring import measure_everything
from harmony_kit.measures.privacy import license_quotes

INSTRUMENT = load_instrument(find_instrument("it-operations"))
PLAYBOOK = load_playbook(find_playbook("it-operations"))
NOTHING = Said(quotes=(), ratings={}, answers={}, n={})


def _rows(lens, item, values, *, about=None, quotable=True):
    """One answer per person: a number, an option in a list, or a sentence."""
    when = pd.Timestamp("2026-03-01", tz="UTC")
    for person, value in enumerate(values):
        yield {
            "site": "north",
            "wave": "1",
            "respondent": f"{lens}-{person}",
            "lens": lens,
            "item": item,
            "about": about or lens,
            "status": "answered",
            "value": value if isinstance(value, int) else None,
            "chosen": value if isinstance(value, list) else None,
            "text": value if isinstance(value, str) else None,
            "quotable": quotable and isinstance(value, str),
            "answered_at": when,
        }


def _sheets(*rows, language="en", instrument=INSTRUMENT):
    answers = type_frame(pd.DataFrame([row for part in rows for row in part]))
    basis = replace(BASIS, items=instrument.items_frame(), lenses=instrument.lens_ids)
    measured = measure_everything(answers, basis)
    told = disclose(measured, basis.settings, items=basis.items, lenses=basis.lenses).frames
    quotes = license_quotes(answers, min_group=basis.settings.min_group)
    sheets = canvases(PLAYBOOK, instrument, told, quotes=quotes, language=language)
    return {sheet.id: sheet for sheet in sheets}


def _line(sheets, sheet, line):
    return next(one for one in sheets[sheet].lines if one.id == line)


def test_the_three_canvases_have_ten_five_and_five_lines():
    sheets = _sheets(_rows("it", "frame.risk", [4]))
    n_lines = {sheet.id: len(sheet.lines) for sheet in sheets.values()}
    assert n_lines == {"frame": 10, "boundaries": 5, "data_ownership": 5}


@pytest.mark.slow
def test_each_sides_sentence_and_answers_stand_beside_the_others():
    sheets = _sheets(
        _rows("it", "frame.outcome", [4, 5, 3, 4, 2]),
        _rows("it", "frame.outcome", [1, 1, 1, 1, 1], about="operations"),
        _rows("it", "frame.outcome.sentence", ["The plant manager.", "Nobody yet."]),
        _rows("it", "frame.outcome.sentence", ["Not to be quoted."], quotable=False),
        _rows("it", "ownership.outcome", [["joint"], ["joint"], ["it"], ["joint"]]),
        _rows("operations", "frame.outcome", [2, 3, 3, 2]),
        _rows("operations", "ownership.outcome", [["it"], ["operations"], ["it"], ["operations"]]),
    )
    assert _line(sheets, "frame", "outcome") == Line(
        id="outcome",
        title="Outcome",
        prompt="The result belongs to …",
        said={
            "it": Said(
                quotes=("Nobody yet.", "The plant manager."),
                ratings={"frame.outcome": 3.6},
                answers={},  # of four people no owner is told
                n={"frame.outcome": 5, "ownership.outcome": 4},
            ),
            "operations": Said(
                quotes=(),
                ratings={"frame.outcome": 2.5},
                answers={},
                n={"frame.outcome": 4, "ownership.outcome": 4},
            ),
        },
        items=("frame.outcome", "frame.outcome.sentence", "ownership.outcome"),
    )


def test_three_people_of_a_lens_are_not_shown():
    sheets = _sheets(
        _rows("it", "frame.risk", [1, 5, 5]),
        _rows("it", "frame.risk.sentence", ["We stop at once.", "Never alone."]),
        _rows("operations", "frame.risk", [2, 2, 2, 2]),
    )
    said = _line(sheets, "frame", "risk").said
    assert said["it"] == NOTHING
    assert said["operations"].n == {"frame.risk": 4}


def test_a_line_no_item_asks_about_is_left_to_fill_in():
    sheets = _sheets(_rows("it", "ownership.data_accuracy", [["it"]] * 3))
    assert _line(sheets, "data_ownership", "validity").said == {
        "it": NOTHING,
        "operations": NOTHING,
    }


def test_prompts_name_the_lenses_in_the_language():
    sheets = _sheets(_rows("it", "frame.risk", [4]), language="de")
    line = _line(sheets, "frame", "success")
    assert line.prompt == "Für IT ist es gelungen, wenn …; für Produktion ist es gelungen, wenn …"
    assert line.title == "Erfolg"


def test_a_canvas_without_an_item_of_the_instrument_is_left_out():
    kept = [item for item in INSTRUMENT.items if item.dimension != "ownership"]
    fewer = INSTRUMENT.model_copy(update={"items": tuple(kept)})
    instrument = type(fewer)(**fewer.model_dump())
    sheets = _sheets(_rows("it", "frame.risk", [4, 4, 4, 4]), instrument=instrument)
    assert list(sheets) == ["frame", "boundaries"]


def test_a_sheet_is_plain_in_results():
    sheets = _sheets(_rows("it", "frame.risk", [4, 3, 2, 3]))
    plain = sheets["boundaries"].to_dict()
    assert plain["lines"][4] == {
        "id": "risk",
        "title": "When it stops",
        "prompt": "It stops when …; then people work by …",
        "said": {
            "it": {
                "quotes": (),
                "ratings": {"frame.risk": 3.0},
                "answers": {},
                "n": {"frame.risk": 4},
                "bands": {},
            },
            "operations": {"quotes": (), "ratings": {}, "answers": {}, "n": {}, "bands": {}},
        },
        "items": ("frame.risk", "frame.risk.sentence"),
    }


def test_a_rating_told_as_a_band_keeps_the_ends_of_its_band():
    sheets = _sheets(
        _rows("it", "frame.risk", [5, 5, 5, 4]), _rows("operations", "frame.risk", [2, 2, 3, 3])
    )
    said = _line(sheets, "frame", "risk").said
    assert (said["it"].ratings, said["it"].bands) == (
        {"frame.risk": 4.4},
        {"frame.risk": (3.8, 5.0)},
    )
    assert (said["operations"].ratings, said["operations"].bands) == ({"frame.risk": 2.5}, {})
