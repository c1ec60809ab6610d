"""Own questions beside those of an instrument, and the commands around instruments."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from harmony_kit.cli import main
from harmony_kit.commands.interviewing import open_reception
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.errors import InstrumentError
from harmony_kit.exchange.form_plan import plan_form
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import Answers, type_frame
from harmony_kit.journal.store import Store
from harmony_kit.report.assessment import measure_site

CORE = load_instrument(find_instrument("it-operations"))
OWN = """
extends: it-operations
scales:
  - {id: own_five, anchors: [None, Little, Some, Much]}
dimensions:
  - {id: own_questions, name: Ours, intro: Only here.}
items:
  - {id: own.pace, dimension: own_questions, kind: rating, scale: own_five, mirrored: true,
     text: How much?, short: how much}
  - {id: own.clear, dimension: frame, kind: rating, scale: clear, text: Clear?, short: clear}
"""
GERMAN = """
instrument: it-operations
version: 1
language: de
texts: {item.own.pace.text: Wie viel?, item.own.pace.short: wie viel}
"""


def _run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, result.output


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    (tmp_path / "own.de.yaml").write_text(GERMAN, encoding="utf-8")
    return path


def test_own_items_come_after_those_of_the_core_which_stay_as_they_are(own):
    whole = load_instrument(own)
    assert whole.items[: len(CORE.items)] == CORE.items
    assert [item.id for item in whole.items[len(CORE.items) :]] == ["own.pace", "own.clear"]
    assert (whole.id, whole.version, whole.lens_ids) == (CORE.id, CORE.version, CORE.lens_ids)
    assert whole.sha256 != CORE.sha256
    assert whole.question("own.pace", "it", "de") == "Wie viel?"
    question = CORE.question("meaning.same", "it", "de")
    assert whole.question("meaning.same", "it", "de") == question


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("own.pace", "meaning.same"),
            ("items[0].id: 'meaning.same' is an id of the other instrument. "
            "Allowed: an id of its own."),
        ),
        (("own.pace", "pace.own"), ("items[0].id: 'pace.own' is not an id of an own item. "
         "Allowed: own.….")),
        (("own_five, anchors", "clear, anchors"), ("scales[0].id: 'clear' is an id of the other "
         "instrument. Allowed: an id of its own.")),
        (("id: own_questions,", "id: frame,"), ("dimensions[0].id: 'frame' is an id of the other "
         "instrument. Allowed: an id of its own.")),
        (("mirrored: true", "group: duty"), ("items[0].group: an own item plays no part in the "
         "measures of the other instrument. Allowed: no group.")),
        (("scales:", "version: 2\nscales:"), ("version: own questions cannot say this; it is the "
         "other instrument's.")),
        (("extends: it-operations", "extends: it-ops"), ("extends: there is no instrument "
         "'it-ops'. Allowed: it-operations.")),
        (("scale: own_five", "scale: own_six"), "items[0].scale: "),
    ],
)  # fmt: skip
def test_the_core_cannot_be_changed(tmp_path, change, told):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(*change), encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    problems = [str(problem).removeprefix(f"{path}: ") for problem in caught.value.problems]
    assert [problem for problem in problems if problem.startswith(told)] != []


def test_the_store_keeps_own_questions_with_the_core_that_was_asked(own):
    store = Store("sqlite://")
    kept = store.keep_instrument(own)
    assert store.instrument(kept.sha256) == load_instrument(own)


def test_an_engagement_asks_its_own_questions_and_checks_clean(tmp_path, own):
    acme = tmp_path / "acme"
    create_engagement(acme, client="Acme", wave="1")
    (acme / "sites.csv").write_text("site,name\nnorth,North\n", encoding="utf-8")
    (acme / "own.yaml").write_text(OWN, encoding="utf-8")
    settings = acme / "engagement.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("instrument: it-operations", "instrument: own.yaml"))
    assert load_engagement(acme).instrument.has_item("own.pace")
    answers = tmp_path / "in.csv"
    answers.write_text("respondent,site,lens,meaning.same,own.pace\nit-1,north,it,4,2\n")
    assert _run("import", acme, answers)[0] == 0
    code, told = _run("check", acme)
    assert (code, "Nothing is wrong." in told) == (0, True), told
    code, told = _run("form", acme, "--to", "print", "--lens", "it")
    page = (acme / "forms" / "north" / "north_it_en.html").read_text(encoding="utf-8")
    assert (code, "How much?" in page) == (0, True), told


def test_new_instruments_are_right_from_the_start(tmp_path):
    for words in ([], ["--extends", "it-operations"]):
        path = tmp_path / f"new{len(words)}.yaml"
        assert _run("instrument", "new", path, *words)[0] == 0
        code, told = _run("instrument", "check", path)
        assert (code, told.splitlines()[-1]) == (0, "Nothing is wrong.")
        assert _run("instrument", "new", path, *words)[0] == 1  # never overwrites


def test_show_prints_every_question_in_a_language(own):
    code, told = _run("instrument", "show", own, "--lang", "de")
    assert code == 0
    assert "Wie viel?" in told
    assert [item.id for item in CORE.items if f"  {item.id}  [" not in told] == []
    assert _run("instrument", "show", own, "--lang", "xx")[0] == 1


def test_diff_says_what_stays_comparable(tmp_path, own):
    assert _run("instrument", "diff", "it-operations", "it-operations") == (
        0,
        "Both ask the same.\n",
    )
    code, told = _run("instrument", "diff", "it-operations", own)
    assert (code, told.splitlines()) == (
        1,
        ["new       own.pace (asked from now on)", "new       own.clear (asked from now on)"],
    )
    other = tmp_path / "other.yaml"
    other.write_text(OWN.replace("Clear?", "How clear?").replace("mirrored: true,", ""))
    code, told = _run("instrument", "diff", own, other)
    assert (code, told.splitlines()) == (
        1,
        [
            "changed   own.pace: mirrored (not compared with earlier answers)",
            "reworded  own.clear (not compared with earlier answers)",
        ],
    )


# One plant's own questions

LOCAL = OWN.replace("mirrored: true,", "mirrored: true, sites: [north],")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two plants, and one of them has a question of its own."""
    folder = tmp_path / "acme"
    create_engagement(folder, client="Acme", wave="1")
    (folder / "own.yaml").write_text(LOCAL, encoding="utf-8")
    (folder / "sites.csv").write_text("site,name,region,country\nnorth,N,,\nsouth,S,,\n", "utf-8")
    settings = folder / "engagement.yaml"
    text = settings.read_text("utf-8").replace("instrument: it-operations", "instrument: own.yaml")
    settings.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("site", "other"), [("north", "south"), ("south", "north")])
def test_a_plants_own_question_is_asked_there_and_nowhere_else(two, site, other):
    text = (two / "own.yaml").read_text("utf-8").replace("sites: [north]", f"sites: [{site}]")
    (two / "own.yaml").write_text(text, encoding="utf-8")
    engagement = load_engagement(two)
    whole = engagement.instrument
    assert whole.at(site) is whole
    elsewhere = whole.at(other)
    assert [i.id for i in whole.items if not elsewhere.has_item(i.id)] == ["own.pace"]
    assert elsewhere.sha256 == whole.sha256
    assert not any("own.pace" in key for key in elsewhere.source_texts)
    assert not whole.is_core(whole.item("own.pace"))
    for place in (site, other):
        reception = open_reception(engagement, place)
        reception.handle(
            {
                "do": "begin",
                "respondent": f"{place}-1",
                "lens": "it",
                "role": "",
                "language": "en",
                "consent": True,
            }
        )
        session = reception.conversation.interview.session
        asked = {question.item for question in session.questions}
        assert ("own.pace" in asked, "own.clear" in asked) == (place == site, True)
        plan = plan_form(whole, "it", (), place=(place, "1"), languages=("en",))
        assert any(q.item.id == "own.pace" for q in plan.questions) is (place == site)
        said = {"do": "answer", "question": "own.pace", "value": 2}
        assert ("saved" in reception.handle(said)) is (place == site)
        reception.desk.journal.close()


def test_an_answer_from_where_it_is_not_asked_is_refused_with_its_cell(two):
    path = two / "answers.csv"
    head = "respondent,site,lens,wave,own.pace,own.clear\n"
    path.write_text(f"{head}P-1,north,it,1,2,3\nP-2,south,it,1,2,3\n", encoding="utf-8")
    code, told = _run("import", two, path)
    assert code == 1
    assert (
        "answers.csv: row 3, column own.pace: own.pace is not asked at south. Allowed: at north."
    ) in told
    path.write_text(f"{head}P-1,north,it,1,2,3\nP-2,south,it,1,,3\n", encoding="utf-8")
    assert _run("import", two, path)[0] == 0


@pytest.mark.parametrize("first", ["north", "south"])
def test_a_long_file_and_the_store_are_asked_where_a_question_is_asked(two, first):
    path = two / "answers.csv"
    second = "south" if first == "north" else "north"
    row = "it,1,own.pace,2\n"
    text = f"respondent,site,lens,wave,item,value\nP-1,{first},{row}P-2,{second},{row}"
    path.write_text(text, encoding="utf-8")
    wrong = 2 if first == "south" else 3
    what = (
        f"row {wrong}, column value (own.pace): own.pace is not asked at south. Allowed: at north."
    )
    code, told = _run("import", two, path)
    assert (code, what in told) == (1, True), told
    path.write_text(text.replace("south", "north"), encoding="utf-8")
    assert _run("import", two, path)[0] == 0
    text = (two / "own.yaml").read_text("utf-8").replace("sites: [north]", "sites: [south]")
    (two / "own.yaml").write_text(text, encoding="utf-8")
    code, told = _run("check", two)
    assert (code, told.count("own.pace is not asked at north. Allowed: at south.")) == (1, 2), told


def test_whoever_goes_to_another_plant_leaves_what_is_not_asked_there(two):
    path = two / "answers.csv"
    head = "respondent,site,lens,wave,own.pace,own.clear\n"
    path.write_text(f"{head}P-1,north,it,1,2,3\n", encoding="utf-8")
    assert _run("import", two, path)[0] == 0
    where = ("--site", "north", "--respondent", "P-1", "--to-site", "south", "--why", "misread")
    code, told = _run("correct", two, *where)
    assert (code, "1 answers do not belong there" in told) == (0, True), told
    assert _run("check", two)[0] == 0


def test_a_report_of_another_plant_knows_nothing_of_it(two):
    engagement = load_engagement(two)
    answers = Answers(type_frame(pd.DataFrame()))
    for site in ("north", "south"):
        measured = measure_site(engagement, answers, site=site, wave="1", as_of=dt.date(2026, 1, 1))
        instrument = measured.engagement.instrument
        assert instrument.has_item("own.pace") is (site == "north")


UNKNOWN = (
    "own.yaml: item own.pace, sites: the site 'nort' is not in sites.csv. "
    "Allowed: north, south. Did you mean north?"
)
ELSEWHERE = (
    "own.yaml: items[1].relevant: 'own.pace' is asked at north only. "
    "Allowed: an item that is asked wherever this one is."
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sites: [north]", "sites: [nort]", UNKNOWN),
        ("text: Clear?", "relevant: own.pace >= 2, text: Clear?", ELSEWHERE),
    ],
)
def test_where_it_is_asked_must_make_sense(two, old, new, told):
    text = (two / "own.yaml").read_text("utf-8")
    (two / "own.yaml").write_text(text.replace(old, new), encoding="utf-8")
    code, output = _run("check", two)
    assert code == 1
    assert told in output
