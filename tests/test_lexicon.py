"""The lexicon: proposed from what reports told, edited by people, used in later texts."""

from __future__ import annotations

import csv
import html
from dataclasses import replace

import pytest
from click.testing import CliRunner
from demo_reports import assess, demo, measure

from harmony_kit.cli import main
from harmony_kit.commands.lexicon_terms import propose_entries
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.lexicon import LexiconEntry
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.errors import EngagementError
from harmony_kit.report import site_report
from harmony_kit.report.results import dump_results

HEADER = ["site", "term", "it", "operations", "say_it_so", "item"]


def _folder(tmp_path):
    folder = tmp_path / "acme"
    create_engagement(folder, client="Acme", wave="2026")
    (folder / "sites.csv").write_text("site,name\nnorthfield,Northfield\n", encoding="utf-8")
    (folder / "reports" / "northfield").mkdir(parents=True)
    results = dump_results(assess("northfield").results())
    (folder / "reports" / "northfield" / "results.json").write_text(results, encoding="utf-8")
    return folder


def _read(folder):
    with (folder / "lexicon.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.slow
def test_the_words_of_each_side_are_proposed_from_what_its_report_told():
    site = assess("northfield")
    found = {one.item: one for one in propose_entries(site.results(), site.engagement)}
    words = found["meaning.words"]
    assert words.term == "first words on hearing “AI”"
    assert words.said == {
        "it": "models, pipelines",
        "operations": "answers",
    }
    assert found["frame.outcome.sentence"].term == "who owns the outcome"
    assert {one.partition(".")[0] for one in found} == {"meaning", "frame"}
    quotes = set(site.quotes["text"])
    for one in found.values():
        told = [text for said in one.said.values() for text in said.split(" / ") if text]
        assert one is words or set(told) <= quotes


def test_what_people_wrote_into_the_file_survives_every_later_run(tmp_path):
    folder = _folder(tmp_path)
    run = CliRunner().invoke(main, ["lexicon", str(folder)], catch_exceptions=False)
    rows = _read(folder)
    assert run.output == f"{folder / 'lexicon.csv'}: {len(rows) - 1} lines added, 0 were there\n"
    assert rows[0] == HEADER
    edited = [rows[0] + ["note"], ["northfield", "ready", "x", "y", "Say: tested", "", "mine"]]
    edited += [[*rows[1][:4], "=1+1 models, then help", rows[1][5], ""]]
    with (folder / "lexicon.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(edited)
    CliRunner().invoke(main, ["lexicon", str(folder)], catch_exceptions=False)
    again = _read(folder)
    assert again[:3] == edited
    assert [row[5] for row in again[2:]] == [row[5] for row in rows[1:]]
    before = (folder / "lexicon.csv").read_bytes()
    CliRunner().invoke(main, ["lexicon", str(folder)], catch_exceptions=False)
    assert (folder / "lexicon.csv").read_bytes() == before


def test_a_folder_without_reports_gets_no_lexicon(tmp_path):
    folder = tmp_path / "acme"
    create_engagement(folder, client="Acme", wave="2026")
    run = CliRunner().invoke(main, ["lexicon", str(folder)], catch_exceptions=False)
    assert run.output == f"{folder.resolve() / 'lexicon.csv'}: 0 lines added, 0 were there\n"
    assert not (folder / "lexicon.csv").exists()


def test_a_lexicon_without_its_columns_is_told(tmp_path):
    folder = _folder(tmp_path)
    (folder / "lexicon.csv").write_text("plant,word\na,b\n", encoding="utf-8")
    with pytest.raises(EngagementError, match="the column 'site' is missing"):
        load_engagement(folder)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_what_was_agreed_is_used_in_report_sheet_and_handout(language):
    engagement, answers = demo("northfield")
    said = {"it": "the charter's owner", "operations": "whoever has the shift"}
    owner = LexiconEntry(
        "northfield", "frame.outcome.sentence", "owner", said, "The shift lead <b>"
    )
    other = replace(owner, site="hinterberg", agreed="not here")
    unagreed = replace(owner, item="", term="ready", agreed="")
    agreed = replace(engagement, lexicon=(owner, other, unagreed), languages=(language,))
    site = measure(agreed, answers["northfield"], "northfield")
    shown = html.unescape(site_report.lexicon(site).html)
    assert shown.count("<tr>") == 2
    assert all(text in shown for text in (*said.values(), "The shift lead <b>"))
    sheets = site_report.canvases(site).html
    assert "<strong>The shift lead &lt;b&gt;</strong>" in sheets
    assert site.results()["handout"]["words"] == ["owner: The shift lead <b>"]


def test_where_nothing_is_agreed_no_part_speaks_of_it():
    assert site_report.lexicon(assess("northfield")).html == ""
    assert assess("northfield").results()["handout"]["words"] == []
