"""Canvases: sheets to fill in together, each line with what either side has said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from harmony_kit.findings.playbook import Canvas, CanvasField, Playbook, fill
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.privacy import license_answers, license_quotes

__all__ = ["Line", "Said", "Sheet", "canvases"]


@dataclass(frozen=True)
class Said:
    """What one lens said about one line.

    Attributes
    ----------
    quotes
        Its quotable sentences, sorted: their order tells nothing about who said what.
    ratings
        Mean of its own answers by item id, on the scale of the item.
    answers
        The option most of it chose, in words, by item id; an item with a tie is left out.
    n
        How many answered, by item id, for `ratings` and `answers`.
    """

    quotes: tuple[str, ...]
    ratings: Mapping[str, float]
    answers: Mapping[str, str]
    n: Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """One line to fill in: `prompt` has gaps marked ``…``; `said` is by lens id."""

    id: str
    title: str
    prompt: str
    said: Mapping[str, Said]


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
    answers: AnswersFrame,
    *,
    language: str | None = None,
    min_group: int = 3,
) -> tuple[Sheet, ...]:
    """The playbook's canvases with the answers of one site and wave beside their lines.

    Only sentences their author allowed to be quoted appear, and nothing of a lens with fewer
    than `min_group` people; a line nobody may be shown about stays empty, to be filled in. A
    canvas none of whose items the instrument asks is left out.
    """
    licensed, _ = license_answers(answers, min_group=min_group)
    own = licensed[(licensed["lens"] == licensed["about"]) & (licensed["status"] == "answered")]
    heard = _Heard(instrument, language, own, license_quotes(answers, min_group=min_group))
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
    own: pd.DataFrame
    quotes: pd.DataFrame

    def name(self, lens: str) -> str:
        return self.instrument.text(f"lens.{lens}.name", self.language)

    @cached_property
    def _ratings(self) -> dict[tuple[str, str], float]:
        rated = self.own[self.own["value"].notna()].groupby(["lens", "item"])["value"].mean()
        return _by_place(rated)

    @cached_property
    def _sizes(self) -> dict[tuple[str, str], int]:
        return _by_place(self.own.groupby(["lens", "item"]).size())

    @cached_property
    def _answers(self) -> dict[tuple[str, str], str]:
        chosen = self.own[self.own["chosen"].notna()]
        given = chosen["chosen"].str[0].groupby([chosen["lens"], chosen["item"]])
        modes = {(str(lens), str(item)): options.mode() for (lens, item), options in given}
        return {
            key: self._label(key[1], str(most.iloc[0]))
            for key, most in modes.items()
            if len(most) == 1
        }

    @cached_property
    def _quotes(self) -> dict[tuple[str, str], tuple[str, ...]]:
        grouped = self.quotes.groupby(["lens", "item"])["text"]
        return {(str(lens), str(item)): tuple(texts) for (lens, item), texts in grouped}

    def said(self, lens: str, items: tuple[str, ...]) -> Said:
        keys = sorted((lens, item) for item in items)
        return Said(
            quotes=tuple(dict.fromkeys(q for key in keys for q in self._quotes.get(key, ()))),
            ratings={key[1]: self._ratings[key] for key in keys if key in self._ratings},
            answers={key[1]: self._answers[key] for key in keys if key in self._answers},
            n={key[1]: self._sizes[key] for key in keys if key in self._sizes},
        )

    def _label(self, item: str, option: str) -> str:
        options = self.instrument.item(item).options
        return self.instrument.text(f"option.{options}.{option}", self.language)


def _by_place(series: pd.Series) -> dict[tuple[str, str], Any]:
    """The values of a series with the index lens, item, as plain numbers."""
    lenses, items = (series.index.get_level_values(level) for level in (0, 1))
    return dict(zip(zip(lenses, items, strict=True), series.tolist(), strict=True))


def _fill_sheet(
    canvas: Canvas, playbook: Playbook, heard: _Heard, names: Mapping[str, str]
) -> Sheet:
    def text(key: str) -> str:
        found = playbook.text(f"canvas.{canvas.id}.{key}", heard.language) or ""
        return fill(found, names) or found

    def line(part: CanvasField) -> Line:
        said = {lens: heard.said(lens, part.items) for lens in heard.instrument.lens_ids}
        return Line(part.id, text(f"{part.id}.title"), text(f"{part.id}.prompt"), said)

    return Sheet(canvas.id, text("title"), text("intro"), tuple(map(line, canvas.fields)))
