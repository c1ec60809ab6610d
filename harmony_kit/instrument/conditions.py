"""Conditions of an instrument: small expressions over earlier answers, never executed as code.

``relevant`` says when an item is asked, ``constraint`` which answers it takes::

    relevant: pilots.success <= 2 and lens == 'it'
    constraint: "'nobody' not in value"

What may stand in one: an item id (the respondent's own answer, for the same subject), `value`
(the answer being given; constraints only), `lens`, numbers, quoted words, lists of them,
``and or not``, comparisons, ``in``, and the questions `answered(item)`, `dont_know(item)`,
`prefer_not(item)`, `count(item)`, `estimate(item)`. A rating is a number, a choice a word, rank
and words are lists of words. A comparison with something that has no answer is false, whatever
the comparison; ask `answered(item)` where that matters.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, NoReturn, TypeAlias

from harmony_kit.errors import InstrumentError, Problem

__all__ = ["Condition", "Known", "Reply", "holds", "item_id", "parse_condition"]

#: What an answered question is worth in a condition.
Value: TypeAlias = "int | float | str | tuple[str, ...]"
MAX_LENGTH = 500
_FUNCTIONS = ("answered", "count", "dont_know", "estimate", "prefer_not")
_LANGUAGE = "item ids, value, lens, numbers, 'words', and, or, not, comparisons, in, " + ", ".join(
    f"{name}()" for name in _FUNCTIONS
)


@dataclass(frozen=True)
class Reply:
    """What one question got: its status, and its value where it was answered."""

    status: Literal["answered", "dont_know", "prefer_not"]
    value: Value | None = None


@dataclass(frozen=True)
class Known:
    """What a condition may look at.

    `own` and `estimates` map item id → reply for the subject in question; an item without a
    reply was not asked, or not yet. `value` is the answer being given.
    """

    lens: str
    own: Mapping[str, Reply]
    estimates: Mapping[str, Reply]
    value: Value | None = None


@dataclass(frozen=True)
class Condition:
    """A parsed condition; `items` are the ids it looks at, in order of appearance."""

    source: str
    tree: ast.expr
    items: tuple[str, ...]
    uses_value: bool


@lru_cache(maxsize=1024)
def parse_condition(source: str) -> Condition:
    """The condition in a text.

    Raises `InstrumentError` with one problem when it is not a condition.
    """
    if len(source) > MAX_LENGTH:
        _refuse(f"a condition of {len(source)} characters", f"up to {MAX_LENGTH}")
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse(f"{source!r} is not a condition")
    names: list[str] = []
    _check_node(tree, names)
    items = tuple(dict.fromkeys(name for name in names if "." in name))
    return Condition(source, tree, items, "value" in names)


def _refuse(what: str, allowed: str = _LANGUAGE) -> NoReturn:
    raise InstrumentError(Problem("", "", what, allowed)) from None


def _check_node(node: ast.expr, names: list[str]) -> None:
    """Walk an expression that must hold nothing but the condition language."""
    match node:
        case ast.Constant(value=bool() | None | bytes() | complex()):
            _refuse(f"{ast.unparse(node)!r} is not part of a condition")
        case ast.Constant(value=int() | float() | str()):
            return
        case ast.Name(id="lens" | "value"):
            names.append(node.id)
        case ast.Attribute():
            names.append(item_id(node))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            _check_argument(name, argument, names)
        case _:
            for part in _parts(node):
                _check_node(part, names)


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    match node:
        case ast.BoolOp(values=values):
            return values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return []
        case ast.Compare(left=left, ops=ops, comparators=right) if all(
            type(op) in _COMPARE for op in ops
        ):
            return [left, *right]
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if all(
            isinstance(element, ast.Constant) for element in elements
        ):
            return elements
    _refuse(f"{ast.unparse(node)!r} is not part of a condition")


def _check_argument(name: str, argument: ast.expr, names: list[str]) -> None:
    if isinstance(argument, ast.Name) and argument.id == "value" and name == "count":
        names.append("value")
        return
    names.append(item_id(argument))


def item_id(node: ast.expr) -> str:
    """``pilots.success`` as written; raises `InstrumentError` for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or not parts:
        _refuse(f"{ast.unparse(node)!r} is not an item id")
    return ".".join([node.id, *reversed(parts)])


_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def holds(condition: Condition, known: Known) -> bool:
    """Whether a condition is true of what is known; never raises."""
    return _is_true(_evaluate(condition.tree, known))


def _is_true(value: object) -> bool:
    return value is not None and bool(value)


def _evaluate(node: ast.expr, known: Known) -> object:  # noqa: PLR0911 - one for each kind of node
    match node:
        case ast.BoolOp(op=op, values=values):
            join = all if isinstance(op, ast.And) else any
            return join(_is_true(_evaluate(value, known)) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _is_true(_evaluate(operand, known))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            pairs = pairwise(_evaluate(term, known) for term in (left, *rest))
            return all(_compare(op, *pair) for op, pair in zip(ops, pairs, strict=True))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _ask(name, argument, known)
        case ast.Name(id=name):
            return known.lens if name == "lens" else known.value
        case ast.Attribute():
            return _value(known.own.get(item_id(node)))
    literal = ast.literal_eval(node)
    return tuple(literal) if isinstance(literal, list) else literal


def _compare(op: ast.cmpop, left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    try:
        return bool(_COMPARE[type(op)](left, right))
    except TypeError:
        # Loading refuses such a comparison; an interview must not stop over one all the same.
        return False


def _value(reply: Reply | None) -> Value | None:
    return reply.value if reply is not None and reply.status == "answered" else None


def _count(value: Value | None) -> int:
    return len(value) if isinstance(value, tuple) else int(value is not None)


def _ask(name: str, argument: ast.expr, known: Known) -> object:
    if isinstance(argument, ast.Name):
        return _count(known.value)
    item = item_id(argument)
    if name == "estimate":
        return _value(known.estimates.get(item))
    if name == "count":
        return _count(_value(known.own.get(item)))
    return item in known.own and known.own[item].status == name
