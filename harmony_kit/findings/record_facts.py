"""What the records of a site show: decisions, pilots and use, one fact each."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_kit.findings.fact import Fact, Term, count_term, is_known
from harmony_kit.findings.plots import Scene
from harmony_kit.measures.rows import Row

__all__ = [
    "are_ends_known",
    "late_pilots",
    "made_decisions",
    "open_decisions",
    "pilots_in_time",
    "use_now",
    "use_of_each",
]

#: Of so many decisions each is told; a middle would say little.
_FEW = 5


def open_decisions(scene: Scene) -> Iterator[Fact]:
    """How many decisions wait, for how long, and the oldest by name."""
    for row in scene.rows("evidence_decisions"):
        days = {one: d for one, d in row["open_days"].items() if is_known(d) and d > 0}
        if not days:
            continue
        oldest = max(days, key=lambda one: (days[one], one))
        yield Fact(
            "open",
            {
                "all": count_term(row["n"]),
                "low": count_term(min(days.values())),
                "high": count_term(days[oldest]),
                "oldest": Term("subject", oldest),
            },
            n=len(days),
        )


def made_decisions(scene: Scene) -> Iterator[Fact]:
    """How many decisions were made and how fast, where none waits; of few, how long each took."""
    for row in scene.rows("evidence_decisions", n_open=0):
        took = sorted(row["decided_days"].values())
        if 1 <= len(took) <= _FEW:
            days = Term("numbers", tuple(round(one) for one in took))
            yield Fact("made_each", {"days": days}, n=len(took))
        elif row["n_decided"] and is_known(row["median_days"]):
            yield Fact("made", {"days": count_term(row["median_days"])}, n=int(row["n_decided"]))


def late_pilots(scene: Scene) -> Iterator[Fact]:
    """How many pilots run past their planned end, the latest by name."""
    rows = scene.rows("evidence_pilots")
    late = [row for row in rows if row["is_open"] and row["is_past_end"]]
    if late:
        worst = max(late, key=lambda row: (row["days_over"], row["pilot"]))
        terms = {"oldest": Term("subject", worst["pilot"]), "days": count_term(worst["days_over"])}
        yield Fact("late", {**terms, "all": count_term(len(rows))}, n=len(late))


def use_of_each(scene: Scene) -> Iterator[Fact]:
    """How many of those who could use a pilot do, and did at its peak: of every pilot."""
    rows = scene.rows("evidence_usage")
    yield from (_use(scene, row) for row in rows if is_known(row["active_share"]))


def use_now(scene: Scene) -> Iterator[Fact]:
    """How many of those who could use a pilot do: that of the plot, else the least used."""
    rows = [row for row in scene.rows("evidence_usage") if is_known(row["active_share"])]
    told = [row for row in rows if row["pilot"] in scene.plot.subjects[:1]] or rows
    if told:
        yield _use(scene, min(told, key=lambda row: (row["active_share"], row["pilot"])))


def _use(scene: Scene, row: Row) -> Fact:
    """The use of a pilot; where it has ended and goes on in use, that it has."""
    shares = {name: Term("share", row[f"{name}_share"]) for name in ("active", "peak")}
    terms = {"subject": Term("subject", row["pilot"]), **shares}
    over = [one for one in scene.rows("evidence_pilots", pilot=row["pilot"]) if not one["is_open"]]
    if not over or not row["active_share"]:
        return Fact("used", terms)
    if is_known(over[0]["ended_on"]):
        return Fact("used_ended", {**terms, "day": Term("day", over[0]["ended_on"])})
    return Fact("used_past", terms)


def are_ends_known(rows: list[Row]) -> bool:
    """Whether it is known of every pilot that is over whether it ended in time."""
    return all(row["is_open"] or is_known(row["days_over"]) for row in rows)


def pilots_in_time(scene: Scene) -> Iterator[Fact]:
    """That no pilot still running is past its planned end, and how many ended past it."""
    rows = scene.rows("evidence_pilots")
    if not rows or any(row["is_open"] and row["is_past_end"] for row in rows):
        return
    late = [row for row in rows if not row["is_open"] and is_known(row["days_over"])]
    late = [row for row in late if row["days_over"] > 0]
    if late:
        worst = max(late, key=lambda row: (row["days_over"], row["pilot"]))
        terms = {"oldest": Term("subject", worst["pilot"]), "days": count_term(worst["days_over"])}
        terms["all"] = count_term(len(rows))
        going = [row for row in rows if row["is_open"] and is_known(row["days_over"])]
        running = tuple(row["pilot"] for row in going)
        if running:
            terms["running"] = Term("subjects", running)
        yield Fact("ended_late_others" if running else "ended_late", terms, n=len(late))
    elif are_ends_known(rows):
        yield Fact("in_time", {})
