"""A story and its facts, in the words of the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harmony_kit.findings.fact import Fact, Term, TermKind
from harmony_kit.findings.lists import capitalize
from harmony_kit.findings.plots import Scene
from harmony_kit.findings.story import Story
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["say_fact", "say_plot", "scene_of"]


def scene_of(view: SiteView) -> Scene:
    """What facts about a site are told from."""
    engagement = view.site.engagement
    return Scene(view.site.frames, engagement.instrument, settings=engagement.settings)


def say_plot(view: SiteView, story: Story) -> str:
    """The sentence of a story."""
    names: dict[str, object] = {part: view.name(lens) for part, lens in story.roles.items()}
    names |= {**dict(zip(("first", "second"), view.names, strict=True)), **story.counts}
    names |= {"subject": view.title(story.subjects[0])} if story.subjects else {}
    if story.dimension:
        names["dimension"] = view.site.dimension_name(story.dimension)
    return view.words.say(f"story.{story.shape or story.plot}", **names)


def say_fact(view: SiteView, fact: Fact) -> str:
    """A fact as a sentence, hedged where it only looks so, with the level both sides name."""
    names = {name: _say_term(view, term) for name, term in fact.terms.items()}
    state = fact.id.removeprefix("likely.")
    key = f"fact.{state}"
    said = (
        view.words.say(key, **names) if fact.n is None else view.words.count(key, fact.n, **names)
    )
    said = capitalize(said)
    if state != fact.id:
        said = view.words.say("page.only_likely", said=said)
    if "first_mean" in fact.terms:
        said += " " + view.words.say("page.there", **names)
    if "likely" in fact.terms:
        said += " " + view.words.count("page.likely", int(fact.terms["likely"].value))
    return said


def _say_term(view: SiteView, term: Term) -> object:
    return _TERMS[term.kind](view, term.value)


def _say_topics(view: SiteView, items: tuple[str, ...]) -> str:
    return view.words.listing(view.site.item_short(item) for item in items)


def _say_subjects(view: SiteView, subjects: tuple[str, ...]) -> str:
    titled = (view.words.say("page.titled", title=view.title(one)) for one in subjects)
    return view.words.listing(titled)


def _say_options(view: SiteView, chosen: tuple[str, tuple[str, ...]]) -> str:
    item, options = chosen
    return view.words.listing(view.site.option_label(item, option) for option in options)


def _say_mean(view: SiteView, mean: tuple[float, float | None, float | None]) -> str:
    return view.words.told(dict(zip(("mean", "mean_from", "mean_to"), mean, strict=True)), "mean")


def _say_ends(view: SiteView, item: str) -> str:
    low, high = view.ends(item)
    return view.words.say("page.ends", low=low, high=high)


#: How each kind of term is said.
_TERMS: Mapping[TermKind, Callable[[SiteView, Any], object]] = {
    "lens": SiteView.name,
    "subject": SiteView.title,
    "subjects": _say_subjects,
    "dimension": lambda view, value: view.site.dimension_name(value),
    "topic": lambda view, value: view.label(*value),
    "topics": _say_topics,
    "option": lambda view, value: view.site.option_label(*value),
    "options": _say_options,
    "share": lambda view, value: view.words.percent(value),
    "mean": _say_mean,
    "ends": _say_ends,
    "n": lambda _, value: value,
    "numbers": lambda view, value: view.words.listing(map(str, value)),
    "day": lambda view, value: view.words.day(value),
}
