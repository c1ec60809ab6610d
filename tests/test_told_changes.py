"""What moved between waves is told as coarsely as what stands in the reports of each."""

from __future__ import annotations

import numpy as np
import pytest
from measure_frames import answers_of, items_of, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.agreement import measure_agreement
from harmony_kit.measures.changes import measure_changes
from harmony_kit.measures.privacy import license_answers
from harmony_kit.measures.told_changes import tell_changes, tell_transitions
from harmony_kit.measures.told_frames import ToldRatings
from harmony_kit.measures.transitions import measure_transitions
from harmony_kit.measures.wave_pairs import draw_successive

ITEMS = items_of({"item": "x.clear"})
SETTINGS = Settings(draws=500)
#: Wave → the own answers of six people; of the first, five said 1 and one said 2.
WAVES = {"1": [1, 1, 1, 1, 1, 2], "2": [3, 3, 4, 3, 2, 3]}


def test_a_wave_told_as_a_band_stays_one_beside_the_next():
    rows = [
        part
        for wave, given in WAVES.items()
        for lens, other in ("ab", "ba")
        for part in (
            said(lens, "x.clear", given, wave=wave),
            said(lens, "x.clear", [3, 3, 2, 3, 4, 3], about=other, wave=wave),
        )
    ]
    licensed, _ = license_answers(answers_of(*rows), min_group=4)
    drawn = draw_successive(licensed, ITEMS, settings=SETTINGS)
    changes = measure_changes(drawn)
    ratings = ToldRatings.of(measure_agreement(licensed, ITEMS, settings=SETTINGS), SETTINGS)
    told = tell_changes(changes, ratings, ITEMS)
    own = told[(told["lens"] == "a") & (told["quantity"] == "own")].iloc[0]
    assert own[["before", "after", "change"]].tolist() == [1.4, 3.0, 1.6]
    assert own[["low", "high", "p_rose", "p_steady", "p_fell"]].isna().all()
    estimate = told[(told["lens"] == "a") & (told["quantity"] == "estimate")].iloc[0]
    assert estimate[["before", "after", "change"]].tolist() == [3.0, 3.0, 0.0]
    chances = estimate[["p_rose", "p_steady", "p_fell"]].to_numpy(dtype=float)
    assert np.allclose(chances * 20, np.rint(chances * 20))
    misread = told[(told["lens"] == "a") & (told["quantity"] == "misreading")].iloc[0]
    assert misread[["before", "after", "change"]].tolist() == [1.6, 0.0, -1.6]
    assert told["returned_change"].isna().all()
    # Both sides look at the lens whose mean is told as a band.
    turned = tell_transitions(measure_transitions(drawn), ratings)
    assert turned["p_changed"].isna().tolist() == [True, True]


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        # Nine who came back: the change is that of the means, which stand there anyway.
        ([1, 1, 1, 1, 2, 2, 2, 2, 3], [3, 3, 4, 4, 5, 5, 5, 4, 4], True),
        # All but one said 1: beside the counts of the second wave the change would tell who not.
        ([1, 1, 1, 1, 1, 1, 1, 1, 2], [3, 3, 4, 4, 5, 5, 5, 4, 4], False),
        ([3, 3, 4, 4, 5, 5, 5, 4, 4], [1, 1, 1, 1, 1, 1, 1, 1, 2], False),
        # Eight came back and four did not: a change of 4 would say that each of them said 1.
        ([1] * 8 + [5] * 4, [5] * 8 + [None] * 4 + [1] * 4, False),
    ],
)
def test_how_far_those_moved_who_came_back_is_told_where_all_did_and_nothing_is_a_band(
    before, after, is_told
):
    rows = [
        said(lens, "x.clear", given, about=about, wave=wave)
        for wave, given in (("1", before), ("2", after))
        for lens, about in (("a", "a"), ("b", "a"), ("b", "b"), ("a", "b"))
    ]
    licensed, _ = license_answers(answers_of(*rows), min_group=4)
    changes = measure_changes(draw_successive(licensed, ITEMS, settings=SETTINGS))
    ratings = ToldRatings.of(measure_agreement(licensed, ITEMS, settings=SETTINGS), SETTINGS)
    told = tell_changes(changes, ratings, ITEMS)
    own = (told["lens"] == "a") & (told["quantity"] == "own")
    assert changes.loc[own, "returned_change"].notna().all()
    assert told.loc[own, "returned_change"].notna().tolist() == [is_told]
