"""All sites of a wave side by side, from their results.json files and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.report.results import SCHEMA

__all__ = ["Portfolio"]

#: What a portfolio is made of. The rest of a thousand results would fill the memory.
_READ = (
    "status",
    "n",
    "understanding",
    "topics",
    "signatures",
    "findings",
    "evidence",
    "withheld",
)


@dataclass(frozen=True)
class Portfolio:
    """What the sites' results say together; nothing is averaged over the two lenses.

    Attributes
    ----------
    sites
        ``site, name, region, country, status`` (ok, withheld, or missing where there are no
        results), ``is_kept`` (the report could not be made again, an earlier one stands), one
        ``n_<lens>`` per lens (NA where withheld), ``n_findings, n_withheld``.
    understanding, topics, signatures, findings, evidence
        The lists of the same name in results.json with a leading ``site``; `evidence` holds one
        row per site with the decisions' key figures.
    """

    engagement: Engagement
    wave: str
    as_of: date
    sites: pd.DataFrame
    understanding: pd.DataFrame
    topics: pd.DataFrame
    signatures: pd.DataFrame
    findings: pd.DataFrame
    evidence: pd.DataFrame

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
        another wave or schema count as missing. Raises `EngagementError`.
        """
        opened = load_engagement(Path(engagement))
        found = {
            site: content
            for site in opened.site_ids
            if (content := _read_results(Path(results) / site / "results.json", wave)) is not None
        }
        day = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
        evidence = {site: content["evidence"]["decisions"] for site, content in found.items()}
        return cls(
            engagement=opened,
            wave=wave,
            as_of=day,
            sites=_list_sites(opened, found, kept),
            understanding=_stack(found, "understanding"),
            topics=_stack(found, "topics"),
            signatures=_stack(found, "signatures"),
            findings=_stack(found, "findings"),
            evidence=_rows((site, rows) for site, rows in evidence.items()),
        )

    @property
    def language(self) -> str:
        """The language of the report."""
        return self.engagement.language

    def subject_title(self, site: str, subject: str) -> str:
        """The title of a pilot or decision of a site; empty where no evidence file has it."""
        return self._subjects.get((site, subject), "")

    @cached_property
    def _subjects(self) -> dict[tuple[str, str], str]:
        # The first of two with the same id counts, as in the report of a site.
        subjects = reversed(self.engagement.evidence.subjects())
        return {(one.site, one.id): one.title for one in subjects}


def _read_results(path: Path, wave: str) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if (content.get("schema"), content.get("wave")) != (SCHEMA, wave):
        return None
    return {name: content[name] for name in _READ if name in content}


def _list_sites(
    engagement: Engagement, found: Mapping[str, dict[str, Any]], kept: Sequence[str]
) -> pd.DataFrame:
    rows = []
    for site in engagement.sites:
        content = found.get(site.site, {})
        heard = content.get("n", {})
        rows.append(
            {
                "site": site.site,
                "name": site.name,
                "region": site.region,
                "country": site.country,
                "status": content.get("status", "missing"),
                "is_kept": site.site in kept,
                **{f"n_{lens}": heard.get(lens) for lens in engagement.instrument.lens_ids},
                "n_findings": len(content.get("findings", [])),
                "n_withheld": len(content.get("withheld", [])),
            }
        )
    frame = pd.DataFrame(rows)
    counts = [column for column in frame if str(column).startswith("n_")]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _stack(found: Mapping[str, dict[str, Any]], name: str) -> pd.DataFrame:
    return _rows((site, content.get(name, [])) for site, content in found.items())


def _rows(lists: Iterable[tuple[str, list[dict[str, Any]]]]) -> pd.DataFrame:
    frame = pd.DataFrame([{"site": site, **row} for site, rows in lists for row in rows])
    return frame if "site" in frame else pd.DataFrame({"site": []})
