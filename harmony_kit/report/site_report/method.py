"""How a report was made: method, limits, what is left out, where everything comes from."""

from __future__ import annotations

from collections import Counter
from typing import Final

from harmony_kit.engagement.settings import QUOTES_FROM
from harmony_kit.measures.claims import STATES
from harmony_kit.measures.distances import APART_AT
from harmony_kit.measures.rows import Row, number_or_none, rows_of, text_of
from harmony_kit.measures.telling import DISTRIBUTION_FROM
from harmony_kit.report.assessment import Assessment, name_answers
from harmony_kit.report.blocks import Block, Words
from harmony_kit.report.site_report.contents import show_part
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["method"]

#: With fewer topics than this the site model has little to borrow from.
_MANY_TOPICS: Final = 12


def method(site: Assessment) -> Block:
    """Method, limits, what was withheld and why, expected wrong claims, provenance."""
    view = SiteView.of(site)
    settings = site.engagement.settings
    words = view.words
    return show_part(
        view,
        "method",
        first=view.names[0],
        second=view.names[1],
        settings=settings,
        claim_at=words.percent(settings.claim_at),
        leaning_at=words.percent(settings.leaning_at),
        reliability=words.percent(settings.reliability),
        tolerance=words.number(settings.tolerance, 2 if settings.tolerance % 1 else 0),
        choices=words.number(APART_AT),
        states=[(words.say(f"state.{s}"), words.say(f"method.{s}")) for s in STATES],
        few_topics=_say_few_topics(view),
        wrong=_say_wrong(view),
        withheld=_list_withheld(view),
        blurred=_list_blurred(view) if view.is_shown else [],
        inputs=[(_name(view, key), sha) for key, sha in sorted(site.provenance["inputs"].items())],
        provenance=site.provenance,
        is_measured=view.is_shown,
    )


def _name(view: SiteView, key: str) -> str:
    """An input as a reader knows it: a file by its name, the answers in words."""
    site = view.site.site.site
    return view.words.say("method.answers", site=site) if key == name_answers(site) else key


def _say_few_topics(view: SiteView) -> str:
    """That little can be borrowed, where few topics were asked."""
    read = {(row["item"], text_of(row["subject"])) for row in view.rows("topics")}
    is_few = 1 < len(read) < _MANY_TOPICS
    return view.words.say("method.few_topics", n=len(read)) if is_few else ""


def _say_wrong(view: SiteView) -> str:
    """How many of the claims are expected to be wrong."""
    rows = rows_of(view.site.wrong_claims)
    if not rows or not int(rows[0]["n_claimed"]):
        return view.words.say("method.no_claims")
    row, words = rows[0], view.words
    return words.count(
        "method.wrong",
        int(row["n_claimed"]),
        wrong=words.number(row["expected_wrong"], 0),
        share=words.percent(row["share_wrong"]),
        topics=int(row["n_topics"]),
    )


def _list_withheld(view: SiteView) -> list[str]:
    """What is not shown, in the words of the report; many cells of one kind as one line."""
    rows = rows_of(view.site.withheld)
    lines = [
        view.words.say("method.withheld_lens", lens=view.name(row["lens"]))
        for row in rows
        if not text_of(row["item"])
    ]
    cells = Counter(
        (row["lens"], _is_estimate(row), view.label(row["item"], row["subject"]))
        for row in rows
        if text_of(row["item"])
    )
    for lens in view.lenses:
        for is_estimate in (False, True):
            topics = [topic for (who, which, topic) in cells if (who, which) == (lens, is_estimate)]
            if topics:
                lines.append(_say_cells(view.words, view.name(lens), topics, is_estimate))
    return lines


def _list_blurred(view: SiteView) -> list[str]:
    """What is told less exactly than it was measured, why, and what would change it."""
    words, settings = view.words, view.site.engagement.settings
    if settings.named:
        return [words.say("banner.named")]
    n_bands = sum(number_or_none(row["mean_from"]) is not None for row in view.rows("within"))
    fewest = int(view.site.heard["n_respondents"].min())
    lines = [words.say("method.in_steps")]
    if n_bands:
        at_least = words.say("format.at_least", number=words.percent(settings.claim_at))
        lines.append(words.count("method.bands", n_bands, at_least=at_least))
    if fewest < DISTRIBUTION_FROM:
        lines.append(words.say("method.in_words", least=DISTRIBUTION_FROM))
    if fewest < QUOTES_FROM:
        lines.append(words.say("method.quotes_from", least=QUOTES_FROM))
    return lines


def _is_estimate(row: Row) -> bool:
    return bool(row["about"] != row["lens"])


def _say_cells(words: Words, lens: str, topics: list[str], is_estimate: bool) -> str:  # noqa: FBT001
    key = "method.withheld_estimates" if is_estimate else "method.withheld_own"
    return words.say(key, lens=lens, topics="; ".join(topics))
