"""One site's assessment as its report looks at it: the two lenses in order, everything named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, assert_never

from harmony_kit.engagement.site_notes import read_note
from harmony_kit.findings.alike import Alike
from harmony_kit.findings.findings import Finding
from harmony_kit.instrument.model import Item
from harmony_kit.measures.claims import Claim, find_range
from harmony_kit.measures.rows import Row, text_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import Words, load_words

__all__ = ["SiteView", "hedge"]

Found = TypeVar("Found")


@dataclass(frozen=True)
class SiteView:
    """An assessment with the words of its report."""

    site: Assessment
    words: Words

    @classmethod
    def of(cls, site: Assessment) -> SiteView:
        """The view of a site in the language of its report."""
        return cls(site, load_words(site.language))

    @property
    def lenses(self) -> tuple[str, str]:
        """The ids of the two lenses, in the order of the instrument."""
        return self.site.engagement.instrument.lens_ids

    @property
    def names(self) -> tuple[str, str]:
        """What the two lenses are called."""
        return self.name(self.lenses[0]), self.name(self.lenses[1])

    def name(self, lens: str) -> str:
        """What a lens is called."""
        return self.site.lens_name(lens)

    def side(self, lens: str) -> int:
        """0 for the first lens, 1 for the second."""
        return self.lenses.index(lens)

    def label(self, item: str, subject: object = None) -> str:
        """A topic as a noun phrase, with the title of its pilot or decision if it has one."""
        short = self.site.item_short(item)
        short = short[:1].upper() + short[1:]
        if not isinstance(subject, str) or not subject:
            return short
        return self.words.say("format.of_subject", topic=short, subject=self.title(subject))

    def place(self, found: Finding | Alike) -> str:
        """What one finding is about: its topic, its pilot or decision, or its dimension."""
        if found.item:
            return self.label(found.item, found.subject)
        if found.subject:
            return self.title(found.subject)
        return self.site.dimension_name(found.dimension) if found.dimension else ""

    def title(self, subject: str) -> str:
        """The title of a pilot or decision."""
        return self.site.subject_title(subject)

    def item(self, item: str) -> Item:
        """An item of the instrument."""
        return self.site.engagement.instrument.item(item)

    def ends(self, item: str) -> tuple[str, str]:
        """The words at the two ends of a rating's scale."""
        instrument, scale = self.site.engagement.instrument, self.item(item).scale
        points = instrument.points(item) or 1
        low, high = (
            instrument.text(f"scale.{scale}.{point}", self.site.language) for point in (1, points)
        )
        return low, high

    def once(self, name: str, work_out: Callable[[], Found]) -> Found:
        """What several parts of a page need, worked out for the first of them."""
        known = self.site.worked_out
        if name not in known:
            known[name] = work_out()
        found: Found = known[name]
        return found

    def rows(self, name: str, **where: object) -> list[Row]:
        """The rows of a measure, those whose columns have the given values."""
        rows = self.site.rows(name)
        for key, value in where.items():
            rows = [row for row in rows if row.get(key) == value]
        return [*rows]

    @cached_property
    def note(self) -> str:
        """What somebody wrote for the report of this site and wave; nothing of it circulates."""
        if self.site.engagement.settings.redacted:
            return ""
        return read_note(self.site.engagement.folder, self.site.site.site, self.site.wave)

    @cached_property
    def is_shown(self) -> bool:
        """Whether both lenses are large enough to be shown."""
        return bool(self.site.heard["is_shown"].all())

    @cached_property
    def is_census(self) -> bool:
        """Whether everybody of both lenses was heard."""
        heard = self.site.heard
        return bool((heard["n_respondents"] == heard["headcount"]).fillna(value=False).all())

    @cached_property
    def split_lenses(self) -> dict[tuple[str, str], list[str]]:
        """Topic (item, subject) → the lenses that are of two minds about it themselves."""
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.rows("within", view="split"):
            if row["lens"] == row["about"]:
                key = (row["item"], text_of(row["subject"]))
                found.setdefault(key, []).append(row["lens"])
        return found

    @cached_property
    def within(self) -> dict[tuple[str, str, str, str], Row]:
        """What is told of one group's answers, by item, subject, lens and whose view it is."""
        return {
            (row["item"], text_of(row["subject"]), row["lens"], row["about"]): row
            for row in self.site.rows("within")
        }

    def certainty(self, chance: float) -> str:
        """How sure a claim is: a probability, or where a band would be given away, its range."""
        words = self.words
        ends = find_range(chance, self.site.engagement.settings)
        if ends is None:
            return words.certainty(chance)
        low, high = ends
        if high == 1:
            return words.say("format.at_least", number=words.percent(low))
        return words.say("format.band", low=words.percent(low), high=words.percent(high))

    def split_note(self, item: str, subject: object) -> str:
        """That a lens is of two minds about a topic, in words; empty where none is."""
        lenses = self.split_lenses.get((item, text_of(subject)), [])
        names = self.words.listing(self.name(lens) for lens in self.lenses if lens in lenses)
        return self.words.say("dimension.split_note", lens=names) if lenses else ""

    def dimensions(self) -> Iterator[str]:
        """The dimensions, in the order of the instrument."""
        for dimension in self.site.engagement.instrument.dimensions:
            yield dimension.id


def hedge(words: Words, claim: Claim, said: str) -> str:
    """What is said of a reading, as sure as it is: an impression where it is leaning."""
    match claim:
        case "claimed":
            return said
        case "leaning":
            return words.say("state.leaning", state=said)
        case "open":
            return words.say("state.open")
        case _:
            assert_never(claim)
