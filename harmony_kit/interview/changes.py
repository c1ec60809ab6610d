"""The journal of one respondent, told as what changed: old value, new value, when, who, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from harmony_kit.answers import Answer, Event
from harmony_kit.interview.plan import Question

__all__ = ["Change", "list_changes"]

#: Events that say where somebody looked rather than what somebody did.
_SILENT = ("shown", "opened", "closed")


@dataclass(frozen=True)
class Change:
    """One line of a respondent's journal.

    `what` is the question's column name, or the kind of event; `old` is empty for a first
    answer; `seconds` is how long the question was on screen, None if not known; `why` is the
    reason of a change after the interview was finished.
    """

    site: str
    wave: str
    at: datetime
    who: str
    what: str
    old: str
    new: str
    seconds: float | None = None
    why: str = ""


def list_changes(rows: Sequence[tuple[int, Answer]], events: Sequence[Event]) -> list[Change]:
    """Every version of every answer as a change from the one before, with the events between."""
    before: dict[tuple[str, ...], Answer] = {}
    changes = []
    for _, answer in rows:
        changes.append(_change(before.get(answer.key), answer))
        before[answer.key] = answer
    told = [_happening(event) for event in events if event.kind not in _SILENT]
    return sorted(changes + told, key=lambda change: change.at)


def _change(old: Answer | None, new: Answer) -> Change:
    return Change(
        site=new.site,
        wave=new.wave,
        at=new.answered_at,
        who=new.source.recorded_by,
        what=Question.of(new).name(new.lens),
        old=_plain(old) if old else "",
        new=_plain(new),
        seconds=new.seconds,
        why=new.reason or "",
    )


def _plain(answer: Answer) -> str:
    """An answer as a wide file writes it, with what else was said of it."""
    said: str = answer.status
    if answer.status == "answered":
        chosen = ";".join(answer.chosen or ())
        said = next((str(v) for v in (answer.value, chosen, answer.text) if v), "")
    quotable = " (may be quoted)" if answer.quotable else ""
    note = f" [note: {answer.note}]" if answer.note else ""
    return f"{said}{quotable}{note}"


def _happening(event: Event) -> Change:
    hidden = ("session", "host", "reason")
    details = [f"{name}: {text}" for name, text in event.details.items() if name not in hidden]
    return Change(
        site=event.site,
        wave=event.wave,
        at=event.at,
        who=event.by,
        what=event.kind,
        old="",
        new="; ".join(details),
        why=event.details.get("reason", ""),
    )
