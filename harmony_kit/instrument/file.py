"""Instrument files: read one with its translations, or say everything that is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from harmony_kit.errors import InstrumentError, Problem, list_some, nearest
from harmony_kit.instrument.condition_problems import list_condition_problems
from harmony_kit.instrument.language_files import (
    compare_texts,
    package_file,
    read_texts,
    texts_beside,
    translation_files,
)
from harmony_kit.instrument.model import Dimension, Instrument, Item, Lens, Option, Scale
from harmony_kit.instrument.overlay import combine, find_base, list_overlay_faults, locate
from harmony_kit.instrument.problems import Parts, list_faults
from harmony_kit.instrument.yamlfile import list_problems, read_yaml, remember

__all__ = ["find_instrument", "instrument_files", "load_instrument", "packaged_instruments"]

_Part = TypeVar("_Part", bound=BaseModel)


def load_instrument(path: Path) -> Instrument:
    """Read an instrument and its translations; the same files are read only once.

    One that ``extends`` another is that one with its own questions, see `overlay`. Raises
    `InstrumentError` with every problem of every file, each at its path.
    """
    return remember(dict(instrument_files(path)), lambda: _load(path))


def instrument_files(path: Path) -> dict[str, Path]:
    """Every file an instrument is made of, by the names they have side by side."""
    base = _find_base(path)
    return {**(texts_beside(base) if base else {}), **texts_beside(path)}


def _find_base(path: Path) -> Path | None:
    """The instrument a file extends; None where it extends none, or one there is not."""
    try:
        name = remember({"extends": path}, lambda: _read_base_name(path))
    except InstrumentError:
        return None
    packaged = {one.stem: one for one in packaged_instruments()}
    return None if name is None else find_base(name, path, packaged)


def _read_base_name(path: Path) -> str | None:
    raw = read_yaml(path, InstrumentError)
    return str(raw["extends"]) if "extends" in raw else None


def _load(path: Path) -> Instrument:
    problems: list[Problem] = []
    raw, base = _read_raw(path, problems)
    _check_file(raw, str(path), problems)
    if base is not None:
        problems[:] = [locate(problem, base) for problem in problems]
    instrument = None if problems else Instrument.model_validate({**raw, "sha256": _digest(path)})
    found = [*translation_files(path).items()]
    if base is not None and (source := _find_base(path)):
        found = [*translation_files(source).items(), *found]
    texts: dict[str, dict[str, str]] = {}
    for language, file in found:
        read = _read_translation(file, language, raw, problems)
        texts[language] = {**texts.get(language, {}), **read}
        if instrument is not None:
            problems += compare_texts(read, instrument.source_texts, "instrument", str(file))
    if instrument is None or problems:
        raise InstrumentError(*problems)
    return Instrument.model_validate({**raw, "sha256": instrument.sha256, "texts": texts})


def _read_raw(path: Path, problems: list[Problem]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """An instrument as it is written, and the one it extends, if it does."""
    own = read_yaml(path, InstrumentError)
    own.pop("schema", None)
    if "extends" not in own:
        return own, None
    source = _find_base(path)
    if source is None:
        allowed = ", ".join(one.stem for one in packaged_instruments())
        what = f"there is no instrument {own['extends']!r}"
        raise InstrumentError(Problem(str(path), "extends", what, allowed))
    base = read_yaml(source, InstrumentError)
    base.pop("schema", None)
    problems += [Problem(str(path), *fault) for fault in list_overlay_faults(own, base)]
    if problems:
        raise InstrumentError(*problems)
    return combine(own, base), base


def find_instrument(name: str, folder: Path | None = None) -> Path:
    """Where an instrument lies: a file in `folder`, or one of those in the package, by id.

    Raises `InstrumentError` naming the instruments there are.
    """
    if folder is not None and name.endswith((".yaml", ".yml")):
        return folder / name
    packaged = {path.stem: path for path in packaged_instruments()}
    if name in packaged:
        return packaged[name]
    allowed = f"{', '.join(packaged)}, or a .yaml file in the engagement folder"
    raise InstrumentError(Problem(name, "", "there is no such instrument", allowed))


def packaged_instruments() -> list[Path]:
    """The instruments that come with the package, by id."""
    return sorted(package_file("instrument", "instruments").glob("*.yaml"))


def _digest(path: Path) -> str:
    # Of the text, not the bytes: a checkout with other line endings asks the same questions.
    base = _find_base(path)
    text = path.read_text(encoding="utf-8-sig")
    text += base.read_text(encoding="utf-8-sig") if base else ""
    return hashlib.sha256(text.encode()).hexdigest()


#: Stand-ins for list entries, so that what is wrong inside one is said once, at its place.
_STAND_INS: Mapping[str, dict[str, object]] = {
    "lenses": {"id": "a", "name": "?"},
    "scales": {"id": "a", "anchors": ["?"] * 4},
    "dimensions": {"id": "a", "name": "?", "intro": "?"},
    "items": {"id": "a.b", "dimension": "a", "kind": "text", "text": "?", "short": "?"},
}
_OPTION = {"id": "a", "label": "?"}


def _check_file(raw: dict[str, Any], file: str, problems: list[Problem]) -> None:
    outline = {key: _outline(key, value) for key, value in raw.items()}
    try:
        Instrument.model_validate(outline)
    except ValidationError as cause:
        problems += list_problems(cause, file)
    for key in ("sha256", "texts"):
        if key in raw:
            problems.append(Problem(file, key, "this key is not known here"))
    parts = _read_parts(raw, file, problems)
    problems += [Problem(file, *fault) for fault in list_faults(parts)]
    problems += _check_core(raw.get("core"), parts, file)
    if len(parts.items) == len(parts.written["items"]):
        # Only then is an item that a condition does not find really not there.
        sets = {name: parts.written[f"options.{name}"] for name in parts.options}
        problems += list_condition_problems(parts.items, sets, parts.lens_ids, file)


def _check_core(core: object, parts: Parts, file: str) -> Iterator[Problem]:
    asked = parts.written["items"]
    for i, name in enumerate(core if isinstance(core, list) else ()):
        if isinstance(name, str) and name not in asked:
            what = f"{name!r} is not asked"
            yield Problem(file, f"core[{i}]", what, list_some(asked), nearest(name, asked))


def _outline(key: str, value: object) -> object:
    if key in _STAND_INS and isinstance(value, list):
        return [_STAND_INS[key]] * len(value)
    if key == "options" and isinstance(value, dict):
        return {n: [_OPTION] * len(v) if isinstance(v, list) else v for n, v in value.items()}
    return value


def _read_parts(raw: dict[str, Any], file: str, problems: list[Problem]) -> Parts:
    """Every list entry that can be read, by its place; what cannot is added to `problems`."""

    def read(model: type[_Part], entries: object, where: str) -> dict[int, _Part]:
        parts = {}
        for i, entry in enumerate(entries if isinstance(entries, list) else []):
            try:
                parts[i] = model.model_validate(entry)
            except ValidationError as cause:
                problems.extend(list_problems(cause, file, f"{where}[{i}]"))
        return parts

    sets = raw.get("options")
    sets = sets if isinstance(sets, dict) else {}
    estimate = raw.get("estimate")
    return Parts(
        written={
            **{name: _written_ids(raw.get(name)) for name in _STAND_INS},
            "options": tuple(str(name) for name in sets),
            **{f"options.{name}": _written_ids(entries) for name, entries in sets.items()},
        },
        lenses=read(Lens, raw.get("lenses"), "lenses"),
        scales=read(Scale, raw.get("scales"), "scales"),
        dimensions=read(Dimension, raw.get("dimensions"), "dimensions"),
        options={
            str(name): read(Option, entries, f"options.{name}") for name, entries in sets.items()
        },
        items=read(Item, raw.get("items"), "items"),
        estimate=estimate if isinstance(estimate, str) else None,
    )


def _written_ids(entries: object) -> tuple[str, ...]:
    rows = entries if isinstance(entries, list) else []
    return tuple(str(row.get("id")) if isinstance(row, dict) else "" for row in rows)


def _read_translation(
    file: Path, language: str, raw: dict[str, Any], problems: list[Problem]
) -> dict[str, str]:
    """Text key → text; what is wrong with the file itself is added to `problems`."""
    head = {"instrument": raw.get("id"), "version": raw.get("version")}
    texts = read_texts(file, head, language, problems, InstrumentError)
    if language == raw.get("language"):
        problems.append(Problem(str(file), "", "the instrument itself is in this language"))
    return texts
