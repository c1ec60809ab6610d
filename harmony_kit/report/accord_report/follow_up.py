"""What was promised, by whom, and how it stands on a day: due soon, late, done, dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.due_things import DueThing, due_things

__all__ = [
    "STANDINGS",
    "Followed",
    "count_standings",
    "follow_site",
    "say_counts",
    "tell_owners",
    "tell_reminder",
]

#: How a thing stands, in the order they are told.
STANDINGS = ("late", "due", "open", "undated", "done", "dropped")
_SOON_DAYS = 14


@dataclass(frozen=True)
class Followed:
    """One thing with how it stands on a day; `n_days` until it is due, negative past it."""

    one: DueThing
    standing: str
    n_days: int | None


def _follow(one: DueThing, today: date) -> Followed:
    n_days = (one.due - today).days if one.due else None
    if one.state in ("done", "dropped"):
        return Followed(one, one.state, n_days)
    if one.state == "late" or (n_days is not None and n_days < 0):
        return Followed(one, "late", n_days)
    if n_days is None:
        return Followed(one, "undated", None)
    return Followed(one, "due" if n_days <= _SOON_DAYS else "open", n_days)


def follow_site(views: Iterable[AccordView], today: date) -> list[Followed]:
    """Everything of a site's workshops, the late first."""
    found = [_follow(one, today) for view in views for one in due_things(view)]
    return sorted(found, key=lambda one: STANDINGS.index(one.standing))


def count_standings(found: Iterable[Followed]) -> dict[str, int]:
    """Standing → how many."""
    told = [one.standing for one in found]
    return {name: told.count(name) for name in STANDINGS if name in told}


def tell_owners(views: Sequence[AccordView], today: date) -> list[dict[str, Any]]:
    """Owner by owner, what is theirs; a pair's stands under both, what nobody owns comes last."""
    if not views:
        return []
    nobody = views[0].words.say("accord.nobody")
    by_owner: dict[str, list[dict[str, str]]] = {}
    for one in follow_site(views, today):
        told = _tell(views[0], one)
        for owner in one.one.owners or (nobody,):
            by_owner.setdefault(owner, []).append(told)
    order = sorted(by_owner, key=lambda owner: (owner == nobody, owner))
    return [{"owner": owner, "things": by_owner[owner]} for owner in order]


def _tell(view: AccordView, one: Followed) -> dict[str, str]:
    words, thing = view.words, one.one
    days = one.n_days
    past = words.count("follow.past", -days) if days is not None and days < 0 else ""
    return {
        "mark": thing.mark,
        "standing": one.standing,
        "state": words.say(f"follow.{one.standing}"),
        "text": thing.text,
        "day": words.day(thing.due) if thing.due else "",
        "past": past if one.standing == "late" else "",
        "reason": thing.reason,
        "done_when": thing.thing.done_when,
    }


def tell_reminder(sites: Sequence[Sequence[AccordView]], today: date) -> dict[str, Any]:
    """What the reminder sheet says: site by site, owner by owner."""
    told = []
    for views in sites:
        view = views[0]
        counts = count_standings(follow_site(views, today))
        told.append(
            {
                "site": view.engagement.site(view.accord.site).name,
                "counts": say_counts(view, counts),
                "owners": tell_owners(views, today),
            }
        )
    return {"day": today, "sites": told}


def say_counts(view: AccordView, counts: dict[str, int]) -> str:
    """How many stand how, in words."""
    return ", ".join(
        view.words.say("follow.count", n=n, state=view.words.say(f"follow.{name}"))
        for name, n in counts.items()
    )
