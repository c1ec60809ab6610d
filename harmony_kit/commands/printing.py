"""harmony pdf: the reports there are as PDFs beside them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import click

from harmony_kit.batch.browsers import find_browser
from harmony_kit.batch.handing import reports_name
from harmony_kit.batch.index_pages import list_pages_above
from harmony_kit.batch.lock import run_lock
from harmony_kit.batch.paper import Printed, is_printed, print_page
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.errors import FileError, Problem, list_some

__all__ = ["print_reports"]

#: Browsers at work at once; each takes some hundred megabytes.
_MOST_BROWSERS = 4


def print_reports(
    folder: Path,
    *,
    sites: tuple[str, ...],
    browser: str | None,
    is_forced: bool,
    is_redacted: bool = False,
) -> int:
    """Print what is not printed yet; 1 where a page could not be, or a named site has none."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=sites)
    reports = engagement.folder / reports_name("redacted" if is_redacted else "")
    make = f"harmony run {folder}{' --redacted' if is_redacted else ''}"
    pages, missing = _list_pages(engagement, sites, reports, make)
    program = find_browser(browser)
    with run_lock(folder):
        due = [page for page in pages if is_forced or not is_printed(page)]
        n_failed = sum(map(bool, [_tell(one) for one in _print(due, program, engagement.folder)]))
    if missing:
        names = list_some(missing)
        click.echo(f"no report to print: {names}. Make it first: {make}", err=True)
    n_current = len(pages) - len(due)
    click.echo(f"{len(due) - n_failed} printed, {n_current} up to date, {n_failed} failed")
    return int(bool(n_failed or (sites and missing)))


def _list_pages(
    engagement: Engagement, sites: Sequence[str], reports: Path, make: str
) -> tuple[list[Path], list[str]]:
    """The pages to print, and the sites that have none; `make` is what makes them."""
    chosen = sites or engagement.site_ids
    places = {site: reports / site / "report.html" for site in dict.fromkeys(chosen)}
    missing = [site for site, page in places.items() if not page.is_file()]
    above = [] if sites else [reports / name for name in list_pages_above(reports)]
    pages = [page for page in (*places.values(), *above) if page.is_file()]
    if not pages:
        todo = f"Make them first: {make}"
        raise FileError(Problem(str(reports), "", "has no report to print", todo=todo))
    return pages, missing


def _print(pages: Sequence[Path], browser: Path, folder: Path) -> Iterator[tuple[str, Printed]]:
    """What became of each page, in their order, as soon as it is known."""
    n_browsers = min(_MOST_BROWSERS, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory(prefix="work-pdf-", dir=folder / ".harmony") as work:
        # A browser wants an address, and an address wants a whole path.
        task = partial(print_page, browser=browser, work=Path(work).resolve())
        pool = ThreadPoolExecutor(n_browsers)
        try:
            for number, one in enumerate(pool.map(task, pages), 1):
                yield f"{number}/{len(pages)}", one
        finally:
            pool.shutdown(cancel_futures=True)


def _tell(told: tuple[str, Printed]) -> str:
    """Say what became of a page; why it could not be printed."""
    count, one = told
    if one.why:
        click.echo(f"{count} failed {one.path}: {one.why}", err=True)
    elif one.is_plain:
        click.echo(f"{count} printed {one.path} (no heads and page numbers: the browser is old)")
    else:
        click.echo(f"{count} printed {one.path}")
    return one.why
