"""accord.json and frame.md: an accord for other programs, and its frame as plain text.

Neither names anybody: owners are told by what they are. docs/accord.md documents the content.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harmony_kit.journal.accord import is_settled
from harmony_kit.journal.commitment import BOUNDARIES, Commitment
from harmony_kit.report.accord_report.accord_page import say_line
from harmony_kit.report.accord_report.accord_view import AccordView, mark_of
from harmony_kit.report.accord_report.decision_record import list_records

__all__ = ["SCHEMA", "build_accord", "draw_frame"]

SCHEMA = 1


def build_accord(views: Iterable[AccordView]) -> dict[str, Any]:
    """The content of accord.json: every workshop of a site and wave."""
    told = [*views]
    first = told[0]
    owning = {id_ for view in told for one in view.accord.current for id_ in one.owners.values()}
    owners = {id_: first.owners[id_] for id_ in sorted(owning) if id_ in first.owners}
    return {
        "schema": SCHEMA,
        "site": first.accord.site,
        "wave": first.accord.wave,
        "language": first.language,
        "workshops": [_workshop(view) for view in told],
        "owners": [{"id": one.id, "lens": one.lens, "role": one.role} for one in owners.values()],
    }


def _workshop(view: AccordView) -> dict[str, Any]:
    accord = view.accord
    return {
        "workflow": accord.workflow,
        "title": view.title(accord.workflow),
        "version": view.version,
        "held_on": max(one.at for one in accord.current).date().isoformat(),
        "attendance": accord.attendance,
        "predictions": [
            {"topic": one.ref, "lens": one.lens, "number": float(one.value["number"])}
            for one in accord.of_kind("prediction")
            if one.state == "locked" and "number" in one.value
        ],
        "whys": [
            {"topic": one.ref, "lens": one.lens, "text": one.text}
            for one in accord.of_kind("why")
            if one.text
        ],
        "frame": [_line(view, one) for one in accord.sentences],
        "questions": [_due(one) | {"sort": one.value.get("sort", "")} for one in accord.questions],
        "decisions": [one.to_dict() for one in list_records(view)],
        "boundaries": [
            {"pilot": one.ref, "state": one.state}
            | {name: one.value.get(name, "") for name in BOUNDARIES}
            for one in accord.boundaries
        ],
        "actions": [_due(one) for one in accord.actions],
        "dissent": [{"lens": one.lens, "text": one.text} for one in accord.dissent if one.text],
    }


def _line(view: AccordView, line: Commitment) -> dict[str, Any]:
    wordings = {lens: line.value.get(f"wording_{lens}", "") for lens in view.lenses}
    told = {"line": line.ref, "state": line.state, "text": line.text}
    if line.state != "two_wordings":
        return told
    return told | {"wordings": wordings, "owners": dict(line.owners), "due": _day(line)}


def _due(thing: Commitment) -> dict[str, Any]:
    return {
        "id": mark_of(thing),
        "ref": thing.ref,
        "text": thing.text,
        "state": thing.state,
        "reason": thing.value.get("reason", ""),
        "owners": dict(thing.owners),
        "due": _day(thing),
        "done_when": thing.done_when,
        "is_settled": is_settled(thing),
    }


def _day(thing: Commitment) -> str | None:
    return thing.due.isoformat() if thing.due else None


def draw_frame(views: Iterable[AccordView]) -> bytes:
    """frame.md: the lines of the frame, as both can read them aloud."""
    lines: list[str] = []
    for view in views:
        place = view.engagement.site(view.accord.site).name
        lines += [f"# {view.words.say('accord.title', workflow=view.title(view.accord.workflow))}"]
        lines += ["", f"{place} · {view.words.say('cover.wave', wave=view.accord.wave)}", ""]
        for line in view.accord.sentences:
            lines.append(f"- **{_plain(view.item(line.ref))}**: {_plain(say_line(view, line))}")
        lines.append("")
    return "\n".join(lines).encode()


def _plain(text: str) -> str:
    """A text that stays one line of a list."""
    return " ".join(text.split())
