import csv
import re
from pathlib import Path

import pytest

from harmony_kit.errors import PlaybookError, Problem
from harmony_kit.findings.patterns import KINDS, Case
from harmony_kit.findings.playbook import Playbook, fill, placeholders
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.findings.playbook_lint import lint_playbook, list_cases
from harmony_kit.instrument.file import find_instrument, load_instrument

CASES = Path(__file__).parent / "cases" / "findings"
INSTRUMENTS = Path(__file__).parent / "cases" / "instrument"


def _rows(name):
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PROBLEMS = _rows("problems.csv")


@pytest.fixture(scope="module")
def core():
    return load_playbook(find_playbook("it-operations"))


@pytest.fixture(scope="module")
def instrument():
    return load_instrument(find_instrument("it-operations"))


@pytest.fixture
def small():
    return load_playbook(CASES / "small.yaml")


@pytest.fixture
def laid_over():
    return load_playbook(CASES / "small.yaml", CASES / "overrides.yaml")


# The loader: all problems at once, each at its place


@pytest.mark.parametrize("case", sorted({row["file"].split(".")[0] for row in PROBLEMS}))
def test_every_problem_is_named_at_its_place(case):
    with pytest.raises(PlaybookError) as raised:
        load_playbook(CASES / "bad" / f"{case}.yaml")
    assert raised.value.problems == tuple(
        Problem(**{**row, "file": str(CASES / "bad" / row["file"])})
        for row in PROBLEMS
        if row["file"].split(".")[0] == case
    )


def test_every_bad_file_has_its_problems_in_the_table():
    cases = {path.name.split(".")[0] for path in (CASES / "bad").glob("*.yaml")}
    assert cases == {row["file"].split(".")[0] for row in PROBLEMS}


def test_a_missing_file_is_one_problem(tmp_path):
    with pytest.raises(PlaybookError) as raised:
        load_playbook(tmp_path / "none.yaml")
    problem = Problem(str(tmp_path / "none.yaml"), "", "there is no such file")
    assert raised.value.problems == (problem,)


def test_an_instrument_without_a_playbook_gets_the_general_one():
    assert find_playbook("engineering-quality") == find_playbook("it-operations")


# Which entry speaks: the most special one that has the field

SPECIAL_FIRST = [
    (Case("topic", "shared_view", "meaning"), ["any"]),
    (Case("topic", "known_difference", "meaning"), ["apart", "any"]),
    (Case("topic", "false_consensus", "meaning"), ["false_consensus", "apart", "any"]),
    (
        Case("topic", "false_consensus", "meaning", looker="quality"),
        ["false_consensus.quality", "false_consensus", "apart", "any"],
    ),
    (Case("topic", "shared_view", "frame"), ["frame", "any"]),
    (
        Case("topic", "false_consensus", "frame", looker="quality"),
        [
            "frame.false_consensus",
            "frame",
            "false_consensus.quality",
            "false_consensus",
            "apart",
            "any",
        ],
    ),
    (Case("topic", "shared_view", "frame", "frame.clear"), ["frame.clear", "frame", "any"]),
    (
        Case("topic", "shared_view", "frame", "frame.clear", "high"),
        ["high", "frame.clear", "frame", "any"],
    ),
    (Case("rank", "shared_view", "meaning"), []),
]


@pytest.mark.parametrize(("case", "expected"), SPECIAL_FIRST)
def test_the_most_special_entry_speaks_first(small, case, expected):
    assert [entry.id for entry in small.entries_for(case)] == expected


def test_a_text_is_filled_only_when_every_name_has_a_value():
    assert fill("{a} and {b}", {"a": "1", "b": "{a}"}) == "1 and {a}"
    assert fill("{a} and {b}", {"a": "1"}) is None
    assert placeholders("{a} {b} {a}") == {"a", "b"}


def test_a_missing_translation_falls_back_to_the_source(small):
    keys = ("entry.any.shared", "entry.high.action", "entry.any.nothing")
    assert [small.text(key, "de") for key in keys] == ["irgendwas", "high action", None]
    assert small.languages == ("en", "de")


# Overrides


def test_an_override_replaces_only_what_it_gives(small, laid_over):
    before = {entry.id: entry for entry in small.entries}
    after = {entry.id: entry for entry in laid_over.entries}
    changed = {
        "shared": "any, as our client says it",
        "texts": {"each": "each {lens}", "quality": "quality, as our client says it"},
    }
    assert after.pop("any") == before["any"].model_copy(update=changed)
    assert after.pop("ours").action == "our frame action"
    assert after == {name: entry for name, entry in before.items() if name != "any"}
    assert laid_over.phrases == {**small.phrases, "leaning": "perhaps {title}"}


def test_a_new_entry_for_a_known_case_wins(laid_over):
    entries = laid_over.entries_for(Case("topic", "shared_view", "frame"))
    assert [entry.id for entry in entries] == ["ours", "frame", "any"]


def test_an_overridden_text_loses_its_stale_translation(laid_over):
    assert laid_over.texts["de"] == {
        "entry.any.shared": "irgendwas, wie der Kunde es sagt",
        "entry.any.action": "irgendeine Handlung",
        "entry.frame.action": "Rahmenhandlung",
    }


def test_an_override_in_another_language_speaks_in_that_language_everywhere(tmp_path):
    over = tmp_path / "playbook.yaml"
    text = "id: small\nversion: 2\nlanguage: de\nentries:\n  - {id: any, action: unsere Handlung}\n"
    over.write_text(text, encoding="utf-8")
    playbook = load_playbook(CASES / "small.yaml", over)
    actions = [playbook.text("entry.any.action", language) for language in ("en", "de")]
    assert actions == ["unsere Handlung", "unsere Handlung"]


OTHER = ("id", "lays over another playbook or version", "id: small, version: 2")
BAD_OVERRIDES = [
    ("id: small\nversion: 1", OTHER),
    ("entries: [{id: new}]", ("entries[0].when", "this key is missing", "")),
    (
        "entries: [{id: any, horizon: 45}]",
        ("entries[0].horizon", "45 is not one of 30, 60 or 90", ""),
    ),
]


@pytest.mark.parametrize(("text", "problem"), BAD_OVERRIDES)
def test_a_bad_override_is_refused_at_its_place(tmp_path, text, problem):
    over = tmp_path / "playbook.yaml"
    over.write_text(text, encoding="utf-8")
    with pytest.raises(PlaybookError) as raised:
        load_playbook(CASES / "small.yaml", over)
    assert raised.value.problems == (Problem(str(over), *problem),)


# The linter


@pytest.mark.slow
def test_the_packaged_playbook_leaves_nothing_unsaid(core, instrument):
    assert lint_playbook(core, instrument) == []


def test_its_general_entries_are_enough_for_lenses_of_other_names(core):
    other = load_instrument(INSTRUMENTS / "engineering-quality.yaml")
    assert lint_playbook(core, other, languages=("en", "de", "es")) == []


def test_the_cases_of_the_core_instrument_reach_every_pattern(instrument):
    reached = {(case.kind, case.pattern) for case in list_cases(instrument)}
    assert reached == {(kind, pattern) for kind, patterns in KINDS.items() for pattern in patterns}


@pytest.mark.slow
def test_the_linter_lists_what_is_missing_and_what_never_speaks(instrument):
    small = load_playbook(CASES / "small.yaml")
    stray = [
        {"id": "typo", "when": {"kind": "topic", "item": "frame.decison"}},
        {"id": "far", "when": {"kind": "topic", "dimension": "mood"}},
    ]
    known = small.model_dump(include={"entries"})["entries"]
    playbook = Playbook(**{**small.model_dump(), "id": instrument.id, "entries": [*known, *stray]})
    problems = lint_playbook(playbook, instrument, languages=["en", "de"])
    what = {problem.where: (problem.what, problem.severity) for problem in problems}
    n_texts = len(playbook.source_texts)
    assert what["topic false_consensus"] == (
        (
            "no entry gives question, done for meaning.same it, meaning.same operations, "
            "meaning.same both and 93 more"
        ),
        "warning",
    )
    assert what["pilot neither"] == (
        (
            "no entry gives title, shared, question, action, texts.it, texts.operations, "
            "owners.it, owners.operations, effort, horizon, importance"
        ),
        "error",
    )
    assert [(problem.where, problem.what, problem.todo) for problem in problems[-4:]] == [
        ("entry frame.clear", "the instrument has no item 'frame.clear'", ""),
        (
            "entry typo",
            "the instrument has no item 'frame.decison'",
            "Did you mean frame.decision?",
        ),
        ("entry far", "the instrument has no dimension 'mood'", ""),
        (
            "language de",
            f"{n_texts - 4} of {n_texts} texts are not translated",
            "They appear in en. First: phrase.claimed, phrase.labelled, phrase.leaning_text.",
        ),
    ]


# What the packaged playbook says

LANGUAGES = ("en", "de", "es")
#: Words that average the two sides, blame one, or belong to a meeting room and not to the floor.
BANNED = {
    "en": r"average|fault|blame[ds]|refus|ignoran|incompeten|stakeholder|leverage|synerg|holistic",
    "de": r"durchschnitt|schuld\b|weiger|ignoran|unfähig|inkompeten|stakeholder|synergi|ganzheit",
    "es": r"promedio|culpa|se niega|ignoran|incompeten|stakeholder|sinergi|holístic",
}


def _texts(playbook, language):
    return {key: playbook.text(key, language) for key in playbook.source_texts}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_plainly_of_both_sides(core, language):
    texts = _texts(core, language)
    assert {
        key: text for key, text in texts.items() if re.search(BANNED[language], text, re.IGNORECASE)
    } == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_texts_are_short_and_whole_sentences(core, language):
    for key, text in _texts(core, language).items():
        if key.startswith("phrase.") or ".owners." in key:
            continue
        name = key.rsplit(".", 1)[1]
        assert len(text.split()) <= 40, key
        if key.startswith("canvas.") or name == "title":
            continue
        assert text[-1] in ("?.…" if name == "question" else ".?"), key
        assert text[:1].isupper() or text[:1] in "{„«“¿", key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_is_a_clause_that_can_follow_its_topic(core, language):
    titles = {
        key: text
        for key, text in _texts(core, language).items()
        if key.startswith("entry.") and key.endswith(".title")
    }
    # German nouns keep their capital.
    starts = r"^(\{|[a-záéíóú«„“]|AI )" if language != "de" else r"^[\{a-zA-Zäöü„]"
    assert [key for key, text in titles.items() if not re.match(starts, text)] == []
    assert [key for key, text in titles.items() if text.endswith(".")] == []


def test_it_reads_like_a_talk_on_the_shift(core):
    texts = [text for key, text in core.source_texts.items() if not key.startswith("phrase.")]
    plain = [re.sub(r"\{\w+\}", "they", text) for text in texts]
    n_sentences = sum(max(len(re.findall(r"[.!?:;](?:\s|$)", text)), 1) for text in plain)
    words = [word for text in plain for word in re.findall(r"[A-Za-z]+", text)]
    n_syllables = sum(max(len(re.findall(r"[aeiouy]+", word.lower())), 1) for word in words)
    # Flesch (1948): 60 is plain English, 80 easy, 90 what a child of eleven reads.
    ease = 206.835 - 1.015 * len(words) / n_sentences - 84.6 * n_syllables / len(words)
    assert ease > 75


@pytest.mark.parametrize("language", ["de", "es"])
def test_its_translations_are_complete_and_translated(core, language):
    same = {
        key
        for key, text in core.source_texts.items()
        if core.texts[language][key] == text and re.search("[a-z]{4}", re.sub(r"\{\w+\}", "", text))
    }
    assert set(core.texts[language]) == set(core.source_texts)
    assert same == set()


def test_every_mirrored_item_has_a_question_and_an_action_of_its_own(core, instrument):
    own = {e.when.item: e for e in core.entries if e.when.kind == "topic" and not e.when.level}
    asked = [i.id for i in instrument.items if i.mirrored and i.kind == "rating"]
    assert [item for item in asked if not (own[item].question and own[item].action)] == []
    assert len({own[item].question for item in asked}) == len(asked)


#: How other plants fare is not known to a report, and what will come is not either.
HEARSAY = {
    "en": r"\b(most|few|many|every) (pilots|plants|sites)\b|\bdie\b|\bwill (hold|fail|not)\b",
    "de": r"\b(meisten|wenige|viele) (Pilotprojekte|Werke|Standorte)\b|\b(gehen|sterben) ein\b",
    "es": r"\b(mayoría de los pilotos|[Pp]ocas plantas|muchas plantas)\b|\bmueren\b",
}


@pytest.mark.parametrize("language", HEARSAY)
def test_no_text_tells_how_other_plants_fare_or_what_will_come(core, language):
    keys = [key for key in core.source_texts if re.search(r"\.(title|shared|texts\.\w+)$", key)]
    texts = {key: core.text(key, language) or "" for key in keys}
    assert len(texts) > 200
    assert {k: t for k, t in texts.items() if re.search(HEARSAY[language], t)} == {}
