"""A language is new files and nothing else; what a reader sees comes from them, never from code."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo_reports import page
from invented_language import (
    LANGUAGE,
    OWNERS,
    ROOT,
    in_letters,
    known_languages,
    list_latin,
    read_page,
    speak,
)

from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import render_page
from harmony_kit.batch.record import Failure
from harmony_kit.errors import FileError, Problem
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.instrument import language_files
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import (
    FALLBACK,
    compare_texts,
    list_languages,
    load_texts,
    owner_files,
    read_texts,
)
from harmony_kit.interview.sentences import load_wording, wording_languages
from harmony_kit.measures.evidence import DECISION_STATUSES
from harmony_kit.report.words import load_words, word_languages

PACKAGE = ROOT / "harmony_kit"
TRANSLATED = [one for one in known_languages() if one != FALLBACK]


# ── The files ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_every_text_with_the_names_of_the_source(owner, language):
    problems: list[Problem] = []
    texts = read_texts(owner_files(owner)[language], {"owner": owner}, language, problems)
    source = load_texts(owner, FALLBACK)
    problems += compare_texts(texts, source, owner, language)
    assert (problems, list(texts)) == ([], list(source))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_of_instrument_and_playbook_leaves_nothing_out(language):
    instrument = load_instrument(find_instrument("it-operations"))
    playbook = load_playbook(find_playbook(instrument.id))
    assert set(instrument.texts[language]) == set(instrument.source_texts)
    assert set(playbook.texts[language]) == set(playbook.source_texts)


def test_a_language_is_there_when_its_files_are():
    folders = sorted(path.name for path in (PACKAGE / "languages").iterdir() if path.is_dir())
    assert sorted(known_languages()) == folders
    in_order = (FALLBACK, *(language for language in folders if language != FALLBACK))
    assert {"de", "en", "es"} <= set(folders)
    for owner in OWNERS:
        assert list_languages(owner) == in_order
    assert word_languages() == wording_languages() == in_order


def test_every_file_of_the_tree_is_read_by_somebody():
    kinds = {"instruments": PACKAGE / "instrument", "playbooks": PACKAGE / "findings"}
    for path in (PACKAGE / "languages").rglob("*"):
        if path.is_dir():
            continue
        owner = path.relative_to(PACKAGE / "languages").with_suffix("").parts[1:]
        known = owner[0] in OWNERS if len(owner) == 1 else owner[0] in kinds
        assert known, path
        if len(owner) == 2:
            assert (kinds[owner[0]] / owner[0] / path.name).is_file(), path


def test_what_is_wrong_with_a_file_is_said_at_its_place(tmp_path):
    path = tmp_path / "report.yaml"
    path.write_text("owner: form\nlanguage: fr\nversion: 1\ntexts:\n  a.b: 1\n  a.c:\n  a.d: d\n")
    problems: list[Problem] = []
    texts = read_texts(path, {"owner": "report"}, "xx", problems)
    assert texts == {"a.d": "d"}
    assert [(p.where, p.what, p.allowed) for p in problems] == [
        ("version", "this key is not known here", ""),
        ("owner", "translates another owner", "report"),
        ("language", "is not the language in the name of the file", "xx"),
        ("texts.a.b", "must be text; put it in quotes", ""),
    ]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree of its own instead of the package's; only the place is another."""
    monkeypatch.setattr(language_files, "package_file", tmp_path.joinpath)
    load_texts.cache_clear()
    yield tmp_path / "languages"
    load_texts.cache_clear()


def test_what_a_language_has_no_words_for_is_said_in_english(tree):
    for language, text in (("en", "a.b: one\n  a.c: two"), ("xx", "a.b: eins")):
        (tree / language).mkdir(parents=True)
        content = f"owner: report\nlanguage: {language}\ntexts:\n  {text}\n"
        (tree / language / "report.yaml").write_text(content)
    assert load_texts("report", "xx") == {"a.b": "eins", "a.c": "two"}
    assert load_texts("report", "fr") == {"a.b": "one", "a.c": "two"}
    assert list_languages("report") == ("en", "xx")


def test_a_broken_file_of_the_package_is_refused(tree):
    (tree / "en").mkdir(parents=True)
    (tree / "en" / "report.yaml").write_text("owner: report\ntexts: none\n")
    with pytest.raises(FileError, match="must map text keys to texts"):
        load_texts("report", "en")


# ── No English in a translated page ──────────────────────────────────────────────────────────


def _english() -> set[str]:
    """Every run of three words and more between the braces of an English text."""
    instrument = load_instrument(find_instrument("it-operations"))
    texts = [text for owner in OWNERS for text in load_texts(owner, FALLBACK).values()]
    texts += instrument.source_texts.values()
    texts += load_playbook(find_playbook(instrument.id)).source_texts.values()
    return {part for text in texts for part in _wordy(text)}


def _wordy(text: str) -> Iterator[str]:
    for part in re.split(r"\{\w*\}", text):
        if re.search(r"[A-Za-z]{2,}( [A-Za-z]+){2,}", part):
            yield " ".join(part.split()).strip(" .,:;")


def _literals() -> set[str]:
    """Every string in the code that reads like a sentence, but for docstrings."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
        told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts = (n for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
        found |= {part for node in texts if id(node) not in told for part in _wordy(node.value)}
    return found


REASONS = [
    key.removeprefix("because.")
    for key in load_texts("failures", FALLBACK)
    if key.startswith("because.")
]


def _failure_page(reason: str, language: str) -> str:
    names = dict.fromkeys(("error", "seconds", "signal", "file", "limit"), "x")
    failure = Failure("failed", reason, names, 2, "x = 1", "KeyError", "'x'", "x")
    shown = Page("Werk 1", language, client="Tiny", failure=failure)
    content = {"page": shown, "failure": failure, "has_book": True}
    return render_page("failure.html.j2", content).decode()


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_sentence_stands_in_a_translated_page(language):
    pages = {site: page(site, language) for site in ("northfield", "tarn")}
    pages |= {reason: _failure_page(reason, language) for reason in REASONS}
    english = _english() | _literals()
    assert len(english) > 1000
    found = {
        (name, sentence)
        for name, html in pages.items()
        for text in read_page(html)
        for sentence in english
        if sentence in text
    }
    assert found == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_reason_of_a_failure_is_said_in_the_language_of_its_page(language):
    names = dict.fromkeys(("error", "seconds", "signal", "file", "limit"), "x")
    for reason in REASONS:
        said = load_words(language).say(f"because.{reason}", **names)
        assert said != load_words(FALLBACK).say(f"because.{reason}", **names)
        assert said in " ".join(read_page(_failure_page(reason, language)))


# ── A language nobody wrote ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Path:
    """The demo in a language that is one folder more, made by a copy of the package."""
    folder = tmp_path_factory.mktemp("spoken")
    copy = speak(folder / "copy")
    script = Path(__file__).parent / "speak_demo.py"
    subprocess.run(
        [sys.executable, script, folder / "demo", LANGUAGE],
        env={**os.environ, "PYTHONPATH": str(copy)},
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder / "demo"


def _data(folder: Path) -> list[str]:
    """What the plants and their people said or named, longest first."""
    settings = yaml.safe_load((folder / "engagement.yaml").read_text(encoding="utf-8"))
    found = {settings["client"], settings["banner"], *DECISION_STATUSES}
    for path in (*folder.glob("*.csv"), *folder.glob("incoming/*.csv")):
        with path.open(encoding="utf-8") as file:
            found |= {cell for row in csv.reader(file) for cell in row}
    words = {" ".join(cell.split()) for cell in found if re.search("[A-Za-z]", cell)}
    return sorted(words, key=len, reverse=True)


@pytest.mark.slow
def test_a_language_is_new_files_and_no_page_of_it_holds_english(spoken):
    data = _data(spoken)
    names = ("northfield", "rotterkade", "sanmarco", "tarn", "kobuchi")
    pages = [spoken / "reports" / f"{name}/report.html" for name in names]
    pages += [spoken / "portfolio.html", spoken / "reports" / "index.html"]
    latin = {path: list_latin(read_page(path.read_text(encoding="utf-8")), data) for path in pages}
    assert {path: texts for path, texts in latin.items() if texts} == {}


@pytest.mark.slow
def test_the_pages_of_that_language_show_what_they_are_there_to_show(spoken):
    def texts(name: str) -> str:
        return " ".join(read_page((spoken / name).read_text(encoding="utf-8")))

    english = load_words(FALLBACK).texts
    for name, key in (
        ("reports/northfield/report.html", "handled.dates_decide"),
        ("reports/northfield/report.html", "first.ask"),
        ("reports/tarn/report.html", "cover.silent"),
        ("reports/northfield/report.html", "dimension.splits"),
        ("reports/kobuchi/report.html", "failure.unfinished"),
        ("reports/kobuchi/report.html", "because.timed_out"),
        ("portfolio.html", "portfolio.title"),
        ("reports/index.html", "run.outdated"),
        ("reports/index.html", "input.settings"),
        ("reports/index.html", "link.workbook"),
        ("reports/index.html", "link.tables"),
    ):
        said = in_letters(english[key]).split("{")[0].strip()
        assert said, key
        assert said in texts(name), (name, key)


@pytest.mark.slow
def test_results_and_the_form_speak_that_language(spoken):
    data = _data(spoken)
    results = json.loads((spoken / "reports/tarn/results.json").read_text(encoding="utf-8"))
    said = [entry[key] for entry in results["withheld"] for key in ("what", "why")]
    results = json.loads((spoken / "reports/northfield/results.json").read_text(encoding="utf-8"))
    said += [row[key] for row in results["evidence"]["problems"] for key in ("what", "handled")]
    said += [finding["title"] for finding in results["findings"]]
    assert len(said) > 10
    assert list_latin([" ".join(text.split()) for text in said], data) == []
    replies = json.loads((spoken / "form.json").read_text(encoding="utf-8"))
    shown = sorted({text for reply in replies for text in _shown(reply)})
    assert len(shown) > 20
    assert list_latin(shown, data) == []
    wording = replies[0]["wording"]
    assert set(wording) == set(load_wording(FALLBACK))
    for key, text in wording.items():
        assert not re.search(r"[A-Za-z]{2,}", re.sub(r"\{\w*\}", "", text)), key


SHOWN = ("text", "title", "name", "intro", "help", "label")
QUESTION_ID = re.compile(r"[a-z_]+(\.[a-z_]+)+(\[\w+\])?(@\w+)?")


def _shown(part: Any, key: str = "") -> Iterator[str]:
    """What a respondent reads of a reply: texts, titles, names, labels."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("wording", "wordings"):
                yield from _shown(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _shown(value, key)
    elif isinstance(part, str) and key in SHOWN and not QUESTION_ID.fullmatch(part):
        yield " ".join(part.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "is_seen"),
    [
        ("languages/de/records.yaml", True),
        ("languages/de/failures.yaml", True),
        ("languages/es/report.yaml", True),
        ("report/fragments/cover.html.j2", True),
        ("languages/de/form.yaml", False),  # no report says what the form says
    ],
)
def test_reports_are_out_of_date_when_their_words_change(tmp_path, file, is_seen):
    copy = speak(tmp_path)
    before = _fingerprint(copy)
    with (copy / "harmony_kit" / file).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    assert (_fingerprint(copy) != before) == is_seen


def _fingerprint(copy: Path) -> str:
    code = "from harmony_kit.batch.versions import package_fingerprint as f; print(f())"
    env = {**os.environ, "PYTHONPATH": str(copy)}
    asked = [sys.executable, "-c", code]
    run = subprocess.run(asked, env=env, cwd=copy, capture_output=True, text=True, check=True)
    return run.stdout
