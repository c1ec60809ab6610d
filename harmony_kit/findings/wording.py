"""Putting observations into words: every field from the most special entry that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from harmony_kit.findings.observing import Number, Observation
from harmony_kit.findings.patterns import BOTH, DRIFT
from harmony_kit.findings.playbook import READERS, Playbook, fill
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.rounding import format_number

__all__ = ["KNOWING", "Voice", "Wording"]

#: State → the phrases that say who knows of the other's view, in one direction and in both.
KNOWING: Mapping[str, tuple[str, str]] = {
    "shared_view": ("knows", "both_know"),
    "known_difference": ("knows", "both_know"),
    "false_consensus": ("knows_not", "neither_knows"),
    "false_conflict": ("knows_not", "neither_knows"),
}


@dataclass(frozen=True)
class Voice:
    """The words at hand, in one language.

    `titles` maps the ids of pilots and decisions to their titles; an id without one stands for
    itself.
    """

    playbook: Playbook
    instrument: Instrument
    language: str
    titles: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def lenses(self) -> dict[str, str]:
        """Lens id → name."""
        return {lens: self.text(f"lens.{lens}.name") for lens in self.instrument.lens_ids}

    def text(self, key: str) -> str:
        """A text of the instrument."""
        return self.instrument.text(key, self.language)

    def template(self, key: str) -> str:
        """A text of the playbook, its names still in braces; empty where it has none."""
        return self.playbook.text(key, self.language) or ""

    def phrase(self, name: str, **names: str) -> str:
        """A phrase of the playbook with its names filled in."""
        return fill(self.template(f"phrase.{name}"), names) or ""


@dataclass(frozen=True)
class Wording:
    """One observation in words. A text is empty where the playbook has none for it."""

    seen: Observation
    voice: Voice

    @property
    def title(self) -> str:
        """The finding as a headline: hedged where it must be, under the name of its topic."""
        said = self._say(["title"], self.names)
        if not said:
            return ""
        claim = self.voice.phrase(self.seen.claim, title=said)
        if "viewer" in self.names:
            claim = self.voice.phrase("seen_by", viewer=self.names["viewer"], claim=claim)
        label = self._label()
        if not label:
            return _upper(claim)
        return self.voice.phrase("labelled", label=label, claim=claim)

    @property
    def texts(self) -> dict[str, str]:
        """What it means, by lens id."""
        return {lens: self._hedged(self._read(lens, "texts")) for lens in self.voice.lenses}

    @property
    def owners(self) -> dict[str, str]:
        """Who acts, by lens id."""
        return {lens: self._read(lens, "owners") for lens in self.voice.lenses}

    @property
    def shared(self) -> str:
        """What it means for both."""
        return self._hedged(self._say(["shared"], self.names))

    @property
    def question(self) -> str:
        """What to ask in the room."""
        return self._say(["question"], self.names)

    @property
    def action(self) -> str:
        """What to do."""
        return self._hedged(self._say(["action"], self.names))

    @cached_property
    def names(self) -> dict[str, str]:
        """Everything a text may name in braces here, by placeholder."""
        seen, lenses = self.seen, self.voice.lenses
        names = {**lenses, **{part: lenses[lens] for part, lens in seen.roles.items()}}
        names |= {name: self._number(name, value) for name, value in seen.numbers.items()}
        names |= dict(self._named_things())
        if seen.case.pattern in KNOWING:
            phrase = KNOWING[seen.case.pattern][seen.case.looker == BOTH]
            knowing = fill(self.voice.template(f"phrase.{phrase}"), names)
            names |= {"knowing": knowing} if knowing else {}
        return names

    def _named_things(self) -> Iterator[tuple[str, str]]:
        seen, voice = self.seen, self.voice
        if seen.case.item:
            yield "topic", voice.text(f"item.{seen.case.item}.short")
        if seen.subject:
            yield "subject", voice.titles.get(seen.subject, seen.subject)
        if "viewer" in seen.details:
            yield "viewer", voice.lenses[seen.details["viewer"]]
        if DRIFT in (seen.case.kind, seen.case.pattern):
            key = f"lens.{seen.roles['looker']}.drift"
            if key in voice.instrument.source_texts:
                yield "drift", voice.text(key)
        for name, said in (("answers", self._answers()), ("blocking", self._blocking())):
            if said:
                yield name, said

    def _answers(self) -> str:
        """What each lens chose, in the words of the options; empty unless both are known."""
        voice, details = self.voice, self.seen.details
        given = {lens: details.get(f"answer.{lens}", "") for lens in voice.lenses}
        if not all(given.values()):
            return ""
        options = voice.instrument.item(self.seen.case.item).options
        return "; ".join(
            f"{voice.lenses[lens]}: "
            + ", ".join(voice.text(f"option.{options}.{option}") for option in chosen.split(";"))
            for lens, chosen in given.items()
        )

    def _blocking(self) -> str:
        """The checks that block a decision, each with the lens that asks it."""
        listed = self.seen.details.get("blocking", "")
        checks = [check.split(":") for check in listed.split(";") if check]
        voice = self.voice
        return ", ".join(
            f"{voice.text(f'item.{item}.short')} ({voice.lenses[lens]})" for item, lens in checks
        )

    def _label(self) -> str:
        """What the finding is about: its topic and its pilot or decision, or its dimension."""
        case, names = self.seen.case, self.names
        topic = names.get("topic", "")
        if not topic and not self.seen.subject and case.dimension:
            topic = self.voice.text(f"dimension.{case.dimension}.name")
        # A subject's title stands as its owners wrote it.
        return ", ".join(part for part in (_upper(topic), names.get("subject", "")) if part)

    def _read(self, lens: str, name: str) -> str:
        """What one lens reads: under its own id, else under the part it plays."""
        seen, lenses = self.seen, self.voice.lenses
        names = {**self.names, "lens": lenses[lens]}
        parts = {part for part, player in seen.roles.items() if player == lens} | {"each"}
        if seen.case.looker == BOTH:
            # What holds in both directions is told to each lens as the one that looks.
            parts.add("looker")
            other = self.voice.instrument.other_lens(lens)
            names |= {"looker": lenses[lens], "other": lenses[other]}
        keys = [lens, *(part for part in READERS if part in parts)]
        return self._say([f"{name}.{key}" for key in keys], names, lens)

    def _say(self, fields: Sequence[str], names: Mapping[str, str], lens: str = "") -> str:
        """The first text of the most special entry whose names all have a value here."""
        case = self.seen.case
        if case.looker == BOTH and lens:
            case = replace(case, looker=lens)
        for entry in self.voice.playbook.entries_for(case):
            for name in fields:
                text = self.voice.template(f"entry.{entry.id}.{name}")
                said = fill(text, names) if text else None
                if said:
                    return said
        return ""

    def _hedged(self, text: str) -> str:
        """The text, marked as an impression unless the observation is claimed."""
        if self.seen.claim == "claimed" or not text:
            return text
        return self.voice.phrase("leaning_text", text=text)

    def _number(self, name: str, value: Number) -> str:
        """Shares as whole percent, other numbers as whole numbers: texts are read, not checked."""
        if not name.startswith("share"):
            return format_number(value, 0)
        return self.voice.phrase("percent", number=format_number(100 * value, 0))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
