"""What is said of an interview as a whole: broken off, parts left out, the short form, a note.

All of it goes into the journal as events; see `harmony_kit.journal.case`.
"""

from __future__ import annotations

from dataclasses import replace

from harmony_kit.interview.interview import Interview

__all__ = ["break_off", "leave_part", "remark", "shorten"]

#: Why a part is not asked: the respondent refused it, or there was no time; empty: it is asked.
_REASONS = ("refused", "no_time", "")


def break_off(interview: Interview, why: str) -> None:
    """End an interview before its end; it goes on when it is opened again."""
    interview.log("broken_off", why=why.strip())


def leave_part(interview: Interview, section: str, why: str) -> None:
    """Leave out a section, or with an empty `why` ask it after all.

    What was answered of it stays, and is not told as "not reached" any more. Raises KeyError if
    there is no such section or reason.
    """
    if why not in _REASONS:
        raise KeyError(why)
    if section not in {dimension.id for dimension in interview.session.instrument.dimensions}:
        raise KeyError(section)
    interview.log("part", section=section, why=why)
    rest = {name: one for name, one in interview.session.parts.items() if name != section}
    parts = {**rest, section: why} if why else rest
    interview.session = replace(interview.session, parts=parts)


def shorten(interview: Interview, *, is_short: bool) -> None:
    """Ask only the core of the instrument, or everything again.

    Raises ValueError if the instrument names no core.
    """
    if is_short and not interview.session.instrument.core:
        message = f"{interview.session.instrument.id} names no core"
        raise ValueError(message)
    interview.log("short", is_short="yes" if is_short else "no")
    interview.session = replace(interview.session, is_short=is_short)


def remark(interview: Interview, text: str) -> None:
    """Keep the interviewer's note on the interview as a whole; the newest counts."""
    interview.log("remark", text=text.strip())
    interview.session = replace(interview.session, remark=text.strip())
