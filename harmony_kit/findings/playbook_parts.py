"""The parts of a playbook that are sheets: canvases with their lines, and cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from harmony_kit.instrument.parts import Id, Text

__all__ = ["Canvas", "CanvasField", "Card", "PlaybookPart"]


class PlaybookPart(BaseModel):
    """A part of a playbook file: it cannot be changed and has no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CanvasField(PlaybookPart):
    """One line of a canvas to fill in; `items` are the answers shown beside it."""

    id: Id
    title: Text
    prompt: Text
    items: tuple[str, ...] = ()


class Canvas(PlaybookPart):
    """A sheet both sides fill in together in the room."""

    id: Id
    title: Text
    intro: Text
    fields: Annotated[tuple[CanvasField, ...], Field(min_length=1)]

    def source_texts(self) -> Iterator[tuple[str, str]]:
        """Text key and text of everything on this canvas, in the source language."""
        key = f"canvas.{self.id}"
        yield f"{key}.title", self.title
        yield f"{key}.intro", self.intro
        for part in self.fields:
            yield f"{key}.{part.id}.title", part.title
            yield f"{key}.{part.id}.prompt", part.prompt


class Card(PlaybookPart):
    """Which side gets which translation of an accord; `never`: lines of what is never done."""

    id: Literal["control", "shift"]
    lens: Id
    never: tuple[str, ...] = ()
