"""The accord of a workshop: how everything said in it stands now, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from harmony_kit.journal.commitment import WITHDRAWN, Commitment, CommitmentKind, missing_boundaries
from harmony_kit.journal.followed import REASONED

__all__ = [
    "Accord",
    "accord_of",
    "is_settled",
    "list_workshops",
    "order_entries",
    "plan_entry",
    "plan_redo",
    "plan_undo_of",
    "taken_away",
]


@dataclass(frozen=True)
class Accord:
    """What one workshop agreed, asked and left open, as of its newest entry.

    A pure function of the set of its entries, so that it is the same on every laptop that has
    them, whatever the order they came in.

    Attributes
    ----------
    current
        The newest entry of everything that was not taken back, in the order first said.
    """

    site: str
    wave: str
    workflow: str
    current: tuple[Commitment, ...] = ()

    def of_kind(self, kind: CommitmentKind) -> tuple[Commitment, ...]:
        """Everything of one kind."""
        return tuple(one for one in self.current if one.kind == kind)

    def find(self, kind: CommitmentKind, ref: str, lens: str = "") -> Commitment | None:
        """How one thing stands; None where nothing is said about it."""
        thing = (kind, ref, lens)
        return next((one for one in self.current if one.thing == thing), None)

    @property
    def sentences(self) -> tuple[Commitment, ...]:
        """The lines of the frame that were spoken about, each agreed, in two wordings or open."""
        return self.of_kind("sentence")

    @property
    def questions(self) -> tuple[Commitment, ...]:
        """The questions and what became of them.

        A line of the frame that stays open is a question, also before anybody sorted it; one that
        was agreed after all is none any more.
        """
        lines = {line.ref: line for line in self.sentences}
        asked = [one for one in self.of_kind("question") if _is_open(lines.get(one.ref))]
        known = {one.ref for one in asked}
        left = [one for one in lines.values() if one.state == "open" and one.ref not in known]
        return (*asked, *map(_question_of, left))

    @property
    def verdicts(self) -> tuple[Commitment, ...]:
        """The verdicts on recurring decisions."""
        return self.of_kind("verdict")

    @property
    def boundaries(self) -> tuple[Commitment, ...]:
        """The limits of each pilot."""
        return self.of_kind("boundary")

    @property
    def actions(self) -> tuple[Commitment, ...]:
        """What was promised, each by a pair."""
        return self.of_kind("action")

    @property
    def dissent(self) -> tuple[Commitment, ...]:
        """Who disagrees with what; said aloud, never hidden."""
        return tuple(one for one in self.of_kind("note") if one.state == "dissent")

    @property
    def attendance(self) -> dict[str, int]:
        """Lens → how many people were in the room."""
        told = [one for one in self.of_kind("attendance") if one.value.get("count")]
        return {one.lens: int(one.value["count"]) for one in told}

    @property
    def marked(self) -> tuple[Commitment, ...]:
        """What is not settled yet: without its owners or its date, or with a blank limit."""
        others = [one for one in self.current if one.kind != "question"]
        return tuple(one for one in (*others, *self.questions) if not is_settled(one))


def _question_of(line: Commitment) -> Commitment:
    return replace(line, kind="question", value={}, owners={}, due=None, done_when="")


def _is_open(line: Commitment | None) -> bool:
    return line is None or line.state == "open"


def _is_owned(commitment: Commitment) -> bool:
    return set(commitment.owners) == {""}


def is_settled(commitment: Commitment) -> bool:
    """Whether nothing is missing: an owner and a date, all limits of a pilot, when it is done.

    Nor the reason, of what was said to be late or dropped.
    """
    return _is_whole(commitment) and (
        commitment.state not in REASONED or bool(commitment.value.get("reason"))
    )


def _is_whole(commitment: Commitment) -> bool:
    match commitment.kind:
        case "question":
            return _is_owned(commitment) and commitment.due is not None
        case "action":
            has_pair = len(commitment.owners) == 2
            return has_pair and commitment.due is not None and bool(commitment.done_when)
        case "sentence" if commitment.state == "two_wordings":
            return _is_owned(commitment) and commitment.due is not None
        case "verdict":
            return _is_decided(commitment)
        case "boundary":
            return not missing_boundaries(commitment)
        case _:
            return True


def _is_decided(verdict: Commitment) -> bool:
    """Whether a verdict was taken, with its reason, and who clears what blocks by when."""
    has_reason = verdict.state == "confirmed" or bool(verdict.value.get("reason"))
    has_owner = _is_owned(verdict) and verdict.due is not None
    is_blocked = bool(verdict.value.get("check"))
    return verdict.state != "proposed" and has_reason and (has_owner or not is_blocked)


def order_entries(entries: Iterable[Commitment]) -> tuple[Commitment, ...]:
    """Each entry once, in the order written; of one instant, the same order everywhere."""
    return tuple(sorted(set_of(entries).values(), key=lambda one: (one.at, one.id)))


def set_of(entries: Iterable[Commitment]) -> dict[str, Commitment]:
    """Entries by their names."""
    return {one.id: one for one in entries}


def accord_of(entries: Iterable[Commitment], site: str, wave: str, workflow: str) -> Accord:
    """How a workshop stands after these entries; those of other workshops are left out."""
    place = (site, wave, workflow)
    newest: dict[tuple[str, ...], Commitment] = {}
    for one in order_entries(one for one in entries if one.place == place):
        newest[one.thing] = one
    current = tuple(one for one in newest.values() if one.state != WITHDRAWN)
    return Accord(*place, current)


def list_workshops(entries: Iterable[Commitment]) -> tuple[tuple[str, str, str], ...]:
    """Site, wave and workflow of each workshop there is an entry of, sorted."""
    return tuple(sorted({one.place for one in entries}))


# What to write next


def taken_away(commitment: Commitment) -> Commitment:
    """The entry that takes a thing off the table: nothing is said in it any more."""
    return replace(commitment, state=WITHDRAWN, value={}, owners={}, due=None, done_when="")


def plan_entry(entries: Iterable[Commitment], wanted: Commitment, now: datetime) -> Commitment:
    """The entry as it is to be written after these: later than all of them, and what it replaces.

    A clock that went back does not make a new entry an old one.
    """
    there = order_entries(one for one in entries if one.place == wanted.place)
    same = [one for one in there if one.thing == wanted.thing]
    last = there[-1].at + timedelta(microseconds=1) if there else now
    return replace(wanted, at=max(now, last), supersedes=same[-1].id if same else "")


def plan_undo_of(entries: Iterable[Commitment], now: datetime, by: str) -> Commitment | None:
    """The entry that takes back the last thing said; None where nothing is left to take back."""
    there = order_entries(entries)
    standing = _standing(there)
    undoable = [one for one in there if not one.undoes and one.id in standing]
    return _plan_undoing(there, undoable[-1], now, by) if undoable else None


def plan_redo(entries: Iterable[Commitment], now: datetime, by: str) -> Commitment | None:
    """The entry that says again what was last taken back; None where something was said since."""
    there = order_entries(entries)
    standing = _standing(there)
    named = set_of(there)
    undone = [one for one in there if one.undoes and one.id in standing]
    undone = [one for one in undone if one.undoes in named and not named[one.undoes].undoes]
    said = [one for one in there if not one.undoes]
    if not undone or (said and said[-1].at > undone[-1].at):
        return None
    return _plan_undoing(there, undone[-1], now, by)


def _standing(entries: Iterable[Commitment]) -> set[str]:
    """The entries that were not taken back; an undoing that was undone takes nothing back."""
    standing: set[str] = set()
    gone: set[str] = set()
    for one in reversed([*entries]):
        if one.id not in gone:
            standing.add(one.id)
            gone |= {one.undoes} - {""}
    return standing


def _plan_undoing(
    entries: tuple[Commitment, ...], undone: Commitment, now: datetime, by: str
) -> Commitment:
    before = set_of(entries).get(undone.supersedes)
    again = before or taken_away(undone)
    return replace(plan_entry(entries, again, now), by=by, undoes=undone.id)
