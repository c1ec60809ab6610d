"""Where the same finding recurs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pandas as pd

from harmony_kit.findings.lists import capitalize
from harmony_kit.measures.rows import Row, stream_rows, text_of
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import PortfolioView
from harmony_kit.report.told_findings import TOLD_FROM, rank_telling, shown_by

__all__ = ["group_findings", "recurring"]

#: Findings that recur at this many sites at least, and how many of them are listed.
_RECURS_FROM = 2
_MOST_RECURRING = 20
#: Sites named behind a finding; there may be hundreds.
_MOST_NAMES = 12

Groups: TypeAlias = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def recurring(portfolio: Portfolio) -> Block:
    """Where the same finding recurs, and which signatures show where."""
    view = PortfolioView.of(portfolio)
    signs, often = group_findings(view)
    if not signs and not often and portfolio.findings.empty:
        return EMPTY
    return render_block(
        "portfolio_recurring",
        view.words,
        part="recurring",
        lead=view.words.say("recurring.lead"),
        signs=signs,
        findings=often[:_MOST_RECURRING],
        others=often[_MOST_RECURRING:],
    )


def group_findings(view: PortfolioView) -> Groups:
    """The signatures of all sites, and the findings that recur, those that weigh most first.

    Three parts of the page ask for them; they are worked out for the first.
    """
    known = view.portfolio.worked_out
    if "groups" not in known:
        known["groups"] = _group_findings(view)
    groups: Groups = known["groups"]
    return groups


def _group_findings(view: PortfolioView) -> Groups:
    findings = view.portfolio.findings
    if findings.empty:
        return [], []
    # Every count is one of the sites shown.
    findings = findings[findings["site"].isin({site["site"] for site in view.shown})]
    is_sign = findings["kind"] == "signature"
    groups = _group(view, findings[~is_sign & (findings["importance"] >= TOLD_FROM)])
    often = [group for group in groups if group["n"] >= _RECURS_FROM]
    return _group(view, findings[is_sign]), often


def _group(view: PortfolioView, findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Findings of one kind, place and pattern as one, those that weigh most first."""
    found: dict[tuple[str, ...], _Recurring] = {}
    for row in stream_rows(findings):
        found.setdefault(shown_by(row), _Recurring(row)).add(row)
    groups = [_gather(view, one) for one in found.values()]
    return sorted(groups, key=lambda group: (-group["weight"], -group["n"], group["title"]))


@dataclass
class _Recurring:
    """One finding over its sites: the row it is told by, claimed and with an action if one is.

    A report says a step once: where another finding asks for it first, this one has none there.
    `best` is each site's highest score.
    """

    told: Row
    best: dict[str, float] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=set)

    def add(self, row: Row) -> None:
        site, score = row["site"], row["score"]
        self.best[site] = max(score, self.best.get(site, score))
        if row["claim"] == "claimed":
            self.claimed.add(site)
        self.told = max(self.told, row, key=rank_telling)


def _gather(view: PortfolioView, found: _Recurring) -> dict[str, Any]:
    """One finding over all its sites; its weight is the sum of what findings are ranked by."""
    leaning = found.best.keys() - found.claimed
    places = [
        [(view.names[site], site, sure) for site in sorted(some, key=lambda one: view.names[one])]
        for some, sure in ((found.claimed, True), (leaning, False))
    ]
    listed = [*places[0], *places[1]]
    action = _common_action(view, found.told)
    # Where it is only likely stands apart from where it is claimed.
    spread = ("_both" if found.claimed else "_likely") if leaning else ""
    numbers = {"n": len(found.claimed), "more": len(leaning), "all": len(view.shown)}
    return {
        "title": _untold(view, found.told),
        "action": action,
        "is_own": action != text_of(found.told.get("action")),
        "n": len(found.best),
        "at": view.words.say(f"together.at{spread}", **numbers),
        "of": view.words.say(f"recurring.of{spread}", **numbers),
        "weight": sum(found.best.values()),
        "first": listed[:_MOST_NAMES],
        "more": () if view.divisions else listed[_MOST_NAMES:],
        "n_more": max(len(listed) - _MOST_NAMES, 0),
    }


def _common_action(view: PortfolioView, finding: Row) -> str:
    """What to do at any site: where it names pilots or decisions of this one, a bracket stands.

    Several in a row are one bracket, since another site may have more or fewer of them.
    """
    action = text_of(finding.get("action"))
    for kind in ("pilot", "decision"):
        named = _name_any(view, finding["site"], kind)
        if named:
            one = rf"[\u2068“„«\"]*{named}[\u2069”“»\"]*(?: \([^)]*\))?"
            bracket = f"[{view.words.name('table', kind)}]"
            action = re.sub(rf"{one}(?:,? (?:\w{{1,3}} )?{one})*", bracket, action)
    return action


def _name_any(view: PortfolioView, site: str, *kinds: str) -> str:
    """The pattern of any title of a pilot or decision of a site as a whole word; empty of none."""
    titles = [title for kind in kinds for title in view.portfolio.subject_titles(site, kind)]
    longest_first = sorted(titles, key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)" if titles else ""


def _untold(view: PortfolioView, finding: Row) -> str:
    """The title of a finding about any pilot or decision, not the one of this site."""
    title = str(finding["title"])
    if finding["n_alike"] and finding["kind"] in ("topic", "ownership"):
        return _about_many(view, finding, title)
    subject = text_of(finding.get("subject"))
    told = view.portfolio.subject_title(finding["site"], subject) if subject else ""
    if not told:
        return title
    if finding["n_alike"] and not text_of(finding.get("dimension")):
        # Several pilots or decisions stand before the claim, the strongest first.
        claim = title.partition(": ")[2] if title.startswith(told) else title
        return _about_any(view, finding, claim)
    title = title.replace(f", {told}", "")
    claim = title.removeprefix(f"{told}: ")
    return title if claim == title else _about_any(view, finding, claim)


def _about_many(view: PortfolioView, finding: Row, title: str) -> str:
    """The title of several topics or subjects, without how many and which they are here."""
    instrument, language = view.portfolio.engagement.instrument, view.portfolio.language
    dimension = instrument.text(f"dimension.{finding['dimension']}.name", language)
    claim = title.partition("): ")[2]
    if claim and title.startswith(dimension):
        return f"{dimension}: {claim}"
    named = _name_any(view, finding["site"], "pilot", "decision")
    item = text_of(finding.get("item"))
    if not named or not instrument.has_item(item):
        return title
    topic = capitalize(instrument.text(f"item.{item}.short", language))
    return re.sub(rf"^{re.escape(topic)}(?:, {named})+[^:]*: ", f"{topic}: ", title)


def _about_any(view: PortfolioView, finding: Row, claim: str) -> str:
    kind = view.portfolio.subject_kind(finding["site"], text_of(finding.get("subject")))
    return f"{view.words.name('table', kind)}: {claim}"
