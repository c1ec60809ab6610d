"""The story of a site: the one plot that fits best, told with three facts.

Facts come from answers and records and from nothing else; why it is so is for the room to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.common_ground import find_common
from harmony_kit.findings.fact import Fact
from harmony_kit.findings.page_facts import list_settled, pair_talk
from harmony_kit.findings.plots import NO_PLOT, UNTOLD, Plot, Scene, score_plots
from harmony_kit.findings.story_facts import gather_facts
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.rows import Row

__all__ = ["TOLD_AT", "Story", "tell_story"]

#: A plot is told from this score on.
TOLD_AT = 0.5

#: Plots this close to the best fit as well as it does.
_AS_GOOD = 0.1


@dataclass(frozen=True)
class Story:
    """What happened here, in one plot.

    Attributes
    ----------
    plot
        Its id; that of `NO_PLOT` where none stands out.
    roles
        The lens that plays each part of it.
    facts
        At most three, each from answers or records.
    score
        How well the plot fits, 0 to 1.
    common
        What both sides see alike and know it, where there is anything.
    talk
        What people say about how work moves, each with what the record shows.
    subjects, shape, dimension, counts
        The pilots or decisions it is about, which variant of the plot is told, the dimension it is
        about, and the numbers its sentence names; empty where that does not apply.
    settled
        Dimensions that can wait: seen alike, and known to be.
    """

    plot: str
    score: float
    roles: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    common: Fact | None = None
    talk: tuple[tuple[Fact, Fact], ...] = ()
    settled: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    shape: str = ""
    dimension: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_untold(self) -> bool:
        """Whether it cannot be told that the sides know each other, whatever they see alike."""
        return self.shape == UNTOLD


def tell_story(
    frames: Mapping[str, pd.DataFrame],
    instrument: Instrument,
    *,
    settings: Settings | None = None,
    read: dict[str, list[Row]] | None = None,
) -> Story:
    """The story of one site and wave, from the licensed frames of its measures.

    Any frame may be missing or empty. `read` are the rows of those read already; others are added.
    """
    rows = {} if read is None else read
    empty = Scene(frames, instrument, settings=settings or Settings(), read=rows)
    plot = _choose(empty)
    scene = replace(empty, plot=plot)
    return Story(
        plot=plot.id,
        score=plot.score,
        roles=plot.roles,
        facts=gather_facts(scene),
        common=next(find_common(scene), None),
        talk=tuple(pair_talk(scene)),
        settled=list_settled(scene),
        subjects=plot.subjects,
        shape=plot.shape,
        dimension=plot.dimension,
        counts=plot.counts,
    )


def _choose(scene: Scene) -> Plot:
    told = [plot for plot in score_plots(scene) if plot.score >= TOLD_AT]
    best = max((plot.score for plot in told), default=0.0)
    fitting = (plot for plot in told if plot.score >= best - _AS_GOOD)
    return next(fitting, NO_PLOT)
