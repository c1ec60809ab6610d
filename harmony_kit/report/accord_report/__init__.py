"""What comes out of a workshop: the accord on one page, a card for each side, lists, a calendar.

Everything is made of the entries of the journal and of what was published, and of nothing else:
the same entries give the same bytes. Start at `accord_view`, then `accord_files`.
"""

from harmony_kit.report.accord_report.accord_files import draw_files, tell_pages
from harmony_kit.report.accord_report.accord_view import AccordView

__all__ = ["AccordView", "draw_files", "tell_pages"]
