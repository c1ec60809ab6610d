"""Own questions beside those of another instrument: added to it, never in place of it.

A file that says ``extends: it-operations`` holds only what it adds: items whose ids begin with
``own.``, and scales, options and dimensions under ids the other instrument does not have. So
answers to the core questions stay comparable, whatever a plant asks besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harmony_kit.errors import Problem

__all__ = ["OWN", "combine", "find_base", "list_overlay_faults", "locate"]

#: How the id of every own item begins.
OWN = "own."
_KEYS = ("extends", "scales", "options", "dimensions", "items")
_LISTS = ("scales", "dimensions", "items")


def find_base(name: str, path: Path, packaged: Mapping[str, Path]) -> Path | None:
    """The instrument a file extends: one beside it, or one of the package; None for neither."""
    beside = path.with_name(f"{name}.yaml")
    return beside if beside.is_file() and beside != path else packaged.get(name)


def list_overlay_faults(
    own: Mapping[str, Any], base: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Where a file that extends another says what it may not: place, what, what is allowed."""
    for key in own:
        if key not in _KEYS:
            yield str(key), "own questions cannot say this; it is the other instrument's", ""
    for name in _LISTS:
        known = {entry["id"] for entry in base.get(name) or ()}
        entries = own.get(name)
        for i, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                yield from _list_entry_faults(name, i, entry, known)
    sets = own.get("options")
    for name in sets if isinstance(sets, dict) else ():
        if name in (base.get("options") or {}):
            yield f"options.{name}", "is a set of the other instrument", "a name of its own"


def _list_entry_faults(
    name: str, i: int, entry: Mapping[str, Any], known: set[str]
) -> Iterator[tuple[str, str, str]]:
    written = str(entry.get("id", ""))
    if written in known:
        what = f"{written!r} is an id of the other instrument"
        yield f"{name}[{i}].id", what, "an id of its own"
    elif name == "items" and not written.startswith(OWN):
        yield f"{name}[{i}].id", f"{written!r} is not an id of an own item", f"{OWN}…"
    if name == "items" and entry.get("group"):
        what = "an own item plays no part in the measures of the other instrument"
        yield f"items[{i}].group", what, "no group"


def combine(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The other instrument with what a file adds, its own after everything else."""
    whole = dict(base)
    for name in _LISTS:
        if isinstance(added := own.get(name), list):
            whole[name] = [*(base.get(name) or ()), *added]
    if isinstance(sets := own.get("options"), dict):
        whole["options"] = {**(base.get("options") or {}), **sets}
    return whole


def locate(problem: Problem, base: Mapping[str, Any]) -> Problem:
    """A problem of the whole at its place in the file that adds to it."""
    match = re.match(r"(\w+)\[(\d+)\]", problem.where)
    if match is None or match[1] not in _LISTS:
        return problem
    place = int(match[2]) - len(base.get(match[1]) or ())
    return replace(problem, where=f"{match[1]}[{place}]{problem.where[match.end() :]}")
