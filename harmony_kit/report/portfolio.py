"""All sites of a wave side by side, from their results.json files and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.journal.subject import Subject
from harmony_kit.report.results_of_many import ResultsOfMany
from harmony_kit.report.told_results import read_told

__all__ = ["Portfolio"]

#: The lists a portfolio is made of, and what it reads of their rows.
#: The rest of a thousand results would fill the memory.
_LISTS: Mapping[str, tuple[str, ...]] = {
    "understanding": ("lens", "dimension", "n_topics", "share", "low", "high", "pattern", "claim"),
    "topics": (
        *("item", "subject", "dimension", "lens", "state", "claim"),
        *("own", "own_from", "own_to"),
    ),
    "findings": (
        *("kind", "pattern", "claim", "importance", "score", "title", "action"),
        *("subject", "n_alike", "dimension", "item", "looker", "level", "viewer"),
    ),
    "evidence": ("n", "n_open", "median_days", "oldest_open_days"),
    "promises": ("kind", "standing", "is_risen"),
}
#: So many sites are read before their rows go into frames, which take a fifth of the room.
_AT_ONCE = 20


@dataclass(frozen=True)
class Portfolio:
    """What the sites' results say together; nothing is averaged over the two lenses.

    Attributes
    ----------
    sites
        ``site, name, region, country, status`` (ok, withheld, or missing where there are no
        results), ``is_kept`` (the report could not be made again, an earlier one stands), one
        ``n_<lens>`` per lens (NA where withheld), ``n_findings, n_withheld``.
    understanding, topics, findings
        Of the lists of the same name in results.json what a portfolio tells, with a leading
        ``site``; ``n_alike`` counts the findings that one stands for. Whatever else a notebook of
        your own needs it reads from the files.
    evidence
        One row per site with the decisions' key figures.
    promises
        ``site, kind, standing, is_risen``: what was promised in the wave before, and whether a
        side of the site understands more since.
    """

    engagement: Engagement
    wave: str
    as_of: date
    sites: pd.DataFrame
    understanding: pd.DataFrame
    topics: pd.DataFrame
    findings: pd.DataFrame
    evidence: pd.DataFrame
    promises: pd.DataFrame

    @classmethod
    def load(
        cls,
        engagement: str | Path,
        *,
        wave: str,
        results: str | Path,
        as_of: str | date,
        kept: Sequence[str] = (),
    ) -> Portfolio:
        """Read ``<results>/<site>/results.json`` of every site in sites.csv.

        `kept` are sites whose report could not be made again: an earlier one stands. Results of
        another wave or schema count as missing. Of more sites than stand on one page it keeps
        what is told of all of them together. Raises `EngagementError`.
        """
        opened = load_engagement(Path(engagement))
        parts: dict[str, list[pd.DataFrame]] = {name: [] for name in _LISTS}
        many = ResultsOfMany(_LISTS) if opened.divisions else None
        counted: dict[str, dict[str, Any]] = {}
        for sites in _in_parts(opened.site_ids):
            found = _read_all(sites, Path(results), str(wave))
            if any(content["is_redacted"] for content in found.values()):
                redacted = opened.settings.model_copy(update={"redacted": True})
                opened = replace(opened, settings=redacted)
            counted |= {site: content["counted"] for site, content in found.items()}
            if many is not None:
                found = {site: many.take(site, content) for site, content in found.items()}
            for name in _LISTS:
                parts[name].append(_stack(found, name))
        day = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
        frames = {name: _join(parts.pop(name)) for name in _LISTS}
        frames |= {} if many is None else many.frames()
        sites_frame = _list_sites(opened, counted, kept)
        return cls(engagement=opened, wave=str(wave), as_of=day, sites=sites_frame, **frames)

    @cached_property
    def worked_out(self) -> dict[str, Any]:
        """What one part of the page has worked out and others need as well."""
        return {}

    @property
    def language(self) -> str:
        """The language of the report."""
        return self.engagement.language

    def subject_title(self, site: str, subject: str) -> str:
        """The title of a pilot or decision of a site; empty where no evidence file has it."""
        found = self._subjects.get((site, subject))
        return found.title if found else ""

    def subject_titles(self, site: str, kind: str) -> tuple[str, ...]:
        """The titles of every pilot or every decision of a site, the longest first."""
        return tuple(sorted(self._titles.get((site, kind), ()), key=lambda one: (-len(one), one)))

    def subject_kind(self, site: str, subject: str) -> str:
        """Whether a subject of a site is a pilot or a decision; empty for neither."""
        found = self._subjects.get((site, subject))
        return found.kind if found else ""

    @cached_property
    def _titles(self) -> dict[tuple[str, str], list[str]]:
        titles: dict[tuple[str, str], list[str]] = {}
        for one in self._subjects.values():
            if one.title:
                titles.setdefault((one.site, one.kind), []).append(one.title)
        return titles

    @cached_property
    def _subjects(self) -> dict[tuple[str, str], Subject]:
        # The first of two with the same id counts, as in the report of a site.
        subjects = reversed(self.engagement.evidence.subjects())
        is_told = self._told_at.__contains__ if self.engagement.divisions else bool
        return {(one.site, one.id): one for one in subjects if is_told(one.site)}

    @cached_property
    def _told_at(self) -> set[str]:
        """Of many sites those by which a finding is told: only their pilots and decisions count."""
        told = self.findings
        return set() if told.empty else set(told.loc[told["title"] != "", "site"])


def _in_parts(sites: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(sites), _AT_ONCE):
        yield sites[start : start + _AT_ONCE]


def _read_all(sites: Iterable[str], results: Path, wave: str) -> dict[str, dict[str, Any]]:
    read = ((site, read_told(results, site, wave)) for site in sites)
    return {site: _narrow(content) for site, content in read if content}


def _narrow(content: dict[str, Any]) -> dict[str, Any]:
    """Of a site's results what a portfolio keeps in memory."""
    told = {**content, "evidence": content["evidence"]["decisions"]}
    told["promises"] = _list_promises(content.get("since", {}))
    told["findings"] = [
        {**one, "n_alike": len(one.get("alike", ()))} for one in content.get("findings", ())
    ]
    lists = {name: _pick(told.get(name, []), columns) for name, columns in _LISTS.items()}
    is_redacted = bool(content["settings"].get("redacted"))
    return {"counted": _count(content), "is_redacted": is_redacted, **lists}


def _pick(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in columns if name in row} for row in rows]


def _list_promises(since: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was promised in the wave before; a question's kind is its sort."""
    is_risen = any(
        (row["direction"], row["claim"]) == ("rose", "claimed")
        for row in since.get("understood", ())
    )
    return [
        {
            "kind": one.get("sort", one["kind"]),
            "standing": one["standing"],
            "is_risen": is_risen,
        }
        for one in since.get("promises", ())
    ]


def _count(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the list of sites says of the results of one."""
    counts = {f"n_{name}": len(content.get(name, [])) for name in ("findings", "withheld")}
    return {"status": content["status"], "n": content.get("n", {}), **counts}


def _list_sites(
    engagement: Engagement, counted: Mapping[str, dict[str, Any]], kept: Sequence[str]
) -> pd.DataFrame:
    rows = []
    nothing: dict[str, Any] = {"status": "missing", "n": {}, "n_findings": 0, "n_withheld": 0}
    for site in engagement.sites:
        content = counted.get(site.site, nothing)
        heard = content["n"]
        rows.append(
            {
                "site": site.site,
                "name": site.name,
                "region": site.region,
                "country": site.country,
                "status": content["status"],
                "is_kept": site.site in kept,
                **{f"n_{lens}": heard.get(lens) for lens in engagement.instrument.lens_ids},
                "n_findings": content["n_findings"],
                "n_withheld": content["n_withheld"],
            }
        )
    frame = pd.DataFrame(rows)
    counts = [column for column in frame if str(column).startswith("n_")]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _stack(found: Mapping[str, dict[str, Any]], name: str) -> pd.DataFrame:
    lists = ((site, content.get(name, [])) for site, content in found.items())
    return pd.DataFrame([{"site": site, **row} for site, rows in lists for row in rows])


def _join(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame({"site": []})
