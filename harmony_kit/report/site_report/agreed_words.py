"""The words the two sides agreed to use, beside what each of them says."""

from __future__ import annotations

from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table

__all__ = ["lexicon"]


def lexicon(site: Assessment) -> Block:
    """A row per thing both sides agreed on how to call, from lexicon.csv."""
    view = SiteView.of(site)
    if not has_part(view, "lexicon"):
        return EMPTY
    words = view.words
    says = [words.say("lexicon.says", lens=name) for name in view.names]
    heads = (words.say("lexicon.term"), *says, words.say("lexicon.agreed"))
    rows = [
        (one.term, *(one.said[lens] for lens in view.lenses), one.agreed)
        for one in site.engagement.agreed_words(site.site.site)
    ]
    columns = tuple(ReportColumn(head) for head in heads)
    return show_part(
        view,
        "lexicon",
        "section",
        content=show_table(ReportTable(words.say("lexicon.title"), columns, rows), words),
    )
