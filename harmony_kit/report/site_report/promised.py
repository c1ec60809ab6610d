"""What was promised and what moved: each promise with its pair, day and state, then then-and-now.

What moved is what the same questions in the same words show, as sure as a report claims anything;
one honest line stands where nothing did.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harmony_kit.findings.findings import Finding
from harmony_kit.journal.answers import column_name, split_column
from harmony_kit.measures.rows import Row, rows_of, text_of
from harmony_kit.measures.steps import STEP
from harmony_kit.report.accord_report.follow_up import Followed, count_standings, follow_site
from harmony_kit.report.accord_report.pulse_page import say_move
from harmony_kit.report.past import Past
from harmony_kit.report.plain_values import plain_value
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["find_promise", "list_promised", "list_since", "say_promised", "tell_past"]

_MOST = 8  # topics shown as having moved


def tell_past(view: SiteView, past: Past) -> dict[str, Any]:
    """What the part says, as plain values for its fragment."""
    say = view.words.say
    moves = [*_say_moves(view, past)]
    records = [*_say_records(view, past)]
    stays = [*_say_unmoved(view, past)]
    kept = _list_promises(view, past)
    is_said = bool(moves) or any(map(_is_move, rows_of(past.compared.understood)))
    return {
        "since": say("promised.lead", wave=past.wave),
        "counts": _say_counts(view, kept),
        "promises": [_tell_promise(view, one) for one in kept],
        "returned": [*_say_returned(view, past)],
        "understood": [*_say_understood(view, past)],
        "moves": moves,
        "stays": stays,
        "moved_on_record": records,
        "since_day": past.since,
        "nothing": _say_nothing(view, is_said=is_said, is_recorded=bool(records)),
    }


def _say_nothing(view: SiteView, *, is_said: bool, is_recorded: bool) -> str:
    """One honest line where nothing moved: in what people say, on record, or in either."""
    if is_said and is_recorded:
        return ""
    if not is_said and not is_recorded:
        return view.words.say("promised.nothing")
    return view.words.say("promised.nothing_recorded" if is_said else "promised.nothing_said")


def say_promised(view: SiteView, past: Past) -> str:
    """One line for page one: how many things were promised, and how they stand."""
    kept = _list_promises(view, past)
    names = {"wave": past.wave, "counts": _say_counts(view, kept)}
    return view.words.say("page.promised", **names) if kept else ""


def find_promise(view: SiteView, past: Past, finding: Finding) -> str:
    """What was promised before about what a finding is about, where it is not done: late first."""
    about = {*finding.names, finding.item} - {""}
    told = []
    for found in sorted(_list_undone(view, past), key=lambda one: one.standing == "dropped"):
        ref = found.one.thing.ref
        place = split_column(ref) or {}
        if about & {ref, place.get("item"), place.get("subject")}:
            state = view.words.say(f"follow.{found.standing}")
            told.append(view.words.say("page.promised_this", text=found.one.text, state=state))
    return " ".join(told)


def list_promised(view: SiteView, past: Past) -> Iterator[str]:
    """The dimensions in which something was promised before and is not done."""
    instrument = view.site.engagement.instrument
    for found in _list_undone(view, past):
        item = (split_column(found.one.thing.ref) or {}).get("item") or ""
        if instrument.has_item(item):
            yield instrument.item(item).dimension


def _list_undone(view: SiteView, past: Past) -> list[Followed]:
    return [one for one in _list_promises(view, past) if one.standing != "done"]


def _list_promises(view: SiteView, past: Past) -> list[Followed]:
    return follow_site(past.accords, view.site.as_of)


def _say_counts(view: SiteView, found: list[Followed]) -> str:
    if not found:
        return view.words.say("promised.none")
    told = [
        view.words.say("follow.count", n=n, state=view.words.say(f"follow.{name}"))
        for name, n in count_standings(found).items()
    ]
    return view.words.say("promised.counts", n=len(found), counts=view.words.listing(told))


def _tell_promise(view: SiteView, found: Followed) -> dict[str, str]:
    words, one = view.words, found.one
    return {
        "text": one.text,
        "who": words.listing(one.owners) or words.say("accord.nobody"),
        "day": words.day(one.due) if one.due else "",
        "state": words.say(_name_standing(found)),
        "reason": one.reason,
        "standing": found.standing,
    }


def _name_standing(found: Followed) -> str:
    """How it stands; a question that is done has an answer somebody can say."""
    is_answered = found.one.kind == "question" and found.standing == "done"
    return "promised.answer" if is_answered and not found.one.reason else f"follow.{found.standing}"


def _say_returned(view: SiteView, past: Past) -> Iterator[str]:
    for row in rows_of(past.compared.returns):
        names = {name: row[name] for name in ("n_before", "n_after", "n_returned")}
        key = "promised.returned" if _is_count(names["n_returned"]) else "promised.people"
        # A side too small to be told of has no answers left to count.
        if all(_is_count(names[name]) and names[name] for name in ("n_before", "n_after")):
            yield view.words.say(key, lens=view.name(row["lens"]), **names)


def _is_count(value: object) -> bool:
    return isinstance(value, int)


def _say_understood(view: SiteView, past: Past) -> Iterator[str]:
    """How much each side understands of the other in both waves, and whether that is a change."""
    for row in rows_of(past.compared.understood):
        key = "promised.understood" if _is_move(row) else "promised.understood_open"
        yield view.words.say(
            key,
            looker=view.name(row["lens"]),
            other=view.name(row["other"]),
            before=_say_share(view, row["before"]),
            after=_say_share(view, row["after"]),
            n=row["n_topics"],
        )


def _say_share(view: SiteView, share: float) -> str:
    """A share in steps; at the first step it may be none and at the last all, so that is said."""
    said = view.words.percent(share)
    if share <= STEP:
        return view.words.say("format.at_most", number=said)
    return view.words.say("format.at_least", number=said) if share >= 1 - STEP else said


def _is_move(row: Row) -> bool:
    return bool(row["claim"] == "claimed" and row["direction"] != "steady")


def _transitions(past: Past) -> list[Row]:
    """Topics asked in the same words in both waves, those spoken about at the workshop first."""
    spoken = {one.ref for view in past.accords for one in view.accord.of_kind("topic")}
    rows = [row for row in rows_of(past.compared.transitions) if row["comparison"] == "same"]
    return sorted(rows, key=lambda row: _ref(row) not in spoken)


def _ref(row: Row) -> str:
    return column_name(row["item"], text_of(row["subject"]) or None)


def _say_moves(view: SiteView, past: Past) -> Iterator[dict[str, str]]:
    """The topics whose state turned; told once where it turned alike for both."""
    turned: dict[tuple[str, ...], list[Row]] = {}
    for row in filter(_has_turned, _transitions(past)):
        turn = (_ref(row), row["from_state"], row["to_state"], row["claim"])
        turned.setdefault(turn, []).append(row)
    for rows in [*turned.values()][:_MOST]:
        row = rows[0]
        key = "promised.turned" if row["claim"] == "claimed" else "promised.leaning"
        words = view.words
        who = view.name(row["lens"]) if len(rows) == 1 else words.say("promised.both")
        now = words.say(f"promised.is_{row['to_state']}", who=who)
        before = words.say(f"promised.was_{row['from_state']}", who=who)
        yield {
            "topic": view.label(row["item"], row["subject"]),
            "told": words.say(key, before=before, after=now),
        }


def _has_turned(row: Row) -> bool:
    is_sure = row["claim"] in ("claimed", "leaning")
    return is_sure and row["from_state"] != row["to_state"]


def _say_unmoved(view: SiteView, past: Past) -> Iterator[str]:
    """The topics of the workshop of which no change can be told."""
    spoken = {one.ref for each in past.accords for one in each.accord.of_kind("topic")}
    rows = [row for row in _transitions(past) if _ref(row) in spoken]
    moved = {_ref(row) for row in rows if _has_turned(row)}
    seen = dict.fromkeys(
        view.label(row["item"], row["subject"]) for row in rows if _ref(row) not in moved
    )
    if seen:
        yield view.words.say("promised.stays", topics=view.words.listing(seen))


def _say_records(view: SiteView, past: Past) -> Iterator[str]:
    for row in rows_of(past.records):
        if row["is_moved"]:
            yield say_move(view.words, row, view.title(row["subject"]))


def list_since(view: SiteView, past: Past) -> dict[str, Any]:
    """The same for results.json, without words: promises, topics then and now, records."""
    promises = [
        {
            "id": found.one.mark,
            "kind": found.one.kind,
            "sort": found.one.sort,
            "standing": found.standing,
            "due": found.one.due.isoformat() if found.one.due else "",
        }
        for found in _list_promises(view, past)
    ]
    names = ("item", "subject", "lens", "other", "from_state", "to_state", "p_changed", "claim")
    turned = [row for row in _transitions(past) if row["claim"] in ("claimed", "leaning")]
    chances = ("p_rose", "p_steady", "p_fell")
    shares = ("lens", "other", "n_topics", "before", "after", *chances, "direction", "claim")
    moved = ("record", "subject", "before", "after")
    return {
        "wave": past.wave,
        "day": past.since.isoformat(),
        "promises": [_filled(one, tuple(one)) for one in promises],
        "topics": [_filled(row, names) for row in turned],
        "understood": [_filled(row, shares) for row in rows_of(past.compared.understood)],
        "records": [_filled(row, moved) for row in rows_of(past.records) if row["is_moved"]],
    }


def _filled(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """The cells of a row that say something."""
    cells = {name: plain_value(row[name]) for name in names}
    return {name: cell for name, cell in cells.items() if cell not in (None, "")}
