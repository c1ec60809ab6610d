"""Language files: every sentence somebody reads, one file per language and owner.

``languages/<language>/<owner>.yaml`` of the package holds the words of an owner: ``report``,
``records``, ``failures``, ``form``, ``instruments/<id>`` or ``playbooks/<id>``. The translation of
an instrument or playbook of one's own is the same file beside it, ``<stem>.<language>.yaml``. Each
says in its head whose words it holds and in which language, and then ``texts``: key → text, with
names in braces. A language is there when its files are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from harmony_kit.errors import FileError, Problem
from harmony_kit.instrument.yamlfile import read_yaml

__all__ = [
    "FALLBACK",
    "compare_texts",
    "list_languages",
    "load_texts",
    "owner_files",
    "package_file",
    "read_texts",
    "texts_beside",
    "translation_files",
]

#: Spoken where a text, or a whole language, is missing; its own files are complete.
FALLBACK = "en"

_TRANSLATION = re.compile(r"\.([a-z]{2})\.yaml$")
_NAME = re.compile(r"\{\w*\}")


def package_file(*parts: str) -> Path:
    """A file or folder of the package."""
    return Path(str(files("harmony_kit"))).joinpath(*parts)


def owner_files(owner: str) -> dict[str, Path]:
    """Language → the file of an owner in the package, sorted."""
    tree = package_file("languages")
    found = {folder.name: folder / f"{owner}.yaml" for folder in sorted(tree.iterdir())}
    return {language: path for language, path in found.items() if path.is_file()}


def list_languages(owner: str) -> tuple[str, ...]:
    """The languages an owner speaks, `FALLBACK` first."""
    return (FALLBACK, *(one for one in owner_files(owner) if one != FALLBACK))


@cache
def load_texts(owner: str, language: str) -> Mapping[str, str]:
    """Key → text of an owner of the package; `FALLBACK` says what the language has no words for.

    Raises `FileError` with every problem of a file.
    """
    found = owner_files(owner)
    spoken = [one for one in dict.fromkeys((FALLBACK, language)) if one in found]
    texts: dict[str, str] = {}
    for one in spoken:
        problems: list[Problem] = []
        texts |= read_texts(found[one], {"owner": owner}, one, problems)
        if problems:
            raise FileError(*problems)
    return texts


def translation_files(path: Path) -> dict[str, Path]:
    """Language → translation of an instrument or playbook file.

    Those of the package have theirs in the tree of languages, any other file beside it.
    """
    if path.is_relative_to(package_file()):
        return owner_files(f"{path.parent.name}/{path.stem}")
    found = sorted(path.parent.glob(f"{path.stem}.*.yaml"))
    return {match[1]: p for p in found if (match := _TRANSLATION.search(p.name))}


def texts_beside(path: Path) -> dict[str, Path]:
    """An instrument or playbook file and its translations, by the names they have side by side."""
    translations = translation_files(path).items()
    return {path.name: path, **{f"{path.stem}.{one}.yaml": file for one, file in translations}}


def read_texts(
    path: Path,
    head: Mapping[str, object],
    language: str,
    problems: list[Problem],
    error: type[FileError] = FileError,
) -> dict[str, str]:
    """Key → text of one language file; what is wrong with it is added to `problems`.

    `head` is what the file must say it translates, such as ``{"instrument": "it-operations",
    "version": 1}``. Empty texts are absent.
    """
    try:
        content = read_yaml(path, error)
    except FileError as cause:
        problems += cause.problems
        return {}
    problems += [Problem(str(path), *fault) for fault in _head_faults(content, head, language)]
    texts = content.get("texts")
    if not isinstance(texts, dict):
        problems.append(Problem(str(path), "texts", "must map text keys to texts"))
        return {}
    wrong = [key for key, text in texts.items() if not isinstance(text, str | None)]
    what = "must be text; put it in quotes"
    problems += [Problem(str(path), f"texts.{key}", what) for key in wrong]
    return {str(key): text.strip() for key, text in texts.items() if isinstance(text, str) and text}


def _head_faults(
    content: Mapping[str, Any], head: Mapping[str, object], language: str
) -> Iterator[tuple[str, str, str]]:
    for key in content:
        if key not in ("schema", *head, "language", "texts"):
            yield str(key), "this key is not known here", ""
    source = " or ".join(head)
    for key, wanted in head.items():
        if content.get(key) != wanted:
            yield key, f"translates another {source}", f"{wanted}"
    if content.get("language", language) != language:
        yield "language", "is not the language in the name of the file", language


def compare_texts(
    texts: Mapping[str, str], sources: Mapping[str, str], source: str, file: str
) -> Iterator[Problem]:
    """Keys the source does not have, and names in braces lost or added in translation."""
    for key, text in texts.items():
        if key not in sources:
            yield Problem(file, f"texts.{key}", f"the {source} has no such text")
        elif _names(text) != (wanted := _names(sources[key])):
            what = "the names in braces differ from the source text"
            yield Problem(file, f"texts.{key}", what, ", ".join(wanted) or "none")


def _names(text: str) -> list[str]:
    return sorted({*_NAME.findall(text)})
