"""Keeping a report to what was published, until enough people have changed.

Per cell, one lens's answers to one question: if between one and the minimum group of people came,
went or changed their answer since it was published, the cell stays as it was then. The journal
only grows, so what it was can be read again. Somebody whose rows are gone for good (`forget`)
cannot be kept; then the lens is not shown at all until enough others have changed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from harmony_kit.batch.register import Register, RegisterLine, mark_people, mark_person
from harmony_kit.engagement.folder import Engagement
from harmony_kit.engagement.secret import keep_secret
from harmony_kit.journal.answers import AnswersFrame, type_frame
from harmony_kit.journal.store import Store

__all__ = ["Held", "Holding", "read_holding", "read_published"]

_CELL = ["item", "subject", "about"]
#: What an answer is, beside its cell.
_CONTENT = ["status", "value", "chosen", "text", "quotable"]

#: The answers of a site as of a row of the journal.
ReadAt = Callable[[int], pd.DataFrame]


@dataclass(frozen=True)
class Held:
    """The answers a report of a site may be made from.

    Attributes
    ----------
    waiting
        Lens → how many people changed something that is not shown yet.
    entries
        Lens → what the register will say, but for when and how it was published.
    """

    answers: pd.DataFrame
    waiting: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, RegisterLine] = field(default_factory=dict)


@dataclass(frozen=True)
class Holding:
    """What decides how much of the newest answers of a wave may be shown.

    `last` is what was published last, by site and lens, `n_voided` how often the reports of a
    site were said never to have been handed out.
    """

    last: Mapping[tuple[str, str], RegisterLine]
    n_voided: Mapping[str, int]
    wave: str
    min_group: int
    secret: bytes

    def hold(self, site: str, now: pd.DataFrame, revision: int, read_at: ReadAt) -> Held:
        """The answers of a site that may be shown, out of all there are `now`."""
        known = {lens for place, lens in self.last if place == site}
        lenses = sorted({*now["lens"].unique(), *known})
        parts, waiting, entries = [], {}, {}
        for lens in lenses:
            answers = now[now["lens"] == lens]
            entry = self.last.get((site, lens))
            if entry is not None:
                shown, n_waiting, older = self._keep(entry, answers, read_at)
            else:
                shown, n_waiting, older = answers, 0, {}
            parts.append(shown)
            if n_waiting:
                waiting[lens] = n_waiting
            if shown["respondent"].nunique() >= self.min_group:
                people = mark_people(self.secret, shown, site, self.wave)
                entries[lens] = RegisterLine(
                    "published", "", site, self.wave, lens, revision, older, people
                )
        answers = pd.concat(parts).sort_index() if parts else now
        return Held(answers, waiting, entries)

    def _keep(
        self, entry: RegisterLine, now: pd.DataFrame, read_at: ReadAt
    ) -> tuple[pd.DataFrame, int, dict[str, int]]:
        """What may be shown of one lens, how many people wait, and which cells are older."""
        before = self._as_published(entry, read_at)
        changed = _find_changes(before, now)
        there = mark_people(self.secret, now, entry.site, entry.wave)
        n_gone = len(set(entry.people) - set(there))
        if n_gone:
            n_people = len(set().union(*changed.values())) + n_gone
            is_enough = n_people >= self.min_group
            return (now, 0, {}) if is_enough else (now.iloc[:0], n_people, {})
        few = {cell: people for cell, people in changed.items() if len(people) < self.min_group}
        if not few:
            return now, 0, {}
        is_older = [cell in few for cell in _name_cells(before)]
        is_newest = [cell not in few for cell in _name_cells(now)]
        shown = pd.concat([now[is_newest], before[is_older]])
        older = {cell: entry.older.get(cell, entry.revision) for cell in sorted(few)}
        return shown, len(set().union(*few.values())), older

    def _as_published(self, entry: RegisterLine, read_at: ReadAt) -> pd.DataFrame:
        """The answers of a lens a report was made from."""
        parts, people = [], set(entry.people)
        for revision in sorted({entry.revision, *entry.older.values()}):
            frame = read_at(revision)
            frame = frame[frame["lens"] == entry.lens]
            # Whoever is not in the register was not in the report, whatever numbers her rows have.
            known = {
                name
                for name in frame["respondent"].unique()
                if mark_person(self.secret, entry.site, entry.wave, name) in people
            }
            is_part = [
                name in known and entry.older.get(cell, entry.revision) == revision
                for name, cell in zip(frame["respondent"], _name_cells(frame), strict=True)
            ]
            parts.append(frame[is_part])
        return pd.concat(parts)


def read_holding(folder: Path, wave: str, min_group: int) -> Holding:
    """What the next reports of a wave have to keep to, from the register in a folder."""
    register = Register(folder)
    return Holding(
        last=register.last_published(wave),
        n_voided=register.count_voided(wave),
        wave=wave,
        min_group=min_group,
        secret=keep_secret(folder),
    )


def read_published(
    store: Store, engagement: Engagement, sites: Sequence[str] | None, wave: str | None = None
) -> AnswersFrame:
    """The current answers of some sites or all, of one wave or all, as far as they may be shown."""
    answers = store.frame(sites, wave)
    parts = []
    for name, of_wave in answers.groupby("wave", sort=False):
        holding = read_holding(engagement.folder, str(name), engagement.settings.min_group)
        for site, frame in of_wave.groupby("site", sort=False):
            read_at = partial(store.frame, [str(site)], str(name))
            parts.append(holding.hold(str(site), frame, store.revision(), read_at).answers)
    return type_frame(pd.concat(parts)) if parts else answers


def _name_cells(frame: pd.DataFrame) -> list[str]:
    parts = [frame[name].fillna("").tolist() for name in _CELL]
    return [f"{item}|{subject}|{about}" for item, subject, about in zip(*parts, strict=True)]


def _find_changes(before: pd.DataFrame, now: pd.DataFrame) -> dict[str, set[str]]:
    """Cell → who has an answer in it that came, went or is another one."""
    said = [*_CELL, "respondent", *_CONTENT]
    if before[said].reset_index(drop=True).equals(now[said].reset_index(drop=True)):
        return {}  # as for most sites of most runs
    known, present = _read_said(before), _read_said(now)
    changed: dict[str, set[str]] = {}
    for cell, person in {**known, **present}:
        if known.get((cell, person)) != present.get((cell, person)):
            changed.setdefault(cell, set()).add(person)
    return changed


def _read_said(frame: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Cell and person → what was said."""
    content = [[_plain(value) for value in frame[name].tolist()] for name in _CONTENT]
    keys = zip(_name_cells(frame), frame["respondent"].tolist(), strict=True)
    return dict(zip(keys, map(list, zip(*content, strict=True)), strict=True))


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | np.ndarray):  # options
        return ";".join(map(str, value))
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
