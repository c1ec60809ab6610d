"""What a run is asked to do, and what is known before the first notebook runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from harmony_kit.batch.holding import read_holding
from harmony_kit.batch.inputs import portfolio_inputs, shared_inputs, site_inputs
from harmony_kit.batch.job import Job, Limits
from harmony_kit.batch.losses import list_losses
from harmony_kit.batch.places import notebooks_folder
from harmony_kit.batch.plan import Plan, Step, compare, make_plan, select_sites
from harmony_kit.batch.publish import Page
from harmony_kit.batch.record import Record, find_records, record_folder
from harmony_kit.batch.register import Register, RegisterLine
from harmony_kit.batch.site_folder import SiteFolders
from harmony_kit.batch.snapshot import Snapshot, snapshot_folder, take_snapshot
from harmony_kit.engagement.choosing import first_site, refuse, unknown_wave
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.journal.store import Store
from harmony_kit.journal.stored import stored_names
from harmony_kit.report.words import load_words

__all__ = ["PORTFOLIO", "BatchRequest", "Briefing", "brief", "clean_up", "plan_portfolio"]

#: The name of the portfolio's record; no site id starts with an underscore.
PORTFOLIO = "_portfolio"
_SITE_NOTEBOOK = "2_site_assessment.ipynb"
_PORTFOLIO_NOTEBOOK = "3_portfolio.ipynb"
#: Where drafts lie in the engagement folder: never published, never delivered.
DRAFTS = "drafts"
# Every working folder lies where a published report lies: two levels below the engagement.
_HOME = "../.."


@dataclass(frozen=True)
class BatchRequest:
    """A run of an engagement.

    Attributes
    ----------
    as_of
        The day the reports are made as of: open decisions are counted up to it.
    sites, where
        Which sites; empty: all. `where` pairs a column of sites.csv with a value.
    wave
        None: the wave of engagement.yaml.
    n_jobs
        Notebooks at a time; None: as many as there are processors and memory for.
    is_forced
        Whether reports are made again whose inputs did not change.
    is_failing_fast
        Whether no further report is started after the first failure.
    output
        Where the reports are delivered to as well, a folder or an fsspec URL.
    scheduler
        Address of a Dask scheduler whose workers run the notebooks; None: this machine.
    exchange
        Where this machine and the workers leave things for each other, a folder or an fsspec
        URL all can reach; None: ``.harmony/exchange`` in the engagement folder.
    notebooks
        Folder of the two notebooks; None: those of the package.
    is_draft
        For the consultant's eyes only: of all answers there are, marked on every page, in a
        folder of its own that is neither registered nor delivered.
    is_never_handed_out
        Whether the reports there are of these sites were never handed out, so that the next ones
        need not keep to them.
    """

    folder: Path
    as_of: date
    sites: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    wave: str | None = None
    n_jobs: int | None = None
    limits: Limits = field(default_factory=Limits)
    is_forced: bool = False
    is_failing_fast: bool = False
    output: str | None = None
    scheduler: str | None = None
    exchange: str | None = None
    notebooks: Path | None = None
    is_draft: bool = False
    is_never_handed_out: bool = False


@dataclass(frozen=True)
class Briefing:
    """An engagement, its snapshot, its records and the plan made from them."""

    request: BatchRequest
    engagement: Engagement
    snapshot: Snapshot
    records: Mapping[str, Record]
    plan: Plan
    shared: Mapping[str, str]

    @cached_property
    def site_folders(self) -> SiteFolders:
        """The folders the notebooks read instead of the engagement's."""
        return SiteFolders(self.engagement)

    @property
    def reports(self) -> Path:
        """Where the reports are published; drafts lie elsewhere."""
        return self.engagement.folder / _reports(self.request)

    @property
    def records_folder(self) -> Path:
        """Where the records of this wave are kept."""
        return record_folder(self.engagement.folder, self.engagement.wave, self.request.is_draft)

    def new_entries(self, site: str) -> tuple[RegisterLine, ...]:
        """What the register has to say when the report of a site is published; nothing twice."""
        event: Literal["named", "published"]
        event = "named" if self.engagement.settings.named else "published"
        return tuple(
            replace(entry, event=event)
            for entry in self.snapshot.entries.get(site, ())
            if not entry.says_the_same(self._last.get((site, entry.lens)))
        )

    @cached_property
    def _last(self) -> dict[tuple[str, str], RegisterLine]:
        return Register(self.engagement.folder).last_published(self.engagement.wave)

    def site_job(self, step: Step) -> Job:
        """The job that makes the report of a site."""
        site = self.engagement.site(step.name)
        parameters = {
            "engagement": f"{_HOME}/.harmony/sites/{site.site}",
            "site": site.site,
            "wave": self.engagement.wave,
            "snapshot": self._snapshot,
            "output": ".",
            "as_of": self.request.as_of.isoformat(),
        }
        return self._job(step.name, _SITE_NOTEBOOK, parameters, self._page(site.name))

    @property
    def _snapshot(self) -> str:
        return f"{_HOME}/{self.snapshot.folder.relative_to(self.engagement.folder).as_posix()}"

    def portfolio_job(self) -> Job:
        """The job that makes the portfolio from the results of the sites."""
        parameters = {
            "engagement": _HOME,
            "wave": self.engagement.wave,
            "snapshot": self._snapshot,
            "results": f"{_HOME}/{_reports(self.request)}",
            "output": ".",
            "as_of": self.request.as_of.isoformat(),
        }
        page = replace(
            self._page(load_words(self.engagement.language).say("portfolio.name")),
            book="portfolio.ipynb",
            html="portfolio.html",
            results="",
        )
        return self._job(PORTFOLIO, _PORTFOLIO_NOTEBOOK, parameters, page)

    def _page(self, title: str) -> Page:
        engagement = self.engagement
        brand = engagement.brand
        return Page(
            title,
            engagement.language,
            client=engagement.client,
            brand=brand.name,
            colour=brand.colour,
            banner=engagement.banner,
        )

    def _job(self, name: str, notebook: str, parameters: dict[str, str], page: Page) -> Job:
        path = (self.request.notebooks or notebooks_folder()) / notebook
        folder = self.engagement.folder
        return Job(name, folder, path, parameters, page, self.request.limits)


def brief(request: BatchRequest) -> Briefing:
    """Read the engagement, take the snapshot and plan.

    Raises `EngagementError` and `StoreError`; nothing is published then.
    """
    engagement = load_engagement(request.folder)
    stored = partial(stored_names, engagement.store_url, "wave")
    refuse(unknown_wave(engagement, request.wave, stored))
    engagement = replace(engagement, wave=request.wave or engagement.wave)
    first_site(engagement)  # a broken file must not take every report down
    selected = select_sites(engagement, request.sites, request.where)
    engagement = _mark_pages(engagement, is_draft=request.is_draft)
    if request.is_never_handed_out:
        _void(engagement, selected)
    snapshot = _take_snapshot(engagement, request)
    shared = shared_inputs(engagement, request.as_of)
    notebook = (request.notebooks or notebooks_folder()) / _SITE_NOTEBOOK
    records = find_records(record_folder(engagement.folder, engagement.wave, request.is_draft))
    plan = make_plan(
        site_inputs(engagement, snapshot, notebook, shared),
        records,
        engagement.folder / _reports(request),
        selected=selected,
        is_forced=request.is_forced,
    )
    return Briefing(request, engagement, snapshot, records, plan, shared)


def plan_portfolio(briefing: Briefing, records: Mapping[str, Record]) -> Step:
    """Whether the portfolio has to be made, given what is published of the sites now."""
    results = {
        site: records[site].files["results.json"].sha256
        for site in briefing.engagement.site_ids
        if site in records and records[site].is_ok
    }
    notebook = (briefing.request.notebooks or notebooks_folder()) / _PORTFOLIO_NOTEBOOK
    inputs = portfolio_inputs(briefing.engagement, results, notebook, briefing.shared)
    step = compare(PORTFOLIO, inputs, briefing.records.get(PORTFOLIO), briefing.reports)
    return replace(step, is_selected=bool(results))


def _reports(request: BatchRequest) -> str:
    """The folder of the reports in the engagement folder."""
    return DRAFTS if request.is_draft else "reports"


def _mark_pages(engagement: Engagement, *, is_draft: bool) -> Engagement:
    """With a banner that says whose eyes a page is for, where it is not for everybody's."""
    keys = {"banner.draft": is_draft, "banner.named": engagement.settings.named}
    words = load_words(engagement.language)
    said = [words.say(key) for key, is_so in keys.items() if is_so]
    banner = " ".join(part for part in (*said, engagement.banner) if part)
    return replace(engagement, banner=banner)


def _void(engagement: Engagement, selected: Iterable[str]) -> None:
    """Write down that the reports there are were never handed out."""
    register, now = Register(engagement.folder), datetime.now(UTC).isoformat(timespec="seconds")
    published = {site for site, _ in register.last_published(engagement.wave)}
    register.append(
        RegisterLine("never_handed_out", now, site, engagement.wave)
        for site in sorted(published & set(selected))
    )


def _take_snapshot(engagement: Engagement, request: BatchRequest) -> Snapshot:
    wave, sites = engagement.wave, engagement.site_ids
    folder = snapshot_folder(engagement.folder, wave, request.is_draft)
    store = Store(engagement.store_url, is_reader=True)
    try:
        lost = list_losses(store, sites, wave=wave, folder=engagement.folder)
        refuse(lost)
        holding = read_holding(engagement.folder, wave, engagement.settings.min_group)
        holding = replace(holding, last={}, n_voided={}) if request.is_draft else holding
        forced = request.is_forced
        return take_snapshot(
            store, sites, wave=wave, folder=folder, is_forced=forced, holding=holding
        )
    finally:
        store.close()


def clean_up(folder: Path) -> None:
    """Remove the working folders a killed run left behind; only while holding the lock."""
    for path in (folder / ".harmony").glob("work-*"):
        shutil.rmtree(path, ignore_errors=True)
