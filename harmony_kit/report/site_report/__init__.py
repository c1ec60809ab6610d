"""The report of one site, a verb per part: each takes an `Assessment` and yields a `Block`.

A part about which there is nothing to say is empty; a site too small to report keeps its cover,
which says what it would take, its records, its sheets and its method.
"""

from harmony_kit.report.site_report.agreed_words import lexicon
from harmony_kit.report.site_report.appendix import appendix
from harmony_kit.report.site_report.can_wait import can_wait
from harmony_kit.report.site_report.changed import changed
from harmony_kit.report.site_report.cover import cover
from harmony_kit.report.site_report.dimensions import dimensions
from harmony_kit.report.site_report.first_page import first_page
from harmony_kit.report.site_report.headline import headline
from harmony_kit.report.site_report.method import method
from harmony_kit.report.site_report.next_steps import actions, who_acts
from harmony_kit.report.site_report.notes import notes
from harmony_kit.report.site_report.page_one import page_one
from harmony_kit.report.site_report.sheets import canvases
from harmony_kit.report.site_report.states import false_conflict, false_consensus, known_difference
from harmony_kit.report.site_report.talk_and_record import evidence
from harmony_kit.report.site_report.voices import voices

__all__ = [
    "actions",
    "appendix",
    "can_wait",
    "canvases",
    "changed",
    "cover",
    "dimensions",
    "evidence",
    "false_conflict",
    "false_consensus",
    "first_page",
    "headline",
    "known_difference",
    "lexicon",
    "method",
    "notes",
    "page_one",
    "voices",
    "who_acts",
]
