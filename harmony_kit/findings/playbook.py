"""What a measured pattern means in words: a playbook of entries, matched from general to special.

An entry says *when* it speaks (`when`) and gives any of the fields below; a finding takes each
field from the most special entry that has it (`Playbook.entries_for`). So one entry can say what
a false consensus is, a second one what it means in one dimension, and a third one only which
question to ask about one item.

A playbook file holds the source language; a translation is a language file
(`harmony_kit.instrument.language_files`) with the same text keys:

``phrase.<id>`` · ``entry.<id>.title`` · ``entry.<id>.texts.<reader>`` · ``entry.<id>.shared`` ·
``entry.<id>.question`` · ``entry.<id>.action`` · ``entry.<id>.done`` ·
``entry.<id>.owners.<reader>`` ·
``entry.<id>.duties.<lens>`` · ``canvas.<id>.title`` · ``canvas.<id>.intro`` ·
``canvas.<id>.<field>.title`` · ``canvas.<id>.<field>.prompt``

A *reader* is a lens id, or the part a lens plays in the finding: ``looker`` and ``other``,
``high`` and ``low`` (whose own answers lie higher), ``blocks`` and ``clear`` (whose checks stand
in the way of a decision), ``about`` and ``judge`` (whom a question is about), ``each``.

What people said stands in `Entry.texts`, under the part a side plays, so that it follows the
answers; what a function can do about it stands in `Entry.duties`, under the lens, and stays there
whoever answers what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator
from pydantic import model_validator as check_model

from harmony_kit.findings.patterns import KINDS, STANDINGS, Case
from harmony_kit.findings.playbook_parts import Canvas, Card, PlaybookPart
from harmony_kit.instrument.parts import Id, Text

__all__ = [
    "PHRASES",
    "READERS",
    "Entry",
    "Playbook",
    "When",
    "fill",
    "placeholders",
]

#: Parts a lens can play, most telling first; a text under one of them speaks to any lens in it.
READERS = ("looker", "other", "high", "low", "blocks", "clear", "about", "judge", "each")
#: How a title is put: as a fact, as an impression, under the name of its topic, as one lens sees
#: it; how it says who knows of the other's view (``{knowing}``), for sure or maybe; how many more
#: there are in a list; how a share is written. Then
#: what is added where it holds: several topics at once, what contradicts it, on whose desk it is.
PHRASES = (
    "claimed",
    "leaning",
    "labelled",
    "leaning_text",
    "knows",
    "both_know",
    "knows_not",
    "neither_knows",
    "maybe_knows",
    "maybe_both_know",
    "maybe_knows_not",
    "maybe_neither_knows",
    "more",
    "seen_by",
    "percent",
    "alike",
    "concerns",
    "said_act",
    "said_success",
    "said_no_success",
    "held",
    "checks",
)

EntryId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]*$", max_length=120)]
Level = Literal["low", "middle", "high", "opposed"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def placeholders(template: str) -> frozenset[str]:
    """The names in braces in a text."""
    return frozenset(_PLACEHOLDER.findall(template))


def fill(template: str, names: Mapping[str, str]) -> str | None:
    """The text with every name in braces replaced; None when one of them has no value here."""
    if not placeholders(template) <= names.keys():
        return None
    return _PLACEHOLDER.sub(lambda match: names[match[1]], template)


class When(PlaybookPart):
    """When an entry speaks; what is left out matches anything.

    Attributes
    ----------
    pattern
        One or several of the patterns of the kind.
    level
        Whether both lenses rate the topic ``low``, ``high``, or neither (``middle``). It counts
        most: what is clear to both needs another action than what is clear to nobody. Of a false
        consensus it is how the looker rates it; ``opposed`` where both look and one rates it
        high, the other low.
    looker
        The lens that looks, or ``both`` for a finding that holds in both directions.
    standing
        Where its pilot or decision stands on record, one or several of `STANDINGS`. It counts
        most of all: what has ended or been decided is not to be decided again.
    """

    kind: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    dimension: Id | None = None
    item: str | None = None
    pattern: tuple[str, ...] = ()
    level: Level | None = None
    looker: Id | None = None
    standing: tuple[Literal[STANDINGS], ...] = ()  # type: ignore[valid-type]

    @field_validator("pattern", "standing", mode="before")
    @classmethod
    def _one_pattern(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @check_model(mode="after")
    def _check_patterns(self) -> When:
        unknown = [p for p in self.pattern if p not in KINDS[self.kind]]
        if unknown:
            known = ", ".join(KINDS[self.kind])
            message = f"{self.kind} has no pattern {', '.join(unknown)}; it has {known}"
            raise ValueError(message)
        return self

    @property
    def rank(self) -> tuple[int, ...]:
        """How special this is: the greater tuple is the more special; one pattern beats several."""
        pattern = 0 if not self.pattern else 2 if len(self.pattern) == 1 else 1
        level, item, dimension, looker = (
            int(part is not None) for part in (self.level, self.item, self.dimension, self.looker)
        )
        return int(bool(self.standing)), level, item, dimension, pattern, looker

    def matches(self, case: Case) -> bool:
        """Whether an entry with this condition speaks to a case of its kind."""
        pairs = (
            (self.item, case.item),
            (self.dimension, case.dimension),
            (self.level, case.level),
            (self.looker, case.looker),
        )
        is_pattern = not self.pattern or case.pattern in self.pattern
        is_standing = not self.standing or case.standing in self.standing
        return (is_pattern and is_standing) and all(
            wanted is None or wanted == found for wanted, found in pairs
        )


class Entry(PlaybookPart):
    """What to say and to do in one case; every field may be left to a more general entry.

    Attributes
    ----------
    title
        The finding as a clause without its topic ("{looker} expects agreement, …").
    needs
        Part → lens: the entry speaks only where that lens plays that part.
    texts
        What people said, for a reader; see the module's docstring for readers.
    duties
        What a function can do about it, by lens id; added to the text of its reader.
    shared
        What it means for both.
    question, action
        What to ask in the room, and what to do.
    done
        What everybody can see when the action is done. It belongs to the action beside it and is
        never taken from another entry.
    task
        What the action gets done, by a name of its own: of two findings with one task a page tells
        the first.
    owners
        Who does it, one role per reader.
    horizon
        Days until it should be done.
    importance
        1 (good to know) to 5 (settle first).
    base_rate
        At what share of plants one expects it anyway; a guess, since a site knows no other.
        What holds at most plants weighs less at one.
    """

    id: EntryId
    when: When
    needs: dict[Id, Id] = Field(default_factory=dict)
    title: Text | None = None
    texts: dict[Id, Text] = Field(default_factory=dict)
    duties: dict[Id, Text] = Field(default_factory=dict)
    shared: Text | None = None
    question: Text | None = None
    action: Text | None = None
    done: Text | None = None
    task: Id | None = None
    owners: dict[Id, Text] = Field(default_factory=dict)
    effort: Literal["small", "medium", "large"] | None = None
    horizon: Literal[30, 60, 90] | None = None
    importance: int | None = Field(default=None, ge=1, le=5)
    base_rate: float | None = Field(default=None, ge=0, lt=1)

    def source_texts(self) -> Iterator[tuple[str, str]]:
        """Text key and text of everything this entry says, in the source language."""
        key = f"entry.{self.id}"
        for name in ("title", "shared", "question", "action", "done"):
            text = getattr(self, name)
            if text is not None:
                yield f"{key}.{name}", text
        for name in ("texts", "duties", "owners"):
            yield from (
                (f"{key}.{name}.{reader}", text) for reader, text in getattr(self, name).items()
            )


class Playbook(PlaybookPart):
    """Entries and canvases with their translations.

    `lenses` are the lens ids its texts are written for; `texts` maps language → text key → text
    for every translation that was found. `caution` names the tasks that give a pilot an order, the
    most cautious first: of two for one pilot the first is given.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    version: int = Field(ge=1)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    lenses: tuple[Id, ...] = ()
    caution: tuple[Id, ...] = ()
    phrases: dict[Id, Text] = Field(default_factory=dict)
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]
    canvases: tuple[Canvas, ...] = ()
    cards: tuple[Card, ...] = ()
    texts: dict[str, dict[str, str]] = Field(default_factory=dict)

    @cached_property
    def source_texts(self) -> dict[str, str]:
        """Text key → text in the source language, in the order of the file."""
        found = {f"phrase.{name}": text for name, text in self.phrases.items()}
        for entry in self.entries:
            found.update(entry.source_texts())
        for canvas in self.canvases:
            found.update(canvas.source_texts())
        return found

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Entry, ...]]:
        special_first = sorted(self.entries, key=lambda entry: entry.when.rank, reverse=True)
        return {kind: tuple(e for e in special_first if e.when.kind == kind) for kind in KINDS}

    @property
    def languages(self) -> tuple[str, ...]:
        """The source language first, then every translation found."""
        return (self.language, *sorted(self.texts))

    def text(self, key: str, language: str | None = None) -> str | None:
        """The text under a key, in the source language where the other has none."""
        translated = self.texts.get(language or self.language, {}).get(key)
        return translated or self.source_texts.get(key)

    @cached_property
    def _found(self) -> dict[Case, tuple[Entry, ...]]:
        """Cases already looked up: a batch asks for the same ones at every site."""
        return {}

    def _speaking_of(self, kind: str, pattern: str) -> tuple[Entry, ...]:
        """The entries of a kind that speak of a pattern or of all; among them a case finds its."""
        if (kind, pattern) not in self._by_pattern:
            entries = self._by_kind[kind]
            self._by_pattern[kind, pattern] = tuple(
                one for one in entries if not one.when.pattern or pattern in one.when.pattern
            )
        return self._by_pattern[kind, pattern]

    @cached_property
    def _by_pattern(self) -> dict[tuple[str, str], tuple[Entry, ...]]:
        return {}

    def entries_for(self, case: Case) -> tuple[Entry, ...]:
        """The entries that speak to a case, the most special first."""
        if case not in self._found:
            entries = self._speaking_of(case.kind, case.pattern)
            self._found[case] = tuple(entry for entry in entries if entry.when.matches(case))
        return self._found[case]
