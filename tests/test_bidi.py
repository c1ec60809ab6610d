"""Nothing somebody typed turns the rest of a page round."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from engagement_folders import make_folder, request_for
from hypothesis import given
from hypothesis import strategies as st

from harmony_kit.batch.batch import run_engagement
from harmony_kit.report.bidi import isolate, settle
from harmony_kit.report.block import paragraph, picture
from harmony_kit.report.drawings import Drawing
from harmony_kit.report.drawings.drawing import Letters
from harmony_kit.report.words import load_words

RLO, PDF, FSI, LRI, PDI = "\u202e", "\u202c", "\u2068", "\u2066", "\u2069"
HEBREW = "מפעל"


@pytest.mark.parametrize(
    ("text", "in_sentence", "on_page"),
    [
        ("Old Mill", "Old Mill", "Old Mill"),
        ("Größe “3” déjà", "Größe “3” déjà", "Größe “3” déjà"),
        (f"{RLO}llim dlO", "llim dlO", "llim dlO"),
        (f"Old{RLO}{PDF} Mill", "Old Mill", "Old Mill"),
        (HEBREW, f"{FSI}{HEBREW}{PDI}", f"{LRI}{HEBREW}{PDI}"),
        (f"{PDI}Old Mill", "Old Mill", "Old Mill"),
        (f"Old {FSI}Mill", "Old Mill", "Old Mill"),
        (f"{FSI}{HEBREW}{PDI}", f"{FSI}{HEBREW}{PDI}", f"{FSI}{HEBREW}{PDI}"),
        (
            f"Plant {FSI}{HEBREW}{PDI}",
            f"{FSI}Plant {FSI}{HEBREW}{PDI}{PDI}",
            f"{LRI}Plant {FSI}{HEBREW}{PDI}{PDI}",
        ),
    ],
)
def test_what_is_set_apart(text, in_sentence, on_page):
    assert (isolate(text), settle(text)) == (in_sentence, on_page)


@given(st.text(st.sampled_from([RLO, "\u202b", PDF, FSI, LRI, PDI, "a", "-", *HEBREW])))
def test_whatever_is_typed_ends_where_it_ends(text):
    depth = 0
    for letter in settle(text):
        assert not "\u202a" <= letter <= "\u202e"
        depth += (letter in (FSI, LRI, "\u2067")) - (letter == PDI)
        assert depth >= 0
        is_turning = unicodedata.bidirectional(letter) in ("R", "AL", "AN")
        assert not is_turning or depth > 0
    assert depth == 0
    assert settle(settle(text)) == settle(text)


def test_no_letter_that_runs_to_the_left_is_overlooked():
    letters = map(chr, range(0x110000))
    running = [one for one in letters if unicodedata.bidirectional(one) in ("R", "AL", "AN")]
    assert len(running) > 1000
    assert [one for one in running if settle(one) != f"{LRI}{one}{PDI}"] == []


def test_names_in_sentences_charts_and_labels():
    title = f"Camera{RLO}{HEBREW}"
    apart = f"Camera{HEBREW}"
    said = load_words("en").say("cover.wave", wave=title)
    assert f"{FSI}{apart}{PDI}" in said
    drawing = Drawing(100, 20)
    drawing.text((0, 10), title, Letters(9, "#000000"))
    drawing.text_upwards((0, 10), title, Letters(9, "#000000"))
    assert drawing.svg().count(f">{LRI}{apart}{PDI}</text>") == 2
    html = picture(drawing, title).html + paragraph(title).html
    assert html.count(f"{LRI}{apart}{PDI}") == 4
    assert RLO not in html


@pytest.mark.slow
def test_a_page_with_a_turned_name_is_not_turned_round(tmp_path: Path):
    folder = make_folder(tmp_path / "e", ("a", "b"))
    name = f"Mill {RLO}{HEBREW} (2)"
    sites = (folder / "sites.csv").read_text(encoding="utf-8").replace("Plant a", name)
    (folder / "sites.csv").write_text(sites, encoding="utf-8")
    with (folder / "engagement.yaml").open("a", encoding="utf-8") as file:
        file.write(f'banner: "{RLO}Draft"\nbrand: {{name: "{RLO}{HEBREW} Ltd"}}\n')
    assert run_engagement(request_for(folder)).is_ok
    for page in ("index.html", "a/report.html"):
        html = (folder / "reports" / page).read_text(encoding="utf-8")
        assert re.findall("[\u202a-\u202e]", html) == []
        assert f"{LRI}Mill {HEBREW} (2){PDI}" in html
