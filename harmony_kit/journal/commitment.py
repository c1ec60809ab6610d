"""What was said in the room: one entry for each thing agreed, asked, promised or taken back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal

from harmony_kit.errors import CommitmentError
from harmony_kit.journal.answers import MAX_TEXT
from harmony_kit.journal.followed import FOLLOWED

__all__ = [
    "BOUNDARIES",
    "SORTS",
    "STATES",
    "VALUES",
    "WITHDRAWN",
    "Commitment",
    "CommitmentKind",
    "Owner",
    "check_commitment",
    "missing_boundaries",
    "with_state",
]

CommitmentKind = Literal[
    "attendance",
    "topic",
    "prediction",
    "why",
    "sentence",
    "question",
    "verdict",
    "boundary",
    "action",
    "note",
]

#: The state of a thing that was taken back; every kind has it.
WITHDRAWN = "withdrawn"

#: Kind → the states it can be in, the first one where it starts.
STATES: Mapping[str, tuple[str, ...]] = {
    "attendance": ("told",),
    "topic": ("chosen",),
    "prediction": ("open", "locked"),
    "why": ("told",),
    "sentence": ("open", "two_wordings", "agreed"),
    "question": FOLLOWED,
    "verdict": ("proposed", "confirmed", "overruled"),
    "boundary": ("draft", "starts"),
    "action": FOLLOWED,
    "note": ("told", "dissent"),
}

#: The five limits of a pilot: what it may do, who says yes, exceptions, who answers, when it stops.
BOUNDARIES = ("actions", "approval", "exceptions", "accountability", "stopping")

#: What a question is about; which one it is decides who can answer it.
SORTS = ("technology", "workflow", "bridge")

#: Kind → the names of the texts its value may hold. `wording_<lens>` and the like are written with
#: the lens behind the underscore; a name ending in one stands for one text per lens.
VALUES: Mapping[str, tuple[str, ...]] = {
    "attendance": ("count",),
    "topic": ("group",),
    "prediction": ("number",),
    "why": ("text",),
    "sentence": ("text", "wording_"),
    "question": ("text", "sort", "reason"),
    "verdict": ("verdict", "proposed", "check", "reason"),
    "boundary": BOUNDARIES,
    "action": ("text", "days", "reason"),
    "note": ("text",),
}


@dataclass(frozen=True)
class Owner:
    """Somebody who owns something, by what they are; the name is kept apart from everything else.

    `lens` is empty for somebody of neither side.
    """

    id: str
    site: str
    lens: str
    role: str

    @classmethod
    def of_role(cls, site: str, lens: str, role: str) -> Owner:
        """The owner of a role of one side at a site: one id for it, on every laptop."""
        told = f"{site}\n{lens}\n{role.casefold()}"
        return cls(f"o-{hashlib.sha256(told.encode()).hexdigest()[:12]}", site, lens, role)


@dataclass(frozen=True)
class Commitment:
    """One entry about one thing; the newest entry about it says how it stands.

    Attributes
    ----------
    workflow
        The recurring decision the workshop was about.
    ref
        What it is about: a topic, an element of the frame, a duty, a decision, a pilot, or a name
        the workshop made up for a new question or action.
    lens
        Whose word it is, for what each side says for itself; empty for what both say.
    value
        Texts by name, see `VALUES`.
    owners
        Lens → owner for a pair, the empty text → owner for the one owner of a thing.
    supersedes
        The entry about the same thing that this one replaces; empty for the first.
    undoes
        The entry this one takes back; empty for everything but an undoing.
    """

    site: str
    wave: str
    workflow: str
    kind: CommitmentKind
    ref: str
    state: str
    at: datetime
    by: str
    lens: str = ""
    value: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    due: date | None = None
    done_when: str = ""
    supersedes: str = ""
    undoes: str = ""

    @cached_property
    def id(self) -> str:
        """A name made of everything in it: the same entry has the same name on every laptop."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told = fields | {"at": self.at.astimezone(UTC).isoformat()}
        content = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    @property
    def thing(self) -> tuple[str, ...]:
        """What it is about, within its workshop; its newest entry counts."""
        return self.kind, self.ref, self.lens

    @property
    def place(self) -> tuple[str, str, str]:
        """The workshop it belongs to."""
        return self.site, self.wave, self.workflow

    @property
    def content(self) -> tuple[object, ...]:
        """What is said, without when and by whom; equal contents say the same."""
        told = {name: text for name, text in self.value.items() if text}
        return self.state, told, dict(self.owners), self.due, self.done_when

    @property
    def owner(self) -> str:
        """The one owner; empty while there is none."""
        return self.owners.get("", "")

    @property
    def text(self) -> str:
        """What it says in words, for the kinds that say something."""
        return self.value.get("text", "")


def missing_boundaries(boundary: Commitment) -> tuple[str, ...]:
    """The limits of a pilot that are still blank; it may not start while there is one."""
    return tuple(name for name in BOUNDARIES if not boundary.value.get(name, "").strip())


def with_state(thing: Commitment, state: str, why: str | None = None) -> Commitment:
    """The thing in a state, and why; unsaid, the reason there was stays as long as the state.

    The reason of a verdict is its own, whatever its state.
    """
    if STATES[thing.kind] != FOLLOWED:
        return replace(thing, state=state)
    if why is None:
        why = thing.value.get("reason", "") if state == thing.state else ""
    rest = {name: text for name, text in thing.value.items() if name != "reason"}
    return replace(thing, state=state, value=rest | ({"reason": why} if why else {}))


def check_commitment(commitment: Commitment) -> Commitment:
    """The entry itself, if it may be written.

    Raises `CommitmentError` naming the thing, what was said and what is allowed.
    """
    if commitment.kind not in STATES:
        raise CommitmentError(commitment.kind, commitment.kind, f"one of {', '.join(STATES)}")
    states = (*STATES[commitment.kind], WITHDRAWN)
    name = ": ".join(filter(None, commitment.thing))
    if commitment.state not in states:
        raise CommitmentError(name, commitment.state, f"one of {', '.join(states)}")
    _check_value(commitment, name)
    _check_owners(commitment, name)
    if commitment.state == "locked" and not commitment.value.get("number"):
        raise CommitmentError(name, "locked", "only with a number", "empty")
    if commitment.state == "starts" and (blank := missing_boundaries(commitment)):
        allowed = f"only with {', '.join(blank)} filled in"
        raise CommitmentError(name, "starts", allowed, "limits")
    return commitment


def _check_value(commitment: Commitment, name: str) -> None:
    known = VALUES[commitment.kind]
    for key, text in commitment.value.items():
        stem = key[: key.find("_") + 1] or key
        if key not in known and (stem not in known or stem == key):
            raise CommitmentError(name, key, f"texts called {', '.join(known)}")
        if len(text) > MAX_TEXT:
            allowed = f"up to {MAX_TEXT} characters"
            told = f"a text of {len(text)} characters"
            raise CommitmentError(name, told, allowed, "long", {"most": MAX_TEXT})
    if commitment.value.get("sort", "") not in ("", *SORTS):
        raise CommitmentError(name, commitment.value["sort"], f"one of {', '.join(SORTS)}")
    if "count" in commitment.value:
        _check_number(name, commitment.value["count"], 0, 99, is_whole=True)
    if "number" in commitment.value:
        _check_number(name, commitment.value["number"], 1, 11)


def _check_number(name: str, text: str, least: int, most: int, *, is_whole: bool = False) -> None:
    what = "a whole number" if is_whole else "a number"
    try:
        number = int(text) if is_whole else float(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        limits = {"least": least, "most": most}
        rule = "whole" if is_whole else "number"
        raise CommitmentError(name, text, f"{what} from {least} to {most}", rule, limits)


def _check_owners(commitment: Commitment, name: str) -> None:
    is_pair = commitment.kind == "action"
    wrong = [lens for lens in commitment.owners if bool(lens) != is_pair]
    if wrong:
        allowed = "an owner of each side" if is_pair else "exactly one owner"
        raise CommitmentError(name, f"an owner for {wrong[0] or 'both sides'!r}", allowed)
