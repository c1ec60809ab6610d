"""What became of the state of each topic from one wave to the next.

>>> from harmony_kit.engagement.settings import Settings
>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> from harmony_kit.measures.wave_pairs import draw_successive
>>> later = {"wave": "2", "answered_at": "2026-09-01T08:00:00Z"}
>>> answers = answers_of(
...     said("it", "x.clear", [5, 4, 4]),
...     said("it", "x.clear", [4, 4, 3], about="quality"),
...     said("quality", "x.clear", [2, 1, 2]),
...     said("it", "x.clear", [5, 4, 4], **later),
...     said("it", "x.clear", [1, 2, 1], about="quality", **later),
...     said("quality", "x.clear", [2, 1, 2], **later),
... )
>>> items = items_of({"item": "x.clear"})
>>> moved = measure_transitions(draw_successive(answers, items, settings=Settings()))
>>> moved.loc[[0], ["lens", "from_state", "to_state", "p_changed", "claim"]].round(2)
  lens       from_state          to_state  p_changed    claim
0   it  false_consensus  known_difference        0.7  leaning
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.measures.claims import STATES, grade_claims
from harmony_kit.measures.declaration import COUNT, NAME, PROBABILITY, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.looks import SLACK
from harmony_kit.measures.readings import DIRECTIONS, find_on_line, find_states
from harmony_kit.measures.wave_pairs import DrawnWaves
from harmony_kit.measures.waves import Wordings, compare_wordings

__all__ = ["TRANSITIONS", "measure_transitions"]

#: The columns of `measure_transitions`, in order.
TRANSITIONS = declare(
    site=NAME,
    item=NAME,
    subject=NAME,
    dimension=NAME,
    lens=NAME,
    other=NAME,
    from_wave=NAME,
    to_wave=NAME,
    comparison=NAME,
    n_before=COUNT.or_none,
    n_after=COUNT.or_none,
    from_state=NAME,
    to_state=NAME,
    from_claim=NAME,
    to_claim=NAME,
    p_changed=PROBABILITY,
    claim=NAME,
)

#: How much more a doubt counts where two groups of different people are compared (set by
#: benchmarks/wave_truth.py: of them one topic in three that seemed to have turned had not).
_STRANGERS_DOUBT: Final = 2.0

_TOPIC: Final = ["site", "item", "subject", "dimension", "lens", "other"]
_DRAWN_KEY: Final = ["site", "from_wave", "to_wave", "item", "subject", "lens"]


def measure_transitions(drawn: DrawnWaves, *, wordings: Wordings | None = None) -> pd.DataFrame:
    """The state of each topic in one wave and the next.

    Parameters
    ----------
    drawn
        From `draw_successive`.
    wordings
        What each wave asked, see `compare_wordings`.

    Returns
    -------
    frame
        One row per topic, direction and pair of successive waves. `n_before` and `n_after` are
        the fewest answers behind the state in each wave. `p_changed` is the probability that
        the true states differ, from the draws of the `wave_model`. `claim` grades what the two
        names say: that the state was the one and is the other. Nothing is claimed of a topic that
        lies on the line in either wave, and of a change doubts count for more the fewer people came
        back. Both are NA where `comparison` is neither ``same`` nor ``unverified`` or a state is
        missing.
    """
    settings = drawn.settings
    both = _pair_states(drawn.topics, drawn.waves)
    asked = both.assign(n_before=both["most_was"].fillna(0), n_after=both["most_now"].fillna(0))
    both["comparison"] = compare_wordings(asked, wordings)
    both["n_before"], both["n_after"] = both["fewest_was"].fillna(0), both["fewest_now"].fillna(0)
    is_compared = both["comparison"].isin(["same", "unverified"])
    is_compared &= both["state_was"].notna() & both["state_now"].notna()
    chances = _draw_chances(drawn)
    found = both[_DRAWN_KEY].merge(chances, how="left", on=_DRAWN_KEY)
    both["p_changed"] = found["p_changed"].where(is_compared)
    is_move = both["state_was"] != both["state_now"]
    certainty = _find_certainty(both, found, is_move, settings.claim_at)
    # That most topics stand still must not pay for one that chance turned.
    report = both[["site", "to_wave"]].assign(is_move=is_move)
    both["claim"] = grade_claims(certainty.where(is_compared), report, settings)
    names = {"state_was": "from_state", "state_now": "to_state"}
    names |= {"claim_was": "from_claim", "claim_now": "to_claim"}
    return finish(both.rename(columns=names), TRANSITIONS)


def _find_certainty(
    both: pd.DataFrame, found: pd.DataFrame, is_move: pd.Series, claim_at: float
) -> pd.Series:
    """That the state was the one and is the other, as claims are made of it."""
    certainty = pd.Series(np.nan, index=both.index)
    for was, now in product(STATES, STATES):
        rows = (both["state_was"] == was) & (both["state_now"] == now)
        certainty[rows] = found.loc[rows, f"{was} {now}"]
    certainty = certainty.mask(found["on_line"] > 0, certainty.clip(upper=claim_at - SLACK))
    of_others = 1 - (1 - certainty) * (1 + _STRANGERS_DOUBT * found["unpaired"])
    return certainty.mask(is_move, of_others)


def _draw_chances(drawn: DrawnWaves) -> pd.DataFrame:
    """Probability of each pair of states, and of any change, per topic, lens and pair of waves.

    And whether the topic lies on the line before or after, and how far the two waves were asked of
    different people.
    """
    pairs, tolerance = drawn.pairs, drawn.settings.tolerance
    columns = [f"{was} {now}" for was, now in product(STATES, STATES)]
    numbers = np.full((2, len(pairs), len(columns)), np.nan)
    on_line, unpaired = np.zeros((2, len(pairs))), np.zeros((2, len(pairs)))
    for rows, waves in drawn.drawn:
        for side, looks in enumerate(DIRECTIONS):
            seen = [means[list(looks)] for means in (waves.before, waves.after)]
            was, now = (find_states(one, tolerance) for one in seen)
            lines = [find_on_line(one.mean(axis=2).T, tolerance) for one in seen]
            on_line[side, rows] = np.any(lines, axis=0)
            unpaired[side, rows] = waves.unpaired[list(looks)].mean(axis=0)
            both = was * len(STATES) + now
            counts = np.stack([(both == code).sum(axis=1) for code in range(len(columns))], axis=1)
            numbers[side, rows] = (counts + 1 / len(columns)) / (both.shape[1] + 1)
    same = np.arange(len(STATES)) * (len(STATES) + 1)
    frames = []
    for side, lens in enumerate(("first", "second")):
        frame = pairs[["site", "from_wave", "to_wave", "item", "subject"]].assign(lens=pairs[lens])
        frame[columns] = numbers[side]
        frame["on_line"], frame["unpaired"] = on_line[side], unpaired[side]
        frames.append(frame.assign(p_changed=1 - numbers[side][:, same].sum(axis=1)))
    return pd.concat(frames, ignore_index=True)


def _pair_states(topics: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Each topic and direction in a wave (``_was``) beside itself in the next (``_now``)."""
    n = topics[["n_own", "n_estimate", "n_other"]]
    states = topics.assign(
        subject=topics["subject"].fillna(""),
        place=topics.index,
        fewest=n.min(axis=1),
        most=n.max(axis=1),
    )
    states = states[[*_TOPIC, "wave", "place", "fewest", "most", "state", "claim"]]
    pairs = pairs.reset_index(names="pair")
    was = pairs.merge(states.rename(columns={"wave": "from_wave"}), on=["site", "from_wave"])
    now = pairs.merge(states.rename(columns={"wave": "to_wave"}), on=["site", "to_wave"])
    both = was.merge(
        now, how="outer", on=["pair", "from_wave", "to_wave", *_TOPIC], suffixes=("_was", "_now")
    )
    both["place"] = both["place_now"].fillna(both["place_was"])
    return both.sort_values(["pair", "place"], kind="stable").reset_index(drop=True)
