"""Words, numbers and blocks: each language in its own way, everything escaped."""

from __future__ import annotations

import datetime as dt

import pytest
from markupsafe import Markup

from harmony_kit.report.block import PAGE
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, load_words, paragraph, picture
from harmony_kit.report.drawings import Drawing

EN, DE, ES = (load_words(language) for language in ("en", "de", "es"))


@pytest.mark.parametrize(
    ("words", "value", "digits", "text"),
    [
        (EN, 3.14159, 1, "3.1"),
        (DE, 3.14159, 2, "3,14"),
        (ES, -0.25, 2, "\u22120,25"),
        (EN, -0.04, 1, "0.0"),
        (EN, 12.6, 0, "13"),
    ],
)
def test_numbers(words, value, digits, text):
    assert words.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.51, "+0.5"), (-0.51, "\u22120.5"), (0.04, "0.0"), (0, "0.0")]
)
def test_differences_have_a_sign(value, text):
    assert EN.signed(value) == text


def test_shares_do_not_break_before_the_sign():
    assert [w.percent(0.625) for w in (EN, DE, ES)] == ["62%", "62\u00a0%", "62\u00a0%"]


@pytest.mark.parametrize(
    ("chance", "text"), [(0.5, "50%"), (0.994, ">99%"), (1.0, ">99%"), (0.0, "<1%"), (0.99, "99%")]
)
def test_nothing_is_quite_certain(chance, text):
    assert EN.certainty(chance) == text


def test_days():
    day = dt.date(2026, 3, 1)
    written = [w.day(day) for w in (EN, DE, ES)]
    assert written == ["1 March 2026", "1. März 2026", "1 de marzo de 2026"]
    assert [w.month(day) for w in (EN, DE, ES)] == ["Mar 2026", "März 2026", "mar 2026"]


@pytest.mark.parametrize(
    ("parts", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_listing(parts, text):
    assert EN.listing(parts) == text


def test_one_and_many():
    said = [EN.count("first.heard", n, lens="IT") for n in (0, 1, 2)]
    assert said == ["0 people from IT", "1 person from IT", "2 people from IT"]


def test_braces_in_names_are_text():
    assert EN.say("first.based_on", heard="{n} {heard}") == "Answered by at least {n} {heard}."


def test_a_missing_word_is_an_error():
    with pytest.raises(KeyError):
        EN.say("first.no_such_key")
    with pytest.raises(KeyError):
        EN.say("first.based_on")


def test_a_block_shows_its_html_and_keeps_it_out_of_its_name():
    block = paragraph("<b> & $x$")
    assert block._repr_mimebundle_() == {
        "text/html": '<p style="opacity:.8;margin:.9em 0 .2em">&lt;b&gt; &amp; $x$</p>',
        PAGE: '<p class="caption">&lt;b&gt; &amp; $x$</p>',
    }
    assert Markup("{}").format(block) == block.html
    assert repr(block) == f"<Block of {len(block.html)} characters>"
    assert bool(block)
    assert not EMPTY


def test_empty_blocks_leave_no_gap():
    assert join_blocks([EMPTY, Block("a"), EMPTY, Block("b")]) == Block("a\nb")
    assert paragraph("") == EMPTY


def test_a_picture_says_what_it_shows():
    html = picture(Drawing(10), '"quoted" <tag>').html
    assert html.startswith(
        '<figure class="picture" role="img" aria-label="&#34;quoted&#34; &lt;tag'
    )
    assert html.endswith("</svg></figure>")
