"""The two translations of an accord: a control card for one side, a shift card for the other.

Which side gets which is said by the playbook. Both are made of the same limits and records, in
the words of whoever works with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harmony_kit.findings.playbook_parts import Card
from harmony_kit.journal.commitment import Commitment, missing_boundaries
from harmony_kit.report.accord_report.accord_page import say_line, say_verdict
from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.decision_record import DecisionRecord, list_records
from harmony_kit.report.accord_report.density import find_density
from harmony_kit.report.accord_report.due_things import due_things

__all__ = ["tell_cards"]

#: Card → its parts, each the limits of a pilot that are read there.
_PARTS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "control": (
        ("boundaries", ("actions",)),
        ("approvals", ("approval",)),
        ("escalation", ("exceptions", "accountability", "stopping")),
    ),
    "shift": (
        ("may", ("actions",)),
        ("yes", ("approval",)),
        ("stops", ("stopping",)),
        ("call", ("exceptions", "accountability")),
    ),
}


def tell_cards(view: AccordView) -> dict[str, dict[str, Any]]:
    """Card → what it says, as plain values for its template; in the order of the playbook."""
    return {card.id: _tell(view, card) for card in view.playbook.cards if card.lens in view.lenses}


def _tell(view: AccordView, card: Card) -> dict[str, Any]:
    say, accord = view.words.say, view.accord
    pilots = [_tell_pilot(view, card, one) for one in accord.boundaries]
    told = {
        "side": view.lenses.index(card.lens),
        "title": say(f"card.{card.id}", lens=view.lens(card.lens)),
        "lead": say(f"card.{card.id}_lead"),
        "site": view.engagement.site(accord.site).name,
        "workflow": view.title(accord.workflow),
        "wave": say("cover.wave", wave=accord.wave),
        "pilots": pilots,
        "silent": "" if pilots else say("card.no_pilot"),
        "parts": [*_list_parts(view, card)],
        "version": view.version,
    }
    return {**told, "density": find_density(told)}


def _tell_pilot(view: AccordView, card: Card, boundary: Commitment) -> dict[str, Any]:
    say, blank = view.words.say, missing_boundaries(boundary)
    state = "starts" if boundary.state == "starts" else "blank" if blank else "not_yet"
    names = view.words.listing(say(f"limit.{name}") for name in blank)
    return {
        "pilot": view.title(boundary.ref),
        "state": say(f"card.{card.id}_{state}", limits=names),
        "is_started": state == "starts",
        "parts": [
            (say(f"card.{part}"), [*_say_limits(view, boundary, names_)])
            for part, names_ in _PARTS[card.id]
        ],
    }


def _say_limits(view: AccordView, boundary: Commitment, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        told = boundary.value.get(name, "").strip() or view.words.say("card.nothing")
        if len(names) == 1:
            yield told
        else:
            limit = view.words.say(f"limit.{name}")
            yield view.words.say("card.limit", limit=limit[:1].upper() + limit[1:], told=told)


def _list_parts(view: AccordView, card: Card) -> Iterator[tuple[str, list[str]]]:
    """What a card says beside the limits of pilots; a part nothing was said of is left out."""
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "never": lambda: _say_never(view, card),
        "decisions": lambda: _say_records(view, card),
        "recorded": lambda: _say_recorded(view),
        "owners": lambda: _say_owners(view, card),
    }
    for part in (
        ("decisions", "recorded", "owners")
        if card.id == "control"
        else (
            "never",
            "decisions",
            "owners",
        )
    ):
        if told := [*parts[part]()]:
            yield view.words.say(f"card.{part}"), told


def _say_never(view: AccordView, card: Card) -> Iterator[str]:
    for ref in card.never:
        line = view.accord.find("sentence", ref)
        if line is not None and line.state != "open":
            yield say_line(view, line, lens=card.lens)
    yield view.words.say("card.never_else")


def _say_records(view: AccordView, card: Card) -> Iterator[str]:
    """Each decision record as a line an auditor reads, or one a shift reads."""
    for record in list_records(view):
        yield _say_audit(view, record) if card.id == "control" else _say_shift(view, record)


def _say_audit(view: AccordView, record: DecisionRecord) -> str:
    say, words = view.words.say, view.words
    told = [
        say("card.audit", id=record.mark[:8], what=record.title, verdict=say_verdict(view, record)),
        say("card.audit_why", why=record.reason) if record.reason else "",
        say("card.audit_check", check=view.item(record.check)) if record.check else "",
        say("card.audit_by", who=words.listing(record.owners)) if record.owners else "",
        say("card.audit_review", day=words.day(record.review)) if record.review else "",
        words.count("card.audit_overrides", record.n_overridden),
    ]
    return " ".join(filter(None, told))


def _say_shift(view: AccordView, record: DecisionRecord) -> str:
    key = f"card.shift_{record.verdict}" if record.verdict else "card.shift_none"
    told = [view.words.say(key, what=record.title)]
    if record.check and record.verdict != "act_now":
        told.append(view.words.say("card.shift_check", check=view.item(record.check)))
    return " ".join(told)


def _say_recorded(view: AccordView) -> Iterator[str]:
    yield view.words.say("card.recorded_use")
    yield view.words.say("card.recorded_accord", version=view.version)


def _say_owners(view: AccordView, card: Card) -> Iterator[str]:
    """Who of a side, or of neither, sees to what until when, so that one knows whom to ask."""
    for one in due_things(view):
        lenses = {view.owners[id_].lens for id_ in one.thing.owners.values() if id_ in view.owners}
        if lenses & {card.lens, ""} and one.state in ("open", "late"):
            who = view.words.listing(one.owners)
            key = "card.owner_day" if one.due else "card.owner"
            day = view.words.day(one.due) if one.due else ""
            yield view.words.say(key, who=who, what=one.text, day=day)
