"""The three lists of page one: where views only seem to meet, where they part, where they meet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from harmony_kit.findings.findings import Finding
from harmony_kit.measures.claims import APART, WORDED
from harmony_kit.measures.rows import Row, number_or_none, text_of
from harmony_kit.report.site_report.general import only_special
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["Meeting", "MeetingPoint", "list_meetings"]

#: How many of a kind page one has room for.
_MOST = 3

#: Two charges whose distances differ by no more than this, in points, weigh the same.
_AS_FAR = 0.5

#: The three lists, what is least expected first: their state and what they are called, where both
#: look, where one does, and where that differs between what is listed.
_LISTS = (
    ("false_consensus", ("page.only_think", "page.only_think_by", "page.only_think_mixed")),
    ("known_difference", ("page.differ", "page.differ_by", "page.differ_mixed")),
    ("false_conflict", ("page.closer", "page.closer_by", "page.closer_mixed")),
)


@dataclass(frozen=True)
class MeetingPoint:
    """One finding of a list, what stands beside it, and the question it brings to the room."""

    finding: Finding
    beside: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class Meeting:
    """One list: who does or does not know, and its findings with what stands beside each."""

    title: str
    entries: tuple[MeetingPoint, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings without what stands beside them."""
        return tuple(entry.finding for entry in self.entries)


def list_meetings(view: SiteView) -> list[Meeting]:
    """Three places of each kind, each told once, with how many more are like it.

    What one side misses and the other knows stands in the first list, where it is least expected;
    a finding most of whose topics were told there is not told again.
    """
    return view.once("meetings", lambda: _list_meetings(view))


def _list_meetings(view: SiteView) -> list[Meeting]:
    told: set[tuple[str, str]] = set()
    meetings = []
    for state, titles in _LISTS:
        found = [f for f in view.site.findings if f.pattern == state]
        found = [f for f in found if 2 * len(_places(f) - told) >= len(_places(f))]
        special = only_special(found)
        plain = [f for f in found if f.claim == "claimed" and f not in special]
        found = [*special, *plain]
        chosen = _differing(found)
        told |= {place for f in chosen for place in _places(f)}
        untold = {(*place, f.dimension) for f in found for place in _places(f) - told}
        more = Counter(dimension for *_, dimension in untold)
        shown = Counter(f.dimension for f in chosen)
        entries = tuple(
            MeetingPoint(
                f,
                (*_say_beside(view, f, more[f.dimension] if shown[f.dimension] == 1 else 0),),
                _ask(view, f),
            )
            for f in chosen
        )
        meetings.append(Meeting(_say_title(view, titles, chosen), entries))
    charged = {f.item for meeting in meetings for f in meeting.findings}
    return [_with_counters(view, meeting, charged) for meeting in meetings]


def _ask(view: SiteView, finding: Finding) -> str:
    """Its question; where another finding on the same has asked it in the report, that one."""
    about = (finding.kind, finding.item)
    alike = [f for f in view.site.findings if f.question and (f.kind, f.item) == about]
    near = sorted(alike, key=lambda f: f.subject != finding.subject)
    return finding.question or (near[0].question if near else "")


def _say_title(view: SiteView, titles: tuple[str, str, str], chosen: list[Finding]) -> str:
    """What a list is called: whose knowing it is about, where it is that of one side."""
    of_both, of_one, mixed = titles
    lookers = {f.looker for f in chosen}
    if not lookers or lookers == {"both"}:
        return view.words.say(of_both)
    if len(lookers) == 1:
        return view.words.say(of_one, lens=view.name(lookers.pop()))
    return view.words.say(mixed)


def _places(finding: Finding) -> set[tuple[str, str]]:
    """The topics a finding is about."""
    return {(one.item, one.subject) for one in finding.alike or (finding,)}


def _say_beside(view: SiteView, finding: Finding, n_more: int) -> list[str]:
    """What both sides say there, and how many more topics of its dimension are like it."""
    said = [] if finding.alike or finding.kind != "topic" else [_say_means(view, finding)]
    if n_more:
        name = view.site.dimension_name(finding.dimension)
        said.append(view.words.count("page.alike", n_more, dimension=name))
    return [text for text in said if text]


def _say_means(view: SiteView, finding: Finding) -> str:
    """What both sides say of a topic, so that it is told on what level they meet or part."""
    rows = [
        row
        for row in view.rows("within", item=finding.item)
        if row["lens"] == row["about"] and text_of(row["subject"]) == finding.subject
    ]
    return _say_both(
        view, "page.means", [row for row in rows if number_or_none(row["mean"]) is not None]
    )


def _say_both(view: SiteView, key: str, rows: list[Row], **names: object) -> str:
    if len(rows) < len(view.lenses):
        return ""
    first, second = rows
    return view.words.say(
        key,
        first=view.name(first["lens"]),
        own=view.words.told(first, "mean"),
        second=view.name(second["lens"]),
        other=view.words.told(second, "mean"),
        points=int(first["points"]),
        **names,
    )


def _with_counters(view: SiteView, meeting: Meeting, charged: set[str]) -> Meeting:
    """A list with, beside what is said of one side, what is said of the other on the same point.

    A charge never stands alone: its twin is told as it is, also where the reading is open.
    """
    entries = tuple(
        replace(one, beside=(*one.beside, counter))
        if (counter := _say_counter(view, one.finding, charged))
        else one
        for one in meeting.entries
    )
    return Meeting(meeting.title, entries)


def _say_counter(view: SiteView, finding: Finding, charged: set[str]) -> str:
    is_charge = finding.pattern in APART and len(finding.alike) < 2
    twin = _find_twin(view, finding.item) if is_charge else ""
    if not twin or twin in charged:
        return ""
    there, here = _rows_own(view, twin), _rows_own(view, finding.item)
    if min(len(there), len(here)) < len(view.lenses):
        return ""
    how = "open" if _is_open(view, twin) else _compare(there, here)
    return _say_both(view, f"page.counter_{how}", there, topic=view.label(twin))


def _is_open(view: SiteView, item: str) -> bool:
    """Whether it is open for a side how it stands to the other, or too near the limit to say."""
    return any(
        row["claim"] not in WORDED or number_or_none(row.get("is_on_line")) == 1
        for row in view.rows("topics", item=item)
    )


def _rows_own(view: SiteView, item: str) -> list[Row]:
    """What each side says itself, where that may be told."""
    rows = [row for row in view.rows("within", item=item) if row["lens"] == row["about"]]
    return [row for row in rows if number_or_none(row["mean"]) is not None]


def _compare(rows: list[Row], others: list[Row]) -> str:
    """Whether two sides lie further apart here than there; a band may leave that untold."""
    (low, high), (other_low, other_high) = _span(rows), _span(others)
    if low > other_high + _AS_FAR:
        return "wider"
    if high < other_low - _AS_FAR:
        return "narrower"
    return "alike" if max(high - other_low, other_high - low) <= _AS_FAR else "untold"


def _span(rows: list[Row]) -> tuple[float, float]:
    """The least and the greatest distance of two means, as far as these are told."""
    (low, high), (other_low, other_high) = ((_end(row, "from"), _end(row, "to")) for row in rows)
    return max(low - other_high, other_low - high, 0.0), max(high - other_low, other_high - low)


def _end(row: Row, end: str) -> float:
    told = number_or_none(row[f"mean_{end}"])
    return float(row["mean"]) if told is None else told


def _find_twin(view: SiteView, item: str) -> str:
    """The item that says of the other lens what this one says of one; empty where there is none."""
    instrument = view.site.engagement.instrument
    if not instrument.has_item(item):
        return ""
    by_group: dict[str, list[str]] = {f"about_{lens}": [] for lens in view.lenses}
    for one in instrument.items:
        if one.group in by_group:
            by_group[one.group].append(one.id)
    first, second = by_group.values()
    there, back = zip(first, second, strict=False), zip(second, first, strict=False)
    return {**dict(there), **dict(back)}.get(item, "")


def _differing(findings: list[Finding]) -> list[Finding]:
    """The first of each topic: plain ones before hedged ones, then those on most topics.

    Those of different dimensions come first, and what is true of most plants last of what is plain.
    """
    special = only_special(findings)
    ranked = sorted(
        findings, key=lambda f: (f.claim != "claimed", f not in special, -max(len(f.alike), 1))
    )
    firsts: list[Finding] = []
    rest: list[Finding] = []
    for finding in ranked:
        is_new = finding.dimension not in {one.dimension for one in firsts}
        (firsts if is_new else rest).append(finding)
    chosen: dict[str, Finding] = {}
    for finding in [*firsts, *rest]:
        chosen.setdefault(finding.item, finding)
    return [*chosen.values()][:_MOST]
