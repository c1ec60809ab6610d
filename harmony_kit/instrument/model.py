"""What is asked: lenses, scales, options, dimensions and items, read from one YAML file.

An instrument file holds the wording in its source language; a translation is a language file
(`harmony_kit.instrument.language_files`) with the same text keys:

``title`` · ``estimate`` · ``lens.<id>.name`` · ``lens.<id>.drift`` · ``scale.<id>.<point>`` ·
``option.<set>.<id>`` · ``dimension.<id>.name`` · ``dimension.<id>.intro`` ·
``item.<id>.text`` (or ``item.<id>.text.<lens>`` where the lenses are asked in other words) ·
``item.<id>.short`` · ``item.<id>.help``
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, assert_never

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

__all__ = [
    "Dimension",
    "Instrument",
    "Item",
    "Kind",
    "Lens",
    "Option",
    "Scale",
]

Kind = Literal["rating", "rank", "words", "choice", "text"]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ItemId = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=90)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lens(_Part):
    """One of the two functions whose eyes we look through.

    `drift` names what happens when this lens alone owns AI ("platform drift").
    """

    id: Id
    name: Text
    drift: Text | None = None


class Scale(_Part):
    """A rating scale of 4 to 11 points, every point anchored with a word (1 first)."""

    id: Id
    anchors: Annotated[tuple[Text, ...], Field(min_length=4, max_length=11)]

    @property
    def points(self) -> int:
        """How many points the scale has."""
        return len(self.anchors)


class Option(_Part):
    """One option of a rank, words or choice item; `lens` says whose concern it is, if one's."""

    id: Id
    label: Text
    lens: Id | None = None


class Dimension(_Part):
    """A group of items: a chapter of the interview and of the report."""

    id: Id
    name: Text
    intro: Text


def _needs(kind: Kind) -> set[str]:
    """What an item of a kind must have, of what the others must not."""
    match kind:
        case "rating":
            return {"scale"}
        case "rank" | "words":
            return {"options", "k"}
        case "choice":
            return {"options"}
        case "text":
            return set()
        case _:
            assert_never(kind)


class Item(_Part):
    """One question.

    Attributes
    ----------
    text
        The wording by lens id, or under ``""`` where both lenses read the same; ``{subject}``
        stands for the title of the pilot or decision.
    short
        The topic as a noun phrase, for tables and charts ("which decision AI supports").
    scale, options, k
        Scale id of a rating; option set id and number of options of a rank, words or choice.
    mirrored
        Whether the respondent also estimates the other lens.
    per
        What the item repeats over: ``pilot`` or ``decision``.
    group
        The part it plays in a measure, such as the ``technical`` scorecard or a ``duty``; all
        of them are in `harmony_kit.instrument.problems.GROUPS`. None: it is only a topic.
    relevant, constraint
        Conditions over earlier answers; see `harmony_kit.instrument.conditions`.
    required
        Whether the review page lists it when unanswered.
    """

    id: ItemId
    dimension: Id
    kind: Kind
    text: dict[str, Text]
    short: Text
    help: Text | None = None
    scale: Id | None = None
    options: Id | None = None
    k: int | None = Field(default=None, ge=1, le=20)
    mirrored: bool = False
    per: Literal["pilot", "decision"] | None = None
    group: str | None = None
    required: bool = True
    relevant: str | None = None
    constraint: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_wording(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("text"), str):
            return {**data, "text": {"": data["text"]}}
        return data

    @model_validator(mode="after")
    def _check_kind(self) -> Item:
        wanted = _needs(self.kind)
        for name in ("scale", "options", "k"):
            given = getattr(self, name) is not None
            if given != (name in wanted):
                message = f"a {self.kind} item {'has no' if given else 'needs'} {name!r}"
                raise ValueError(message)
        if self.mirrored and self.kind == "text":
            message = "a text item cannot be mirrored"
            raise ValueError(message)
        return self

    def wording(self, lens: str) -> str:
        """The question in the source language, as this lens is asked."""
        return self.text.get(lens) or self.text.get("") or next(iter(self.text.values()))


class Instrument(_Part):
    """Everything that is asked, with its translations.

    `sha256` is the hash of the instrument file, so that answers name exactly what asked them.
    `texts` maps language → text key → text for every translation that was found.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    version: int = Field(ge=1)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    title: Text
    estimate: Text
    lenses: Annotated[tuple[Lens, ...], Field(min_length=2, max_length=2)]
    scales: tuple[Scale, ...] = ()
    options: dict[str, tuple[Option, ...]] = {}
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    sha256: str = ""
    texts: dict[str, dict[str, str]] = {}

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def source_texts(self) -> dict[str, str]:
        """Text key → text in the source language, in the order of the file."""
        return dict(_source_texts(self))

    @property
    def lens_ids(self) -> tuple[str, str]:
        """The ids of the two lenses, in the order of the file."""
        return self.lenses[0].id, self.lenses[1].id

    @property
    def languages(self) -> tuple[str, ...]:
        """The source language first, then every translation found."""
        return (self.language, *sorted(self.texts))

    def item(self, item_id: str) -> Item:
        """The item with this id; KeyError if there is none."""
        return self._items[item_id]

    def has_item(self, item_id: str) -> bool:
        """Whether the instrument asks this item."""
        return item_id in self._items

    def other_lens(self, lens: str) -> str:
        """The lens on the other side of the table."""
        first, second = self.lens_ids
        return second if lens == first else first

    def points(self, item_id: str) -> int | None:
        """Number of scale points of a rating; None for every other kind."""
        scale = self._items[item_id].scale
        return None if scale is None else self.scale(scale).points

    def scale(self, scale_id: str) -> Scale:
        """The scale with this id; KeyError if there is none."""
        return {scale.id: scale for scale in self.scales}[scale_id]

    def option_ids(self, item_id: str) -> tuple[str, ...]:
        """Option ids of a rank, words or choice item; empty for the other kinds."""
        name = self._items[item_id].options
        return () if name is None else tuple(option.id for option in self.options[name])

    def text(self, key: str, language: str | None = None) -> str:
        """The text under a key in a language; the source language where it has none."""
        translated = self.texts.get(language or self.language, {}).get(key)
        return translated or self.source_texts[key]

    def question(self, item_id: str, lens: str, language: str | None = None) -> str:
        """The question as a lens is asked it; may hold ``{subject}``."""
        key = f"item.{item_id}.text"
        by_lens = f"{key}.{lens}"
        return self.text(by_lens if by_lens in self.source_texts else key, language)

    def coverage(self, language: str) -> float:
        """Share of the texts that exist in a language, 0 to 1."""
        if language == self.language:
            return 1.0
        known = self.texts.get(language, {})
        return sum(key in known for key in self.source_texts) / len(self.source_texts)

    def items_frame(self) -> pd.DataFrame:
        """One row per item: what the measures need to know of the instrument.

        Columns ``item, dimension, kind`` (str), ``mirrored`` (bool), ``per, group`` (str or NA),
        ``points, k`` (Int64 or NA) and ``options`` (tuple of option ids), in the order of the
        file.
        """
        rows = [
            {
                "item": item.id,
                "dimension": item.dimension,
                "kind": item.kind,
                "mirrored": item.mirrored,
                "per": item.per,
                "group": item.group,
                "points": self.points(item.id),
                "k": item.k,
                "options": self.option_ids(item.id),
            }
            for item in self.items
        ]
        texts = dict.fromkeys(("item", "dimension", "kind", "per", "group"), "str")
        return pd.DataFrame(rows).astype({**texts, "points": "Int64", "k": "Int64"})


def _source_texts(instrument: Instrument) -> Iterator[tuple[str, str]]:
    yield "title", instrument.title
    yield "estimate", instrument.estimate
    for lens in instrument.lenses:
        yield f"lens.{lens.id}.name", lens.name
        if lens.drift:
            yield f"lens.{lens.id}.drift", lens.drift
    for scale in instrument.scales:
        yield from ((f"scale.{scale.id}.{i}", word) for i, word in enumerate(scale.anchors, 1))
    for name, options in instrument.options.items():
        yield from ((f"option.{name}.{option.id}", option.label) for option in options)
    for dimension in instrument.dimensions:
        yield f"dimension.{dimension.id}.name", dimension.name
        yield f"dimension.{dimension.id}.intro", dimension.intro
    for item in instrument.items:
        yield from _item_texts(item)


def _item_texts(item: Item) -> Iterator[tuple[str, str]]:
    for lens, wording in item.text.items():
        yield f"item.{item.id}.text{'.' + lens if lens else ''}", wording
    yield f"item.{item.id}.short", item.short
    if item.help:
        yield f"item.{item.id}.help", item.help
