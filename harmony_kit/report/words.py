"""What a report says, and how it writes numbers and days, in each of its languages.

Every sentence of a page that does not come from the instrument or the playbook stands in one of
the language files of `OWNERS`, under ``section.key``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from harmony_kit.instrument.language_files import FALLBACK, list_languages, load_texts
from harmony_kit.measures.declaration import MeasureColumn
from harmony_kit.measures.rounding import format_number
from harmony_kit.regional import Regional, load_regional
from harmony_kit.report.bidi import isolate

__all__ = ["FALLBACK", "OWNERS", "Words", "load_words", "word_languages"]

#: Whose words pages are made of: what a report and its pictures say, its story, what is wrong with
#: records or left out, why there is no report, what comes out of a workshop, and the workbook.
OWNERS = ("report", "pictures", "story", "records", "failures", "accord", "workbook")


#: From here on thousands are set apart.
_THOUSAND = 1000


@dataclass(frozen=True)
class Words:
    """The wording of reports in one language: `texts` maps ``section.key`` to a template."""

    language: str
    texts: Mapping[str, str]

    @cached_property
    def regional(self) -> Regional:
        """How the language writes numbers, days and lists."""
        return load_regional(self.language)

    def say(self, key: str, /, **names: object) -> str:
        """The text under a key with its names filled in; KeyError without the key or a name."""
        text = self.texts[key]
        if "{" not in text:
            return text
        return text.format_map({name: self._write(value) for name, value in names.items()})

    def _write(self, value: object) -> object:
        """What is filled in: a text kept apart from the text around it, thousands set apart."""
        if isinstance(value, str):
            return isolate(value)
        if isinstance(value, int) and abs(value) >= _THOUSAND:
            return self.regional.number(value, 0)
        return value

    def count(self, key: str, n: int, /, **names: object) -> str:
        """The text for one or for several: under ``key.one`` or ``key.many``, which name ``n``."""
        return self.say(f"{key}_{'one' if n == 1 else 'many'}", n=n, **names)

    def name(self, section: str, id_: str) -> str:
        """What something is called under ``section.id``; its id where it has no name."""
        return self.texts.get(f"{section}.{id_}", id_)

    def names(self, section: str, ids: Iterable[str]) -> str:
        """What several things are called, beside each other."""
        return ", ".join(self.name(section, id_) for id_ in ids)

    def number(self, value: float, digits: int = 1) -> str:
        """A number with a fixed number of digits, as it is written in this language."""
        return self.regional.number(value, digits)

    def figure(self, value: float, column: MeasureColumn) -> str:
        """A number of a measure, as the kind its column is declared with is written."""
        if column.kind == "probability":
            return self.certainty(value)
        if column.kind == "share":
            return self.percent(value)
        if column.kind == "trend":
            return self.say("format.per_week", number=self.signed(100 * value, column.digits))
        return self.number(value, column.digits)

    def told(self, row: Mapping[str, Any], name: str) -> str:
        """A mean as it may be told: a number, or the band it lies in."""
        low, high = row.get(f"{name}_from"), row.get(f"{name}_to")
        if low is None or high is None or math.isnan(low):
            return self.number(row[name])
        return self.say("format.band", low=self.number(low), high=self.number(high))

    def plain(self, value: float, form: str = "g") -> str:
        """A number for a console, which may not have the long minus sign."""
        return format(value, form).replace(".", self.regional.decimal)

    def signed(self, value: float, digits: int = 1) -> str:
        """A difference: with a plus sign where it is positive."""
        text = self.number(value, digits)
        return text if value <= 0 or not text.strip("0.,") else f"+{text}"

    def percent(self, share: float) -> str:
        """A share from 0 to 1 as whole percent."""
        return self.regional.percent(format_number(100 * share, 0))

    def certainty(self, probability: float) -> str:
        """A probability as whole percent, never written as the impossible 100 or 0."""
        bounded = min(max(probability, 0.01), 0.99)
        sign = ">" if probability > 0.99 else "<" if probability < 0.01 else ""
        return f"{sign}{self.percent(bounded)}"

    def day(self, day: date) -> str:
        """A day, written out."""
        return self.regional.day(day)

    def month(self, day: date) -> str:
        """A month and its year, short."""
        return self.regional.month(day)

    def listing(self, parts: Iterable[str]) -> str:
        """Several things as one phrase: a, b and c."""
        told = [*parts]
        return self.regional.listing([*map(isolate, told)] if len(told) > 1 else told)


def word_languages() -> tuple[str, ...]:
    """The languages reports are written in."""
    return list_languages("report")


@cache
def load_words(language: str) -> Words:
    """The wording in a language; English where reports do not speak it."""
    texts = {key: text for owner in OWNERS for key, text in load_texts(owner, language).items()}
    return Words(language, texts)
