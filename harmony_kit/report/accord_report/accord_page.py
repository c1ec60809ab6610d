"""The accord on one sheet: story, frame, decisions, owners and days, dissent, two initials."""

from __future__ import annotations

from typing import Any

from harmony_kit.journal.accord import is_settled
from harmony_kit.journal.commitment import Commitment, missing_boundaries
from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.decision_record import DecisionRecord, list_records
from harmony_kit.report.accord_report.density import find_density
from harmony_kit.report.accord_report.due_things import DueThing, due_things

__all__ = ["say_line", "say_verdict", "tell_accord"]


def tell_accord(view: AccordView) -> dict[str, Any]:
    """What the sheet says, as plain values for its template."""
    accord, say = view.accord, view.words.say
    things = due_things(view)
    told = {
        "title": say("accord.title", workflow=view.title(accord.workflow)),
        "site": view.engagement.site(accord.site).name,
        "wave": say("cover.wave", wave=accord.wave),
        "story": view.story,
        "present": _say_present(view),
        "frame": [
            {"line": view.item(one.ref), "told": say_line(view, one), "state": one.state}
            for one in accord.sentences
        ],
        "decisions": [_tell_record(view, one) for one in list_records(view)],
        "pilots": [_tell_pilot(view, one) for one in accord.boundaries],
        "actions": [_tell_due(view, one) for one in things if one.kind == "action"],
        "questions": [_tell_due(view, one) for one in things if one.kind == "question"],
        "dissent": [(view.lens(one.lens), one.text) for one in accord.dissent if one.text],
        "open": _say_open(view),
        "sides": [(n, view.lens(lens)) for n, lens in enumerate(view.lenses)],
        "version": view.version,
    }
    return {**told, "density": find_density(told)}


def _say_present(view: AccordView) -> str:
    present = view.accord.attendance
    told = [
        view.words.count("accord.people", present[lens], lens=view.lens(lens))
        for lens in view.lenses
        if lens in present
    ]
    return view.words.say("accord.present", who=view.words.listing(told)) if told else ""


def say_line(view: AccordView, line: Commitment, *, lens: str = "") -> str:
    """A line of the frame as it ended: a sentence, two wordings and who decides, or open.

    With `lens` the words of that side alone.
    """
    say = view.words.say
    if line.state == "agreed":
        return line.text
    if line.state == "open":
        return say("accord.open")
    sides = (lens,) if lens else view.lenses
    told = " / ".join(
        say("accord.wording", lens=view.lens(side), text=line.value.get(f"wording_{side}", "…"))
        for side in sides
    )
    return say("accord.two_wordings", told=told, decides=_say_who_when(view, line))


def _say_who_when(view: AccordView, thing: Commitment) -> str:
    owners, day = view.words.listing(view.owned(thing)), thing.due
    say = view.words.say
    who = owners or say("accord.nobody")
    return say("accord.by", who=who, day=view.words.day(day)) if day else who


def say_verdict(view: AccordView, record: DecisionRecord) -> str:
    """What was decided, and whether it is what the interviews propose."""
    held = view.words.name("verdict", record.verdict) if record.verdict else ""
    if not held:
        return view.words.say("accord.no_verdict")
    if record.is_confirmed:
        return view.words.say("accord.confirmed", verdict=held)
    if not record.alternatives:
        return view.words.say("accord.own_verdict", verdict=held)
    proposed = view.words.name("verdict", record.alternatives[0])
    return view.words.say("accord.overruled", verdict=held, proposed=proposed)


def _tell_record(view: AccordView, record: DecisionRecord) -> dict[str, Any]:
    check = view.words.say("accord.check", check=view.item(record.check)) if record.check else ""
    owners = view.words.listing(record.owners)
    day = view.words.day(record.review) if record.review else ""
    return {
        "decision": record.title,
        "verdict": say_verdict(view, record),
        "why": record.reason,
        "check": check,
        "who": owners if record.check else "",
        "day": day if record.check else "",
    }


def _tell_pilot(view: AccordView, boundary: Commitment) -> dict[str, str]:
    title, blank = view.title(boundary.ref), missing_boundaries(boundary)
    if boundary.state == "starts":
        return {"pilot": title, "told": view.words.say("accord.starts")}
    if not blank:
        return {"pilot": title, "told": view.words.say("accord.not_yet")}
    names = view.words.listing(view.words.say(f"limit.{name}") for name in blank)
    return {"pilot": title, "told": view.words.say("accord.blank", limits=names)}


def _tell_due(view: AccordView, one: DueThing) -> dict[str, Any]:
    return {
        "text": one.text,
        "sort": view.words.name("sort", one.sort) if one.sort else "",
        "who": view.words.listing(one.owners),
        "day": view.words.day(one.due) if one.due else "",
        "done_when": one.thing.done_when,
        "state": view.words.name("followed", one.state) if one.state != "open" else "",
        "is_marked": not is_settled(one.thing),
    }


def _say_open(view: AccordView) -> str:
    """What stays open is said, never hidden."""
    accord = view.accord
    is_open = [one for one in accord.sentences if one.state != "agreed"]
    n = len(accord.marked)
    told = [
        view.words.count("accord.lines_open", len(is_open)) if is_open else "",
        view.words.count("accord.marked", n) if n else "",
    ]
    return " ".join(filter(None, told))
