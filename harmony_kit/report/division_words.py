"""What a page of some of many sites is called."""

from __future__ import annotations

from harmony_kit.engagement.divisions import Division
from harmony_kit.report.words import Words

__all__ = ["say_division"]


def say_division(division: Division, words: Words) -> str:
    """Its region, and from which site to which where that is not all of it."""
    ends = dict.fromkeys(division.ends)
    span = "".join(ends)
    if len(ends) > 1:
        span = words.say("division.span", first=division.ends[0], last=division.ends[1])
    told = ": ".join(part for part in (division.region, span) if part)
    return told or words.say("division.none")
