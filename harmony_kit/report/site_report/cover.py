"""The opening of a report: what it is, who was heard, how to read it, what it holds."""

from __future__ import annotations

from harmony_kit.measures.rows import Row, number_or_none, rows_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import Block, render_block
from harmony_kit.report.response_words import say_response
from harmony_kit.report.site_report.contents import list_parts
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["cover"]


def cover(site: Assessment) -> Block:
    """What this is and who was heard; for a site too small to report, what it would take."""
    view = SiteView.of(site)
    heard = [_describe_heard(view, row) for row in rows_of(site.heard)]
    place = ", ".join(part for part in (site.site.region, site.site.country) if part)
    instrument = site.engagement.instrument
    return render_block(
        "cover",
        view.words,
        site=site,
        kicker=[site.engagement.client, view.words.say("cover.wave", wave=site.wave), place],
        title=instrument.text("title", site.language),
        heard=heard,
        response=_say_response(view),
        is_shown=view.is_shown,
        is_census=view.is_census,
        is_mirrored=any(item.mirrored for item in instrument.items),
        first=view.names[0],
        second=view.names[1],
        min_group=site.engagement.settings.shown_from,
        needed=[entry for entry in heard if not entry["is_shown"]],
        scales=_describe_scales(view),
        tolerance=_describe_tolerance(view),
        settings=site.engagement.settings,
        parts=list_parts(view) if view.is_shown else (),
    )


def _describe_heard(view: SiteView, row: Row) -> dict[str, object]:
    n, headcount = number_or_none(row["n_respondents"]), number_or_none(row["headcount"])
    words = view.words
    if not row["is_shown"]:
        sentence = words.say("cover.too_few", min=view.site.engagement.settings.shown_from)
    elif n is not None and headcount is not None and headcount >= n:
        key = "cover.everybody" if n == headcount else "cover.some"
        sentence = words.say(key, all=int(headcount))
    else:
        sentence = words.count("cover.people", int(n or 0))
    return {
        "side": view.side(row["lens"]),
        "name": view.name(row["lens"]),
        "n": None if n is None else int(n),
        "share": n / headcount if n and headcount and headcount >= n else None,
        "is_shown": bool(row["is_shown"]),
        "sentence": sentence,
        "waiting": _say_waiting(view, row["lens"]),
    }


def _say_response(view: SiteView) -> str:
    """How many of those asked gave an interview; empty where all did, or nobody wrote it down."""
    response = view.site.response
    is_told = response.n_asked > response.n_heard
    return say_response(response, view.words) if is_told else ""


def _say_waiting(view: SiteView, lens: str) -> str:
    """How many people changed something that is not shown yet; empty where nobody did."""
    n = view.site.waiting.get(lens, 0)
    min_group = view.site.engagement.settings.shown_from
    return view.words.count("cover.waiting", n, min=min_group) if n else ""


def _find_points(view: SiteView) -> int:
    """How many points the scale has that most topics are on."""
    instrument = view.site.engagement.instrument
    scales = [instrument.points(item.id) for item in instrument.items if item.mirrored]
    known = [points for points in scales if points]
    return max(set(known), key=lambda p: (known.count(p), p)) if known else 5


def _describe_scales(view: SiteView) -> str:
    """What the ends of a scale mean, and what a band is where means are told as such."""
    words = view.words
    said = [words.say("cover.scale", points=_find_points(view))]
    banded = [row for row in view.rows("within") if number_or_none(row["mean_from"]) is not None]
    if banded:
        said.append(words.say("cover.bands", band=words.told(banded[0], "mean")))
    return " ".join(said)


def _describe_tolerance(view: SiteView) -> str:
    """The tolerance in points, for the scale most topics are on."""
    words, points = view.words, _find_points(view)
    size = view.site.engagement.settings.tolerance_of(points)
    digits = 0 if float(size).is_integer() else 2
    return words.say("cover.tolerance", size=words.number(size, digits), points=points)
