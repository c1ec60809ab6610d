"""Pictures: every label inside its sheet, everything escaped, the same bytes every time."""

from __future__ import annotations

import re
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harmony_kit.report import drawings as figures
from harmony_kit.report.drawings import palette
from harmony_kit.report.drawings.drawing import SMALL, Drawing, Ink
from harmony_kit.report.drawings.lettering import shorten, text_width, wrap

LONG = "Wer bei Abweichungen der Maschinendaten entscheidet, welche Zahl gilt, und bis wann"
NAUGHTY = '<script>alert(1)</script> & $x^2$ =HYPERLINK("x") "quoted" 漢字'
CSS = Path(__file__).parent.parent / "templates" / "harmony" / "static" / "harmony.css"


def _topic_rows(words: str) -> list[figures.TopicRow]:
    low, high = figures.Heard(1.0, 1.0, 2.4), figures.Heard(5.0, 3.6, 5.0, (1, 0, 0, 2, 9))
    both = (
        figures.TopicLook(0, high, low, low, words, is_open=False),
        figures.TopicLook(1, low, high, high, words, is_open=True),
    )
    none = figures.TopicLook(0), figures.TopicLook(1, figures.Heard(3.0), None, None, words)
    return [
        figures.TopicRow(words, 5, words, words, 1.0, both, note=words),
        figures.TopicRow(words, 5, words, words, 1.0, none),
        figures.TopicRow(words, 11, words, words, 2.5, both[:1]),
    ]


def _drawings(words: str, width: float = figures.WIDTH) -> dict[str, Drawing]:
    """Each kind of picture with the given words everywhere, at the ends of its scales."""
    size = {"width": width}
    low, high = figures.Heard(1.0, 1.0, 2.4, (3, 5)), figures.Heard(2.0, 1.6, 2.0)
    ratings = [
        figures.RatingRow(words, 2, words, words, (low, high), note=words),
        figures.RatingRow(words, 7, words, words, (None, figures.Heard(7.0))),
    ]
    dots = [figures.MapDot(x, y, x > 1, words if y > 1 else "") for x in (0, 4) for y in (0, 4)]
    panels = [figures.MapPanel(side, words, tuple(dots)) for side in (0, 1)]
    many = dict.fromkeys(palette.STATES, 30)
    share, few = figures.Share(1.0, 0.0, 1.0), figures.Share(0.0, 0.0, 0.0)
    choice = figures.ChoiceRow(
        words,
        (figures.Chosen(1.0, words), figures.Chosen(0.0, "0")),
        (None, figures.Chosen(1.0, "100")),
    )
    score = figures.Score(1.0, 0.0, 1.0)
    quadrants = figures.PilotWords(*[words] * 6)
    panel = figures.PilotPanel(words, ((score, score), None), (True, False))
    owner = figures.OwnerRow(words, ("a", "b"), (True, False), words, is_open=False)
    check = figures.Check(1.0, 0.0, 1.0)
    decision = figures.DecisionRow(words, (check, None), words, is_open=False, reasons=words)
    waits = [figures.Wait(words, days, days > 5, words) for days in (900.0, 3.0, 0.0)]
    bars = [figures.PilotBar(words, 0, 400, 900, is_open=True, note=words)]
    bars += [figures.PilotBar(words, 300, None, 301, is_open=False, note=words)]
    marks = (figures.UsePoint(0.0, 1.0, "peak 100 %"), figures.UsePoint(1.0, 0.0, "now 0 %"))
    use = [
        figures.UseLine(words, shares, marks, (words, words), words)
        for shares in ([1.0, None, 0.0], [0.5], [])
    ]
    return {
        "topics": figures.draw_topics(
            _topic_rows(words), verdicts=words, key=figures.TopicKey(words, words, words), **size
        ),
        "ratings": figures.draw_ratings(ratings, **size),
        "map": figures.draw_map(panels, figures.MapWords(*[words] * 6), tolerance=1.0, **size),
        "states": figures.draw_states([figures.StateRow(0, words, many, many, 50)], **size),
        "share": figures.draw_share(share, 0, ends=(words, words)),
        "shares": figures.draw_shares(
            [figures.ShareRow(words, (share, few)), figures.ShareRow(words, (None, None), words)],
            ticks=[(0.0, "0 %"), (1.0, "100 %")],
            **size,
        ),
        "spread": figures.draw_spread(
            [figures.SpreadPanel(side, words, [share, few] * 150) for side in (0, 1)],
            ticks=[(0.0, "0 %"), (1.0, "100 %")],
            note=words,
            **size,
        ),
        "choices": figures.draw_choices(
            [choice, choice], figures.ChoiceHead((words, words), (words, words)), **size
        ),
        "pilots": figures.draw_pilots([panel] * 4, quadrants, **size),
        "owners": figures.draw_owners([owner], [("a", words), ("b", words), ("c", words)], **size),
        "readiness": figures.draw_readiness([decision], left=words, right=words, **size),
        "decisions": figures.draw_decisions(
            waits, [(900.0, "median 900"), (0.0, "0 days")], **size
        ),
        "pilot_times": figures.draw_pilot_times(
            bars, [(0, "Jan"), (900, "Dec")], (900, "today"), **size
        ),
        "use": figures.draw_use(use, ends=[(0.0, "0 %"), (1.0, "100 %")], **size),
    }


KINDS = sorted(_drawings("x"))
WIDTHS = (figures.WIDTH, figures.NARROW)


@pytest.mark.parametrize("words", [LONG, NAUGHTY, "W" * 300, "x"], ids=["long", "odd", "W", "x"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_label_lies_inside_its_picture(kind, width, words):
    drawing = _drawings(words, width)[kind]
    assert drawing.labels
    outside = [
        label
        for label in drawing.labels
        if label.left < -0.5
        or label.left + label.width > drawing.width + 0.5
        or label.y - label.letters.size * 0.75 < 0
        or label.y + label.letters.size * 0.25 > drawing.height
    ]
    assert outside == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_labels_do_not_lie_on_each_other(kind, width):
    labels = _drawings(LONG, width)[kind].labels
    boxes = [(a.left, a.y - 0.7 * a.letters.size, a.left + a.width, a.y) for a in labels]
    touching = [
        (labels[i].words, labels[j].words)
        for i, a in enumerate(boxes)
        for j, b in enumerate(boxes[:i])
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert touching == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_one_plain_element(kind):
    text = _drawings(NAUGHTY)[kind].svg()
    root = ET.fromstring(text)
    names = {element.tag for element in root.iter()}
    assert names <= {"svg", "text", "rect", "circle", "path", "polyline", "polygon"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name in ("id", "style", "href", "class")}
    assert not [name for name in attributes if name.startswith("on")]
    assert "nan" not in text
    assert "inf" not in text


def test_words_are_text_in_a_picture():
    drawing = Drawing(20)
    drawing.text((0, 10), NAUGHTY, SMALL)
    text = ET.fromstring(drawing.svg())[0].text
    assert text == NAUGHTY


@pytest.mark.parametrize("kind", KINDS)
def test_equal_rows_give_equal_bytes(kind):
    assert _drawings(LONG)[kind].svg() == _drawings(LONG)[kind].svg()


def test_pictures_cost_next_to_nothing():
    start = time.process_time()
    for drawing in _drawings(LONG).values():
        drawing.svg()
    assert time.process_time() - start < 0.05 * len(KINDS)


def test_the_scale_is_drawn_anew_where_it_changes():
    key = figures.TopicKey("band", "interval", "answers")
    drawn = figures.draw_topics(_topic_rows("x"), verdicts="v", key=key)
    anchors = [label.words for label in drawn.labels]
    assert anchors.count("5") == 1 + 1  # once on the scale of five points, once on that of eleven
    assert anchors.count("11") == 1


def _dots(look: figures.TopicLook, **more: float) -> list[tuple[str, float, float, str]]:
    """The marks of one look: circle or square, where, and what they are filled with."""
    row = figures.TopicRow("x", 5, "low", "high", 1.0, (look,))
    key = figures.TopicKey("", "", "")
    marks = figures.draw_topics([row], verdicts="", key=key, **more).marks
    wanted = r'<circle cx="([\d.]+)" cy="([\d.]+)" .*?fill="(#\w+)"'
    found = [circle for mark in marks if (circle := re.match(wanted, mark))]
    return [("circle", float(one[1]), float(one[2]), one[3]) for one in found]


def test_a_row_is_about_one_direction_only():
    """Own view above; below, hollow, what is expected and, full, what is said."""
    own, expected, said = (figures.Heard(value) for value in (1.0, 2.0, 5.0))
    first, second = (figures.TopicLook(side, own, expected, said) for side in (0, 1))
    lenses, paper = palette.LENSES, palette.PAPER
    above = _dots(first)
    assert [(kind, fill) for kind, _, _, fill in above] == [("circle", lenses[0])]
    below = sorted(_dots(second), key=lambda dot: dot[1])
    assert [(kind, fill) for kind, _, _, fill in below] == [
        ("circle", paper),
        ("circle", lenses[0]),
    ]
    assert len({y for _, _, y, _ in below}) == 1
    assert above[0][2] < below[0][2]


@pytest.mark.parametrize("n", range(1, 90))
@pytest.mark.parametrize("width", WIDTHS)
def test_no_square_is_left_alone_on_a_line(n, width):
    row = figures.StateRow(0, "x", {"shared_view": n}, {}, 0)
    drawn = figures.draw_states([row], width=width)
    lines = Counter(re.findall(r'<rect x="[^"]*" y="([^"]*)"', "".join(drawn.marks[2:])))
    counts = [*lines.values()]
    assert sum(counts) == n
    assert max(counts) - min(counts) < len(counts) + 1


def test_states_differ_without_any_colour():
    def strip(state: str) -> str:
        return re.sub(r'(fill|stroke)="[^"]*"', "", figures.draw_swatch(state).svg())

    drawn = {strip(state) for state in (*palette.STATES, "open")}
    assert len(drawn) == len(palette.STATES) + 1


def test_answers_are_drawn_where_they_are_given_only():
    silent = figures.TopicLook(0, figures.Heard(3.0, 2.4, 3.6))
    told = figures.TopicLook(0, figures.Heard(3.0, 2.4, 3.6, (0, 3, 4, 3, 0)))
    key = figures.TopicKey("band", "interval", "answers")
    bars = []
    for look in (silent, told):
        row = figures.TopicRow("x", 5, "low", "high", 1.0, (look,))
        marks = figures.draw_topics([row], verdicts="", key=key).marks
        bars.append(sum('width="6"' in mark for mark in marks))
    assert bars == [0, 3 + 3]  # three answers were given, and the key has a sample of three


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ("", 100, []),
        ("short", 100, ["short"]),
        ("two words", 40, ["two", "words"]),
        ("a b c d e f g h", 20, ["a b", "c…"]),
        ("  spaces \n and\tbreaks ", 200, ["spaces and breaks"]),
    ],
)
def test_wrap(words, width, lines):
    assert wrap(words, width, 10) == lines


def test_shorten_keeps_within_the_width():
    for width in (10, 30, 80, 200):
        assert text_width(shorten(LONG, width, 11), 11) <= width


def test_accents_do_not_count_and_wide_letters_do():
    assert text_width("é", 10) == text_width("e", 10)
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("漢", 10) == 10.0


def test_fade_goes_to_white():
    assert palette.fade("#1b5e9b", 1.0) == "#1b5e9b"
    assert palette.fade("#1b5e9b", 0.0) == "#ffffff"


def test_the_style_sheet_has_the_colours_of_the_pictures():
    light = CSS.read_text(encoding="utf-8").partition("prefers-color-scheme: dark")[0]
    declared = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", light))
    named = {
        "ink": palette.INK,
        "soft": palette.SOFT,
        "line": palette.LINE,
        "wash": palette.WASH,
        "first": palette.LENSES[0],
        "second": palette.LENSES[1],
        "good": palette.GOOD,
        "warn": palette.WARN,
        "bad": palette.BAD,
        **{name.replace("_", "-"): colour for name, colour in palette.STATES.items()},
    }
    assert {name: declared.get(name) for name in named} == named


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "colour", [palette.INK, palette.SOFT, palette.GOOD, palette.WARN, palette.BAD, *palette.LENSES]
)
def test_what_is_written_has_contrast_on_paper_and_wash(colour):
    for ground in (palette.PAPER, palette.WASH):
        assert (_luminance(ground) + 0.05) / (_luminance(colour) + 0.05) >= 4.5


def test_states_differ_in_a_grey_print():
    greys = sorted(_luminance(colour) for colour in palette.STATES.values())
    assert min(b - a for a, b in pairwise(greys)) > 0.05


def test_ink_says_what_is_drawn():
    assert Ink(None, fill="#fff").attributes == 'fill="#fff"'
    assert Ink("#000", 2, None, "3 2").attributes == (
        'stroke="#000" stroke-width="2" stroke-dasharray="3 2"'
    )
