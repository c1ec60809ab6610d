"""What is wrong with an instrument that no single entry can know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harmony_kit.instrument.model import Dimension, Item, Lens, Option, Scale
from harmony_kit.instrument.parts import OTHER

__all__ = ["GROUPS", "Fault", "Parts", "list_faults", "list_groups", "list_placeholders"]

#: Where in the file, what is wrong, what is allowed.
Fault = tuple[str, str, str]

#: Group → the kind of its items and what they repeat over: what the measures count on.
GROUPS: Mapping[str, tuple[str, str | None]] = {
    "priorities": ("rank", None),
    "words": ("words", None),
    "same": ("rating", None),
    "ready": ("text", None),
    "success": ("rating", "pilot"),
    "technical": ("rating", "pilot"),
    "operational": ("rating", "pilot"),
    "act": ("rating", "decision"),
    "duty": ("choice", None),
    "bridge": ("choice", None),
    "element": ("rating", None),
    "sentence": ("text", None),
    "aligned": ("rating", None),
    "decisions": ("rating", None),
    "pilots": ("rating", None),
    "adoption": ("rating", None),
    "one_change": ("text", None),
}

#: Words that mean something else in a file of answers.
_RESERVED = ("dont_know", "prefer_not")


@dataclass(frozen=True)
class Parts:
    """The entries of an instrument that could be read, each under its place in the file.

    `written` has the ids as they stand in the file, under ``lenses``, ``scales``, ``items``,
    ``dimensions``, ``options`` (the sets) and ``options.<set>``, also those of entries that
    could not be read: a reference to one of them is not a second mistake.
    """

    lenses: Mapping[int, Lens]
    scales: Mapping[int, Scale]
    dimensions: Mapping[int, Dimension]
    items: Mapping[int, Item]
    options: Mapping[str, Mapping[int, Option]]
    written: Mapping[str, tuple[str, ...]]
    estimate: str | None

    @property
    def lens_ids(self) -> tuple[str, ...]:
        """The ids of the lenses as they stand in the file."""
        return self.written["lenses"]


def list_groups(lenses: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Every group an item may have in an instrument with these lenses: kind and `per`.

    Besides `GROUPS` there are ``checks_<lens>``, what that lens asks of the data for a
    decision, and ``about_<lens>``, how that lens is seen.
    """
    groups = dict(GROUPS)
    for lens in lenses:
        groups[f"checks_{lens}"] = ("rating", "decision")
        groups[f"about_{lens}"] = ("rating", None)
    return groups


def list_placeholders(text: str) -> list[str]:
    """The placeholders of a text, ``{subject}`` and the like, sorted, repeats kept."""
    return sorted(re.findall(r"\{\w*\}", text))


def list_faults(parts: Parts) -> list[Fault]:
    """Ids and words used twice, references to what is not there, lost placeholders."""
    return [
        *_repeated_ids(parts),
        *_repeated_words(parts),
        *_option_faults(parts),
        *_estimate_faults(parts.estimate),
        *(fault for i, item in parts.items.items() for fault in _item_faults(item, i, parts)),
    ]


def _repeated_ids(parts: Parts) -> Iterator[Fault]:
    lists: dict[str, Mapping[int, Lens | Scale | Dimension | Item | Option]] = {
        "lenses": parts.lenses,
        "scales": parts.scales,
        "dimensions": parts.dimensions,
        "items": parts.items,
        **{f"options.{name}": options for name, options in parts.options.items()},
    }
    for name, entries in lists.items():
        ids = {i: entry.id for i, entry in entries.items()}
        for i, first in _repeats(ids):
            yield f"{name}[{i}].id", f"the id {ids[i]!r} is already used by {name}[{first}]", ""


def _repeated_words(parts: Parts) -> Iterator[Fault]:
    """Two anchors or labels alike: neither a respondent nor an import could tell them apart."""
    for i, scale in parts.scales.items():
        words = dict(enumerate(scale.anchors))
        for j, first in _repeats({j: word.casefold() for j, word in words.items()}):
            where = f"scales[{i}].anchors"
            yield f"{where}[{j}]", f"{words[j]!r} is already the word of {where}[{first}]", ""
    for name, options in parts.options.items():
        labels = {i: option.label.casefold() for i, option in options.items()}
        for i, first in _repeats(labels):
            what = f"{options[i].label!r} is already the label of options.{name}[{first}]"
            yield f"options.{name}[{i}].label", what, ""


def _repeats(words: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """Places whose word stood before, each with the place where it first stood."""
    seen: dict[str, int] = {}
    for i, word in words.items():
        if word in seen:
            yield i, seen[word]
        seen.setdefault(word, i)


def _option_faults(parts: Parts) -> Iterator[Fault]:
    for name, options in parts.options.items():
        for i, option in options.items():
            where = f"options.{name}[{i}]"
            if option.id in _RESERVED:
                yield f"{where}.id", f"{option.id!r} is already an answer to every item", ""
            if option.lens is not None and option.lens not in parts.lens_ids:
                yield f"{where}.lens", _undeclared(option.lens), ", ".join(parts.lens_ids)
            if option.namely and option.id != OTHER:
                yield f"{where}.id", "an option with 'namely' is none of the others", OTHER
        if any(option.namely for option in options.values()):
            yield from _namely_faults(name, parts)


def _namely_faults(name: str, parts: Parts) -> Iterator[Fault]:
    for i, item in parts.items.items():
        if item.options == name and item.kind != "choice":
            what = f"an option of {name!r} takes words, which a {item.kind} item cannot keep"
            yield f"items[{i}].options", what, "a choice, or options without 'namely'"


def _undeclared(name: str) -> str:
    return f"{name!r} is not declared"


def _estimate_faults(estimate: str | None) -> Iterator[Fault]:
    if estimate is not None and list_placeholders(estimate) != ["{other}"]:
        yield "estimate", "must name the other lens once, as {other}, and hold no other braces", ""


def _item_faults(item: Item, i: int, parts: Parts) -> Iterator[Fault]:
    where = f"items[{i}]"
    yield from _reference_faults(item, where, parts)
    yield from _wording_faults(item, where, parts)
    yield from _place_faults(item, where, parts)
    n_options = len(parts.written.get(f"options.{item.options}", ()))
    if item.k and n_options and item.k > n_options:
        yield f"{where}.k", f"asks for {item.k} of {n_options} options", ""
    if item.group is not None:
        yield from _group_faults(item, where, parts)


def _place_faults(item: Item, where: str, parts: Parts) -> Iterator[Fault]:
    """Conditions that ask for an answer nobody gives at some site the item is asked at."""
    for key in ("relevant", "constraint"):
        words = set(re.findall(r"[a-z0-9_.]+", getattr(item, key) or ""))
        for other in parts.items.values():
            is_missing = not item.sites or not set(item.sites) <= set(other.sites)
            if other.sites and other.id in words and other.id != item.id and is_missing:
                what = f"{other.id!r} is asked at {', '.join(other.sites)} only"
                yield f"{where}.{key}", what, "an item that is asked wherever this one is"


def _reference_faults(item: Item, where: str, parts: Parts) -> Iterator[Fault]:
    for key, value, known in (
        ("dimension", item.dimension, parts.written["dimensions"]),
        ("scale", item.scale, parts.written["scales"]),
        ("options", item.options, parts.written["options"]),
    ):
        if value is not None and value not in known:
            yield f"{where}.{key}", _undeclared(value), ", ".join(known)


def _wording_faults(item: Item, where: str, parts: Parts) -> Iterator[Fault]:
    lenses = ", ".join(parts.lens_ids)
    for lens, text in item.text.items():
        place = f"{where}.text.{lens}" if lens else f"{where}.text"
        if lens and lens not in parts.lens_ids:
            yield place, _undeclared(lens), lenses
        yield from _placeholder_faults(place, text, item.per)
    if "" not in item.text and not set(parts.lens_ids) <= set(item.text):
        yield f"{where}.text", "must be one text, or one for each lens", lenses
    for key, text in (("short", item.short), ("help", item.help or "")):
        yield from _placeholder_faults(f"{where}.{key}", text, None)


def _placeholder_faults(place: str, text: str, per: str | None) -> Iterator[Fault]:
    found = list_placeholders(text)
    if per and "{subject}" not in found:
        yield place, f"an item per {per} must name it with {{subject}}", ""
    allowed = "{subject}" if per else ""
    for name in found:
        if name != allowed:
            yield place, f"nothing is filled in for {name} here", allowed


def _group_faults(item: Item, where: str, parts: Parts) -> Iterator[Fault]:
    groups = list_groups(parts.lens_ids)
    if item.group not in groups:
        yield f"{where}.group", f"no measure reads the group {item.group!r}", ", ".join(groups)
        return
    kind, per = groups[item.group]
    if (item.kind, item.per) != (kind, per):
        asked = f"per {per}" if per else "asked once"
        yield f"{where}.group", f"{item.group!r} is for a {kind} item, {asked}", ""
    elif item.group in ("duty", "bridge"):
        yield from _owner_faults(item, where, parts)
    elif item.group == "sentence":
        yield from _sentence_faults(item, where, list(parts.items.values()))


def _owner_faults(item: Item, where: str, parts: Parts) -> Iterator[Fault]:
    options = parts.written.get(f"options.{item.options}")
    missing = set(parts.lens_ids) - set(options or ())
    if options and missing:
        yield f"{where}.options", "an owner can be either lens", ", ".join(sorted(missing))


def _sentence_faults(item: Item, where: str, items: Sequence[Item]) -> Iterator[Fault]:
    elements = [f"{other.id}.sentence" for other in items if other.group == "element"]
    if item.id not in elements:
        what = f"{item.id!r} is the sentence of no element"
        yield f"{where}.id", what, ", ".join(elements)
