"""What a report says, and how it writes numbers and days, in each of its languages.

``content/report/report.yaml`` holds every sentence of a report that does not come from the
instrument or the playbook: section → key → language → text, with names in braces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from harmony_kit.instrument.yamlfile import read_yaml
from harmony_kit.measures.rounding import format_number

__all__ = ["FALLBACK", "Words", "load_words", "word_languages"]

#: Spoken where an instrument has a language that reports have not.
FALLBACK = "en"


@dataclass(frozen=True)
class Words:
    """The wording of reports in one language: `texts` maps ``section.key`` to a template."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **names: object) -> str:
        """The text under a key with its names filled in; KeyError without the key or a name."""
        text = self.texts[key]
        return text.format_map(names) if "{" in text else text

    def count(self, key: str, n: int, /, **names: object) -> str:
        """The text for one or for several: under ``key.one`` or ``key.many``, which name ``n``."""
        return self.say(f"{key}_{'one' if n == 1 else 'many'}", n=n, **names)

    def has(self, key: str) -> bool:
        """Whether there is a text under a key."""
        return key in self.texts

    def number(self, value: float, digits: int = 1) -> str:
        """A number with a fixed number of digits, as it is written in this language."""
        text = format_number(value, digits).replace("-", "\u2212")
        return text.replace(".", self.texts["format.decimal"])

    def signed(self, value: float, digits: int = 1) -> str:
        """A difference: with a plus sign where it is positive."""
        text = self.number(value, digits)
        return text if value <= 0 or not text.strip("0.,") else f"+{text}"

    def percent(self, share: float) -> str:
        """A share from 0 to 1 as whole percent."""
        return self.say("format.percent", number=format_number(100 * share, 0))

    def certainty(self, probability: float) -> str:
        """A probability as whole percent, never written as the impossible 100 or 0."""
        bounded = min(max(probability, 0.01), 0.99)
        sign = ">" if probability > 0.99 else "<" if probability < 0.01 else ""
        return f"{sign}{self.percent(bounded)}"

    def day(self, day: date) -> str:
        """A day, written out."""
        month = self.texts[f"month.{day.month}"]
        return self.say("format.day", day=day.day, month=month, year=day.year)

    def month(self, day: date) -> str:
        """A month and its year, short."""
        name = self.texts[f"month.{day.month}"]
        return f"{name[:3]} {day.year}"

    def listing(self, parts: Iterable[str]) -> str:
        """Several things as one phrase: a, b and c."""
        *most, last = [*parts] or [""]
        if not most:
            return last
        return self.say("format.and", first=", ".join(most), last=last)


@cache
def _read() -> dict[str, dict[str, str]]:
    path = Path(str(files("harmony_kit"))) / "content" / "report" / "report.yaml"
    by_language: dict[str, dict[str, str]] = {}
    sections: dict[str, Any] = read_yaml(path)
    for section, keys in sections.items():
        for key, texts in keys.items():
            for language, text in texts.items():
                by_language.setdefault(language, {})[f"{section}.{key}"] = text
    return by_language


def word_languages() -> tuple[str, ...]:
    """The languages reports are written in."""
    return tuple(_read())


@cache
def load_words(language: str) -> Words:
    """The wording in a language; English where reports do not speak it."""
    known = _read()
    return Words(language, known.get(language, known[FALLBACK]))
