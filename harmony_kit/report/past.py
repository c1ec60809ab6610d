"""What a report knows of the wave before: what was agreed then, and what moved since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from harmony_kit.journal.accord import accord_of, list_workshops
from harmony_kit.journal.answers import Answers, AnswersFrame, type_frame
from harmony_kit.journal.answers_file import read_answers_file
from harmony_kit.journal.commitment import Commitment, Owner
from harmony_kit.measures.record_moves import measure_record_moves
from harmony_kit.measures.wave_comparison import WaveComparison, compare_waves
from harmony_kit.report.accord_report.accord_view import AccordView

if TYPE_CHECKING:
    from harmony_kit.report.assessment import Assessment

__all__ = ["Past", "read_past"]


@dataclass(frozen=True)
class Past:
    """The wave before, as far as this report may tell of it.

    Attributes
    ----------
    accords
        What was agreed then, as it stands now; nobody is named.
    compared
        What moved between the two waves, through the gate.
    records
        `measure_record_moves` from the day of the last workshop, or of the last answer then, to the
        day of this report.
    since
        That day.
    """

    wave: str
    accords: tuple[AccordView, ...]
    compared: WaveComparison
    records: pd.DataFrame
    since: date


def read_past(folder: Path, assessment: Assessment, answers: Answers) -> Past | None:
    """The wave before of a site, from the files `batch.earlier` left; None where there are none.

    `answers` are those the assessment was made from. Each wave is drawn with the key its own report
    was drawn with.
    """
    told, site = folder / f"{assessment.site.site}.json", assessment.site.site
    if not told.is_file():
        return None
    content: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    before = read_answers_file(folder / f"{site}.parquet").frame
    entries = [_read_entry(one) for one in content["entries"]]
    since = min(_find_since(entries, before) or assessment.as_of, assessment.as_of)
    engagement, evidence = assessment.engagement, assessment.engagement.evidence.of_site(site)
    tables = (evidence.decisions, evidence.pilots, evidence.usage)
    present = answers.frame[answers.frame["wave"] == assessment.wave]
    keys = {content["wave"]: content["key"], assessment.wave: answers.key}
    compared = compare_waves(
        type_frame(pd.concat([before, present])),
        engagement.instrument.items_frame(),
        settings=engagement.settings,
        headcounts=engagement.headcounts(),
        wordings=content["wordings"],
        secret_of=lambda _site, wave: keys[wave].encode() or None,
    )
    return Past(
        wave=content["wave"],
        accords=_view(assessment, entries, content["owners"]),
        compared=compared,
        records=measure_record_moves(*tables, since, assessment.as_of),
        since=since,
    )


def _find_since(entries: Iterable[Commitment], before: AnswersFrame) -> date | None:
    """The day something was last agreed, not followed up; where nothing was, of the last answer."""
    agreed = [one.at.date() for one in entries if not one.supersedes]
    if agreed:
        return max(agreed)
    return before["answered_at"].max().date() if len(before) else None


def _read_entry(told: Mapping[str, Any]) -> Commitment:
    due = date.fromisoformat(told["due"]) if told["due"] else None
    return Commitment(**{**told, "at": datetime.fromisoformat(told["at"]), "due": due})


def _view(
    assessment: Assessment, entries: list[Commitment], owners: Iterable[Mapping[str, str]]
) -> tuple[AccordView, ...]:
    accords = [accord_of(entries, *place) for place in list_workshops(entries)]
    return tuple(
        AccordView(
            engagement=assessment.engagement,
            playbook=assessment.playbook,
            accord=accord,
            language=assessment.language,
            owners={one["id"]: Owner(**one) for one in owners},
            titles={one.id: one.title for one in assessment.subjects},
        )
        for accord in accords
        if accord.current
    )
