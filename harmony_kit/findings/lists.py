"""What a finding names one after another: answers, checks, holders, topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harmony_kit.engagement.evidence_files import JOINT
from harmony_kit.findings.observation import Observation
from harmony_kit.findings.voice import Voice
from harmony_kit.measures.rounding import format_number

__all__ = ["Lists", "capitalize"]

#: So many topics stand in a title; the others are counted there.
_MOST_NAMED = 3
#: So many beside the dimension they are of: two findings of one dimension are told apart by it.
_MOST_LISTED = 1
#: So many stand in a sentence; more are a list of their own.
_MOST_IN_SENTENCE = 3


@dataclass(frozen=True)
class Lists:
    """What one observation names, in words; empty where it names nothing."""

    seen: Observation
    voice: Voice

    def subjects(self) -> str:
        """The pilots or decisions it is about, all of them by name."""
        ids = dict.fromkeys(one.subject for one in self.seen.alike or (self.seen,))
        return ", ".join(self._quote(one) for one in ids if one)

    def subjects_in_short(self) -> str:
        """The first of them by name and how many more, where the title has named them."""
        ids = dict.fromkeys(one.subject for one in self.seen.alike or (self.seen,))
        return self._first((self._quote(one) for one in ids if one), 1)

    def _quote(self, subject: str) -> str:
        title = self.voice.titles.get(subject, subject)
        return self.voice.phrase("quoted", title=title) or title

    def since(self, name: str) -> str:
        """Decisions or pilots by name, each with its days, the longest first."""
        listed = [part.rpartition(":") for part in self.seen.details.get(name, "").split(";")]
        return ", ".join(
            self.voice.phrase(f"{name}_days", title=self._quote(subject), days=days)
            or self._quote(subject)
            for subject, _, days in listed
            if subject
        )

    def split(self) -> str:
        """The topics a lens is of two minds about, the first of them by name."""
        seen = self.seen
        if seen.case.kind != "within" or not (seen.case.item or seen.details):
            return ""
        listed = seen.details.get("split", "").split(";")
        named = [self.voice.text(f"item.{item}.short") for item in listed if item]
        return ", ".join((named or [*self._by_topic()])[:_MOST_NAMED])

    def check_counts(self) -> str:
        """How many checks stand in the way of each decision, of how many."""
        counted = [one for one in self.seen.alike or (self.seen,) if "n_checks" in one.numbers]
        return ", ".join(
            self.voice.phrase(
                "check_count",
                title=self._quote(one.subject),
                n=format_number(one.numbers["n_blocking"], 0),
                all=format_number(one.numbers["n_checks"], 0),
            )
            or self._quote(one.subject)
            for one in counted
        )

    def matter(self) -> str:
        """What a topic is about: itself, or the dimension of several."""
        case = self.seen.case
        dimensions = dict.fromkeys(one.case.dimension for one in self.seen.alike)
        if len(dimensions) > 1:
            return self._first(self.voice.text(f"dimension.{one}.name") for one in dimensions)
        if self.seen.alike or not case.item:
            return self.voice.text(f"dimension.{case.dimension}.name") if case.dimension else ""
        return self.topic(self.seen)

    def answers(self) -> str:
        """What each lens chose, in the words of the options; empty unless both are known."""
        if not self.seen.alike:
            return capitalize(self._chosen(self.seen))
        topics: dict[str, list[str]] = {}
        for one in self.seen.alike:
            topics.setdefault(self._chosen(one), []).append(self.topic(one))
        named = [f"{said}: {', '.join(places)}" for said, places in topics.items() if said]
        return capitalize("; ".join(named))

    def _chosen(self, seen: Observation) -> str:
        """What each lens chose at one place."""
        voice, details = self.voice, seen.details
        given = {lens: details.get(f"answer.{lens}", "") for lens in voice.lenses}
        if not all(given.values()):
            return ""
        item = details.get("chosen_in", seen.case.item)
        options = voice.instrument.item(item).options
        said = {
            voice.lenses[lens]: ", ".join(
                voice.text(f"option.{options}.{option}") for option in chosen.split(";")
            )
            for lens, chosen in given.items()
        }
        if seen.case.kind == "ownership":  # an owner may be called as the side that names it
            same = voice.phrase("both_name", owner=next(iter(said.values())))
            if same and len({*said.values()}) == 1:
                return same
            named = [voice.phrase("names", lens=lens, owner=owner) for lens, owner in said.items()]
            if all(named):
                return "; ".join(named)
        return "; ".join(f"{lens}: {chosen}" for lens, chosen in said.items())

    def blocking(self) -> str:
        """The checks that block a decision, each with who asks it; of several, how many."""
        return self.check_counts() if self.seen.alike else self._checks(self.seen)

    def each(self) -> tuple[str, ...]:
        """What it is about, one by one, where that is too much for a sentence."""
        several, kind = self.seen.alike, self.seen.case.kind
        checked = [(self._owner(one), self._checks(one)) for one in several]
        if any(checks for _, checks in checked):
            return tuple(f"{title}: {checks}" for title, checks in checked if checks)
        if len(several) <= _MOST_IN_SENTENCE or kind == "ownership":
            return ()
        return tuple(capitalize(_with_subjects(*one)) for one in self._by_topic().items())

    def _checks(self, seen: Observation) -> str:
        """The checks that block one decision, and of how many they are."""
        listed = [part.split(":") for part in seen.details.get("blocking", "").split(";") if part]
        voice, numbers = self.voice, seen.numbers
        by_lens: dict[str, list[str]] = {}
        for item, lens in listed:
            by_lens.setdefault(voice.lenses[lens], []).append(voice.text(f"item.{item}.short"))
        checks = "; ".join(
            voice.phrase("asked_by", lens=lens, checks=", ".join(items))
            or f"{lens}: {', '.join(items)}"
            for lens, items in by_lens.items()
        )
        if not checks or "n_checks" not in numbers:
            return checks
        n, n_all = (format_number(numbers[name], 0) for name in ("n_blocking", "n_checks"))
        return voice.phrase("checks", checks=checks, n=n, all=n_all)

    def held(self) -> str:
        """On whose desk open decisions lie; empty where nobody wrote it down."""
        voice = self.voice
        known = {**voice.lenses, JOINT: " + ".join(voice.lenses.values())}
        listed = [held.rpartition(":") for held in self.seen.details.get("held", "").split(";")]
        said = [f"{known.get(holder, holder)} {n}" for holder, _, n in listed if holder]
        return voice.phrase("held", held=", ".join(said)) if said else ""

    def against(self) -> Iterator[str]:
        """What was said directly and goes against it, each with its pilots or decisions."""
        against: dict[str, list[str]] = {}
        for one in self.seen.alike or (self.seen,):
            title = self.voice.titles.get(one.subject, one.subject)
            quoted = self.voice.phrase("quoted", title=title) or title
            against.setdefault(one.details.get("against", ""), []).append(quoted)
        for phrase, titles in against.items():
            if phrase:
                yield self.voice.phrase(phrase, subject=", ".join(titles))

    def topics(self) -> str:
        """The topics it is about, where it stands for a few; more of them are listed below it."""
        alike = self.seen.alike
        is_counted = self.seen.case.kind in ("topic", "ownership")
        if not is_counted or not _MOST_LISTED < len(alike) <= _MOST_IN_SENTENCE:
            return ""
        topics = ", ".join(_with_subjects(*one) for one in self._by_topic().items())
        return self.voice.phrase("concerns", topics=topics)

    def known(self, names: Mapping[str, str]) -> str:
        """On how many of its topics the other side knows, where the title does not say so."""
        places = self.seen.alike or (self.seen,)
        counts = Counter(one.details.get("known", "") for one in places)
        sure, likely = counts["claimed"], counts["leaning"]
        if sure == len(places) or not sure + likely:
            return ""
        phrase = "known_likely_too" if sure and likely else "known" if sure else "known_likely"
        counted = {"n": str(sure or likely), "likely": str(likely), "all": str(len(places))}
        return self.voice.phrase(
            f"{phrase}_one" if len(places) == 1 else phrase, **{**names, **counted}
        )

    def _by_topic(self) -> dict[str, list[str]]:
        """What it is about, each once: a topic → all its pilots or decisions."""
        named: dict[str, list[str]] = {}
        for one in self.seen.alike or (self.seen,):
            topic = self._topic_name(one)
            subjects = named.setdefault(topic or self._owner(one), [])
            if topic and one.subject:
                subjects.append(self._title(one))
        return named

    def topic(self, seen: Observation) -> str:
        """A topic by its name, with its pilot or decision."""
        topic = self._topic_name(seen)
        return _with_subjects(topic, [self._title(seen)] if topic and seen.subject else [])

    def _topic_name(self, seen: Observation) -> str:
        return self.voice.text(f"item.{seen.case.item}.short") if seen.case.item else ""

    def _title(self, seen: Observation) -> str:
        return self.voice.titles.get(seen.subject, seen.subject)

    def label(self) -> str:
        """What several have in common: the topic or dimension, else the name of each."""
        seen, voice = self.seen, self.voice
        if len({one.case.item for one in seen.alike}) == 1 and seen.subject:
            # A subject's title stands as its owners wrote it.
            titles = self._first(self._owner(one) for one in seen.alike)
            item = seen.case.item
            topic = capitalize(voice.text(f"item.{item}.short")) if item else ""
            return ", ".join(part for part in (topic, titles) if part)
        if seen.case.kind in ("topic", "ownership"):
            name = voice.text(f"dimension.{seen.case.dimension}.name")
            topics = self._first((self.place(one) for one in seen.alike), _MOST_LISTED)
            return voice.phrase("alike", dimension=name, topics=topics)
        return capitalize(self._first(self._by_topic()))

    def _first(self, names: Iterable[str], most: int = _MOST_NAMED) -> str:
        """The first of these names, and how many more there are."""
        known = [*dict.fromkeys(names)]
        rest = len(known) - most
        listed = ", ".join(known[:most])
        return self.voice.phrase("more", listed=listed, n=str(rest)) if rest > 0 else listed

    def place(self, seen: Observation) -> str:
        """What one of several is about, by its name."""
        return self.topic(seen) or self._owner(seen)

    def _owner(self, seen: Observation) -> str:
        """A pilot, a decision or a dimension by its name."""
        if seen.subject:
            return self._title(seen)
        return self.voice.text(f"dimension.{seen.case.dimension}.name")


def _with_subjects(topic: str, subjects: list[str]) -> str:
    return f"{topic} ({'; '.join(subjects)})" if subjects else topic


def capitalize(text: str) -> str:
    """The text with a capital first; the rest stays as it is."""
    return text[:1].upper() + text[1:]
