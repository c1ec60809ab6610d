"""Putting observations into words: every field from the most special entry that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harmony_kit.instrument import Instrument
from harmony_kit.observations import Number, Observation
from harmony_kit.patterns import BOTH, DRIFT
from harmony_kit.playbook import READERS, Playbook, fill

__all__ = ["KNOWING", "Speaker"]

#: State → the phrases that say who knows of the other's view, in one direction and in both.
KNOWING: Mapping[str, tuple[str, str]] = {
    "shared_view": ("knows", "both_know"),
    "known_difference": ("knows", "both_know"),
    "false_consensus": ("knows_not", "neither_knows"),
    "false_conflict": ("knows_not", "neither_knows"),
}


@dataclass(frozen=True)
class Speaker:
    """Says observations in one language.

    `titles` maps the ids of pilots and decisions to their titles; an id without one stands for
    itself.
    """

    playbook: Playbook
    instrument: Instrument
    language: str
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, seen: Observation) -> str:
        """The finding as a headline: hedged where it must be, under the name of its topic.

        Empty when the playbook has no title for it.
        """
        said = self._say(seen, ["title"], self.names(seen))
        if not said:
            return ""
        claim = self._phrase(seen.claim, {"title": said})
        if "viewer" in seen.details:
            viewer = self._lens(seen.details["viewer"])
            claim = self._phrase("seen_by", {"viewer": viewer, "claim": claim})
        label = self._label(seen)
        return (
            self._phrase("labelled", {"label": label, "claim": claim}) if label else _upper(claim)
        )

    def texts(self, seen: Observation) -> dict[str, str]:
        """What it means, by lens id."""
        lenses = self.instrument.lens_ids
        return {lens: self._hedged(seen, self._read(seen, lens, "texts")) for lens in lenses}

    def owners(self, seen: Observation) -> dict[str, str]:
        """Who acts, by lens id."""
        return {lens: self._read(seen, lens, "owners") for lens in self.instrument.lens_ids}

    def shared(self, seen: Observation) -> str:
        """What it means for both."""
        return self._hedged(seen, self._say(seen, ["shared"], self.names(seen)))

    def question(self, seen: Observation) -> str:
        """What to ask in the room."""
        return self._say(seen, ["question"], self.names(seen))

    def action(self, seen: Observation) -> str:
        """What to do."""
        return self._hedged(seen, self._say(seen, ["action"], self.names(seen)))

    def names(self, seen: Observation) -> dict[str, str]:
        """Everything a text may name in braces here, by placeholder."""
        lenses = {lens: self._lens(lens) for lens in self.instrument.lens_ids}
        names = {**lenses, **{part: lenses[lens] for part, lens in seen.roles.items()}}
        names |= {name: self._number(name, value) for name, value in seen.numbers.items()}
        names |= dict(self._named_things(seen))
        if seen.case.pattern in KNOWING:
            phrase = KNOWING[seen.case.pattern][seen.case.looker == BOTH]
            knowing = fill(self._phrase_text(phrase), names)
            names |= {"knowing": knowing} if knowing else {}
        return names

    def _named_things(self, seen: Observation) -> Iterator[tuple[str, str]]:
        if seen.case.item:
            yield "topic", self._text(f"item.{seen.case.item}.short")
        if seen.subject:
            yield "subject", self.titles.get(seen.subject, seen.subject)
        if DRIFT in (seen.case.kind, seen.case.pattern):
            key = f"lens.{seen.roles['looker']}.drift"
            if key in self.instrument.source_texts:
                yield "drift", self._text(key)
        for name, said in (("answers", self._answers(seen)), ("blocking", self._blocking(seen))):
            if said:
                yield name, said

    def _answers(self, seen: Observation) -> str:
        """What each lens chose, in the words of the options; empty unless both are known."""
        lenses = self.instrument.lens_ids
        given = [seen.details.get(f"answer.{lens}", "") for lens in lenses]
        if not all(given):
            return ""
        options = self.instrument.item(seen.case.item).options
        return "; ".join(
            f"{self._lens(lens)}: "
            + ", ".join(self._text(f"option.{options}.{option}") for option in chosen.split(";"))
            for lens, chosen in zip(lenses, given, strict=True)
        )

    def _blocking(self, seen: Observation) -> str:
        """The checks that block a decision, each with the lens that asks it."""
        checks = [
            check.split(":") for check in seen.details.get("blocking", "").split(";") if check
        ]
        return ", ".join(
            f"{self._text(f'item.{item}.short')} ({self._lens(lens)})" for item, lens in checks
        )

    def _label(self, seen: Observation) -> str:
        """What the finding is about: its topic and its pilot or decision, or its dimension."""
        names = self.names(seen)
        topic = names.get("topic", "")
        if not topic and not seen.subject and seen.case.dimension:
            topic = self._text(f"dimension.{seen.case.dimension}.name")
        # A subject's title stands as its owners wrote it.
        return ", ".join(part for part in (_upper(topic), names.get("subject", "")) if part)

    def _read(self, seen: Observation, lens: str, name: str) -> str:
        """What one lens reads: under its own id, else under the part it plays."""
        names = {**self.names(seen), "lens": self._lens(lens)}
        parts = {part for part, player in seen.roles.items() if player == lens} | {"each"}
        if seen.case.looker == BOTH:
            # What holds in both directions is told to each lens as the one that looks.
            parts.add("looker")
            other = self.instrument.other_lens(lens)
            names |= {"looker": names["lens"], "other": self._lens(other)}
        keys = [lens, *(part for part in READERS if part in parts)]
        return self._say(seen, [f"{name}.{key}" for key in keys], names, lens)

    def _say(
        self, seen: Observation, fields: Sequence[str], names: Mapping[str, str], lens: str = ""
    ) -> str:
        """The first text of the most special entry whose names all have a value here."""
        is_told_each = seen.case.looker == BOTH and lens
        case = replace(seen.case, looker=lens) if is_told_each else seen.case
        for entry in self.playbook.entries_for(case):
            for name in fields:
                text = self.playbook.text(f"entry.{entry.id}.{name}", self.language)
                said = fill(text, names) if text else None
                if said:
                    return said
        return ""

    def _hedged(self, seen: Observation, text: str) -> str:
        """The text, marked as an impression unless the observation is claimed."""
        if seen.claim == "claimed" or not text:
            return text
        return self._phrase("leaning_text", {"text": text})

    def _phrase(self, name: str, names: Mapping[str, str]) -> str:
        return fill(self._phrase_text(name), names) or ""

    def _phrase_text(self, name: str) -> str:
        return self.playbook.text(f"phrase.{name}", self.language) or ""

    def _text(self, key: str) -> str:
        return self.instrument.text(key, self.language)

    def _lens(self, lens: str) -> str:
        return self._text(f"lens.{lens}.name")

    def _number(self, name: str, value: Number) -> str:
        """Shares as whole percent, other numbers as whole numbers: texts are read, not checked."""
        if not name.startswith("share"):
            return f"{value:.0f}"
        return self._phrase("percent", {"number": f"{100 * value:.0f}"})


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
