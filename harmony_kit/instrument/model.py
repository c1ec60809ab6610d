"""What is asked: lenses, scales, options, dimensions and items, read from one YAML file.

An instrument file holds the wording in its source language; a translation is a language file
(`harmony_kit.instrument.language_files`) with the same text keys:

``title`` · ``estimate`` · ``lens.<id>.name`` · ``lens.<id>.drift`` · ``scale.<id>.<point>`` ·
``option.<set>.<id>`` · ``dimension.<id>.name`` · ``dimension.<id>.intro`` ·
``item.<id>.text`` (or ``item.<id>.text.<lens>`` where the lenses are asked in other words) ·
``item.<id>.short`` · ``item.<id>.help`` · ``item.<id>.constraint_message``
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

import pandas as pd
from pydantic import Field, StringConstraints

from harmony_kit.instrument.parts import (
    Dimension,
    Item,
    ItemId,
    Kind,
    Lens,
    Option,
    Piece,
    Scale,
    Text,
)

__all__ = [
    "Dimension",
    "Instrument",
    "Item",
    "Kind",
    "Lens",
    "Option",
    "Scale",
]


class Instrument(Piece):
    """Everything that is asked, with its translations.

    `sha256` is the hash of the instrument file, so that answers name exactly what asked them.
    `texts` maps language → text key → text for every translation that was found. `core` are the
    items of the short form, for a quarter of an hour by telephone; empty: there is none.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    version: int = Field(ge=1)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    title: Text
    estimate: Text
    lenses: Annotated[tuple[Lens, ...], Field(min_length=2, max_length=2)]
    scales: tuple[Scale, ...] = ()
    options: dict[str, tuple[Option, ...]] = Field(default_factory=dict)
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    core: tuple[ItemId, ...] = ()
    sha256: str = ""
    texts: dict[str, dict[str, str]] = Field(default_factory=dict)

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

    def takes_words(self, item_id: str) -> bool:
        """Whether a choice has an option "other, namely", whose words may be typed."""
        item = self._items[item_id]
        if item.kind != "choice" or item.options is None:
            return False
        return any(option.namely for option in self.options[item.options])

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

    def is_core(self, item: Item) -> bool:
        """Whether an interview must have an item: one of the short form, if there is a short form.

        Else whatever is asked once, of everybody at every site, and wanted.
        """
        if self.core:
            return item.id in self.core
        is_of_all = item.per is None and item.relevant is None and not item.sites
        return item.required and is_of_all

    def at(self, site: str) -> Instrument:
        """The instrument as it is asked at a site: without what is asked elsewhere only."""
        elsewhere = self.elsewhere(site)
        if not elsewhere:
            return self
        kept = tuple(item for item in self.items if item.id not in elsewhere)
        there = self.model_copy(update={"items": kept})
        for name in ("_items", "source_texts"):  # they were worked out of all items
            vars(there).pop(name, None)
        return there

    def elsewhere(self, site: str) -> frozenset[str]:
        """The items that are not asked at a site."""
        return frozenset(item.id for item in self.items if item.sites and site not in item.sites)

    def items_frame(self) -> pd.DataFrame:
        """One row per item: what the measures need to know of the instrument.

        Columns ``item, dimension, kind`` (str), ``mirrored`` (bool), ``per, group`` (str or NA),
        ``points, k`` (Int64 or NA), ``options`` (tuple of option ids) and ``is_core`` (bool), in
        the order of the file.
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
                "is_core": self.is_core(item),
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
    if item.constraint_message:
        yield f"item.{item.id}.constraint_message", item.constraint_message
