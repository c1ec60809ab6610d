"""Numbers, days and lists in each language, and in one nobody has written down."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from harmony_kit.regional import load_regional
from harmony_kit.report.words import load_words

DAY = dt.date(2026, 3, 5)
#: Language → a day, a month, numbers, a share, a list of three.
WRITTEN = {
    "en": ("5 March 2026", "Mar 2026", "1,234.5", "12,345", "\u22120.5", "70%", "a, b and c"),
    "de": (
        "5. März 2026",
        "März 2026",
        "1.234,5",
        "12.345",
        "\u22120,5",
        "70\u00a0%",
        "a, b und c",
    ),
    "es": (
        "5 de marzo de 2026",
        "mar 2026",
        "1234,5",
        "12.345",
        "\u22120,5",
        "70\u00a0%",
        "a, b y c",
    ),
    "xx": (
        "2026-03-05",
        "2026-03",
        "1\u202f234.5",
        "12\u202f345",
        "\u22120.5",
        "70\u202f%",
        "a, b, c",
    ),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_everything_that_is_no_word_is_written_as_the_language_does(language):
    regional = load_regional(language)
    assert WRITTEN[language] == (
        regional.day(DAY),
        regional.month(DAY),
        regional.number(1234.5),
        regional.number(12345, 0),
        regional.number(-0.5),
        regional.percent("70"),
        regional.listing(["a", "b", "c"]),
    )
    assert regional.listing(["a"]) == "a"
    assert regional.listing([]) == ""
    assert regional.number(-0.0) == regional.number(0.0)
    assert "\u2212" not in regional.number(-0.001)


@pytest.mark.parametrize(("language", "said"), [("en", "1,231"), ("de", "1.231"), ("es", "1231")])
def test_thousands_are_set_apart_where_a_sentence_counts(language, said):
    words = load_words(language)
    assert words.say("format.plain", n=1231) == said
    assert words.say("format.plain", n=999) == "999"


def test_babel_is_read_only_when_something_is_written():
    code = (
        "import sys, harmony_kit.report.words, harmony_kit.workshop.scene;"
        "assert not [one for one in sys.modules if one.split('.')[0] == 'babel']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
