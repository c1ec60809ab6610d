"""Common ground: what both sides see alike, and the one point that may stand for it by name."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_kit.findings.fact import Fact, is_known, topic_key
from harmony_kit.findings.heights import height_of
from harmony_kit.findings.plots import FELT, UNTOLD, Scene
from harmony_kit.findings.state_facts import count_state
from harmony_kit.measures.rows import Row

__all__ = ["find_common"]

#: What records, scorecards and checks have their own say on.
_ON_RECORD = (*FELT, "act", "success")


def find_common(scene: Scene) -> Iterator[Fact]:
    """How many topics both sides see alike, with the closest of those they rate high by name.

    None is named where knowing each other cannot be told, or where no topic is fit for it.
    """
    # Where knowing each other cannot be told, common ground is what each side expects.
    is_untold = scene.plot.shape == UNTOLD
    ids = ("alike_expected", "both_alike_expected") if is_untold else ("alike", "both_alike")
    yield from count_state(scene, "shared_view", ids, pick=None if is_untold else _closest)


def _closest(scene: Scene, topics: list[list[Row]]) -> Row | None:
    """The topic with the smallest distance and misreading together, among those fit to be named.

    Where both together are more than what still counts as close, none is close enough.
    """
    fit = [rows for rows in topics if all(_is_fit(scene, row) for row in rows)]
    return min(fit, key=_distance)[0] if fit else None


def _distance(rows: list[Row]) -> tuple[float, float, tuple[str, str]]:
    gap = max(abs(row["own"] - row["other_own"]) for row in rows)
    misread = max(abs(row["estimate"] - row["other_own"]) for row in rows)
    height = min(min(row["own"], row["other_own"]) for row in rows)
    return round(gap + misread, 1), -round(height, 1), topic_key(rows[0])


def _is_fit(scene: Scene, row: Row) -> bool:
    """Whether both rate it high and nothing else of the report speaks against it.

    Records, scorecards and checks have their own say, and so have the first words on what is meant.
    """
    if not all(is_known(row[name]) for name in ("own", "estimate", "other_own")):
        return False
    group = scene.instrument.item(row["item"]).group
    heights = {height_of(row, name, scene.settings) for name in ("own", "other_own")}
    is_near = _distance([row])[0] <= scene.settings.tolerance_of(int(row["points"]))
    is_disputed = group in _ON_RECORD or (group == "same" and bool(scene.rows("words")))
    return heights == {"high"} and is_near and not is_disputed
