"""What a run would do and why: which input of which report changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harmony_kit.batch.record import Record
from harmony_kit.engagement.choosing import refuse, unknown_names, unknown_sites
from harmony_kit.engagement.folder import Engagement, Site
from harmony_kit.errors import Problem

__all__ = [
    "NOT_MADE_AGAIN",
    "Plan",
    "Step",
    "changed_inputs",
    "compare",
    "make_plan",
    "select_sites",
]

#: The input of a portfolio that marks reports in it; what it tells follows all the same.
NOT_MADE_AGAIN = "not_made_again"


@dataclass(frozen=True)
class Step:
    """One report: the fingerprints of its inputs, and why it has to be made (empty: it has not).

    `changed` names the inputs and files that are not what they were; `is_selected` says whether
    this run was asked for it, `is_forced` whether it makes what is up to date as well.
    """

    name: str
    inputs: Mapping[str, str]
    reasons: tuple[str, ...]
    changed: tuple[str, ...] = ()
    is_selected: bool = True
    is_forced: bool = False

    @property
    def reason(self) -> str:
        """Why it is made, in words."""
        return "; ".join(self.reasons) or "asked for"

    @property
    def is_due(self) -> bool:
        """Whether this run makes it."""
        return self.is_selected and (self.is_forced or bool(self.reasons))


@dataclass(frozen=True)
class Plan:
    """The reports of an engagement in the order of sites.csv."""

    steps: tuple[Step, ...]

    @property
    def due(self) -> tuple[Step, ...]:
        """The reports this run makes."""
        return tuple(step for step in self.steps if step.is_due)

    @property
    def n_current(self) -> int:
        """How many reports were asked for and are up to date."""
        return sum(step.is_selected and not step.is_due for step in self.steps)

    def lines(self) -> list[str]:
        """The plan in words, one line per report that is due, and one for the rest."""
        due = self.due
        n_current = self.n_current
        n_left_out = sum(not step.is_selected for step in self.steps)
        width = max((len(step.name) for step in due), default=0)
        lines = [f"{step.name:<{width}}  {step.reason}" for step in due]
        lines.append(f"{len(due)} to make, {n_current} up to date, {n_left_out} not asked for")
        return lines


def select_sites(
    engagement: Engagement, sites: Collection[str], where: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """The sites asked for, in the order of sites.csv; all where nothing is asked.

    `where` pairs a column of sites.csv with a value: several values of one column widen the
    choice, several columns narrow it. Raises `EngagementError` for a site, a column or a value
    there is not.
    """
    refuse([*unknown_sites(engagement, sites), *_unknown_cells(engagement, where)])
    columns: dict[str, set[str]] = {}
    for column, value in where:
        columns.setdefault(column, set()).add(value.casefold())
    return tuple(
        site.site
        for site in engagement.sites
        if (not sites or site.site in sites)
        and all(_cell(site, column).casefold() in values for column, values in columns.items())
    )


def _unknown_cells(engagement: Engagement, where: Sequence[tuple[str, str]]) -> list[Problem]:
    problems = []
    columns = _columns_of(engagement)
    for column, value in where:
        if column not in columns:
            problems += unknown_names("sites.csv", "column", [column], columns)
            continue
        cells = [_cell(site, column) for site in engagement.sites]
        if value.casefold() not in map(str.casefold, cells):
            known = sorted(filter(None, set(cells)))
            problems += unknown_names("sites.csv", column, [value], known)
    return problems


def _columns_of(engagement: Engagement) -> list[str]:
    extra = {column for site in engagement.sites for column in site.extra}
    return ["site", "name", "region", "country", *sorted(extra)]


def _cell(site: Site, column: str) -> str:
    if column in ("site", "name", "region", "country"):
        return str(getattr(site, column))
    return site.extra.get(column, "")


def make_plan(
    inputs: Mapping[str, Mapping[str, str]],
    records: Mapping[str, Record],
    reports: Path,
    *,
    selected: Collection[str],
    is_forced: bool = False,
) -> Plan:
    """Compare the inputs of every site with the record of what was published last."""
    chosen = set(selected)
    return Plan(
        tuple(
            replace(
                compare(name, its_inputs, records.get(name), reports / name),
                is_selected=name in chosen,
                is_forced=is_forced,
            )
            for name, its_inputs in inputs.items()
        )
    )


def compare(name: str, inputs: Mapping[str, str], record: Record | None, folder: Path) -> Step:
    """Whether a report has to be made: what lies in `folder` is not what it would be now."""
    if record is None:
        return Step(name, inputs, ("not made yet",))
    changed = changed_inputs(inputs, record)
    reasons = [f"{name} changed" for name in changed]
    if last := record.failure or record.setback:
        reasons.append(f"{last.status} last time")
    if not changed:  # else it is made again anyway and its files need not be looked at
        changed = record.missing_files(folder)
        reasons += [f"{name} is missing or was changed by hand" for name in changed]
    return Step(name, inputs, tuple(reasons), changed)


def changed_inputs(inputs: Mapping[str, str], record: Record) -> tuple[str, ...]:
    """The names of the inputs that are not what a report was made from."""
    names = sorted({*inputs, *record.inputs})
    return tuple(name for name in names if inputs.get(name) != record.inputs.get(name))
