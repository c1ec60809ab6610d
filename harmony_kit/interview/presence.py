"""Who else has the same interview open, so that two interviewers are warned of each other."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from harmony_kit.journal.answers import Event

__all__ = ["Seat", "age_of_sign", "list_others", "show_sign", "take_seat", "withdraw_sign"]

#: A form shows a sign of life every second; after this many it counts as closed.
SILENT_AFTER_SECONDS = 6.0
#: From another machine only the journal is visible: an interview without a word for this long
#: counts as closed.
IDLE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Seat:
    """Where an interview is conducted from: who, on which machine, in which session."""

    name: str
    session: str
    host: str

    @property
    def details(self) -> dict[str, str]:
        """The seat as details of an event."""
        return {"session": self.session, "host": self.host}


def take_seat(name: str, session: str) -> Seat:
    """A seat on this machine."""
    return Seat(name, session, socket.gethostname())


def _sign(session: str) -> Path:
    # The name comes back from the page, so only its letters and digits make a file name.
    name = "".join(letter for letter in session if letter.isalnum())[:40]
    return Path(tempfile.gettempdir()) / "harmony-kit" / f"{name}.open"


def show_sign(session: str) -> None:
    """Show the other forms on this machine that this one is alive."""
    sign = _sign(session)
    sign.parent.mkdir(exist_ok=True)
    sign.touch()


def withdraw_sign(session: str) -> None:
    """Tell the other forms on this machine that this one is closed."""
    _sign(session).unlink(missing_ok=True)


def age_of_sign(session: str) -> float:
    """Seconds since a form on this machine was last alive; infinite when it is closed."""
    try:
        return time.time() - _sign(session).stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def list_others(events: Sequence[Event], seat: Seat, now: datetime) -> list[Event]:
    """The ``opened`` events of other seats that still have this interview open.

    A form that was killed leaves no ``closed`` event; on this machine its sign of life ends,
    elsewhere its silence does it.
    """
    opened: dict[str, Event] = {}
    last_seen: dict[str, datetime] = {}
    for event in events:
        session = event.details.get("session", "")
        last_seen[session] = event.at
        if event.kind == "opened":
            opened[session] = event
        elif event.kind == "closed":
            opened.pop(session, None)
    return [
        event
        for session, event in opened.items()
        if session != seat.session and _is_open(event, last_seen[session], seat, now)
    ]


def _is_open(event: Event, last_seen: datetime, seat: Seat, now: datetime) -> bool:
    if event.details.get("host") == seat.host:
        return age_of_sign(event.details["session"]) < SILENT_AFTER_SECONDS
    return now - last_seen < IDLE_AFTER
