"""What a run left behind, site by site: the data of the index page and of run.json."""

from __future__ import annotations

import getpass
import platform
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import harmony_kit
from harmony_kit.batch.batch_request import BatchRequest
from harmony_kit.batch.briefing import Briefing, name_portfolio
from harmony_kit.batch.own_notebooks import tell_own
from harmony_kit.batch.plan import Plan, Step
from harmony_kit.batch.record import Failure, Record
from harmony_kit.batch.versions import library_versions
from harmony_kit.batch.wave_shelves import link_waves, place_of_wave
from harmony_kit.engagement.divisions import Division
from harmony_kit.engagement.folder import Site
from harmony_kit.errors import list_some
from harmony_kit.report.division_words import say_division
from harmony_kit.report.words import Words, load_words

__all__ = ["describe_run", "describe_start", "describe_timings", "order_rows", "tell_run"]

_LINKS = {
    "report": "report.html",
    "results": "results.json",
    "notebook": "assessment.ipynb",
    "workbook": "workbook.xlsx",
    "tables": "tables.xlsx",
    "handout": "handout.html",
}
_WORST_FIRST = ("failed", "missing", "withheld", "ok")


def describe_run(
    briefing: Briefing, records: Mapping[str, Record], plan: Plan, stopped: Failure | None = None
) -> dict[str, Any]:
    """Everything the index page shows; no time in it, so equal runs give equal pages.

    `plan` holds what is still due: a report whose inputs changed since it was made says so.
    `stopped` is what failed again and again until the run started no further report.
    """
    engagement, words = briefing.engagement, load_words(briefing.engagement.language)
    steps = {step.name: step for step in plan.steps}
    rows = [
        _describe_site(
            site, engagement.site_labels[site.site], records.get(site.site), steps[site.site], words
        )
        for site in engagement.sites
    ]
    rows = order_rows(rows, engagement.instrument.lens_ids)
    pages = [_describe_division(one, rows, records, words) for one in engagement.divisions]
    return {
        "schema": 1,
        "client": engagement.client,
        "wave": engagement.wave,
        "as_of": briefing.request.as_of.isoformat(),
        "language": engagement.language,
        "banner": engagement.banner,
        "brand": engagement.brand.model_dump(exclude={"logo"}),
        "lenses": {
            lens: engagement.instrument.text(f"lens.{lens}.name", engagement.language)
            for lens in engagement.instrument.lens_ids
        },
        "package": harmony_kit.__version__,
        "counts": _count(rows),
        "stopped": stopped.say(words) if stopped else "",
        "sites": rows,
        "portfolio": _describe_portfolio(records.get(name_portfolio(None)), words),
        **({"pages": pages} if pages else {}),
        "notebooks": [f"notebooks/{name}" for name in briefing.own_notebooks],
        "waves": [] if briefing.request.is_draft else _link_waves(briefing),
    }


def _link_waves(briefing: Briefing) -> list[dict[str, str]]:
    return link_waves(briefing.home, briefing.engagement.wave, briefing.present)


def _describe_site(
    site: Site, label: str, record: Record | None, step: Step, words: Words
) -> dict[str, Any]:
    """A site as the index shows it; its `label` tells it from others of its name."""
    summary = dict(record.summary) if record else {}
    files = record.files if record else {}
    return {
        "site": site.site,
        "name": label,
        "region": site.region,
        "country": site.country,
        "status": _status(record),
        "n": summary.get("n", {}),
        "headline": summary.get("headline"),
        "signatures": summary.get("signatures", []),
        "left_out": summary.get("withheld", []),
        "links": {name: f"{site.site}/{file}" for name, file in _LINKS.items() if file in files},
        "failure": _describe_failure(record.failure if record else None, words),
        # Why the report that stands there could not be made again.
        "setback": _describe_failure(record.setback if record else None, words),
        # What changed since the report was made: it is no longer the current one.
        "outdated": [] if record is None or not record.is_ok else list(step.changed),
    }


def order_rows(rows: list[dict[str, Any]], lenses: Sequence[str]) -> list[dict[str, Any]]:
    """The rows with their place by name, region, state and how well each lens reads the other."""
    keys: dict[str, Callable[[dict[str, Any]], tuple[object, ...]]] = {
        "name": lambda row: (row["name"].casefold(),),
        "region": lambda row: (row["region"].casefold(),),
        "status": lambda row: (
            _WORST_FIRST.index(row["status"]),
            not row["setback"],
            not row["outdated"],
        ),
        **{lens: partial(_reading, lens) for lens in lenses},
    }
    orders: dict[str, dict[str, int]] = {row["site"]: {} for row in rows}
    for key, place in keys.items():
        ordered = sorted(rows, key=lambda row: (*place(row), row["name"].casefold(), row["site"]))
        for i, row in enumerate(ordered):
            orders[row["site"]][key] = i
    return [{**row, "order": orders[row["site"]]} for row in rows]


def _reading(lens: str, row: dict[str, Any]) -> tuple[float]:
    """Worst first; sites about which nothing can be said last."""
    shares = [e["share"] for e in row["headline"] or [] if e["lens"] == lens and e.get("n_topics")]
    return (shares[0] if shares else 2.0,)


def _status(record: Record | None) -> str:
    if record is None:
        return "missing"
    if not record.is_ok:
        return "failed"
    return str(record.summary.get("status", "ok"))


def _describe_failure(failure: Failure | None, words: Words) -> dict[str, Any] | None:
    if failure is None:
        return None
    # Counted from 1, as on the page and in the notebook.
    cell = None if failure.cell is None else failure.cell + 1
    return {"status": failure.status, "sentence": failure.say(words), "cell": cell}


def _describe_division(
    division: Division, rows: Sequence[dict[str, Any]], records: Mapping[str, Record], words: Words
) -> dict[str, Any]:
    """A page of some of many sites, as the overview of all links to it."""
    here = set(division.sites)
    record = records.get(name_portfolio(division))
    return {
        "title": say_division(division, words),
        "region": division.region,
        "link": division.index,
        "sites": list(division.sites),
        "counts": _count([row for row in rows if row["site"] in here]),
        "portfolio": _describe_portfolio(record, words, division.portfolio),
    }


def _describe_portfolio(
    record: Record | None, words: Words, html: str = "portfolio.html"
) -> dict[str, Any]:
    if record is None:
        return {
            "status": "missing",
            "link": None,
            "failure": None,
            "setback": None,
            "outdated": [],
        }
    return {
        "status": _status(record),
        "link": html if html in record.files else None,
        "failure": _describe_failure(record.failure, words),
        "setback": _describe_failure(record.setback, words),
        "outdated": [],  # filled in by a run that made no other
    }


def _count(rows: list[dict[str, Any]]) -> dict[str, int]:
    counts = {"sites": len(rows)}
    for mark in ("outdated", "setback"):
        counts[mark] = sum(bool(row[mark]) for row in rows)
    for status in ("ok", "withheld", "failed", "missing"):
        counts[status] = sum(row["status"] == status for row in rows)
    return counts


def tell_run(briefing: Briefing, kept: Mapping[str, str]) -> tuple[str, ...]:
    """What else whoever started a run should know, a line each.

    `kept` are files somebody had changed, with what they are called now, below the reports.
    """
    folder, lines = briefing.engagement.folder, []
    if briefing.moved:
        aside = place_of_wave(briefing.home, briefing.moved, briefing.present)
        lines.append(
            f"the reports of wave {briefing.moved} moved to {aside.relative_to(folder).as_posix()}"
        )
    if briefing.own_notebooks:
        lines.append(tell_own(folder))
    if kept:
        place = briefing.reports.relative_to(folder).as_posix()
        names = [f"{place}/{name}" for name in sorted(kept.values())]
        lines.append(f"changed by hand, kept as {list_some(names)}")
    return tuple(lines)


def describe_timings(
    records: Mapping[str, Record], made: Mapping[str, str], stages: Mapping[str, float]
) -> dict[str, Any]:
    """Where the time went, in seconds: by stage of the run, and by stage of every report.

    `made` maps the reports this run made to the reason; the others keep the times of the run
    that made them.
    """
    return {
        "stages": _rounded(stages),
        "made": dict(made),
        "reports": {
            name: {"tries": record.n_tries, **_rounded(record.seconds)}
            for name, record in records.items()
        },
    }


def describe_start(request: BatchRequest, started: datetime) -> dict[str, Any]:
    """When, where, by whom and how a run was started; of places and addresses nothing."""
    return {
        "started": started.isoformat(timespec="seconds"),
        "host": platform.node(),
        "user": _user(),
        "command": shlex.join(_command(request)),
        "is_forced": request.is_forced,
        "libraries": library_versions(),
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in some containers
        return ""


def _command(request: BatchRequest) -> list[str]:
    """The run as it would be typed, without the folder and other addresses."""
    words = ["harmony", "run"]
    for site in request.sites:
        words += ["--site", site]
    for column, value in request.where:
        words += ["--where", f"{column}={value}"]
    words += ["--as-of", request.as_of.isoformat()]
    limits = request.limits
    given = {
        "--wave": request.wave,
        "--jobs": request.n_jobs,
        "--timeout": limits.timeout_s,
        "--memory": limits.memory_mb,
        "--engine": limits.engine,
    }
    words += [word for name, value in given.items() if value for word in (name, str(value))]
    is_on = {
        "--force": request.is_forced,
        "--fail-fast": request.patience == 1,
        "--keep-going": request.patience is None,
    }
    words += [name for name, value in is_on.items() if value]
    elsewhere = {"--output": request.output, "--dask": request.scheduler}
    return words + [word for name, place in elsewhere.items() if place for word in (name, "…")]


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in seconds.items()}
