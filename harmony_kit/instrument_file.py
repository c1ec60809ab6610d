"""Instrument files: read one with the translations beside it, or say everything that is wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from harmony_kit.condition_problems import list_condition_problems
from harmony_kit.errors import InstrumentError, Problem
from harmony_kit.instrument import Dimension, Instrument, Item, Lens, Scale
from harmony_kit.yamlfile import list_problems, read_yaml

__all__ = ["find_instrument", "load_instrument", "translation_files"]


def load_instrument(path: Path) -> Instrument:
    """Read an instrument and the translations beside it.

    Raises `InstrumentError` with every problem of every file, each at its path.
    """
    raw = read_yaml(path, InstrumentError)
    raw.pop("schema", None)
    problems: list[Problem] = []
    parts = _read_parts(raw, str(path), problems)
    problems += _cross_check(raw, parts, str(path))
    texts = _read_translations(path, raw, problems)
    if problems:
        raise InstrumentError(*problems)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    instrument = Instrument(**raw, sha256=digest, texts=texts)
    stray = _stray_translations(instrument, path)
    if stray:
        raise InstrumentError(*stray)
    return instrument


def find_instrument(name: str, folder: Path | None = None) -> Path:
    """Where an instrument lies: a file in `folder`, or one of those in the package, by id.

    Raises `InstrumentError` naming the instruments there are.
    """
    if folder is not None and name.endswith((".yaml", ".yml")):
        return folder / name
    packaged = Path(str(files("harmony_kit"))) / "content" / "instruments"
    path = packaged / f"{name}.yaml"
    if path.is_file():
        return path
    known = sorted(p.stem for p in packaged.glob("*.yaml") if "." not in p.stem)
    allowed = f"{', '.join(known)}, or a .yaml file in the engagement folder"
    raise InstrumentError(Problem(name, "", "there is no such instrument", allowed))


_LISTS: Mapping[str, type[BaseModel]] = {
    "lenses": Lens,
    "scales": Scale,
    "dimensions": Dimension,
    "items": Item,
}


def _read_parts(
    raw: dict[str, Any], file: str, problems: list[Problem]
) -> dict[str, dict[int, Any]]:
    """Every list entry that can be read, by its place; what cannot is added to `problems`."""
    parts: dict[str, dict[int, Any]] = {}
    for name, model in _LISTS.items():
        entries = raw.get(name) or []
        parts[name] = {}
        for i, entry in enumerate(entries if isinstance(entries, list) else []):
            try:
                parts[name][i] = model.model_validate(entry)
            except ValidationError as cause:
                problems += list_problems(cause, file, f"{name}[{i}]")
    rest = {key: value for key, value in raw.items() if key not in ("scales", "items")}
    try:
        Instrument.model_validate({**rest, "items": [_PLACEHOLDER], "scales": []})
    except ValidationError as cause:
        found = list_problems(cause, file)
        known = {problem.where for problem in problems}
        problems += [problem for problem in found if problem.where not in known]
    if not raw.get("items"):
        problems.append(Problem(file, "items", "an instrument needs at least one item"))
    return parts


_PLACEHOLDER = {"id": "a.b", "dimension": "a", "kind": "text", "text": "?", "short": "?"}


def _cross_check(raw: dict[str, Any], parts: dict[str, dict[int, Any]], file: str) -> list[Problem]:
    """What no single entry can know: ids used twice, and references to what is not there."""
    problems = []
    for name, entries in parts.items():
        seen: dict[str, int] = {}
        for i, part in entries.items():
            if part.id in seen:
                what = f"the id {part.id!r} is already used by {name}[{seen[part.id]}]"
                problems.append(Problem(file, f"{name}[{i}].id", what))
            seen.setdefault(part.id, i)
    ids = {name: sorted({part.id for part in entries.values()}) for name, entries in parts.items()}
    options = raw.get("options") if isinstance(raw.get("options"), dict) else {}
    for i, item in parts["items"].items():
        problems += _check_references(item, i, ids, {**(options or {})}, file)
    return problems + list_condition_problems(
        parts["items"], _option_ids(options or {}), ids["lenses"], file
    )


def _option_ids(options: dict[str, Any]) -> dict[str, list[str]]:
    """Option set → ids of its options, as far as they can be read."""
    return {
        name: [str(entry["id"]) for entry in entries if isinstance(entry, dict) and "id" in entry]
        for name, entries in options.items()
        if isinstance(entries, list)
    }


def _check_references(
    item: Item, i: int, ids: dict[str, list[str]], options: dict[str, Any], file: str
) -> list[Problem]:
    references = [
        ("dimension", item.dimension, ids["dimensions"]),
        ("scale", item.scale, ids["scales"]),
        ("options", item.options, sorted(options)),
        *((f"text.{lens}", lens, ids["lenses"]) for lens in item.text if lens),
    ]
    problems = [
        Problem(file, f"items[{i}].{where}", f"{value!r} is not declared", ", ".join(known))
        for where, value, known in references
        if value is not None and value not in known
    ]
    if item.per and not any("{subject}" in wording for wording in item.text.values()):
        what = f"an item per {item.per} must name it with {{subject}}"
        problems.append(Problem(file, f"items[{i}].text", what))
    if "" not in item.text and item.text and set(item.text) != set(ids["lenses"]):
        what = "the wording must be one text, or one for each lens"
        problems.append(Problem(file, f"items[{i}].text", what, ", ".join(ids["lenses"])))
    n_options = len(options.get(item.options or "", ()))
    if item.k and n_options and item.k > n_options:
        what = f"asks for {item.k} of {n_options} options"
        problems.append(Problem(file, f"items[{i}].k", what))
    return problems


_TRANSLATION = re.compile(r"\.([a-z]{2})\.yaml$")


def translation_files(path: Path) -> dict[str, Path]:
    """Language → translation file, for every one beside an instrument file."""
    found = sorted(path.parent.glob(f"{path.stem}.*.yaml"))
    return {match[1]: p for p in found if (match := _TRANSLATION.search(p.name))}


def _read_translations(
    path: Path, raw: dict[str, Any], problems: list[Problem]
) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for language, file in translation_files(path).items():
        try:
            content = read_yaml(file, InstrumentError)
        except InstrumentError as cause:
            problems += cause.problems
            continue
        if (content.get("instrument"), content.get("version")) != (
            raw.get("id"),
            raw.get("version"),
        ):
            what = "translates another instrument or version"
            allowed = f"instrument: {raw.get('id')}, version: {raw.get('version')}"
            problems.append(Problem(str(file), "instrument", what, allowed))
        entries = content.get("texts")
        if not isinstance(entries, dict):
            problems.append(Problem(str(file), "texts", "must map text keys to texts"))
            continue
        texts[language] = {str(key): str(value).strip() for key, value in entries.items() if value}
    return texts


def _stray_translations(instrument: Instrument, path: Path) -> list[Problem]:
    """Translated keys the instrument does not have, and ``{subject}`` lost in translation."""
    problems = []
    for language, file in translation_files(path).items():
        for key, text in instrument.texts.get(language, {}).items():
            source = instrument.source_texts.get(key)
            if source is None:
                problems.append(
                    Problem(str(file), f"texts.{key}", "the instrument has no such text")
                )
            elif sorted(re.findall(r"\{\w+\}", text)) != sorted(re.findall(r"\{\w+\}", source)):
                what = "the placeholders differ from the source text"
                problems.append(Problem(str(file), f"texts.{key}", what, source))
    return problems
