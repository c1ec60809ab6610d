"""The parts signatures are made of: what was said, and what the records show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from harmony_kit.measures.rows import Row, rows_of

__all__ = [
    "WAITS_DAYS",
    "Frames",
    "Part",
    "bridge_unowned",
    "decision_waits",
    "decisions_stall",
    "held_alone",
    "opposed_on_acting",
    "pilot_drifts",
    "said_by_both",
    "sees_quadrant",
    "use_fades",
    "use_is_high",
    "use_is_low",
    "words_apart",
]

#: The frames of the other measures by name; any may be missing or empty.
Frames = Mapping[str, pd.DataFrame]
#: A decision waits when it has been open for at least this many days.
WAITS_DAYS = 30


@dataclass(frozen=True)
class Part:
    """One part of a signature at one place: how likely it holds, and the numbers behind it.

    `wave` is empty for records, `subject` for what is not about a pilot or a decision. `p` is
    the probability beside a record, `p_alone` without one. `n` is people per lens, `numbers`
    dicts ``what, value, n`` with ``lens`` where one lens said it.
    """

    site: str
    p: float
    wave: str = ""
    subject: str = ""
    p_alone: float = float("nan")
    n: Mapping[str, int] = field(default_factory=dict)
    numbers: tuple[Row, ...] = ()


def _rows(frames: Frames, name: str, **wanted: str) -> list[Row]:
    """The rows of a frame whose columns hold these values; none without the frame."""
    frame = frames.get(name)
    if frame is None or frame.empty:
        return []
    for column, value in wanted.items():
        frame = frame[frame[column].eq(value)]
    return rows_of(frame)


def _pairs(rows: list[Row], *keys: str) -> Iterator[tuple[Row, Row]]:
    """The two rows, one per lens, of each key; keys with another number of rows are left out."""
    ordered = sorted(rows, key=lambda row: tuple(_text(row[key]) for key in (*keys, "lens")))
    for _, same in groupby(ordered, key=lambda row: tuple(_text(row[key]) for key in keys)):
        first, *others = same
        if len(others) == 1:
            yield first, others[0]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(what: str, row: Row, value: str, n: str) -> Row:
    number = {"what": what, "value": row[value], "n": row[n]}
    return {**number, "lens": row["lens"]} if "lens" in row else number


def said_by_both(frames: Frames, group: str) -> Iterator[Part]:
    """Both lenses answer a rating of this group above the midpoint."""
    rows = _rows(frames, "within", group=group)
    own = [row for row in rows if row["lens"] == row["about"]]
    for first, second in _pairs(own, "site", "wave", "item", "subject"):
        yield Part(
            site=first["site"],
            wave=first["wave"],
            subject=_text(first["subject"]),
            p=first["p_above"] * second["p_above"],
            n={row["lens"]: row["n"] for row in (first, second)},
            numbers=tuple(_number(group, row, "mean", "n") for row in (first, second)),
        )


def sees_quadrant(frames: Frames, quadrant: str) -> Iterator[Part]:
    """Beside a record of use, at least one lens puts the pilot there; without one, both do."""
    for first, second in _pairs(_rows(frames, "pilots"), "site", "wave", "subject"):
        one, two = first[f"p_{quadrant}"], second[f"p_{quadrant}"]
        scores = [
            _number(name, row, name, f"n_{name}")
            for row in (first, second)
            for name in ("technical", "operational")
        ]
        yield Part(
            site=first["site"],
            wave=first["wave"],
            subject=first["subject"],
            p=1 - (1 - one) * (1 - two),
            p_alone=one * two,
            n={
                row["lens"]: min(row["n_technical"], row["n_operational"])
                for row in (first, second)
            },
            numbers=tuple(scores),
        )


def opposed_on_acting(frames: Frames) -> Iterator[Part]:
    """One lens finds the data ready enough to act on, the other does not."""
    for first, second in _pairs(_rows(frames, "readiness"), "site", "wave", "subject"):
        one, two = first["p_act"], second["p_act"]
        p = one * (1 - two) + two * (1 - one)
        yield Part(
            site=first["site"],
            wave=first["wave"],
            subject=first["subject"],
            p=p,
            p_alone=p,
            n={row["lens"]: row["n_act"] for row in (first, second)},
            numbers=tuple(_number("act", row, "act", "n_act") for row in (first, second)),
        )


def bridge_unowned(frames: Frames) -> Iterator[Part]:
    """A lens says nobody owns the bridge, or each says the other does."""
    rows = _rows(frames, "ownership", group="bridge")
    for first, second in _pairs(rows, "site", "wave", "item", "subject"):
        said = tuple(
            {
                "what": "says_nobody",
                "value": row["counts"].get("nobody", 0) / row["n"] if row["n"] else 0.0,
                "n": row["n"],
                "lens": row["lens"],
            }
            for row in (first, second)
        )
        yield Part(
            site=first["site"],
            wave=first["wave"],
            p=first["p_unowned"],
            p_alone=first["p_unowned"],
            n={row["lens"]: row["n"] for row in (first, second)},
            numbers=said,
        )


def words_apart(frames: Frames) -> Iterator[Part]:
    """The first words of the two lenses lie apart."""
    rows = _rows(frames, "words", group="words")
    for first, second in _pairs(rows, "site", "wave", "item", "subject"):
        n = {row["lens"]: row["n_own"] for row in (first, second)}
        distance = {"what": "words", "value": first["actual"], "n": sum(n.values())}
        p = first["p_apart"]
        yield Part(first["site"], p, first["wave"], p_alone=p, n=n, numbers=(distance,))


def held_alone(frames: Frames) -> Iterator[Part]:
    """Both lenses see one of them hold most duties alone; the subject is that lens."""
    for first, second in _pairs(_rows(frames, "drift"), "site", "wave", "holder"):
        p = first["p_most"] * second["p_most"]
        yield Part(
            site=first["site"],
            wave=first["wave"],
            subject=first["holder"],
            p=p,
            p_alone=p,
            n={row["lens"]: row["n"] for row in (first, second)},
            numbers=tuple(_number("share_held", row, "share", "n") for row in (first, second)),
        )


def decisions_stall(frames: Frames) -> Iterator[Part]:
    """More than half of the site's decisions take longer than the limit."""
    for row in _rows(frames, "evidence_decisions"):
        shown = {"share_open": "n", "median_days": "n_judged", "oldest_open_days": "n_open"}
        numbers = tuple(_number(what, row, what, n) for what, n in shown.items())
        slow = _number("decisions_slow", row, "n_slow", "n_judged")
        yield Part(row["site"], row["p_stall"], numbers=(slow, *numbers))


def decision_waits(frames: Frames) -> Iterator[Part]:
    """A decision has been open for at least `WAITS_DAYS` days: a fact, 0 or 1."""
    for row in _rows(frames, "evidence_decisions"):
        for decision, days in row["open_days"].items():
            number = {"what": "days_open", "value": days, "n": 1}
            yield Part(row["site"], float(days >= WAITS_DAYS), subject=decision, numbers=(number,))


def pilot_drifts(frames: Frames) -> Iterator[Part]:
    """A pilot is past its planned end or its scope keeps changing: a fact, 0 or 1."""
    for row in _rows(frames, "evidence_pilots"):
        numbers = tuple(
            {"what": what, "value": row[what], "n": 1} for what in ("days_over", "scope_changes")
        )
        p = float(row["is_drifting"])
        yield Part(row["site"], p, subject=row["pilot"], numbers=numbers)


def _use(frames: Frames, probability: str, *, is_reversed: bool = False) -> Iterator[Part]:
    for row in _rows(frames, "evidence_usage"):
        p = 1 - row[probability] if is_reversed else row[probability]
        numbers = tuple(
            {"what": what, "value": row[what], "n": row["n_eligible"]}
            for what in ("active_share", "now_vs_peak")
        )
        yield Part(row["site"], p, subject=row["pilot"], numbers=numbers)


def use_is_low(frames: Frames) -> Iterator[Part]:
    """Fewer than half of the eligible use the pilot."""
    yield from _use(frames, "p_used", is_reversed=True)


def use_is_high(frames: Frames) -> Iterator[Part]:
    """At least half of the eligible use the pilot."""
    yield from _use(frames, "p_used")


def use_fades(frames: Frames) -> Iterator[Part]:
    """Use has fallen below two thirds of its peak."""
    yield from _use(frames, "p_fades")
