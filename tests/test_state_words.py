import pandas as pd
import pytest

from harmony_kit.report.site_report.topics import name_state
from harmony_kit.report.words import load_words

ROW = {"state": "false_consensus", "claim": "claimed", "is_on_line": False}
SAID = {
    "en": ("false consensus", "likely: false consensus", "still open"),
    "de": ("Scheinkonsens", "wohl: Scheinkonsens", "noch offen"),
    "es": ("falso consenso", "parece: falso consenso", "aún abierto"),
}
NEAR = {
    "en": ("likely: false consensus, near the line", "on the line"),
    "de": ("wohl: Scheinkonsens, nahe der Grenze", "auf der Grenze"),
    "es": ("parece: falso consenso, cerca del límite", "en el límite"),
}


def said(language, **changed):
    words = load_words(language)
    claims = changed.pop("claims")
    return tuple(name_state(ROW | changed | {"claim": claim}, words) for claim in claims)


@pytest.mark.parametrize("language", SAID)
def test_a_state_says_how_sure_it_is(language):
    assert said(language, claims=("claimed", "leaning", "open")) == SAID[language]


@pytest.mark.parametrize("language", NEAR)
def test_a_topic_on_the_line_says_so(language):
    assert said(language, claims=("leaning", "open"), is_on_line=True) == NEAR[language]


def test_what_was_not_measured_is_not_on_the_line():
    words = load_words("en")
    missing = ROW | {"claim": None, "is_on_line": pd.NA}
    without = {"state": "false_consensus", "claim": "open"}
    assert (name_state(missing, words), name_state(without, words)) == (
        "too few answers",
        "still open",
    )
