"""Due days as a calendar (RFC 5545) any calendar program takes in; no library, for one list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta

from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.due_things import DueThing, due_things

__all__ = ["draw_calendar"]

_WIDTH = 75  # octets of a line
_GONE = ("done", "dropped")


def draw_calendar(views: Iterable[AccordView]) -> bytes:
    """An all-day event for everything that has a day and is not done; the same id for ever.

    Taken in again it moves what was moved, and takes out what was done or dropped.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Harmony Kit//accord//EN"]
    for view in views:
        for one in due_things(view):
            lines += _event(view, one)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold(line)).encode()


def _event(view: AccordView, one: DueThing) -> Iterator[str]:
    if one.due is None:
        return
    say, thing = view.words.say, one.thing
    told = [say("accord.owned", owners=view.words.listing(one.owners)) if one.owners else ""]
    told += [say("accord.done_when", what=thing.done_when) if thing.done_when else ""]
    yield "BEGIN:VEVENT"
    yield f"UID:{one.mark}@harmony-kit"
    yield f"DTSTAMP:{thing.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    # A calendar keeps the event of the higher number: entries of a thing only get later.
    yield f"SEQUENCE:{int(thing.at.timestamp()) % 2**31}"
    yield f"DTSTART;VALUE=DATE:{one.due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{one.due + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escape(f'{view.engagement.site(thing.site).name}: {one.text}')}"
    yield f"DESCRIPTION:{_escape(chr(10).join(filter(None, told)))}"
    yield f"STATUS:{'CANCELLED' if one.state in _GONE else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escape(text: str) -> str:
    escaped = re.sub(r"([\\;,])", r"\\\1", text)
    plain = re.sub(r"\r\n?|\n", r"\\n", escaped)
    return re.sub(r"[\x00-\x1f\x7f]", " ", plain)


def _fold(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, no character cut in two."""
    piece = ""
    for character in line:
        if len(f"{piece}{character}".encode()) > _WIDTH:
            yield piece
            piece = " "
        piece += character
    yield piece
