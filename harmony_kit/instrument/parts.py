"""The parts of an instrument: lenses, scales, options, dimensions, and items of every kind."""

from __future__ import annotations

from typing import Annotated, Final, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

__all__ = [
    "OTHER",
    "Dimension",
    "Id",
    "Item",
    "ItemId",
    "Kind",
    "Lens",
    "Option",
    "Piece",
    "Scale",
    "Text",
]

#: The id of an option that is none of the others; two people who choose it need not mean the same.
OTHER: Final = "other"

Kind = Literal["rating", "rank", "words", "choice", "text"]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ItemId = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=90)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class Piece(BaseModel):
    """A frozen piece of an instrument, which takes no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lens(Piece):
    """One of the two functions whose eyes we look through.

    `drift` names what happens when this lens alone owns AI ("platform drift").
    """

    id: Id
    name: Text
    drift: Text | None = None


class Scale(Piece):
    """A rating scale of 4 to 11 points, every point anchored with a word (1 first)."""

    id: Id
    anchors: Annotated[tuple[Text, ...], Field(min_length=4, max_length=11)]

    @property
    def points(self) -> int:
        """How many points the scale has."""
        return len(self.anchors)


class Option(Piece):
    """One option of a rank, words or choice item; `lens` says whose concern it is, if one's.

    With `namely` a respondent may say in words what else: "other, namely …".
    """

    id: Id
    label: Text
    lens: Id | None = None
    namely: bool = False


class Dimension(Piece):
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


class Item(Piece):
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
    constraint_message
        What a respondent is told whose answer the constraint refuses; nobody reads the condition.
    required
        Whether the review page lists it when unanswered.
    sites
        The sites it is asked at, by their ids in sites.csv; empty: at all of them.
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
    constraint_message: Text | None = None
    sites: tuple[str, ...] = ()

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
        if self.constraint_message and not self.constraint:
            message = "a 'constraint_message' needs a 'constraint'"
            raise ValueError(message)
        if self.mirrored and self.kind == "text":
            message = "a text item cannot be mirrored"
            raise ValueError(message)
        return self

    def wording(self, lens: str) -> str:
        """The question in the source language, as this lens is asked."""
        return self.text.get(lens) or self.text.get("") or next(iter(self.text.values()))
