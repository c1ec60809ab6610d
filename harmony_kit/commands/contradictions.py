"""What the evidence files say that cannot be, with file and row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from harmony_kit.engagement.evidence_files import Evidence
from harmony_kit.errors import Problem
from harmony_kit.instrument.language_files import FALLBACK, load_texts
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer
from harmony_kit.measures.evidence_problems import list_evidence_problems

__all__ = ["list_contradictions", "list_unasked"]


def list_contradictions(evidence: Evidence, *, as_of: date) -> Iterator[Problem]:
    """What contradicts itself in decisions, pilots and usage, and what is done about it.

    What a cell that could not be read leaves behind is not told a second time. A value that is
    only missing is a warning.
    """
    told = {(p.file, p.where) for p in evidence.problems}
    frame = list_evidence_problems(evidence.decisions, evidence.pilots, evidence.usage, as_of=as_of)
    words = load_texts("records", FALLBACK)
    for row in frame.to_dict("records"):
        file, where = _place(evidence, row)
        code, allowed = str(row["problem"]), ""
        what = words[f"problem.{code}"]
        if (file, f"{where}, column {what.split()[0]}") in told:
            continue
        if code == "status_unknown":
            what, allowed = f"status is {_status(evidence, row)!r}", str(row["allowed"])
        handled = words[f"handled.{row['handling']}"]
        todo = f"In the report: {handled}."
        problem = Problem(file, where, f"{row['site']} / {row['id']}: {what}", allowed, todo)
        yield replace(problem, severity="warning") if code.endswith("_missing") else problem
    yield from _list_ghosts(evidence)


def _place(evidence: Evidence, row: dict[Any, Any]) -> tuple[str, str]:
    name = str(row["file"]).removesuffix(".csv")
    week = (row["week"],) if name == "usage" else ()
    place = evidence.places.get((name, row["site"], row["id"], *week))
    return (place[0], f"row {place[1]}") if place else (str(row["file"]), "")


def _status(evidence: Evidence, row: dict[Any, Any]) -> str:
    is_pilot = str(row["file"]).startswith("pilots")
    frame = evidence.pilots if is_pilot else evidence.decisions
    key = "pilot" if is_pilot else "decision"
    found = frame[(frame["site"] == row["site"]) & (frame[key] == row["id"])]
    return str(found["status"].iloc[0])


def _list_ghosts(evidence: Evidence) -> Iterator[Problem]:
    """The pilots that are used and are in no list of pilots, each once."""
    pairs = evidence.pilots[["site", "pilot"]].itertuples(index=False, name=None)
    known = {(site, pilot.casefold()): pilot for site, pilot in pairs}
    seen = set()
    for site, pilot, week in evidence.usage[["site", "pilot", "week"]].itertuples(index=False):
        if (site, pilot.casefold()) in known or (site, pilot) in seen:
            continue
        seen.add((site, pilot))
        file, number = evidence.places[("usage", site, pilot, week)]
        what = f"{site} / {pilot}: there is no such pilot"
        allowed = ", ".join(name for (place, _), name in known.items() if place == site)
        todo = "Add it to pilots.csv, or mend its id."
        yield Problem(file, f"row {number}, column pilot", what, allowed, todo)


def list_unasked(
    evidence: Evidence, answers: Iterable[Answer], instrument: Instrument
) -> Iterator[Problem]:
    """Decisions of whose data people were asked, and that are one-off or of no known kind.

    Only a decision that is taken in the work, again and again, has data to be ready. Of one whose
    kind is missing nothing is guessed: it is read as both until somebody says.
    """
    per = {item.id for item in instrument.items if item.per == "decision"}
    asked = {(answer.site, answer.subject) for answer in answers if answer.item in per}
    rows = evidence.decisions[["site", "decision", "kind"]].itertuples(index=False)
    for site, decision, kind in rows:
        if (site, decision) not in asked or kind == "recurring":
            continue
        file, number = evidence.places[("decisions", site, decision)]
        if kind == "one_off":
            what = f"{site} / {decision} is one_off, and people answered whether its data is ready"
            todo = "Is it recurring? A one-off decision is not asked about."
        else:
            what = "people answered whether the data of this decision is ready"
            todo = (
                "Is it one_off or recurring? Until then its waiting counts as if it were one_off, "
                "and its data as if it were recurring."
            )
        yield Problem(file, f"row {number}, column kind", what, "", todo, "warning")
