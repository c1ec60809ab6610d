"""Times as other programs write them: offsets, zones, month names, which of 10/6 is the day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from harmony_kit.errors import ExchangeError, Problem

__all__ = ["Clock", "find_day_first", "find_zone", "has_offset", "is_open"]

_SLASHED = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
    r"(?:,?\s+(?P<time>.*))?$",
    re.ASCII,
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})[/.-](?P<first>\d{1,2})[/.-](?P<second>\d{1,2})(?:[T,\s]\s*(?P<time>.*))?$",
    re.ASCII,
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?)?$",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?$", re.ASCII)


_DAY_NAMED = re.compile(
    r"(?:\w+,\s+)?(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er)?\s+(?:de\s+|of\s+)?(?P<name>[^\W\d_]+)\.?,?"
    r"\s+(?:de\s+)?(?P<year>\d{4})(?:,?\s+(?:at\s+|um\s+|à\s+)?(?P<time>.*))?$",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    r"(?:\w+,\s+)?(?P<name>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?"
    r"\s+(?P<year>\d{4})(?:,?\s+(?:at\s+)?(?P<time>.*))?$",
    re.IGNORECASE,
)
#: A day as spreadsheets count them, from 1982 to 2064: what is left of a date without its format.
_SERIAL = re.compile(r"[3-5]\d{4}(?:[.,]\d{1,12})?$", re.ASCII)
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - gets its zone with the time of day
_LANGUAGES = "en de es fr it nl pt pl cs sk sl hu ro sv da nb fi tr".split()  # noqa: SIM905 - a list of words


@lru_cache(1)
def _month_names() -> dict[str, int]:
    """Names of months, long and short, in the languages there are; none that means two."""
    from babel import Locale  # only where a month has a name; babel reads a file per language

    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    found.setdefault(name.casefold().rstrip("."), set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@dataclass(frozen=True)
class Clock:
    """How times of a file are read: `zone` holds where the value says none."""

    zone: ZoneInfo
    is_day_first: bool = False

    def read(self, text: str) -> datetime:
        """The moment a cell names, aware.

        Raises ValueError when it is not a time or a day the calendar does not have.
        """
        value = " ".join(text.split())
        if _SERIAL.match(value):
            return _read_serial(value, self.zone)
        day, month, year, time = self._split(value)
        clock = _read_time(time or "0:00", self.zone)
        return clock.replace(year=year, month=month, day=day)

    def _split(self, value: str) -> tuple[int, int, int, str | None]:
        if match := _YEAR_FIRST.match(value):
            day, month = match["second"], match["first"]
        elif match := _SLASHED.match(value):
            parts = (match["first"], match["second"])
            is_day_first = self.is_day_first or match["mark"] == "."
            day, month = parts if is_day_first else parts[::-1]
        elif match := _DAY_NAMED.match(value) or _NAME_FIRST.match(value):
            day, month = match["day"], _month_names().get(match["name"].casefold(), 0)
        else:
            raise ValueError(value)
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
        return int(day), int(month), year, match["time"]


def _read_serial(value: str, zone: ZoneInfo) -> datetime:
    moment = _SERIAL_START + timedelta(days=float(value.replace(",", ".")))
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=zone)


def _read_time(text: str, zone: ZoneInfo) -> datetime:
    match = _TIME.match(text)
    if match is None:
        raise ValueError(text)
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    micro = int((match["part"] or "0").ljust(6, "0")[:6])
    where = _offset(match["zone"]) if match["zone"] else zone
    # Replaced day by day afterwards; 4 is a leap year, so every day of a year fits.
    return datetime(4, 1, 1, hour, int(match["minute"]), int(match["second"] or 0), micro, where)


def _offset(text: str) -> timezone:
    match = _OFFSET.search(text)
    if match is None:
        return UTC
    size = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(-size if match["sign"] == "-" else size)


def has_offset(text: str) -> bool:
    """Whether a time says its own offset from UTC."""
    value = " ".join(text.split())
    match = (
        _YEAR_FIRST.match(value)
        or _SLASHED.match(value)
        or _DAY_NAMED.match(value)
        or _NAME_FIRST.match(value)
    )
    time = _TIME.match(match["time"] or "") if match else None
    return bool(time and time["zone"])


def find_zone(name: str, file: str) -> ZoneInfo:
    """The time zone of this name; raises `ExchangeError` if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        allowed = "a name such as Europe/Amsterdam, America/Chicago or UTC"
        problem = Problem(file, "", f"{name!r} is not a time zone", allowed)
        raise ExchangeError(problem) from None


def find_day_first(values: Iterable[str]) -> bool | None:
    """Whether the day stands first in all these times, by those where only one way is a date.

    None when every value could be read both ways. False when none needs deciding. Raises
    ValueError with one value of each kind when the column mixes both.
    """
    day_first, month_first, is_either = "", "", False
    for value in values:
        match = _SLASHED.match(" ".join(value.split()))
        if match is None or match["mark"] == ".":
            continue
        first, second = int(match["first"]), int(match["second"])
        if first > 12:
            day_first = day_first or value
        elif second > 12:
            month_first = month_first or value
        else:
            is_either = is_either or first != second
    if day_first and month_first:
        raise ValueError(day_first, month_first)
    if is_either and not day_first and not month_first:
        return None
    return bool(day_first)


def is_open(value: str) -> bool:
    """Whether a date can be read with the day first and with the month first."""
    return find_day_first([value]) is None
