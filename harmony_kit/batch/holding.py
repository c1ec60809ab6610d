"""Keeping a report to what was published, until enough people have changed.

Per cell, one lens's answers to one question: if between one and the minimum group of people came,
went or changed their answer since it was published, the cell stays as it was last. That holds
against everything that was published of it, not only the last: whoever has the first and the third
report compares those. The journal only grows, so what a cell was can be read again. Somebody who
withdrew, or whose rows are gone for good (`forget`), cannot be kept; then the cell is not shown
until enough others have changed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import pandas as pd

from harmony_kit.batch.register import Register, RegisterLine, mark_people, mark_person
from harmony_kit.engagement.folder import Engagement
from harmony_kit.engagement.secret import keep_secret
from harmony_kit.journal.answers import AnswersFrame, type_frame
from harmony_kit.journal.store import Store

__all__ = ["Held", "Holding", "narrow_lines", "read_holding", "read_moment", "read_published"]

_SIDE = ["site", "wave", "lens"]
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

    `published` is what was published, by site and lens, in order; `n_others` how often anything
    but its reports was written down of a site.
    """

    published: Mapping[tuple[str, str], tuple[RegisterLine, ...]]
    n_others: Mapping[str, int]
    wave: str
    min_group: int
    secret: bytes

    def without(self, sites: Collection[str]) -> Holding:
        """The same once it is written down that what there is of some sites was never handed out.

        One more line of each is in the register then.
        """
        published = {key: lines for key, lines in self.published.items() if key[0] not in sites}
        voided = {site for site, _ in self.published.keys() - published.keys()}
        more = {site: self.n_others.get(site, 0) + 1 for site in voided}
        return replace(self, published=published, n_others={**self.n_others, **more})

    def hold(self, site: str, now: pd.DataFrame, revision: int, read_at: ReadAt) -> Held:
        """The answers of a site that may be shown, out of all there are `now`."""
        known = {lens for place, lens in self.published if place == site}
        read_once = cache(read_at)
        parts, waiting, entries = [], {}, {}
        for lens in sorted({*now["lens"].unique(), *known}):
            answers = now[now["lens"] == lens]
            lines = self.published.get((site, lens), ())
            looks = [self._look(line, answers, read_once) for line in lines]
            shown, n_waiting, older = _keep(looks, answers, self.min_group)
            parts.append(shown)
            if n_waiting:
                waiting[lens] = n_waiting
            if shown["respondent"].nunique() >= self.min_group:
                people = mark_people(self.secret, shown, site, self.wave)
                told = (revision, older, people)
                entries[lens] = RegisterLine("published", "", site, self.wave, lens, *told)
        answers = pd.concat(parts).sort_index(kind="stable") if parts else now
        return Held(answers, waiting, entries)

    def _look(self, line: RegisterLine, now: pd.DataFrame, read_at: ReadAt) -> _Look:
        """What was published with a line, beside what there is now."""
        before = self._as_published(line, read_at)
        there = {*before["respondent"].unique(), *now["respondent"].unique()}
        n_gone = len(set(line.people) - {self._mark(line, name) for name in there})
        changed = _find_changes(before, now)
        if changed.empty and not n_gone:  # as for most sites of most runs
            return _Look(line, before, changed, 0)
        told = changed[~changed["cell"].isin(line.list_untold())]
        return _Look(line, before, told, n_gone)

    def _as_published(self, line: RegisterLine, read_at: ReadAt) -> pd.DataFrame:
        """The answers of a lens that something published was made from."""
        parts, people = [], set(line.people)
        for revision in sorted({line.revision, *line.older.values()} - {0}):
            frame = read_at(revision)
            frame = frame[frame["lens"] == line.lens]
            # Whoever is not in the register was not in the report, whatever numbers her rows have.
            names = {n for n in frame["respondent"].unique() if self._mark(line, n) in people}
            frame = frame[frame["respondent"].isin(names)]
            if line.older:
                cells = _name_cells(frame).tolist()
                is_part = [line.older.get(cell, line.revision) == revision for cell in cells]
                frame = frame[is_part]
            parts.append(frame)
        return pd.concat(parts) if parts else read_at(line.revision).iloc[:0]

    def _mark(self, line: RegisterLine, name: str) -> str:
        return mark_person(self.secret, line.site, line.wave, name)


@dataclass(frozen=True)
class _Look:
    """What was published with a line, who changed something since, and how many are gone."""

    line: RegisterLine
    before: pd.DataFrame
    changed: pd.DataFrame
    n_gone: int

    def find_held(self, cells: pd.Series, min_group: int) -> set[str]:
        """The cells of which too few people changed something to show another state of them."""
        if self.changed.empty and not self.n_gone:
            return set()
        told = cells[~cells.isin(self.line.list_untold())]
        sizes = pd.Series(0, index=told.unique())
        sizes = sizes.add(self.changed.groupby("cell")["respondent"].nunique(), fill_value=0)
        sizes += self.n_gone
        return {*sizes.index[(sizes > 0) & (sizes < min_group)]}

    def list_changed(self, cells: set[str]) -> set[str]:
        """Who changed something in some cells."""
        return {*self.changed.loc[self.changed["cell"].isin(cells), "respondent"]}


def _keep(
    looks: Sequence[_Look], now: pd.DataFrame, min_group: int
) -> tuple[pd.DataFrame, int, dict[str, int]]:
    """What may be shown of one lens, how many people wait, and which cells are older."""
    now_cells = _name_cells(now)
    held = {cell for look in looks for cell in look.find_held(now_cells, min_group)}
    if not held:
        return now, 0, {}
    parts, waiting, older = [now[~now_cells.isin(held)]], set[str](), dict.fromkeys(held, 0)
    for look in reversed([one for one in looks if not one.n_gone]):
        # A cell stays as it was shown last without anybody who is gone, or is not shown at all.
        cells = _name_cells(look.before)
        last = {cell for cell in {*cells} & held if not older[cell]}
        parts.append(look.before[cells.isin(last)])
        waiting |= look.list_changed(last)
        older |= {cell: look.line.older.get(cell, look.line.revision) for cell in last}
    dropped = {cell for cell, revision in older.items() if not revision}
    waiting |= looks[-1].list_changed(dropped)
    n_gone = max(look.n_gone for look in looks) if dropped else 0
    return pd.concat(parts), len(waiting) + n_gone, older


def read_holding(folder: Path, wave: str, min_group: int) -> Holding:
    """What the next reports of a wave have to keep to, from the register in a folder."""
    register = Register(folder)
    return Holding(
        published=register.published(wave),
        n_others=register.count_others(wave),
        wave=wave,
        min_group=min_group,
        secret=keep_secret(folder),
    )


def read_published(
    store: Store, engagement: Engagement, sites: Sequence[str] | None, wave: str | None = None
) -> tuple[AnswersFrame, tuple[RegisterLine, ...]]:
    """The current answers of some sites or all, of one wave or all, as far as they may be shown.

    With what the register will say of each lens if all of them are.
    """
    answers, newest = _read_one_moment(store, sites, wave)
    held = []
    for name, of_wave in answers.groupby("wave", sort=False):
        holding = read_holding(engagement.folder, str(name), engagement.settings.min_group)
        for site, frame in of_wave.groupby("site", sort=False):
            revision = newest[str(name)][str(site)]
            known = {revision: frame.reset_index(drop=True)}
            read_at = partial(read_moment, store, str(site), str(name), known)
            held.append(holding.hold(str(site), frame, revision, read_at))
    lines = [line for one in held for line in one.entries.values()]
    shown = [one.answers for one in held]
    return type_frame(pd.concat(shown)) if shown else answers, tuple(lines)


def read_moment(
    store: Store, site: str, wave: str, known: Mapping[int, pd.DataFrame], then: int
) -> pd.DataFrame:
    """The answers of a site as of a row; `known` are those of rows that need not be read again.

    What was just read is taken for its moment: where a later row got in, the site is stale still.
    """
    found = known.get(then)
    return store.frame([site], wave, until=then) if found is None else found


def _read_one_moment(
    store: Store, sites: Sequence[str] | None, wave: str | None
) -> tuple[AnswersFrame, dict[str, dict[str, int]]]:
    """The current answers, and wave → site → the newest row of the journal they follow from."""
    while True:
        revision = store.revision(is_settled=True)
        answers = store.frame(sites, wave)
        newest = {
            str(name): {site: extent[1] for site, extent in store.site_extents(str(name)).items()}
            for name in answers["wave"].unique()
        }
        if store.revision(is_settled=True) == revision:
            return answers, newest


def narrow_lines(
    lines: Iterable[RegisterLine], answers: pd.DataFrame, *, shown: pd.DataFrame
) -> tuple[RegisterLine, ...]:
    """The lines of something that shows, of these answers, no more than the cells of `shown`.

    Sides of which it shows nothing are left out.
    """
    cells, told = (
        {side: {*_name_cells(rows)} for side, rows in frame.groupby(_SIDE, sort=False)}
        for frame in (answers, shown)
    )
    sides = [(line, (line.site, line.wave, line.lens)) for line in lines]
    return tuple(line.narrow(sorted(cells[at]), told[at]) for line, at in sides if at in told)


def _name_cells(frame: pd.DataFrame) -> pd.Series:
    """The cell of each row of one lens's answers, as the register names it."""
    parts = (frame[name].fillna("").tolist() for name in _CELL)
    cells = [f"{item}|{subject}|{about}" for item, subject, about in zip(*parts, strict=True)]
    return pd.Series(cells, index=frame.index, dtype="str")


def _find_changes(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """``cell, respondent`` of every answer that came, went or is another one."""
    said = [*_CELL, "respondent", *_CONTENT]
    changed: list[tuple[str, str]] = []
    if not before[said].reset_index(drop=True).equals(now[said].reset_index(drop=True)):
        known, present = _read_said(before), _read_said(now)
        changed += (key for key in {**known, **present} if known.get(key) != present.get(key))
    return pd.DataFrame(changed, columns=["cell", "respondent"], dtype="str")


def _read_said(frame: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Cell and respondent → what was said."""
    told = _told(frame)
    content = [[_plain(value) for value in told[name].tolist()] for name in told]
    keys = zip(_name_cells(frame), frame["respondent"], strict=True)
    return dict(zip(keys, map(list, zip(*content, strict=True)), strict=True))


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """What of the answers a report can show: other words for "other, namely" change nothing."""
    content = frame[_CONTENT].astype("object")
    return content.assign(text=content["text"].where(frame["chosen"].isna(), None))


def _plain(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
    except ValueError:  # a list of options
        return ";".join(map(str, value))  # type: ignore[call-overload]
