"""Numbers, days and lists as a language writes them, from Unicode's CLDR by way of Babel.

Babel is read when the first of them is written, and once for each language. A language CLDR does
not know writes them without any word of another: a point, ISO days, commas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["Regional", "load_regional"]

#: Where a language of ours is not written as in its largest country: days come before months here.
_PLACES: Final = {"en": "en_GB"}
#: From which number on thousands are set apart; CLDR says so, and Babel leaves it out.
_GROUPED_FROM: Final = {"es": 10_000, "pl": 10_000, "pt": 10_000}
_MINUS: Final = "\u2212"


@dataclass(frozen=True)
class Regional:
    """How one language writes what is no word; `locale` is None where CLDR does not know it."""

    language: str
    locale: Locale | None
    decimal: str = "."
    group: str = "\u202f"
    percent_sign: str = "{}\u202f%"

    def number(self, value: float, digits: int = 1) -> str:
        """A number with a fixed number of digits and a long minus sign; a zero has no sign."""
        text = f"{round(float(value), digits) + 0.0:.{digits}f}"
        if abs(value) >= 1000:
            return self._set_apart(text)
        return text.replace("-", _MINUS).replace(".", self.decimal)

    def _set_apart(self, text: str) -> str:
        whole, _, rest = text.partition(".")
        value = int(whole)
        grouped = f"{value:,}" if abs(value) >= _GROUPED_FROM.get(self.language, 1000) else whole
        said = grouped.replace(",", self.group).replace("-", _MINUS)
        return f"{said}{self.decimal}{rest}" if rest else said

    def percent(self, number: str) -> str:
        """A number that is already written, as percent."""
        return self.percent_sign.format(number)

    def day(self, day: date) -> str:
        """A day, written out."""
        return _write_day(self.locale, day) if self.locale else day.isoformat()

    def month(self, day: date) -> str:
        """A month and its year, short."""
        return _write_month(self.locale, day) if self.locale else f"{day:%Y-%m}"

    def listing(self, parts: Sequence[str]) -> str:
        """Several things as one phrase: a, b and c."""
        if self.locale is None or len(parts) < 2:
            return ", ".join(parts)
        from babel.lists import format_list

        return str(format_list(parts, locale=self.locale))


@lru_cache(maxsize=1024)
def _write_day(locale: Locale, day: date) -> str:
    from babel.dates import format_date

    return str(format_date(day, "long", locale))


@lru_cache(maxsize=1024)
def _write_month(locale: Locale, day: date) -> str:
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMM", day, locale=locale))


@cache
def load_regional(language: str) -> Regional:
    """How a language writes numbers, days and lists."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(_PLACES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Regional(language, None)
    symbols = locale.number_symbols["latn"]
    sign = locale.percent_formats[None].pattern.replace("#,##0", "{}")
    return Regional(language, locale, symbols["decimal"], symbols["group"], sign)
