"""The sheets to fill in together."""

from __future__ import annotations

from typing import Any

from harmony_kit.findings.canvases import Line, Said, Sheet
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["canvases"]


def canvases(site: Assessment) -> Block:
    """The sheets to fill in together, each line with what either side said about it."""
    view = SiteView.of(site)
    if not has_part(view, "canvases"):
        return EMPTY
    return show_part(
        view,
        "canvases",
        lenses=[(view.side(lens), lens, view.name(lens)) for lens in view.lenses],
        sheets=[_describe_sheet(view, sheet) for sheet in site.canvases],
    )


def _describe_sheet(view: SiteView, sheet: Sheet) -> dict[str, Any]:
    return {"sheet": sheet, "lines": [_describe_line(view, line) for line in sheet.lines]}


def _describe_line(view: SiteView, line: Line) -> dict[str, Any]:
    agreed = [
        one.agreed
        for one in view.site.engagement.agreed_words(view.site.site.site)
        if one.item in line.items
    ]
    said: dict[str, Any] = {lens: {"quotes": [], "facts": []} for lens in view.lenses}
    if not view.is_shown:
        return {"line": line, "said": said, "agreed": agreed}
    for lens, part in line.said.items():
        words = view.words
        facts = [_say_rating(view, part, item) for item in part.ratings]
        facts += [
            words.say("canvases.answer", topic=view.site.item_short(item), answer=answer)
            for item, answer in part.answers.items()
        ]
        said[lens] = {"quotes": list(dict.fromkeys(part.quotes)), "facts": facts}
    return {"line": line, "said": said, "agreed": agreed}


def _say_rating(view: SiteView, part: Said, item: str) -> str:
    """A rating as it may be told: a mean, or the band it lies in."""
    names = ("mean_from", "mean_to")
    told = {"mean": part.ratings[item], **dict(zip(names, part.bands.get(item, ()), strict=False))}
    return view.words.say(
        "canvases.rating",
        number=view.words.told(told, "mean"),
        points=_points(view, item),
        n=part.n[item],
    )


def _points(view: SiteView, item: str) -> int:
    return view.site.engagement.instrument.points(item) or 0
