"""Canvases: sheets to fill in together, each line with what either side has said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isnan, nan
from typing import Any

import pandas as pd

from harmony_kit.findings.playbook import Playbook, fill
from harmony_kit.findings.playbook_parts import Canvas, CanvasField
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.rows import Row, number_or_none, rows_of
from harmony_kit.measures.telling import ToldRating, join_told

__all__ = ["Line", "Said", "Sheet", "canvases"]


@dataclass(frozen=True)
class Said:
    """What one lens said about one line.

    Attributes
    ----------
    quotes
        Its quotable sentences, sorted: their order tells nothing about who said what.
    ratings
        Told mean of its own answers by item id, on the scale of the item; of a band its middle.
    bands
        The ends of the band by item id, where one is told instead of the mean.
    answers
        The option most of it chose, in words, by item id; an item with a tie is left out.
    n
        How many answered, by item id, for `ratings` and `answers`.
    """

    quotes: tuple[str, ...]
    ratings: Mapping[str, float]
    answers: Mapping[str, str]
    n: Mapping[str, int]
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line to fill in: `prompt` has gaps marked ``…``; `said` is by lens id.

    `items` are the questions it gathers what was said from.
    """

    id: str
    title: str
    prompt: str
    said: Mapping[str, Said]
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One canvas with its lines, ready to print."""

    id: str
    title: str
    intro: str
    lines: tuple[Line, ...]

    def to_dict(self) -> dict[str, Any]:
        """The sheet as plain values, for results.json."""
        return asdict(self)


def canvases(
    playbook: Playbook,
    instrument: Instrument,
    frames: Mapping[str, pd.DataFrame],
    *,
    quotes: pd.DataFrame,
    language: str | None = None,
) -> tuple[Sheet, ...]:
    """The playbook's canvases with what may be told of one site and wave beside their lines.

    `frames` is what the gate lets through (`disclosure.Disclosed`), `quotes` from
    `license_quotes`; a line nobody may be shown about stays empty, to be filled in. A canvas none
    of whose items the instrument asks is left out.
    """
    heard = _Heard(instrument, language, frames, quotes)
    names = dict(zip(("first", "second"), map(heard.name, instrument.lens_ids), strict=True))
    return tuple(
        _fill_sheet(canvas, playbook, heard, names)
        for canvas in playbook.canvases
        if any(instrument.has_item(item) for part in canvas.fields for item in part.items)
    )


@dataclass(frozen=True)
class _Heard:
    instrument: Instrument
    language: str | None
    frames: Mapping[str, pd.DataFrame]
    quotes: pd.DataFrame

    def name(self, lens: str) -> str:
        return self.instrument.text(f"lens.{lens}.name", self.language)

    @cached_property
    def _rated(self) -> dict[tuple[str, str], list[Row]]:
        """Rows of own answers to ratings by lens and item, one per subject."""
        found: dict[tuple[str, str], list[Row]] = {}
        for row in rows_of(self.frames.get("within")):
            if row["lens"] == row["about"]:
                found.setdefault((row["lens"], row["item"]), []).append(row)
        return found

    @cached_property
    def _owned(self) -> dict[tuple[str, str], Row]:
        """Rows of duties by lens and item."""
        rows = rows_of(self.frames.get("ownership"))
        return {(row["lens"], row["item"]): row for row in rows if row["n"]}

    @cached_property
    def _ratings(self) -> dict[tuple[str, str], ToldRating]:
        return {key: join_told([_told(row) for row in rows]) for key, rows in self._rated.items()}

    @cached_property
    def _sizes(self) -> dict[tuple[str, str], int]:
        rated = {key: int(sum(row["n"] for row in rows)) for key, rows in self._rated.items()}
        return rated | {key: int(row["n"]) for key, row in self._owned.items()}

    @cached_property
    def _answers(self) -> dict[tuple[str, str], str]:
        named = {key: row["owner"] for key, row in self._owned.items()}
        return {
            key: self._label(key[1], owner)
            for key, owner in named.items()
            if isinstance(owner, str)
        }

    @cached_property
    def _quotes(self) -> dict[tuple[str, str], tuple[str, ...]]:
        grouped = self.quotes.groupby(["lens", "item"])["text"]
        return {(str(lens), str(item)): tuple(texts) for (lens, item), texts in grouped}

    def said(self, lens: str, items: tuple[str, ...]) -> Said:
        keys = sorted((lens, item) for item in items)
        rated = {key[1]: self._ratings[key] for key in keys if key in self._ratings}
        return Said(
            quotes=tuple(dict.fromkeys(q for key in keys for q in self._quotes.get(key, ()))),
            ratings={item: one.mean for item, one in rated.items()},
            answers={key[1]: self._answers[key] for key in keys if key in self._answers},
            n={key[1]: self._sizes[key] for key in keys if key in self._sizes},
            bands={item: (one.low, one.high) for item, one in rated.items() if not isnan(one.low)},
        )

    def _label(self, item: str, option: str) -> str:
        options = self.instrument.item(item).options
        return self.instrument.text(f"option.{options}.{option}", self.language)


def _told(row: Row) -> ToldRating:
    """A mean as the gate lets it through: itself, or the middle of a band with its ends."""
    low, high = (number_or_none(row[f"mean_{end}"]) for end in ("from", "to"))
    return ToldRating(row["mean"], nan if low is None else low, nan if high is None else high)


def _fill_sheet(
    canvas: Canvas, playbook: Playbook, heard: _Heard, names: Mapping[str, str]
) -> Sheet:
    def text(key: str) -> str:
        found = playbook.text(f"canvas.{canvas.id}.{key}", heard.language) or ""
        return fill(found, names) or found

    def line(part: CanvasField) -> Line:
        said = {lens: heard.said(lens, part.items) for lens in heard.instrument.lens_ids}
        return Line(part.id, text(f"{part.id}.title"), text(f"{part.id}.prompt"), said, part.items)

    return Sheet(canvas.id, text("title"), text("intro"), tuple(map(line, canvas.fields)))
