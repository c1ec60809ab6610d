import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmony_kit.errors import InstrumentError, Problem
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import translation_files
from harmony_kit.instrument.problems import list_groups

CASES = Path(__file__).parent / "cases" / "instrument"
PAGE = Path(__file__).parents[1] / "docs" / "instrument.md"
LANGUAGES = ("en", "de", "es")


def _rows(name):
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PROBLEMS = _rows("problems.csv")


@pytest.fixture(scope="module")
def core():
    return load_instrument(find_instrument("it-operations"))


@pytest.fixture(scope="module")
def small():
    return load_instrument(CASES / "engineering-quality.yaml")


# The loader: all problems at once, each at its place


@pytest.mark.parametrize("case", sorted({row["file"].split(".")[0] for row in PROBLEMS}))
def test_every_problem_is_named_at_its_place(case):
    with pytest.raises(InstrumentError) as raised:
        load_instrument(CASES / "bad" / f"{case}.yaml")
    assert raised.value.problems == tuple(
        Problem(**{**row, "file": str(CASES / "bad" / row["file"])})
        for row in PROBLEMS
        if row["file"].split(".")[0] == case
    )


def test_every_bad_file_has_its_problems_in_the_table():
    cases = {path.name.split(".")[0] for path in (CASES / "bad").glob("*.yaml")}
    assert cases == {row["file"].split(".")[0] for row in PROBLEMS}


def test_a_missing_file_is_one_problem(tmp_path):
    with pytest.raises(InstrumentError) as raised:
        load_instrument(tmp_path / "none.yaml")
    assert str(raised.value) == f"{tmp_path / 'none.yaml'}: there is no such file."


def test_a_folder_is_one_problem(tmp_path):
    with pytest.raises(InstrumentError) as raised:
        load_instrument(tmp_path)
    (problem,) = raised.value.problems
    assert (problem.file, problem.where) == (str(tmp_path), "")


CONTENT = yaml.safe_load((CASES / "engineering-quality.yaml").read_text(encoding="utf-8"))


def _places(node, place=()):
    if place:
        yield place
    if isinstance(node, dict | list):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _places(child, (*place, key))


def _changed(node, place, value):
    if not place:
        return value
    copy = node.copy()
    copy[place[0]] = _changed(node[place[0]], place[1:], value)
    return copy


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(list(_places(CONTENT))),
    value=st.sampled_from([None, 7, -1, 0.5, True, "", "x", "{", [], [None], [["x"]], {}, {"": 1}]),
)
def test_whatever_stands_in_a_file_is_read_or_refused(tmp_path, place, value):
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump(_changed(CONTENT, place, value)), encoding="utf-8")
    instrument, problems = _read_or_refuse(path)
    if instrument is None:
        assert {problem.file for problem in problems} == {str(path)}
    else:
        assert len(instrument.items_frame()) == len(CONTENT["items"])


def _read_or_refuse(path):
    try:
        return load_instrument(path), ()
    except InstrumentError as cause:
        return None, cause.problems


@pytest.mark.parametrize(
    ("prefix", "line_end"), [("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n")]
)
def test_the_hash_is_of_the_text_whatever_saved_it(tmp_path, small, prefix, line_end):
    text = (CASES / "engineering-quality.yaml").read_text(encoding="utf-8")
    path = tmp_path / "saved-again.yaml"
    path.write_bytes((prefix + text.replace("\n", line_end)).encode())
    assert load_instrument(path) == small


def test_the_hash_stays_and_changes_with_a_word(tmp_path, small):
    assert small.sha256 == "e4f7b44ef7ba20dc3199b56aa910e827493e3f880aff25cb64d799821346c59b"
    text = (CASES / "engineering-quality.yaml").read_text(encoding="utf-8")
    path = tmp_path / "reworded.yaml"
    path.write_text(text.replace("two matter", "two count"), encoding="utf-8")
    assert load_instrument(path).sha256 != small.sha256


# Finding one


def test_a_packaged_instrument_is_found_by_its_id():
    path = find_instrument("it-operations")
    assert (path.name, load_instrument(path).id) == ("it-operations.yaml", "it-operations")


def test_a_file_is_found_in_the_engagement_folder(tmp_path):
    assert find_instrument("own.yaml", tmp_path) == tmp_path / "own.yaml"


@pytest.mark.parametrize("name", ["it-ops", "it-operations.de", "../it-operations", ""])
def test_an_unknown_name_lists_the_instruments_there_are(name):
    with pytest.raises(InstrumentError) as raised:
        find_instrument(name)
    allowed = "it-operations, or a .yaml file in the engagement folder"
    assert raised.value.problems == (Problem(name, "", "there is no such instrument", allowed),)


# The model


def test_another_pair_of_lenses_with_six_points_and_nothing_mirrored(small):
    assert small.lens_ids == ("engineering", "quality")
    assert (small.other_lens("engineering"), small.other_lens("quality")) == (
        "quality",
        "engineering",
    )
    assert small.languages == ("en",)
    frame = small.items_frame()
    assert frame.dtypes.astype(str).to_dict() == {
        "item": "str",
        "dimension": "str",
        "kind": "str",
        "mirrored": "bool",
        "per": "str",
        "group": "str",
        "points": "Int64",
        "k": "Int64",
        "options": "object",
        "is_core": "bool",
    }
    assert frame.pop("is_core").tolist() == [*[True] * 6, False, False]
    words = ("speed", "yield", "proof", "trace")
    owners = ("engineering", "quality", "joint", "nobody")
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        ["meaning.words", "meaning", "words", False, None, "words", None, 2, words],
        ["meaning.top", "meaning", "rank", False, None, "priorities", None, 2, words],
        ["ownership.model", "ownership", "choice", False, None, "duty", None, None, owners],
        ["ownership.bridge", "ownership", "choice", False, None, "bridge", None, None, owners],
        ["frame.limits", "frame", "rating", False, None, "element", 6, None, ()],
        ["frame.release", "frame", "rating", False, None, "element", 6, None, ()],
        ["frame.limits.sentence", "frame", "text", False, None, "sentence", None, None, ()],
        ["frame.trial", "frame", "rating", False, "pilot", "success", 6, None, ()],
    ]


def test_each_lens_reads_its_own_wording(small):
    assert [small.question("frame.limits", lens) for lens in small.lens_ids] == [
        "How far are the limits of the model set?",
        "How far are the limits of the inspection set?",
    ]
    assert {small.question("frame.release", lens) for lens in small.lens_ids} == {
        "How far is it clear who releases a part?"
    }


def test_a_text_without_translation_falls_back_to_the_source(tmp_path):
    path = tmp_path / "engineering-quality.yaml"
    shutil.copy(CASES / path.name, path)
    texts = {
        "title": " Technik und Qualität ",
        "lens.quality.name": "Qualität",
        "item.frame.limits.text.quality": "Wie weit sind die Grenzen der Prüfung festgelegt?",
        "item.frame.release.text": None,
    }
    content = {"instrument": path.stem, "version": 3, "language": "de", "texts": texts}
    beside = tmp_path / "engineering-quality.de.yaml"
    beside.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    instrument = load_instrument(path)
    assert translation_files(path) == {"de": beside}
    assert instrument.languages == ("en", "de")
    keys = ("title", "lens.engineering.name", "lens.quality.name")
    assert [instrument.text(key, "de") for key in keys] == [
        "Technik und Qualität",
        "Engineering",
        "Qualität",
    ]
    assert [instrument.question("frame.limits", lens, "de") for lens in instrument.lens_ids] == [
        "How far are the limits of the model set?",
        "Wie weit sind die Grenzen der Prüfung festgelegt?",
    ]
    release = "How far is it clear who releases a part?"
    assert instrument.question("frame.release", "quality", "de") == release
    assert instrument.question("frame.release", "quality", "fr") == release
    n_texts = len(instrument.source_texts)
    shares = [instrument.coverage(language) for language in ("en", "de", "fr")]
    assert shares == [1.0, 3 / n_texts, 0.0]


def test_a_key_that_is_no_text_is_a_key_error(small):
    with pytest.raises(KeyError, match=r"item\.no\.text"):
        small.text("item.no.text")


# The core instrument


def test_the_core_instrument_asks_every_item(core):
    expected = pd.DataFrame(_rows("it-operations-items.csv"))
    frame = core.items_frame()
    options = {name: tuple(o.id for o in options) for name, options in core.options.items()}
    found = pd.DataFrame(
        {
            **{key: frame[key].fillna("") for key in ("item", "dimension", "kind")},
            "mirrored": frame["mirrored"].map({True: "yes", False: "no"}),
            **{key: frame[key].fillna("") for key in ("per", "group")},
            **{key: frame[key].astype("str").fillna("") for key in ("points", "k")},
            "options": frame["options"].map({v: k for k, v in options.items()} | {(): ""}),
        }
    )
    by_item = [table.sort_values("item").to_dict("records") for table in (found, expected)]
    assert by_item[0] == by_item[1]


def test_the_core_instrument_has_its_lenses_and_options(core):
    assert (core.id, core.version, core.language) == ("it-operations", 1, "en")
    assert [(lens.id, lens.name, lens.drift) for lens in core.lenses] == [
        ("it", "IT", "platform drift"),
        ("operations", "Operations", "ad-hoc drift"),
    ]
    sides = {
        name: {
            lens: [option.id for option in options if option.lens == lens]
            for lens in (*core.lens_ids, None)
        }
        for name, options in core.options.items()
    }
    assert sides == yaml.safe_load((CASES / "it-operations-options.yaml").read_text("utf-8"))


def test_the_core_instrument_is_ordered_as_a_conversation(core):
    dimensions = list(dict.fromkeys(item.dimension for item in core.items))
    assert dimensions == [dimension.id for dimension in core.dimensions]
    assert dimensions == [
        "priorities",
        "meaning",
        "pilots",
        "perceptions",
        "readiness",
        "ownership",
        "frame",
        "interpretation",
        "workflow",
        "execution",
    ]
    frame = [item.group for item in core.items if item.dimension == "frame"]
    assert frame == ["element"] * 10 + ["sentence"] * 10


def test_only_texts_may_stay_unanswered(core):
    assert [item.id for item in core.items if not item.required] == [
        item.id for item in core.items if item.kind == "text"
    ]


def test_the_core_instrument_is_translated_completely(core):
    assert set(core.languages) >= set(LANGUAGES)
    keys = list(core.source_texts)
    translated = {language: list(texts) for language, texts in core.texts.items()}
    assert translated == dict.fromkeys(core.languages[1:], keys)


#: What a respondent cannot answer for somebody else: the words that mean the speaker's own side.
OWN_SIDE = {
    "en": r"\b(we|us|our|you|your)\b",
    "de": r"\b(wir|uns|unser\w*|Sie|Ihnen|Ihr\w*)\b",
    "es": r"\b(nosotros|nuestr\w+|usted|le|su)\b",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mirrored_question_reads_the_same_from_both_sides(core, language):
    mirrored = [item for item in core.items if item.mirrored]
    assert [item.id for item in mirrored if list(item.text) != [""]] == []
    questions = {item.id: core.question(item.id, "it", language) for item in mirrored}
    assert [i for i, text in questions.items() if re.search(OWN_SIDE[language], text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_short_enough_to_read_aloud_and_to_print(core, language):
    texts = {key: core.text(key, language) for key in core.source_texts}
    long = [key for key, text in texts.items() if key.endswith(".short") and len(text) > 40]
    wordy = [key for key, text in texts.items() if ".text" in key and len(text.split()) > 22]
    labels = [
        key for key, text in texts.items() if re.match("scale|option", key) and len(text) > 50
    ]
    assert (long, wordy, labels) == ([], [], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_estimate_names_the_other_lens(core, language):
    prompts = [
        core.text("estimate", language).replace("{other}", core.text(f"lens.{lens}.name", language))
        for lens in core.lens_ids
    ]
    assert (
        prompts
        == {
            "en": [
                "What would most people in IT answer?",
                "What would most people in Operations answer?",
            ],
            "de": [
                "Was würden die meisten in der IT antworten?",
                "Was würden die meisten in der Produktion antworten?",
            ],
            "es": [
                "¿Qué respondería la mayoría de las personas de TI?",
                "¿Qué respondería la mayoría de las personas de Operaciones?",
            ],
        }[language]
    )


# The page about writing one


def test_the_examples_of_the_page_are_an_instrument_and_its_translation(tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    # Between the two stands a piece of an item, to teach conditions.
    for name, block in zip(("own.yaml", "own.de.yaml"), (blocks[0], blocks[-1]), strict=True):
        (tmp_path / name).write_text(block, encoding="utf-8")
    instrument = load_instrument(tmp_path / "own.yaml")
    assert instrument.languages == ("en", "de")
    question = instrument.question("frame.limits", "quality", "de")
    assert question == "Wie klar ist, welche Grenzen gelten?"


def test_the_page_names_every_group():
    named = set(re.findall(r"`([a-z_]+(?:<lens>)?)`", PAGE.read_text(encoding="utf-8")))
    assert set(list_groups(["<lens>"])) - named == set()
