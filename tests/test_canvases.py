"""Canvases: each side's words beside the other's, and nothing that may not be shown."""

import pandas as pd

from harmony_kit.findings.canvases import Line, Said, canvases
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import type_frame

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


def _sheets(*rows, language="en", min_group=3):
    answers = type_frame(pd.DataFrame([row for part in rows for row in part]))
    sheets = canvases(PLAYBOOK, INSTRUMENT, answers, language=language, min_group=min_group)
    return {sheet.id: sheet for sheet in sheets}


def _line(sheets, sheet, line):
    return next(one for one in sheets[sheet].lines if one.id == line)


def test_the_three_canvases_have_ten_five_and_five_lines():
    sheets = _sheets(_rows("it", "frame.risk", [4]))
    n_lines = {sheet.id: len(sheet.lines) for sheet in sheets.values()}
    assert n_lines == {"frame": 10, "boundaries": 5, "data_ownership": 5}


def test_each_sides_sentence_and_answers_stand_beside_the_others():
    sheets = _sheets(
        _rows("it", "frame.outcome", [4, 5, 3]),
        _rows("it", "frame.outcome", [1, 1, 1], about="operations"),
        _rows("it", "frame.outcome.sentence", ["The plant manager.", "Nobody yet."]),
        _rows("it", "frame.outcome.sentence", ["Not to be quoted."], quotable=False),
        _rows("it", "ownership.outcome", [["joint"], ["joint"], ["it"]]),
        _rows("operations", "frame.outcome", [2, 2, 1, 1]),
        _rows("operations", "ownership.outcome", [["it"], ["operations"], ["it"], ["operations"]]),
    )
    assert _line(sheets, "frame", "outcome") == Line(
        id="outcome",
        title="Outcome",
        prompt="The result belongs to …",
        said={
            "it": Said(
                quotes=("Nobody yet.", "The plant manager."),
                ratings={"frame.outcome": 4.0},
                answers={"ownership.outcome": "IT and Operations jointly"},
                n={"frame.outcome": 3, "ownership.outcome": 3},
            ),
            # A tie names nobody.
            "operations": Said(
                quotes=(),
                ratings={"frame.outcome": 1.5},
                answers={},
                n={"frame.outcome": 4, "ownership.outcome": 4},
            ),
        },
    )


def test_two_people_of_a_lens_are_not_shown():
    sheets = _sheets(
        _rows("it", "frame.risk", [1, 5]),
        _rows("it", "frame.risk.sentence", ["We stop at once.", "Never alone."]),
        _rows("operations", "frame.risk", [2, 2, 2]),
    )
    said = _line(sheets, "frame", "risk").said
    assert said["it"] == NOTHING
    assert said["operations"].n == {"frame.risk": 3}


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
    answers = type_frame(pd.DataFrame(list(_rows("it", "frame.risk", [4, 4, 4]))))
    sheets = canvases(PLAYBOOK, type(fewer)(**fewer.model_dump()), answers)
    assert [sheet.id for sheet in sheets] == ["frame", "boundaries"]


def test_a_sheet_is_plain_in_results():
    sheets = _sheets(_rows("it", "frame.risk", [4, 4, 4]))
    plain = sheets["boundaries"].to_dict()
    assert plain["lines"][4] == {
        "id": "risk",
        "title": "When it stops",
        "prompt": "It stops when …; then people work by …",
        "said": {
            "it": {
                "quotes": (),
                "ratings": {"frame.risk": 4.0},
                "answers": {},
                "n": {"frame.risk": 3},
            },
            "operations": {"quotes": (), "ratings": {}, "answers": {}, "n": {}},
        },
    }
