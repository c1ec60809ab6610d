"""Plots: the shapes the story of a site can have, each with how much of it is there.

A plot reads the licensed frames of one site and wave and knows the lenses only by the part they
play, so that exchanging two sides exchanges their parts and nothing else. Its score is how sure it
is times how much of the site it takes in, 0 to 1: a plot about topics tells all it can when a third
of them are like that, one about pilots or decisions when half of them are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import isnan

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.fact import is_known
from harmony_kit.findings.heights import height_of, middle
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, rows_of

__all__ = ["FELT", "NO_PLOT", "PLOTS", "UNTOLD", "Plot", "Scene", "score_plots"]

#: From these shares on there is as much of a plot as there can be.
_HALF, _THIRD, _QUARTER, _SIXTH = 1 / 2, 0.3, 1 / 4, 0.15

#: Two scorecards lie clearly apart from this many points of a 5-point scale on.
_CLEARLY_APART = 1.5

#: A side that takes more than this share of topics wrongly does not "know" that it differs.
_KNOWS_AT_MOST = 0.15

#: The shape of a plot where whether the sides know each other cannot be told.
UNTOLD = "healthy_untold"

#: Groups of items that say how work feels.
FELT = ("aligned", "decisions", "pilots", "adoption")

#: Quadrant → how it is told when no side, one or both rate the technology that way.
_TOLD_BY = {
    "works_but_ignored": (
        *("works_but_ignored", "works_but_ignored_one"),
        "works_but_ignored_both",
    ),
    "used_but_unsafe": ("used_but_unsafe", "used_but_unsafe_one", "used_but_unsafe_both"),
}


@dataclass(frozen=True)
class Plot:
    """One plot at one site: its roles are lenses by the part they play.

    `shape` is the variant that is told in words of its own, empty where there is one sentence only;
    `dimension` is the one it is about, where it is about one; `counts` are the numbers its sentence
    names.
    """

    id: str
    score: float = 0.0
    roles: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    shape: str = ""
    dimension: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


#: The plot of a site where none stands out.
NO_PLOT = Plot("none")


@dataclass(frozen=True)
class Scene:
    """What is licensed about one site and wave, and the plot that is told of it.

    `read` keeps the rows of measures that were asked for, so that each frame is gone through once.
    """

    frames: Mapping[str, pd.DataFrame]
    instrument: Instrument
    plot: Plot = NO_PLOT
    settings: Settings = field(default_factory=Settings)
    read: dict[str, list[Row]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def lenses(self) -> tuple[str, str]:
        """The two lenses."""
        return self.instrument.lens_ids

    def rows(self, name: str, **where: object) -> list[Row]:
        """The rows of a measure whose columns have these values."""
        if name not in self.read:
            self.read[name] = rows_of(self.frames.get(name))
        rows = self.read[name]
        for key, value in where.items():
            rows = [row for row in rows if row.get(key) == value]
        return [*rows]

    def own(self, **where: object) -> list[Row]:
        """What the lenses say themselves, a row per lens and rating."""
        return [row for row in self.rows("within", **where) if row["lens"] == row["about"]]


def _share(scene: Scene, lens: str, *states: str) -> float:
    """The share of topics a report may say a lens reads in one of these states."""
    rows = scene.rows("topics", lens=lens)
    there = sum(row["state"] in states and row["claim"] in WORDED for row in rows)
    return there / len(rows) if rows else float("nan")


def _misread(scene: Scene, lens: str) -> float:
    return _share(scene, lens, "false_consensus", "false_conflict")


def _fill(extent: float, full: float) -> float:
    """How much of a plot an extent makes; NaN stays, which `min` alone would lose."""
    return extent if isnan(extent) else min(1.0, extent / full)


def _present(scene: Scene, signature: str) -> list[Row]:
    return [row for row in scene.rows("signatures", signature=signature) if row["is_present"]]


def _at_pilots(scene: Scene, quadrant: str) -> Iterator[Plot]:
    """A quadrant pilots lie in: as many as there are, as far as the two scorecards lie apart."""
    found = {row["subject"]: row["probability"] for row in _present(scene, quadrant)}
    everywhere = {row["subject"] for row in scene.rows("pilots")}
    if found:
        apart = [_scores_apart(scene, pilot) for pilot in found]
        extent = _fill(len(found) / len(everywhere), _HALF) * _fill(max(apart), _CLEARLY_APART)
        subjects = _ranked(
            found, {row["pilot"] for row in scene.rows("evidence_pilots", is_open=True)}
        )
        roles = _raters(scene, subjects[0], is_good=quadrant == "works_but_ignored")
        shape = _TOLD_BY[quadrant][len(roles)]
        yield Plot(quadrant, max(found.values()) * extent, roles, subjects, shape)


def _raters(scene: Scene, pilot: str, *, is_good: bool) -> dict[str, str]:
    """The lenses that rate the technology of a pilot high, or low."""
    height = "high" if is_good else "low"
    said = [
        row["lens"]
        for row in scene.rows("pilots", subject=pilot)
        if height_of(row, "technical", scene.settings) == height
    ]
    return dict(zip(("rater", "also"), said, strict=False))


def _scores_apart(scene: Scene, pilot: str) -> float:
    rows = scene.rows("pilots", subject=pilot)
    apart = [abs(row["technical"] - row["operational"]) * 4 / (row["points"] - 1) for row in rows]
    return float(sum(apart) / len(apart))


def _ranked(found: Mapping[str, float], going: Collection[str]) -> tuple[str, ...]:
    """Pilots or decisions, those that still go on first, then the surest."""
    return tuple(sorted(found, key=lambda one: (one not in going, -found[one], one)))


def _locked(scene: Scene) -> Iterator[Plot]:
    found = {row["subject"]: row["probability"] for row in _present(scene, "readiness_stalemate")}
    everywhere = {row["subject"] for row in scene.rows("readiness")}
    if found:
        extent = _fill(len(found) / len(everywhere), _HALF)
        days = {
            one: n
            for row in scene.rows("evidence_decisions")
            for one, n in row["open_days"].items()
        }
        subjects = tuple(sorted(found, key=lambda one: (-days.get(one, 0.0), one)))
        asked = sorted(scene.rows("readiness", subject=subjects[0]), key=lambda row: row["p_act"])
        roles = {"waits": asked[0]["lens"], "acts": asked[-1]["lens"]}
        yield Plot("readiness_stalemate", max(found.values()) * extent, roles, subjects)


def _stalls(scene: Scene) -> Iterator[Plot]:
    for row in scene.rows("signatures", signature="feels_aligned_decisions_stall"):
        for record in scene.rows("evidence_decisions"):
            extent = _fill(record["share_open"], _HALF)
            yield Plot(row["signature"], row["probability"] * extent)


def _bridge(scene: Scene) -> Iterator[Plot]:
    """Neither side says that it holds it: both name nobody, or each names the other."""
    if scene.rows("ownership", group="bridge", pattern="void"):
        for row in _present(scene, "nobodys_bridge"):
            yield Plot("nobodys_bridge", row["probability"])


def _held_alone(scene: Scene) -> Iterator[Plot]:
    for row in _present(scene, "drift"):
        shares = [view["share"] for view in scene.rows("drift", holder=row["subject"])]
        other = scene.instrument.other_lens(row["subject"])
        roles = {"holder": row["subject"], "other": other}
        yield Plot("held_alone", row["probability"] * _fill(min(shares), _HALF), roles)


def _false_conflict(scene: Scene) -> Iterator[Plot]:
    shares = [_share(scene, lens, "false_conflict") for lens in scene.lenses]
    yield Plot("false_conflict", _fill(min(shares), _THIRD))


def _blindness(scene: Scene) -> Iterator[Plot]:
    overall = {row["lens"]: row for row in scene.rows("understanding", dimension="all")}
    if len(overall) < len(scene.lenses):
        return
    for lens in scene.lenses:
        other = scene.instrument.other_lens(lens)
        apart = overall[other]["share"] - overall[lens]["share"]
        if overall[other]["low"] > overall[lens]["high"]:
            roles = {"blind": lens, "knowing": other}
            shape, dimension = _where_blind(scene, lens)
            score = _fill(apart, _QUARTER)
            yield Plot("blindness", score, roles, (), shape, dimension)


def _where_blind(scene: Scene, lens: str) -> tuple[str, str]:
    """Which way a lens is wrong, and on which dimension, where most of it is there."""
    rows = _wrong(scene, lens)
    found = Counter(row["dimension"] for row in rows)
    if not found or 2 * max(found.values()) <= len(rows):
        return "", ""
    dimension = max(found, key=lambda one: (found[one], one))
    too_high = sum(row["misreading"] for row in rows if row["dimension"] == dimension)
    return ("blindness_lower" if too_high > 0 else "blindness_higher"), dimension


def _wrong(scene: Scene, lens: str) -> list[Row]:
    """The topics on which a lens expects something else than the other says."""
    rows = scene.rows("topics", lens=lens)
    return [row for row in rows if is_known(row["is_understood"]) and not row["is_understood"]]


def _honest(scene: Scene) -> Iterator[Plot]:
    known = min(_share(scene, lens, "known_difference") for lens in scene.lenses)
    if max(_misread(scene, lens) for lens in scene.lenses) <= _KNOWS_AT_MOST:
        yield Plot("honest_difference", _fill(known, _THIRD))


def _split(scene: Scene) -> Iterator[Plot]:
    for lens in scene.lenses:
        rows = scene.own(lens=lens)
        split = sum(row["view"] == "split" for row in rows)
        if rows:
            roles = {"split": lens, "other": scene.instrument.other_lens(lens)}
            counts = {"n": split, "all": len(rows)}
            yield Plot("split_inside", _fill(split / len(rows), _SIXTH), roles, counts=counts)


def _healthy(scene: Scene) -> Iterator[Plot]:
    """Alike, known to be alike, felt to work by both sides, and no record against it."""
    shared = min(_share(scene, lens, "shared_view") for lens in scene.lenses)
    felt = [row for group in FELT for row in scene.own(group=group) if not isnan(row["mean"])]
    stalls = [row["pattern"] == "decisions_stall" for row in scene.rows("evidence_decisions")]
    drifts = [row["is_drifting"] for row in scene.rows("evidence_pilots")]
    if felt and not any((*stalls, *drifts)):
        above = sum((row["mean"] - middle(row)) / (middle(row) - 1) for row in felt) / len(felt)
        shape = "" if _is_known_beyond(scene) else UNTOLD
        yield Plot("healthy", shared * max(0.0, _fill(above, _HALF)), shape=shape)


def _is_known_beyond(scene: Scene) -> bool:
    """Whether a side's knowing of the other can be told from taking it to think like oneself."""
    overall = scene.rows("understanding", dimension="all")
    return any(row["p_beyond_projection"] >= scene.settings.claim_at for row in overall)


#: Every plot, those with a record behind them first: of two that fit about as well, the first is
#: told.
PLOTS: tuple[Callable[[Scene], Iterator[Plot]], ...] = (
    partial(_at_pilots, quadrant="works_but_ignored"),
    partial(_at_pilots, quadrant="used_but_unsafe"),
    _stalls,
    _locked,
    _bridge,
    _held_alone,
    _false_conflict,
    _blindness,
    _split,
    _honest,
    _healthy,
)


def score_plots(scene: Scene) -> Iterator[Plot]:
    """The plots of a site in the order of `PLOTS`; what nothing is known about is left out."""
    for scan in PLOTS:
        yield from (plot for plot in scan(scene) if not isnan(plot.score))
