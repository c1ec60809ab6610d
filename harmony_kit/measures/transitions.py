"""What became of the state of each topic from one wave to the next.

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> from harmony_kit.measures.coorientation import measure_topics
>>> later = {"wave": "2", "answered_at": "2026-09-01T08:00:00Z"}
>>> answers = answers_of(
...     said("it", "x.clear", [5, 4, 4]),
...     said("it", "x.clear", [4, 4, 3], about="quality"),
...     said("quality", "x.clear", [2, 1, 2]),
...     said("it", "x.clear", [5, 4, 4], **later),
...     said("it", "x.clear", [1, 2, 1], about="quality", **later),
...     said("quality", "x.clear", [2, 1, 2], **later),
... )
>>> topics = measure_topics(answers, items_of({"item": "x.clear"}), settings=Settings())
>>> moved = measure_transitions(topics, answers, settings=Settings())
>>> moved.loc[[0], ["lens", "from_state", "to_state", "p_changed", "claim"]].round(2)
  lens       from_state          to_state  p_changed    claim
0   it  false_consensus  known_difference       0.81  leaning
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.claims import STATES
from harmony_kit.measures.declaration import COUNT, NAME, PROBABILITY, declare
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.waves import Wordings, compare_wordings, pair_waves

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

_TOPIC: Final = ["site", "item", "subject", "dimension", "lens", "other"]
_P: Final = [f"p_{state}" for state in STATES]


def measure_transitions(
    topics: pd.DataFrame,
    answers: AnswersFrame,
    *,
    settings: Settings,
    wordings: Wordings | None = None,
) -> pd.DataFrame:
    """The state of each topic in one wave and the next.

    Parameters
    ----------
    topics
        From `measure_topics` on the same `answers`.
    answers
        An answers frame with all waves; says in which order they were.
    settings
        The thresholds.
    wordings
        What each wave asked, see `compare_wordings`.

    Returns
    -------
    frame
        One row per topic, direction and pair of successive waves. `n_before` and `n_after` are
        the fewest answers behind the state in each wave. `p_changed` is the probability that
        the true states differ: 1 less the sum over states of p before times p after, the waves
        taken as independent. `claim` grades what the two names say, changed or not. Both are
        NA where `comparison` is neither ``same`` nor ``unverified`` or a state is missing.
    """
    both = _pair_states(topics, pair_waves(answers))
    asked = both.assign(n_before=both["most_was"].fillna(0), n_after=both["most_now"].fillna(0))
    both["comparison"] = compare_wordings(asked, wordings)
    both["n_before"], both["n_after"] = both["fewest_was"].fillna(0), both["fewest_now"].fillna(0)
    old = both[[f"{name}_was" for name in _P]].to_numpy()
    new = both[[f"{name}_now" for name in _P]].to_numpy()
    is_compared = both["comparison"].isin(["same", "unverified"])
    both["p_changed"] = np.where(is_compared, np.clip(1 - (old * new).sum(axis=1), 0, 1), np.nan)
    is_same = (both["state_was"] == both["state_now"]).to_numpy(dtype=bool)
    certainty = both["p_changed"].where(~is_same, 1 - both["p_changed"])
    both[CERTAINTY] = certainty
    names = {"state_was": "from_state", "state_now": "to_state"}
    names |= {"claim_was": "from_claim", "claim_now": "to_claim"}
    return finish(both.rename(columns=names), TRANSITIONS, settings)


def _pair_states(topics: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Each topic and direction in a wave (``_was``) beside itself in the next (``_now``)."""
    n = topics[["n_own", "n_estimate", "n_other"]]
    states = topics.assign(
        subject=topics["subject"].fillna(""),
        place=topics.index,
        fewest=n.min(axis=1),
        most=n.max(axis=1),
    )
    states = states[[*_TOPIC, "wave", "place", "fewest", "most", "state", "claim", *_P]]
    pairs = pairs.reset_index(names="pair")
    was = pairs.merge(states.rename(columns={"wave": "from_wave"}), on=["site", "from_wave"])
    now = pairs.merge(states.rename(columns={"wave": "to_wave"}), on=["site", "to_wave"])
    both = was.merge(
        now, how="outer", on=["pair", "from_wave", "to_wave", *_TOPIC], suffixes=("_was", "_now")
    )
    both["place"] = both["place_now"].fillna(both["place_was"])
    return both.sort_values(["pair", "place"], kind="stable").reset_index(drop=True)
