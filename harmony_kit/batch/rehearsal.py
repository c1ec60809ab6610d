"""A plant that does not exist, measured once so that those that do are measured warm."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from harmony_kit.engagement.demo import AS_OF, write_evidence
from harmony_kit.engagement.evidence_files import read_evidence
from harmony_kit.engagement.settings import Settings
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.answers import Answer, Source, answers_frame
from harmony_kit.measures.measuring import Basis, measure_everything

__all__ = ["rehearse"]

_N_PEOPLE = 4
#: A small lens and a large one.
_HEADCOUNTS = (2 * _N_PEOPLE, 200)
_PLANT: dict[str, Any] = {
    "site": "nowhere",
    "decisions": [{"decision": "one", "title": "", "raised": 60, "took": 20, "held_by": ""}],
    "pilots": [{"pilot": "one", "title": "", "started": 200, "planned": 90, "scope_changes": 0}],
    "usage": {"one": {"peak": 0.8, "now": 0.4, "accepted": 0.5}},
}


def rehearse(instrument: Instrument) -> None:
    """Measure a few invented answers, so that draws are tabulated and pandas knows its ways."""
    headcounts = pd.DataFrame(
        {"site": _PLANT["site"], "lens": instrument.lens_ids, "headcount": _HEADCOUNTS}
    )
    # As for a site; with Arrow's strings, Arrow would start threads in the server.
    with (
        pd.option_context("mode.string_storage", "python"),
        tempfile.TemporaryDirectory(prefix="harmony-") as folder,
    ):
        write_evidence([_PLANT], Path(folder))
        evidence = read_evidence(Path(folder), [_PLANT["site"]])
        basis = Basis(
            items=instrument.items_frame(),
            lenses=instrument.lens_ids,
            decisions=evidence.decisions,
            pilots=evidence.pilots,
            usage=evidence.usage,
            settings=Settings(),
            headcounts=headcounts.astype({"site": "str", "lens": "str", "headcount": "Int64"}),
            as_of=AS_OF,
        )
        measure_everything(answers_frame(_invent(instrument)), basis)


def _invent(instrument: Instrument) -> Iterator[Answer]:
    for item in instrument.items:
        if item.kind == "text":
            continue
        for number in range(_N_PEOPLE * len(instrument.lens_ids)):
            lens = instrument.lens_ids[number % len(instrument.lens_ids)]
            about = instrument.lens_ids if item.mirrored else (lens,)
            yield from (_answer(instrument, item, lens, other, number) for other in about)


def _answer(instrument: Instrument, item: Item, lens: str, about: str, number: int) -> Answer:
    options = instrument.option_ids(item.id) if item.options else ()
    return Answer(
        site=_PLANT["site"],
        wave="",
        respondent=f"{lens}-{number}",
        lens=lens,
        item=item.id,
        about=about,
        status="answered",
        answered_at=datetime(2000, 1, 3, tzinfo=UTC),
        source=Source("nobody", "demo", instrument.id, instrument.version, instrument.sha256),
        subject="one" if item.per else None,
        value=None if options else 1 + number % (instrument.points(item.id) or 1),
        chosen=tuple(options[: item.k or 1]) if options else None,
    )
