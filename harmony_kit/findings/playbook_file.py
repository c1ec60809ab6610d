"""Playbook files: read one with its translations and overrides, or say everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from harmony_kit.errors import PlaybookError, Problem
from harmony_kit.findings.patterns import BOTH, NAMES
from harmony_kit.findings.playbook import PHRASES, READERS, Entry, Playbook, placeholders
from harmony_kit.findings.playbook_parts import Canvas
from harmony_kit.instrument.language_files import (
    compare_texts,
    package_file,
    read_texts,
    translation_files,
)
from harmony_kit.instrument.yamlfile import list_problems, read_yaml, remember

__all__ = ["find_playbook", "load_playbook"]

_FALLBACK = "it-operations"


def find_playbook(name: str) -> Path:
    """The packaged playbook of an instrument; the general one where it has none of its own."""
    folder = package_file("findings", "playbooks")
    path = folder / f"{name}.yaml"
    return path if path.is_file() else folder / f"{_FALLBACK}.yaml"


def load_playbook(path: Path, overrides: Path | None = None) -> Playbook:
    """Read a playbook and its translations; then lay `overrides` over it.

    Overrides have the same schema. An entry with a known id replaces only the fields it gives, a
    new id adds an entry. A text that was replaced loses its translations, unless
    ``<stem>.<language>.yaml`` beside the overrides has new ones: a stale translation would say
    something else than its source.

    Raises `PlaybookError` with every problem of every file, each at its path. The same files are
    read only once.
    """
    files = _named("playbook", path) | (_named("overrides", overrides) if overrides else {})
    return remember(files, lambda: _load(path, overrides))


def _named(name: str, path: Path) -> dict[str, Path]:
    """A file and its translations, by what they are."""
    texts = translation_files(path).items()
    return {name: path, **{f"{name}.{language}": file for language, file in texts}}


def _load(path: Path, overrides: Path | None) -> Playbook:
    problems: list[Problem] = []
    raw = _read(path, None, problems)
    texts = _read_translations(path, raw, problems)
    if overrides is not None and not problems:
        raw, texts = _lay_over(raw, texts, overrides, problems)
    if problems:
        raise PlaybookError(*problems)
    return Playbook(**raw, texts=texts)


def _read(path: Path, base: dict[str, Any] | None, problems: list[Problem]) -> dict[str, Any]:
    """The raw content of one file, checked part by part; all problems are added to the list."""
    raw = read_yaml(path, PlaybookError)
    raw.pop("schema", None)
    file = str(path)
    found: list[Problem] = []
    lenses = {*(base or {}).get("lenses", ()), *(raw.get("lenses") or ())}
    known = {entry["id"]: entry for entry in (base or {}).get("entries", ())}
    entries = _read_parts(Entry, _complete(raw.get("entries"), known), "entries", file, found)
    canvases = _read_parts(Canvas, raw.get("canvases") or [], "canvases", file, found)
    found += _check_ids("entries", entries, file)
    found += _check_ids("canvases", canvases, file)
    for i, entry in entries.items():
        found += _check_readers(entry, f"entries[{i}]", lenses, file)
        found += _check_names(entry, f"entries[{i}]", lenses, file)
    found += _check_ties(entries, file)
    if base is None:
        found += _check_head(raw, file)
    elif not found:
        found += _check_base(raw, base, file)
    problems += found
    return raw


def _complete(entries: object, known: dict[str, Any]) -> object:
    """Entries laid over known ones, each with what it leaves to the known one filled in."""
    if not isinstance(entries, list):
        return entries or []
    return [
        _merge(known[str(entry["id"])], entry)
        if isinstance(entry, dict) and str(entry.get("id")) in known
        else entry
        for entry in entries
    ]


def _read_parts(
    model: type[BaseModel], listed: object, name: str, file: str, problems: list[Problem]
) -> dict[int, Any]:
    """Every list entry that can be read, by its place; what cannot is added to `problems`."""
    if not isinstance(listed, list):
        problems.append(Problem(file, name, "must be a list"))
        return {}
    parts: dict[int, Any] = {}
    for i, entry in enumerate(listed):
        try:
            parts[i] = model.model_validate(entry)
        except ValidationError as cause:
            problems += list_problems(cause, file, f"{name}[{i}]")
    return parts


def _check_ids(name: str, parts: dict[int, Any], file: str) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for i, part in parts.items():
        if part.id in seen:
            what = f"the id {part.id!r} is already used by {name}[{seen[part.id]}]"
            problems.append(Problem(file, f"{name}[{i}].id", what))
        seen.setdefault(part.id, i)
    return problems


def _check_readers(entry: Entry, where: str, lenses: set[str], file: str) -> list[Problem]:
    allowed = ", ".join([*sorted(lenses), *READERS])
    problems = [
        Problem(
            file, f"{where}.{name}.{reader}", f"{reader!r} is neither a lens nor a part", allowed
        )
        for name in ("texts", "duties", "owners")
        for reader in getattr(entry, name)
        if reader not in lenses and reader not in READERS
    ]
    if entry.when.looker and entry.when.looker not in {*lenses, BOTH}:
        what = f"{entry.when.looker!r} is not a lens of this playbook"
        allowed = ", ".join([*sorted(lenses), BOTH])
        problems.append(Problem(file, f"{where}.when.looker", what, allowed))
    return problems


def _check_names(entry: Entry, where: str, lenses: set[str], file: str) -> list[Problem]:
    """A name nothing will ever stand for: the text would silently never be used."""
    known = {*NAMES[entry.when.kind], *lenses}
    problems = []
    for key, text in entry.source_texts():
        name = key.removeprefix(f"entry.{entry.id}.")
        to_one = {"lens"} if name.startswith(("texts.", "duties.", "owners.")) else set()
        unknown = sorted(placeholders(text) - known - to_one)
        if unknown:
            what = f"{{{unknown[0]}}} has no value here"
            allowed = ", ".join(sorted({*known, *to_one}))
            problems.append(Problem(file, f"{where}.{name}", what, allowed))
    return problems


def _check_ties(entries: dict[int, Entry], file: str) -> list[Problem]:
    """Two entries for one case are a mistake: which one speaks would depend on their order."""
    seen: dict[tuple[object, ...], tuple[int, str]] = {}
    problems = []
    for i, entry in entries.items():
        when = entry.when
        for pattern, standing in product(when.pattern or ("",), when.standing or ("",)):
            place = (when.dimension, when.item, when.level, when.looker, standing)
            case = (when.kind, pattern, when.rank, *place)
            first, other = seen.setdefault(case, (i, entry.id))
            if other != entry.id:
                what = f"speaks to the same case as entries[{first}] ({other})"
                problems.append(Problem(file, f"entries[{i}].when", what))
    return problems


def _check_head(raw: dict[str, Any], file: str) -> list[Problem]:
    """What the file says before its entries; a stand-in for those keeps their problems out."""
    stand_in = {"id": "a", "when": {"kind": "topic"}}
    head = {key: value for key, value in raw.items() if key not in ("entries", "canvases")}
    problems = []
    try:
        Playbook.model_validate({**head, "entries": [stand_in]})
    except ValidationError as cause:
        problems += list_problems(cause, file)
    phrases = raw.get("phrases")
    missing = [name for name in PHRASES if not isinstance(phrases, dict) or name not in phrases]
    problems += [Problem(file, f"phrases.{name}", "this key is missing") for name in missing]
    if not raw.get("entries"):
        problems.append(Problem(file, "entries", "a playbook needs at least one entry"))
    return problems


def _check_base(raw: dict[str, Any], base: dict[str, Any], file: str) -> list[Problem]:
    head = (raw.get("id"), raw.get("version"))
    if head == (base["id"], base["version"]):
        return []
    allowed = f"id: {base['id']}, version: {base['version']}"
    return [Problem(file, "id", "lays over another playbook or version", allowed)]


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The base with what `over` gives; what readers get reader by reader, all else whole."""
    merged = {**base, **over}
    for name in ("texts", "duties", "owners"):
        if isinstance(over.get(name), dict):
            merged[name] = {**base.get(name, {}), **over[name]}
    return merged


def _merge_list(base: Iterable[dict[str, Any]], over: Iterable[dict[str, Any]]) -> list[Any]:
    """New parts first: where two entries speak to the same case, the one laid over wins."""
    known = {part["id"]: part for part in base}
    given = {part["id"]: _merge(known.get(part["id"], {}), part) for part in over}
    return list(
        {**given, **{id_: part for id_, part in known.items() if id_ not in given}}.values()
    )


def _lay_over(
    raw: dict[str, Any],
    texts: dict[str, dict[str, str]],
    path: Path,
    problems: list[Problem],
) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    over = _read(path, raw, problems)
    if problems:
        return raw, texts
    merged = {
        **raw,
        "lenses": [*dict.fromkeys([*raw.get("lenses", ()), *(over.get("lenses") or ())])],
        "caution": over.get("caution") or raw.get("caution") or (),
        "phrases": {**raw["phrases"], **(over.get("phrases") or {})},
        "entries": _merge_list(raw["entries"], over.get("entries") or ()),
        "canvases": _merge_list(raw.get("canvases") or (), over.get("canvases") or ()),
        "cards": _merge_list(raw.get("cards") or (), over.get("cards") or ()),
    }
    before, after = Playbook(**raw).source_texts, Playbook(**merged).source_texts
    replaced = {key for key, text in after.items() if before.get(key) != text}
    kept = {
        language: {key: text for key, text in known.items() if key not in replaced}
        for language, known in texts.items()
    }
    for language, known in _read_translations(path, merged, problems).items():
        kept[language] = {**kept.get(language, {}), **known}
    return merged, kept


def _read_translations(
    path: Path, raw: dict[str, Any], problems: list[Problem]
) -> dict[str, dict[str, str]]:
    """Language → text key → text of the translations, checked against the source."""
    if problems:
        return {}
    head = {"playbook": raw["id"], "version": raw["version"]}
    source = Playbook(**raw).source_texts
    texts: dict[str, dict[str, str]] = {}
    for language, file in translation_files(path).items():
        texts[language] = read_texts(file, head, language, problems, PlaybookError)
        problems += compare_texts(texts[language], source, "playbook", str(file))
    return texts
