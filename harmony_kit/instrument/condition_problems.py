"""What is wrong with the conditions of an instrument, said before anybody is interviewed."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import assert_never

from harmony_kit.errors import InstrumentError, Problem
from harmony_kit.instrument.conditions import item_id, parse_condition
from harmony_kit.instrument.model import Item

__all__ = ["list_condition_problems"]


def list_condition_problems(
    items: Mapping[int, Item],
    options: Mapping[str, Sequence[str]],
    lenses: Sequence[str],
    file: str,
) -> list[Problem]:
    """What is wrong with the conditions of the items, each problem at its place in `file`.

    `items` maps the place in the file to the item, in order; `options` an option set to its
    option ids. A condition may look only at items that stand before its own, and at repeated
    items only from an item with the same `per`.
    """
    found = []
    earlier: dict[str, Item] = {}
    for i, item in items.items():
        place = _Place(item, dict(earlier), options, lenses)
        for key in ("relevant", "constraint"):
            source = getattr(item, key)
            problems = [] if source is None else _check_source(source, key, place)
            found += [Problem(file, f"items[{i}].{key}", *problem) for problem in problems]
        earlier[item.id] = item
    return found


@dataclass(frozen=True)
class _Place:
    """Where a condition stands: on which item, after which others."""

    item: Item
    earlier: Mapping[str, Item]
    options: Mapping[str, Sequence[str]]
    lenses: Sequence[str]


def _check_source(source: str, key: str, place: _Place) -> list[tuple[str, str]]:
    try:
        condition = parse_condition(source)
    except InstrumentError as cause:
        return [(problem.what, problem.allowed) for problem in cause.problems]
    problems = []
    if condition.uses_value and key == "relevant":
        problems.append(("'value' is known only to a constraint", "items that stand before"))
    for name in condition.items:
        if name not in place.earlier:
            problems.append((f"{name!r} is not an item before this one", _near(name, place)))
        elif place.earlier[name].per not in (None, place.item.per):
            what = f"{name!r} repeats per {place.earlier[name].per}, this item does not"
            problems.append((what, "items asked once, or repeated alike"))
    return problems or _check_words(condition.tree, place)


def _near(name: str, place: _Place) -> str:
    same = [item for item in place.earlier if item.partition(".")[0] == name.partition(".")[0]]
    return ", ".join(same or list(place.earlier)[-10:]) or "nothing: this is the first item"


def _check_words(tree: ast.expr, place: _Place) -> list[tuple[str, str]]:
    """Words and numbers that no answer can ever equal: most often a typing error."""
    problems = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        for left, right in pairwise([node.left, *node.comparators]):
            for term, other in ((left, right), (right, left)):
                problems += _check_literals(term, _possible(other, place))
    return problems


def _possible(node: ast.expr, place: _Place) -> tuple[str, ...] | type[int] | None:
    """The words a term can be, `int` for a number, None where anything may stand."""
    if isinstance(node, ast.Name) and node.id == "lens":
        return tuple(place.lenses)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id != "estimate":
            return int if node.func.id == "count" else None
        node = node.args[0]
    item = place.item if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute):
        item = place.earlier[item_id(node)]
    if item is None or item.kind == "text":
        return None
    match item.kind:
        case "rating":
            return int
        case "rank" | "words" | "choice":
            return tuple(place.options.get(item.options or "", ()))
        case _:
            assert_never(item.kind)


def _check_literals(
    node: ast.expr, possible: tuple[str, ...] | type[int] | None
) -> list[tuple[str, str]]:
    if possible is None:
        return []
    elements = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    values = [element.value for element in elements if isinstance(element, ast.Constant)]
    if isinstance(possible, tuple):
        return [
            (f"{v!r} is never the answer there", ", ".join(possible))
            for v in values
            if v not in possible
        ]
    return [(f"{v!r} is compared with a number", "numbers") for v in values if isinstance(v, str)]
