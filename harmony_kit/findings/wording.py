"""Putting observations into words: every field from the most special entry that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import assert_never

from harmony_kit.findings.lists import Lists, capitalize
from harmony_kit.findings.observing import Number, Observation
from harmony_kit.findings.patterns import BOTH, DRIFT
from harmony_kit.findings.playbook import READERS, Entry, fill
from harmony_kit.findings.voice import Voice
from harmony_kit.measures.claims import State, state_named
from harmony_kit.measures.rounding import format_number

__all__ = ["Voice", "Wording"]

#: Kinds of finding whose texts may name what they are about as a matter.
_ABOUT_MATTERS = ("topic", "understanding")

#: The parts a text is looked up under; what is said to each is left to the end.
_PARTS = READERS


@dataclass(frozen=True)
class Wording:
    """One observation in words. A text is empty where the playbook has none for it."""

    seen: Observation
    voice: Voice

    @property
    def title(self) -> str:
        """The finding as a headline: hedged where it must be, under the name of its topic."""
        said = self.clause
        if not said:
            return ""
        knowing = self.names.get("knowing", "")
        is_hedged = self._is_knowing_unsure and bool(knowing) and knowing in said
        claim = self.voice.phrase("claimed" if is_hedged else self.seen.claim, title=said)
        if "viewer" in self.names:
            claim = self.voice.phrase("seen_by", viewer=self.names["viewer"], claim=claim)
        label = self._label()
        if not label:
            return capitalize(claim)
        return self.voice.phrase("labelled", label=label, claim=claim)

    @property
    def _is_knowing_unsure(self) -> bool:
        """Whether how the sides see it is a fact, and only who knows of it an impression."""
        return self.seen.claim != "claimed" and self.seen.details.get("sure") == "views"

    @property
    def clause(self) -> str:
        """The headline without how sure it is, whose view it is and what it is about."""
        return self._say(["title"], self.names)

    @property
    def texts(self) -> dict[str, str]:
        """What was said of it and what a function can do about it, by lens id."""
        return {lens: self._hedged(self._tell(lens)) for lens in self.voice.lenses}

    @property
    def contents(self) -> dict[str, str]:
        """What was said of it, by the lens that plays a part in it; it follows the answers."""
        parts = _PARTS[:-1]
        return {lens: self._read(lens, "texts", parts) for lens in self.voice.lenses}

    @property
    def duties(self) -> dict[str, str]:
        """What a function can do about it, by lens id; it stays, whoever answered what."""
        return {
            lens: self._say([f"duties.{lens}"], self._names_for(lens), lens)
            for lens in self.voice.lenses
        }

    @property
    def owners(self) -> dict[str, str]:
        """Who acts, by lens id."""
        return {lens: self._read(lens, "owners", _PARTS) for lens in self.voice.lenses}

    def _tell(self, lens: str) -> str:
        said = " ".join(part for part in (self.contents[lens], self.duties[lens]) if part)
        return said or self._read(lens, "texts", _PARTS)

    @property
    def shared(self) -> str:
        """What it means for both, which topics it is about, and what stands against it."""
        meant, answers = self._say(["shared"], self.names), self.lists.answers()
        is_listed = bool(answers) and answers in meant
        said = (
            meant,
            self.lists.held(),
            "" if is_listed else self.lists.topics(),
            self.lists.known(self.names),
            *self.lists.against(),
        )
        return self._hedged(" ".join(part for part in said if part).strip())

    @property
    def question(self) -> str:
        """What to ask in the room."""
        return self._say(["question"], self.names)

    @property
    def action(self) -> str:
        """What to do."""
        return self._hedged(self._act("action"))

    @property
    def done(self) -> str:
        """What everybody can see when it is done."""
        return self._act("done")

    @property
    def task(self) -> str:
        """What the action gets done, by its own name, else by that of the entry it stands in."""
        entry = self._acting
        return (entry.task or entry.id) if entry else ""

    @cached_property
    def _acting(self) -> Entry | None:
        """The entry the action stands in; its end and its task stand there, too."""
        return next(
            (one for one in self._speaking() if self._fill(one, "action", self.names)), None
        )

    def _act(self, name: str) -> str:
        """What to do stands alone among the steps: it names every pilot or decision."""
        names = {**self.names, "subjects": self.lists.subjects()}
        return self._fill(self._acting, name, names) if self._acting else ""

    @property
    def each(self) -> tuple[str, ...]:
        """What it is about, one by one, where that is too much for a sentence."""
        return self.lists.each()

    @cached_property
    def lists(self) -> Lists:
        """What it names one after another."""
        return Lists(self.seen, self.voice)

    @cached_property
    def roles(self) -> dict[str, str]:
        """Part → lens: the parts of the observation, and whom its question is about."""
        item, instrument = self.seen.case.item, self.voice.instrument
        group = (instrument.item(item).group or "") if instrument.has_item(item) else ""
        about = group.removeprefix("about_")
        if about == group or about not in instrument.lens_ids:
            return dict(self.seen.roles)
        return {**self.seen.roles, "about": about, "judge": instrument.other_lens(about)}

    @cached_property
    def names(self) -> dict[str, str]:
        """Everything a text may name in braces here, by placeholder."""
        seen, lenses = self.seen, self.voice.lenses
        names = {**lenses, **{part: lenses[lens] for part, lens in self.roles.items()}}
        names |= {name: self._say_numbers(name) for name in seen.numbers}
        names |= {"matter": self.lists.matter()} if seen.case.kind in _ABOUT_MATTERS else {}
        names |= dict(self._named_things())
        state = state_named(seen.case.pattern)
        if state:
            knowing = fill(self._template_knowing(state), names)
            names |= {"knowing": knowing} if knowing else {}
        return names

    def _template_knowing(self, state: State) -> str:
        """What says who knows; without words for one side alone, who does not."""
        seen, template = self.seen, self.voice.template
        maybe = "phrase.maybe_" if self._is_knowing_unsure else "phrase."
        said = template(f"{maybe}one_knows") if seen.details.get("known") == "claimed" else ""
        return said or template(maybe + _knowing(state, is_mutual=seen.case.looker == BOTH))

    def _named_things(self) -> Iterator[tuple[str, str]]:
        seen, voice = self.seen, self.voice
        if seen.case.item:
            yield "topic", voice.text(f"item.{seen.case.item}.short")
        if seen.subject:
            yield "subject", voice.titles.get(seen.subject, seen.subject)
            yield "subjects", self.lists.subjects_in_short()
        if "viewer" in seen.details:
            yield "viewer", voice.lenses[seen.details["viewer"]]
        if DRIFT in (seen.case.kind, seen.case.pattern):
            key = f"lens.{seen.roles['looker']}.drift"
            if key in voice.instrument.source_texts:
                yield "drift", voice.text(key)
        listed = {
            "answers": self.lists.answers(),
            "blocking": self.lists.blocking(),
            "open_list": self.lists.since("open"),
            "late_list": self.lists.since("late"),
            "split_topics": self.lists.split(),
            "check_counts": self.lists.check_counts(),
        }
        yield from ((name, said) for name, said in listed.items() if said)

    def _label(self) -> str:
        """What the finding is about: its topic and its pilot or decision, or its dimension."""
        case, names = self.seen.case, self.names
        if self.seen.alike:
            return self.lists.label()
        topic = names.get("topic", "")
        if not topic and not self.seen.subject and case.dimension:
            topic = self.voice.text(f"dimension.{case.dimension}.name")
        # A subject's title stands as its owners wrote it.
        return ", ".join(part for part in (capitalize(topic), names.get("subject", "")) if part)

    def _names_for(self, lens: str) -> dict[str, str]:
        """What a text to one lens may name."""
        lenses = self.voice.lenses
        names = {**self.names, "lens": lenses[lens]}
        if self.seen.case.looker == BOTH:
            # What holds in both directions is told to each lens as the one that looks.
            other = self.voice.instrument.other_lens(lens)
            names |= {"looker": lenses[lens], "other": lenses[other]}
        return names

    def _read(self, lens: str, name: str, readers: Sequence[str]) -> str:
        """What one lens reads: under its own id, else under the part it plays."""
        parts = {part for part, player in self.roles.items() if player == lens} | {"each"}
        if self.seen.case.looker == BOTH:
            parts.add("looker")
            # Where both look, how a lens itself sees it tells more than that it looks.
            readers = sorted(readers, key=lambda part: part not in ("high", "low"))
        keys = [lens, *(part for part in readers if part in parts)]
        return self._say([f"{name}.{key}" for key in keys], self._names_for(lens), lens)

    def _say(self, fields: Sequence[str], names: Mapping[str, str], lens: str = "") -> str:
        """The first text of the most special entry whose names all have a value here."""
        for entry in self._speaking(lens):
            for name in fields:
                said = self._fill(entry, name, names)
                if said:
                    return said
        return ""

    def _speaking(self, lens: str = "") -> Iterator[Entry]:
        """The entries that speak here, the most special first; to one lens, as it looks."""
        case = self.seen.case
        if case.looker == BOTH and lens:
            case = replace(case, looker=lens)
        for entry in self.voice.playbook.entries_for(case):
            if all(self.roles.get(part) == player for part, player in entry.needs.items()):
                yield entry

    def _fill(self, entry: Entry, name: str, names: Mapping[str, str]) -> str:
        """A text of an entry; empty where it has none, or names something without a value."""
        text = self.voice.template(f"entry.{entry.id}.{name}")
        return (fill(text, names) or "").strip() if text else ""

    def _hedged(self, text: str) -> str:
        """The text, marked as an impression unless the observation is claimed."""
        if self.seen.claim == "claimed" or not text:
            return text
        return self.voice.phrase("leaning_text", text=text)

    def _say_numbers(self, name: str) -> str:
        """A number; where it differs between the places a finding stands for, that of each."""
        seen = self.seen
        each = {
            self.lists.place(one): self._number(name, one.numbers[name])
            for one in seen.alike
            if name in one.numbers
        }
        if len({*each.values()}) < 2:
            return self._number(name, seen.numbers[name])
        return ", ".join(f"{said} ({place})" for place, said in each.items())

    def _number(self, name: str, value: Number) -> str:
        """Shares as whole percent, other numbers as whole numbers: texts are read, not checked."""
        if not name.startswith("share"):
            return format_number(value, 0)
        return self.voice.phrase("percent", number=format_number(100 * value, 0))


def _knowing(state: State, *, is_mutual: bool) -> str:
    """The phrase that says who knows of the other's view."""
    match state:
        case "shared_view" | "known_difference":
            return "both_know" if is_mutual else "knows"
        case "false_consensus" | "false_conflict":
            return "neither_knows" if is_mutual else "knows_not"
        case _:
            assert_never(state)
