import pandas as pd
import pytest

from harmony_kit.report.site_report.topics import name_state
from harmony_kit.report.words import load_words

ROW = {"state": "false_consensus", "claim": "claimed", "is_on_line": False}
SAID = {
    "en": ("only thinks they agree", "likely: only thinks they agree", "still open"),
    "de": ("glaubt nur an Einigkeit", "wohl: glaubt nur an Einigkeit", "noch offen"),
    "es": ("solo cree que coinciden", "parece: solo cree que coinciden", "aún abierto"),
}
NEAR = {
    "en": ("likely: only thinks they agree, near the limit", "too near the limit to say"),
    "de": ("wohl: glaubt nur an Einigkeit, nahe der Grenze", "zu nah an der Grenze"),
    "es": ("parece: solo cree que coinciden, cerca del límite", "demasiado cerca del límite"),
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
