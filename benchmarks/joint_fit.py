"""How many answers could stand in a cell, given everything that is published of a report at once.

Run ``python benchmarks/joint_fit.py`` for a plant of the demo, or name an engagement folder that
ran and a site: ``python benchmarks/joint_fit.py DIR SITE``. The attacker here knows all other
answers of the site, and this code, and tries other answers in one cell: do the figures come out as
they were published? She does not know the engagement's secret, so figures that are drawn may differ
as much as they do between two secrets. Before the gate they were published with six digits, and
drawn by a seed everybody could work out. A cell is solved where no other answers fit.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from harmony_kit.batch.snapshot import snapshot_folder
from harmony_kit.engagement.demo import AS_OF
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.journal.answers import Answers, AnswersFrame
from harmony_kit.journal.answers_file import read_answers_file
from harmony_kit.journal.store import Store
from harmony_kit.measures.rows import rows_of
from harmony_kit.measures.telling import list_sets, tell_rating
from harmony_kit.report.assessment import measure_site

_CELLS, _OTHERS, _SECRETS = 16, 8, 8
_CELL = ["item", "subject", "lens", "about"]


@dataclass(frozen=True)
class _Site:
    """A site of an engagement; `named` tells its figures as measured."""

    engagement: Engagement
    site: str
    named: bool = False

    def publish(self, answers: Answers, key: str) -> pd.Series:
        """Every figure told of some answers: frame, row and column → its text, by item."""
        settings = self.engagement.settings.model_copy(update={"named": self.named})
        told = measure_site(
            replace(self.engagement, settings=settings),
            replace(answers, key=key),
            site=self.site,
            wave=self.engagement.wave,
            as_of=AS_OF,
        )
        figures = [figure for name, frame in told.frames.items() for figure in _list(name, frame)]
        return pd.Series(dict(figures)).rename_axis(["frame", "item", "row", "column"])


def _list(name: str, frame: pd.DataFrame) -> Iterator[tuple[tuple[object, ...], str]]:
    for number, row in enumerate(rows_of(frame)):
        item = row.get("item") or ""
        yield from (((name, item, number, column), _write(row[column])) for column in row)


def _write(value: object) -> str:
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def _count_changes(one: pd.Series, other: pd.Series, item: str) -> tuple[int, int]:
    """How many figures differ: of one item, and of all."""
    index = one.index.union(other.index)
    differs = one.reindex(index).fillna("").ne(other.reindex(index).fillna(""))
    return int(differs[index.get_level_values("item") == item].sum()), int(differs.sum())


def _list_cells(answers: Answers) -> list[pd.DataFrame]:
    """The ratings of the site by cell, in a random order that is always the same."""
    rated = answers.frame[answers.frame["value"].notna()]
    cells = [cell for _, cell in rated.groupby(_CELL, dropna=False, sort=True)]
    order = np.random.default_rng(1).permutation(len(cells))
    return [cells[place] for place in order]


def _try_others(site: _Site, answers: Answers, cell: pd.DataFrame) -> Iterator[Answers]:
    """The site with other answers in one cell of which the same mean, band and word are told."""
    item = str(cell["item"].iloc[0])
    points = int(site.engagement.instrument.points(item) or 0)
    settings = site.engagement.settings
    said = tuple(np.bincount(cell["value"].astype(int) - 1, minlength=points).tolist())
    alike = tell_rating(said, settings)
    others = [
        one
        for one in list_sets(len(cell), points)
        if one != said and repr(tell_rating(one, settings)) == repr(alike)
    ]
    for one in np.random.default_rng(2).permutation(np.array(others).reshape(-1, points)):
        values = np.repeat(np.arange(1, points + 1), one)
        ranked = cell["value"].astype(int).argsort(kind="stable").to_numpy()
        frame = answers.frame.copy()
        frame.loc[cell.index[ranked], "value"] = values
        yield replace(answers, frame=AnswersFrame(frame))


def _is_solved(site: _Site, answers: Answers, cell: pd.DataFrame, known: list[pd.Series]) -> bool:
    """Whether no other answers to a cell give what was published, the first of `known`."""
    item = str(cell["item"].iloc[0])
    by_luck = np.array([_count_changes(known[0], one, item) for one in known[1:]] or [(0, 0)])
    for number, other in enumerate(islice(_try_others(site, answers, cell), _OTHERS)):
        key = "" if site.named else f"guess {number}"
        changes = _count_changes(known[0], site.publish(other, key), item)
        if (np.array(changes) <= by_luck.max(axis=0)).all():
            return False
    return True


def main() -> None:
    """Print how many cells of a site are solved: before the gate, and as they are published."""
    with tempfile.TemporaryDirectory() as place:
        engagement, name, answers = _open(Path(place))
        least = engagement.settings.min_group
        cells = [cell for cell in _list_cells(answers) if len(cell) >= least][:_CELLS]
        sizes = [len(cell) for cell in cells]
        print(f"{name}: {len(cells)} cells of {min(sizes)} to {max(sizes)} people")
        for word, is_named in (("before", True), ("now", False)):
            site = _Site(engagement, name, is_named)
            keys = [""] if is_named else [f"secret {number}" for number in range(_SECRETS)]
            known = [site.publish(answers, key) for key in keys]
            solved = sum(_is_solved(site, answers, cell, known) for cell in cells)
            print(f"{word}: solved {solved} of {len(cells)} ({solved / len(cells):.0%})")


def _open(place: Path) -> tuple[Engagement, str, Answers]:
    if len(sys.argv) > 2:
        engagement, name = load_engagement(Path(sys.argv[1])), sys.argv[2]
        snapshot = snapshot_folder(engagement.folder, engagement.wave)
        return engagement, name, read_answers_file(snapshot / f"{name}.parquet")
    built, name = create_demo(place / "demo"), "northfield"
    engagement, store = load_engagement(built.folder), Store("sqlite://")
    path = next(path for path in built.answers if path.stem == name)
    options = ImportOptions("test", pd.Timestamp(AS_OF, tz="UTC").to_pydatetime(), timezone="UTC")
    import_answers(
        path,
        instrument=engagement.instrument,
        sites=engagement.site_ids,
        journal=store,
        options=replace(options, default_wave=engagement.wave),
    )
    return engagement, name, store.answers([name])


if __name__ == "__main__":
    main()
