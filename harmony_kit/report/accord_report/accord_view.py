"""An accord as whatever is made of it looks at it: everything in it named, in one language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from harmony_kit.engagement.folder import Engagement
from harmony_kit.findings.playbook import Playbook
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.accord import Accord
from harmony_kit.journal.answers import split_column
from harmony_kit.journal.commitment import Commitment, Owner
from harmony_kit.report.words import Words, load_words

__all__ = ["AccordView", "mark_of"]


def mark_of(thing: Commitment) -> str:
    """A short name for one thing of one workshop; the same however often it was changed.

    It stands in a register and in a calendar, so that both find home. It begins with a letter: a
    spreadsheet takes no name of hexadecimal digits for a number.
    """
    told = "\n".join((*thing.place, *thing.thing))
    return f"k{hashlib.sha256(told.encode()).hexdigest()[:11]}"


@dataclass(frozen=True)
class AccordView:
    """One accord with the words of its page.

    Attributes
    ----------
    owners
        Owner → what they are.
    names
        Owner → name; empty in what is circulated.
    titles
        Pilot or decision → its title.
    story
        The story of the report both sides read; empty where there is none in this language.
    n_entries
        How many entries the workshop has: the version of what is made of them.
    n_overridden
        Pilot → suggestions that were overridden since the workshop, as its records count them.
    """

    engagement: Engagement
    playbook: Playbook
    accord: Accord
    language: str
    owners: Mapping[str, Owner] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    titles: Mapping[str, str] = field(default_factory=dict)
    story: str = ""
    n_entries: int = 0
    n_overridden: Mapping[str, int] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The wording of its language."""
        return load_words(self.language)

    @property
    def instrument(self) -> Instrument:
        """What was asked."""
        return self.engagement.instrument

    @property
    def lenses(self) -> tuple[str, str]:
        """The two sides."""
        return self.instrument.lens_ids

    @property
    def version(self) -> str:
        """How many entries it stands on, and a mark of how they stand now."""
        standing = "\n".join(one.id for one in self.accord.current)
        return f"{self.n_entries}-{hashlib.sha256(standing.encode()).hexdigest()[:10]}"

    def lens(self, lens: str) -> str:
        """What a side is called."""
        return self.instrument.text(f"lens.{lens}.name", self.language)

    def title(self, subject: str) -> str:
        """The title of a pilot or decision."""
        return self.titles.get(subject, subject)

    def item(self, ref: str) -> str:
        """What a topic, a duty, a check or a line is called, with its subject, as a noun phrase."""
        parts = split_column(ref) or {}
        item = parts.get("item") or ref
        if not self.instrument.has_item(item):
            return self.title(ref)
        short = self.instrument.text(f"item.{item}.short", self.language)
        short = short[:1].upper() + short[1:]
        subject = parts.get("subject")
        if not subject:
            return short
        return self.words.say("format.of_subject", topic=short, subject=self.title(subject))

    def owner(self, id_: str) -> str:
        """Who owns something: the role, with the name where names are printed."""
        owner, name = self.owners.get(id_), self.names.get(id_, "")
        role = owner.role if owner else ""
        if not name:
            return role
        return self.words.say("accord.owner", name=name, role=role) if role else name

    def owned(self, thing: Commitment) -> list[str]:
        """All owners of a thing, those of a pair in the order of the sides."""
        order = ("", *self.lenses)
        told = [self.owner(thing.owners[lens]) for lens in order if lens in thing.owners]
        return [one for one in told if one]

    def text(self, thing: Commitment) -> str:
        """A question, an action or a line in one phrase, also where nobody worded it."""
        if thing.text:
            return thing.text
        match thing.kind:
            case "question" | "sentence":
                return self.words.say("accord.of_line", line=self.item(thing.ref))
            case "verdict":
                check = thing.value.get("check", "")
                what = self.item(check) if check else self.title(thing.ref)
                return self.words.say("accord.clear", check=what)
            case _:
                return self.words.say("accord.unworded")
