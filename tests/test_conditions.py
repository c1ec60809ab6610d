import pytest
import yaml

from harmony_kit.errors import InstrumentError
from harmony_kit.instrument.conditions import Known, Reply, holds, parse_condition
from harmony_kit.instrument.file import load_instrument

KNOWN = Known(
    lens="it",
    own={
        "pilots.success": Reply("answered", 2),
        "ownership.model": Reply("answered", "vendor"),
        "meaning.words": Reply("answered", ("models", "relief")),
        "meaning.ready": Reply("answered", "when it works"),
        "frame.risk": Reply("dont_know"),
        "frame.timing": Reply("prefer_not"),
    },
    estimates={"pilots.success": Reply("answered", 5)},
    value=("a", "b"),
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pilots.success == 2", True),
        ("pilots.success != 2", False),
        ("1 < pilots.success <= 2", True),
        ("pilots.success > -1", True),
        ("pilots.success in [1, 2]", True),
        ("pilots.success not in (1, 2)", False),
        ("estimate(pilots.success) > pilots.success", True),
        ("ownership.model == 'vendor' and lens == 'it'", True),
        ("lens != 'it' or ownership.model in ['it', 'joint']", False),
        ("'relief' in meaning.words", True),
        ("meaning.words == ['models', 'relief']", True),
        ("count(meaning.words) == 2", True),
        ("count(value) == 2", True),
        ("'c' in value", False),
        ("answered(meaning.ready)", True),
        ("not answered(frame.risk) and dont_know(frame.risk)", True),
        ("prefer_not(frame.timing)", True),
        ("answered(frame.decision)", False),
        # Nothing compares with what has no answer, whichever way it is asked.
        ("frame.risk == 3", False),
        ("frame.risk != 3", False),
        ("frame.decision < 3", False),
        ("3 != frame.risk", False),
        ("pilots.success != estimate(frame.risk)", False),
        ("pilots.success not in frame.risk", False),
        ("1 < pilots.success != frame.risk", False),
        ("not frame.decision < 3", True),
        ("estimate(frame.risk) == 3", False),
        ("count(frame.decision) == 0", True),
        ("frame.decision", False),
        ("pilots.success", True),
        # Never an error in the middle of an interview.
        ("pilots.success < 'two'", False),
        ("pilots.success in 'two'", False),
    ],
)
def test_a_condition_over_answers(source, expected):
    assert holds(parse_condition(source), KNOWN) is expected


@pytest.mark.parametrize(
    "source",
    [
        "",
        "pilots.success ==",
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "pilots.success.__class__()",
        "open('x')",
        "answered('pilots.success')",
        "answered(pilots.success, 1)",
        "estimate(value)",
        "[x for x in value]",
        "lambda: 1",
        "value if value else 1",
        "pilots.success + 1 == 2",
        "2 ** 999999999",
        "-value",
        "value is 1",
        "value[0]",
        "f'{value}'",
        "True",
        "None",
        "b'x' == value",
        "success == 1",
        "(x := 1)",
        "*value",
        "[meaning.words] == 1",
        "(" * 300 + "1" + ")" * 300,
        "1 < 2 and " * 60 + "1 < 2",
        "pilots.success == 1\0",
    ],
)
def test_what_is_not_a_condition_is_refused(source):
    with pytest.raises(InstrumentError) as raised:
        parse_condition(source)
    assert len(raised.value.problems) == 1


CASES = [
    (
        "relevant: b.later == 1",
        "'b.later' is not an item before this one",
        "a.rating, a.choice, a.words, a.text, a.per",
    ),
    ("relevant: a.self == 1", "'a.self' is not an item before this one", None),
    ("relevant: value == 1", "'value' is known only to a constraint", None),
    ("relevant: a.per == 1", "'a.per' repeats per pilot, this item does not", None),
    ("relevant: a.choice == 'me'", "'me' is never the answer there", "it, ops"),
    ("relevant: a.choice in ['it', 'you']", "'you' is never the answer there", "it, ops"),
    ("relevant: \"'you' in a.words\"", "'you' is never the answer there", "it, ops"),
    ("relevant: lens == 'ops'", "'ops' is never the answer there", "left, right"),
    ("relevant: a.rating == 'high'", "'high' is compared with a number", "numbers"),
    ("relevant: estimate(a.rating) == 'high'", "'high' is compared with a number", "numbers"),
    ("relevant: count(a.words) == 'two'", "'two' is compared with a number", "numbers"),
    ("constraint: value == 'high'", "'high' is compared with a number", "numbers"),
    ("constraint: value + 1", "'value + 1' is not part of a condition", None),
]


@pytest.mark.parametrize(("line", "what", "allowed"), CASES)
def test_a_wrong_condition_is_found_when_the_instrument_is_read(tmp_path, line, what, allowed):
    path = _write(tmp_path, line)
    with pytest.raises(InstrumentError) as raised:
        load_instrument(path)
    (problem,) = raised.value.problems
    assert (problem.file, problem.where, problem.what) == (
        str(path),
        f"items[5].{line.split(':')[0]}",
        what,
    )
    assert allowed in (None, problem.allowed)


@pytest.mark.parametrize(
    "line",
    [
        "relevant: a.rating <= 2 and lens == 'left'",
        "relevant: a.choice == 'it' or 'ops' in a.words",
        "relevant: a.text == 'anything'",
        "constraint: value >= a.rating",
    ],
)
def test_a_right_condition_is_accepted(tmp_path, line):
    load_instrument(_write(tmp_path, line))


def _write(folder, line):
    def item(name, kind, **rest):
        return {"id": name, "dimension": "a", "kind": kind, "text": "?", "short": "?", **rest}

    items = [
        item("a.rating", "rating", scale="s", mirrored=True),
        item("a.choice", "choice", options="o"),
        item("a.words", "words", options="o", k=1),
        item("a.text", "text"),
        {**item("a.per", "rating", scale="s", per="pilot"), "text": "{subject}"},
        item("a.self", "rating", scale="s", **yaml.safe_load(line)),
        item("b.later", "rating", scale="s"),
    ]
    content = {
        "id": "small",
        "version": 1,
        "language": "en",
        "title": "Small",
        "estimate": "And {other}?",
        "lenses": [{"id": "left", "name": "Left"}, {"id": "right", "name": "Right"}],
        "scales": [{"id": "s", "anchors": ["a", "b", "c", "d", "e"]}],
        "options": {"o": [{"id": "it", "label": "IT"}, {"id": "ops", "label": "Operations"}]},
        "dimensions": [{"id": "a", "name": "A", "intro": "A"}],
        "items": items,
    }
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path
