"""What is known before the first notebook runs."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from harmony_kit.batch.batch_request import BatchRequest
from harmony_kit.batch.earlier import take_earlier
from harmony_kit.batch.handing import mark_pages, redact_engagement, reports_name, void_reports
from harmony_kit.batch.holding import read_holding
from harmony_kit.batch.inputs import shared_inputs, site_inputs
from harmony_kit.batch.job import Job
from harmony_kit.batch.leftovers import PLAN
from harmony_kit.batch.losses import list_losses
from harmony_kit.batch.own_notebooks import (
    PORTFOLIO_NOTEBOOK,
    SITE_NOTEBOOK,
    find_notebook,
    list_own,
)
from harmony_kit.batch.page import Page
from harmony_kit.batch.plan import Plan, Step, make_plan, select_sites
from harmony_kit.batch.record import Record, find_records, record_folder
from harmony_kit.batch.site_folder import SiteFolders
from harmony_kit.batch.snapshot import Snapshot, snapshot_folder, take_snapshot
from harmony_kit.batch.wave_shelves import arrange_waves, place_of_wave
from harmony_kit.batch.ways_back import pages_around_division, pages_around_site
from harmony_kit.engagement.choosing import first_site, refuse, unknown_wave
from harmony_kit.engagement.divisions import Division
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engine.prepare import list_parameters
from harmony_kit.errors import FileError
from harmony_kit.files import copy_tree
from harmony_kit.journal.store import Store
from harmony_kit.journal.stored import stored_names
from harmony_kit.report.bidi import settle
from harmony_kit.report.division_words import say_division
from harmony_kit.report.words import load_words

__all__ = [
    "PORTFOLIO",
    "Briefing",
    "brief",
    "is_portfolio",
    "name_portfolio",
]

#: The name of the portfolio's record; no site id starts with an underscore.
PORTFOLIO = "_portfolio"


def name_portfolio(division: Division | None) -> str:
    """The name of the record of a division's portfolio; of all sites for None."""
    return PORTFOLIO if division is None else f"{PORTFOLIO}-{division.key}"


def is_portfolio(name: str) -> bool:
    """Whether a record is that of a portfolio and not of a site."""
    return name.startswith(PORTFOLIO)


# Every working folder lies where a published report lies: two levels below the engagement.
_HOME = "../.."


@dataclass(frozen=True)
class Briefing:
    """An engagement, its snapshot, its records and the plan made from them.

    `reports` is where the reports are published, drafts elsewhere; `present` is the wave of
    engagement.yaml, `moved` the one whose reports made room for it.
    """

    request: BatchRequest
    engagement: Engagement
    snapshot: Snapshot
    records: Mapping[str, Record]
    plan: Plan
    shared: Mapping[str, str]
    reports: Path
    present: str
    moved: str = ""

    @cached_property
    def site_folders(self) -> SiteFolders:
        """The folders the notebooks read instead of the engagement's."""
        return SiteFolders(self.engagement)

    @property
    def home(self) -> Path:
        """The folder of the reports of this edition, of all waves."""
        return self.engagement.folder / reports_name(self.request.edition)

    def arrange(self) -> Briefing:
        """Make room for the present wave, and write down what was never handed out.

        Only once nothing refuses the run any more. Raises `EngagementError`.
        """
        reports, moved = self.reports, ""
        if not self.request.is_draft:
            moved = arrange_waves(self.home, self.present)
            reports = place_of_wave(self.home, self.engagement.wave, self.present)
        if self.request.is_never_handed_out:
            sites = [step.name for step in self.plan.steps if step.is_selected]
            void_reports(self.engagement, sites)
        return replace(self, reports=reports, moved=moved)

    @property
    def records_folder(self) -> Path:
        """Where the records of this wave are kept."""
        return record_folder(self.engagement.folder, self.engagement.wave, self.request.edition)

    def site_job(self, step: Step) -> Job:
        """The job that makes the report of a site."""
        site = self.engagement.site(step.name)
        parameters = {
            "engagement": f"{_HOME}/{self.site_folders.place(site.site)}",
            "site": site.site,
            "wave": self.engagement.wave,
            "snapshot": self._name(self.snapshot.folder),
            "output": ".",
            "as_of": self.request.as_of.isoformat(),
        }
        page = replace(
            self._page(self.engagement.site_labels[site.site]),
            around=pages_around_site(self.engagement, site.site),
        )
        return self._job(step.name, SITE_NOTEBOOK, parameters, page)

    def _name(self, place: Path) -> str:
        """A place in the engagement folder as a notebook names it."""
        return f"{_HOME}/{place.relative_to(self.engagement.folder).as_posix()}"

    def portfolio_job(self, kept: Sequence[str] = (), division: Division | None = None) -> Job:
        """The job that makes the portfolio from the results of the sites, or of some of many.

        `kept` are sites whose report could not be made again; one's own notebook need not ask.
        """
        name = name_portfolio(division)
        is_divided = bool(self.engagement.divisions)
        place = f"{_HOME}/{self.site_folders.place(name)}" if is_divided else _HOME
        parameters: dict[str, Any] = {
            "engagement": place,
            "wave": self.engagement.wave,
            "snapshot": self._name(self.snapshot.folder),
            "results": self._name(self.reports),
            "output": ".",
            "as_of": self.request.as_of.isoformat(),
        }
        if kept and self._declares(PORTFOLIO_NOTEBOOK, "kept"):
            parameters["kept"] = list(kept)
        words = load_words(self.engagement.language)
        html = division.portfolio if division else "portfolio.html"
        page = replace(
            self._page(
                f"{words.say('portfolio.title')}: {say_division(division, words)}"
                if division
                else words.say("portfolio.name")
            ),
            book=Path(html).with_suffix(".ipynb").name,
            kind="portfolio",
            html=html,
            results="",
            around=pages_around_division(division) if division else (),
        )
        return self._job(name, PORTFOLIO_NOTEBOOK, parameters, page)

    def write_portfolio_folder(self, division: Division | None) -> None:
        """Bring the folder up to date a portfolio is made from where there are many sites."""
        if not self.engagement.divisions:
            self.site_folders.remove(PORTFOLIO)
            return
        words = load_words(self.engagement.language)
        title = say_division(division, words) if division else ""
        sites = division.sites if division else self.engagement.site_ids
        self.site_folders.write_some(name_portfolio(division), sites, division=title)

    def _page(self, title: str) -> Page:
        engagement = self.engagement
        wave = load_words(engagement.language).say("cover.wave", wave=engagement.wave)
        return Page(
            title,
            engagement.language,
            client=engagement.client,
            brand=engagement.brand,
            banner=engagement.banner,
            head=" · ".join(map(settle, (title, engagement.client, wave))),
        )

    def _declares(self, notebook: str, parameter: str) -> bool:
        """Whether a notebook has a parameter; one that cannot be read says so when it is run."""
        with contextlib.suppress(FileError):
            return parameter in list_parameters(self.path(notebook))
        return False

    def path(self, notebook: str) -> Path:
        """The notebook reports are made by."""
        return find_notebook(self.engagement.folder, notebook, self.request.notebooks)

    def _job(self, name: str, notebook: str, parameters: dict[str, Any], page: Page) -> Job:
        folder = self.engagement.folder
        told = replace(page, is_own=notebook in self.own_notebooks)
        return Job(name, folder, self.path(notebook), parameters, told, self.request.limits)

    @property
    def own_notebooks(self) -> list[str]:
        """The notebooks of the engagement that take the place of the package's."""
        return [] if self.request.notebooks else list_own(self.engagement.folder)


def brief(request: BatchRequest, *, is_plan: bool = False) -> Briefing:
    """Read the engagement, take the snapshot and plan.

    For a plan the snapshot is taken aside and dropped: that of a run under way stays what it is.
    Raises `EngagementError` and `StoreError`. Nothing is moved or written down yet: see
    `Briefing.arrange`.
    """
    engagement = load_engagement(request.folder)
    stored = partial(stored_names, engagement.store_url, "wave")
    refuse(unknown_wave(engagement, request.wave, stored))
    present = engagement.wave
    engagement = replace(engagement, wave=request.wave or engagement.wave)
    first_site(engagement)  # a broken file must not take every report down
    selected = select_sites(engagement, request.sites, request.where)
    if request.is_redacted:
        engagement = redact_engagement(engagement)
    engagement = mark_pages(engagement, is_draft=request.is_draft)
    reports = engagement.folder / reports_name(request.edition)
    if not request.is_draft:
        reports = place_of_wave(reports, engagement.wave, present)
    snapshot = _take_snapshot(engagement, request, selected, is_plan=is_plan)
    shared = shared_inputs(engagement, request.as_of)
    notebook = find_notebook(engagement.folder, SITE_NOTEBOOK, request.notebooks)
    records = find_records(record_folder(engagement.folder, engagement.wave, request.edition))
    plan = make_plan(
        site_inputs(engagement, snapshot, notebook, shared),
        records,
        reports,
        selected=selected,
        is_forced=request.is_forced,
    )
    return Briefing(request, engagement, snapshot, records, plan, shared, reports, present)


def _take_snapshot(
    engagement: Engagement, request: BatchRequest, selected: Collection[str], *, is_plan: bool
) -> Snapshot:
    wave, sites = engagement.wave, engagement.site_ids
    folder = snapshot_folder(engagement.folder, wave, request.is_draft)
    store = Store(engagement.store_url, is_reader=True)
    try:
        refuse(list_losses(store, sites, wave=wave, folder=engagement.folder))
        holding = read_holding(engagement.folder, wave, engagement.settings.min_group)
        holding = replace(holding, published={}, n_others={}) if request.is_draft else holding
        holding = holding.without(selected) if request.is_never_handed_out else holding
        with _copy_of(folder) if is_plan else nullcontext(folder) as place:
            where: dict[str, Any] = {"wave": wave, "folder": place, "holding": holding}
            snapshot = take_snapshot(store, sites, is_forced=request.is_forced, **where)
            return snapshot.beside(take_earlier(store, engagement, sites, place))
    finally:
        store.close()


@contextmanager
def _copy_of(snapshot: Path) -> Iterator[Path]:
    """A copy of a snapshot beside it: what is known already need not be read again."""
    home = snapshot.parents[1]
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PLAN, dir=home) as name:
        copy = Path(name, snapshot.name)
        copy_tree(snapshot, copy)
        yield copy
