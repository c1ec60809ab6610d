"""A register that comes back edited: what somebody changed in it, or why it cannot be taken.

Only status, due date and reason are taken; a row is held against the state it was written from, so
that what others changed meanwhile is neither undone nor missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from harmony_kit.engagement.row_files import NumberedCells, RowFile
from harmony_kit.errors import Problem
from harmony_kit.exchange.folding import fold
from harmony_kit.journal.commitment import Commitment, with_state
from harmony_kit.journal.followed import FOLLOWED, REASONED
from harmony_kit.report.accord_report.accord_view import mark_of
from harmony_kit.report.accord_report.due_things import is_followed, things_by_mark
from harmony_kit.report.accord_report.register_rows import version_of
from harmony_kit.report.words import load_words, word_languages
from harmony_kit.times import Clock, find_day_first, is_open

__all__ = ["Returned", "check_state", "read_returned"]

_NEEDED = ("id", "status", "due_date")

#: What trackers call these states.
_CALLED = {
    "open": ("to do", "todo", "not started", "in progress", "new", "backlog", "started", "waiting"),
    "done": ("closed", "complete", "completed", "resolved", "finished"),
    "late": ("overdue", "delayed", "blocked"),
    "dropped": ("won't do", "wont do", "canceled", "cancelled", "abandoned", "rejected"),
}


@dataclass(frozen=True)
class Returned:
    """The things as they are to stand, all that is wrong, and how many rows changed nothing."""

    changed: tuple[Commitment, ...] = ()
    problems: tuple[Problem, ...] = ()
    n_same: int = 0


def read_returned(file: RowFile, entries: Iterable[Commitment]) -> Returned:
    """What a register changes; `entries` are all there are of its sites.

    Rows may be sorted, filtered or in any language's words for a state; columns may be more.
    """
    missing = [name for name in _NEEDED if name not in file.columns]
    if missing:
        todo = "harmony accord DIR writes a register that has it."
        return Returned(
            problems=tuple(
                Problem(file.name, "", f"has no column {name!r}", ", ".join(_NEEDED), todo)
                for name in missing
            )
        )
    reader = _Reader.of(file, entries)
    problems: list[Problem] = [*file.problems]
    changed, n_same, seen = [], 0, set()
    for row in file.rows:
        known = reader.find(row, problems)
        if known is None:
            continue
        if mark_of(known) in seen:
            problems.append(reader.problem(row, "id", "stands in another row as well"))
            continue
        seen.add(mark_of(known))
        wanted = reader.read(row, known, problems)
        n_same += wanted.content == known.content
        changed += [wanted] * (wanted.content != known.content)
    return Returned(tuple(changed), tuple(problems), n_same)


def check_state(thing: Commitment, state: str, reason: str) -> str:
    """Why a thing cannot be said to be in a state; empty where it can."""
    if not is_followed(thing) and state != "open":
        return "is settled in a workshop, where both sides are; its day can be moved"
    if state in REASONED and not reason.strip():
        return f"{state} needs a reason"
    return ""


@dataclass(frozen=True)
class _Reader:
    """The rows of one file, and what they are about."""

    name: str
    newest: Mapping[str, Commitment]
    versions: Mapping[tuple[str, str], Commitment]
    is_day_first: bool | None

    @classmethod
    def of(cls, file: RowFile, entries: Iterable[Commitment]) -> _Reader:
        told = [*entries]
        known = things_by_mark(told)
        days = [cells.get("due_date", "") for _, cells in file.rows]
        try:
            is_day_first = find_day_first(days)
        except ValueError:
            is_day_first = None
        versions = {(mark_of(one), version_of(one)): one for one in (*told, *known.values())}
        return cls(file.name, known, versions, is_day_first)

    def problem(self, row: NumberedCells, column: str, what: str, allowed: str = "") -> Problem:
        return Problem(self.name, f"row {row[0]}, column {column}", what, allowed)

    def find(self, row: NumberedCells, problems: list[Problem]) -> Commitment | None:
        mark = row[1]["id"].casefold()
        known = self.newest.get(mark)
        if known is None:
            what = f"{mark!r} is no thing of this engagement" if mark else "is empty"
            allowed = "an id of harmony accord; what is new is agreed in a workshop"
            problems.append(self.problem(row, "id", what, allowed))
            return None
        return known

    def read(self, row: NumberedCells, known: Commitment, problems: list[Problem]) -> Commitment:
        """The thing as the row has it, where the row differs from what it was made from."""
        cells = row[1]
        before = self.versions.get((mark_of(known), cells.get("version", "").casefold()), known)
        state = self._read_state(row, before, problems)
        due = self._read_day(row, before, problems)
        reason = cells.get("reason", before.value.get("reason", ""))
        for name, old, new, now in (
            ("status", _state(before), state, _state(known)),
            ("due_date", before.due, due, known.due),
        ):
            if old not in (new, now) and new != now:
                problems.append(self.problem(row, name, f"was changed meanwhile, to {now}"))
        state = state if state != _state(before) else _state(known)
        due = due if due != before.due else known.due
        changed = reason != before.value.get("reason", "")
        reason = reason if changed else _reason_of(known, state)
        if why := check_state(known, state, reason):
            problems.append(self.problem(row, "status", why))
            return known
        return _with(known, state, due, reason)

    def _read_state(self, row: NumberedCells, before: Commitment, problems: list[Problem]) -> str:
        text = row[1]["status"]
        if not text:
            return _state(before)
        state = _states().get(fold(text).replace("_", " "), "")
        if not state:
            problems.append(self.problem(row, "status", f"{text!r}", ", ".join(FOLLOWED)))
        return state or _state(before)

    def _read_day(
        self, row: NumberedCells, before: Commitment, problems: list[Problem]
    ) -> date | None:
        text = row[1]["due_date"]
        if not text:
            return None
        is_unclear = self.is_day_first is None and is_open(text)
        try:
            moment = Clock(ZoneInfo("UTC"), is_day_first=bool(self.is_day_first)).read(text)
        except ValueError:
            is_unclear = True
        if is_unclear:
            allowed = "a day as 2026-12-31, or nothing"
            problems.append(self.problem(row, "due_date", f"{text!r} is no day", allowed))
            return before.due
        return moment.date()


def _state(thing: Commitment) -> str:
    return thing.state if is_followed(thing) else "open"


def _with(thing: Commitment, state: str, due: date | None, reason: str) -> Commitment:
    if not is_followed(thing):
        return replace(thing, due=due)
    return replace(with_state(thing, state, reason), due=due)


def _reason_of(known: Commitment, state: str) -> str:
    """The reason nobody changed: it was for the state before, unless the new one needs one."""
    is_kept = state == known.state or state in REASONED
    return known.value.get("reason", "") if is_kept else ""


def _states() -> dict[str, str]:
    """What a state may be called, in every language and by trackers, to the state."""
    names = {called: state for state, words in _CALLED.items() for called in words}
    names |= {state: state for state in FOLLOWED}
    for language in word_languages():
        words = load_words(language)
        names |= {fold(words.say(f"followed.{state}")): state for state in FOLLOWED}
    return names
