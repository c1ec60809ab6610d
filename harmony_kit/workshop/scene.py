"""What a sheet is drawn from: words, the names of things, and how the accord stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from harmony_kit.instrument.language_files import load_texts
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.accord import Accord
from harmony_kit.journal.answers import split_column
from harmony_kit.journal.commitment import Commitment, Owner
from harmony_kit.regional import load_regional
from harmony_kit.workshop.agenda import Agenda, Figure

__all__ = ["Backdrop", "frame_elements", "load_board_texts"]


def load_board_texts(language: str) -> dict[str, str]:
    """Everything the board says: the form's words, with those of the workshop over them."""
    return {**load_texts("form", language), **load_texts("workshop", language)}


def frame_elements(instrument: Instrument) -> tuple[str, ...]:
    """The lines of the shared frame: the items that are also asked for in one sentence."""
    ids = [item.id for item in instrument.items]
    return tuple(id_ for id_ in ids if f"{id_}.sentence" in ids)


@dataclass(frozen=True)
class Backdrop:
    """Everything a sheet needs to know; nothing in it is of an answer that was not published."""

    instrument: Instrument
    agenda: Agenda
    accord: Accord
    language: str
    titles: Mapping[str, str]
    owners: Mapping[str, Owner]
    names: Mapping[str, str]
    today: date

    def say(self, key: str, **words: object) -> str:
        """A sentence of the workshop."""
        return load_texts("workshop", self.language)[key].format_map(words)

    def report_text(self, key: str) -> str:
        """What the report calls something, so that the room hears no second word for it."""
        return load_texts("report", self.language)[key]

    def became(self, state: str) -> str:
        """What a state of a question or an action is called on every page."""
        return load_texts("accord", self.language)[f"followed.{state}"]

    @property
    def lenses(self) -> tuple[str, str]:
        """The two sides."""
        return self.instrument.lens_ids

    def lens(self, lens: str) -> str:
        """What a side is called."""
        return self.instrument.text(f"lens.{lens}.name", self.language)

    def item(self, ref: str) -> str:
        """What a topic, a duty, a check or a line is called, with its subject."""
        parts = split_column(ref) or {}
        item = parts.get("item") or ref
        if not self.instrument.has_item(item):
            return self.titles.get(ref, ref)
        short = self.instrument.text(f"item.{item}.short", self.language)
        subject = parts.get("subject")
        return f"{short}: {self.titles.get(subject, subject)}" if subject else short

    def asked(self, item: str, lens: str, subject: str = "") -> str:
        """The question as a side was asked it."""
        text = self.instrument.question(item, lens, self.language)
        return text.replace("{subject}", self.titles.get(subject, subject))

    def number(self, value: float) -> str:
        """A number as this language writes it."""
        return load_regional(self.language).number(value)

    def figure(self, figure: Figure) -> str:
        """A published mean, or the band of it that was published."""
        if figure.low is None or figure.high is None:
            return self.number(figure.value)
        low, high = self.number(figure.low), self.number(figure.high)
        return self.say("reveal.band", low=low, high=high)

    def day(self, day: date | None) -> str:
        """A day, as everybody reads it; empty for none."""
        return load_regional(self.language).day(day) if day else ""

    def owner(self, owner_id: str) -> str:
        """Who owns something: the role, with the name while the room has it."""
        owner = self.owners.get(owner_id)
        if owner is None:
            return ""
        name = self.names.get(owner_id)
        return f"{owner.role} ({name})" if name else owner.role

    def owned_by(self, commitment: Commitment) -> str:
        """All owners of a thing."""
        return " + ".join(filter(None, map(self.owner, commitment.owners.values())))

    def question(self, question: Commitment) -> str:
        """A question in words; one nobody worded yet is called by what it is about."""
        return question.text or self.say("questions.of_line", what=self.item(question.ref))
