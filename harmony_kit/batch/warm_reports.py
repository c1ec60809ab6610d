"""What the reports need, loaded and used once where processes are forked from."""

from __future__ import annotations

import importlib
from datetime import date

__all__ = ["warm_reports"]

_SOME_DAY = date(2000, 1, 1)
_MODULES = (
    "harmony_kit.report.site_report",
    "harmony_kit.report.portfolio_report",
    "harmony_kit.report.site_workbook",
    "pyarrow.dataset",
)


def warm_reports() -> None:
    """What reports are made of is read, checked and compiled; a child that needs it has it."""
    for name in _MODULES:
        importlib.import_module(name)
    from harmony_kit.batch.rehearsal import rehearse
    from harmony_kit.findings.playbook_file import find_playbook, load_playbook
    from harmony_kit.instrument.file import load_instrument, packaged_instruments
    from harmony_kit.report.blocks import load_fragments, load_words, word_languages

    for path in packaged_instruments():
        instrument = load_instrument(path)
        load_playbook(find_playbook(instrument.id))
        rehearse(instrument)
    for language in word_languages():
        words = load_words(language)
        words.listing([words.day(_SOME_DAY), words.month(_SOME_DAY)])
    load_fragments()
