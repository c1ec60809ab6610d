"""The findings of the first page: few, and none that tells the same thing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.patterns import DRIFT

__all__ = ["FIRST_PAGE", "select_first"]

#: Most findings on the first page of a report.
FIRST_PAGE = 7

#: Most of them that are alike, so that ten frame elements do not hide the rest.
_MOST_ALIKE = 2

#: Kinds and patterns that sum up many topics and tell none of them in full.
_SUMMARIES = ("understanding", DRIFT, "split_often")


def select_first(findings: Iterable[Finding], *, n: int = FIRST_PAGE) -> tuple[Finding, ...]:
    """The findings for the first page: the first `n` that do not tell the same thing twice.

    What comes from the same items and subject as a finding already chosen is left out, and at
    most two findings are alike (topics of one dimension, otherwise one pattern), as long as
    others are left.
    """
    ranked = list(findings)
    chosen = _choose(ranked, n=n, most_alike=_MOST_ALIKE)
    first = {finding.id for finding in chosen}
    rest = _choose([finding for finding in ranked if finding.id not in first], n=n, chosen=chosen)
    kept = {finding.id for finding in [*chosen, *rest][:n]}
    return tuple(finding for finding in ranked if finding.id in kept)


def _choose(
    ranked: list[Finding], *, n: int, most_alike: int = FIRST_PAGE, chosen: Sequence[Finding] = ()
) -> list[Finding]:
    """The first `n` that tell something new beside those already chosen."""
    told = {about for finding in chosen for about in _about(finding)}
    alike: Counter[tuple[str, str]] = Counter()
    found: list[Finding] = []
    for finding in ranked:
        is_new = not _about(finding) or not _about(finding) <= told
        group = _group(finding)
        if is_new and alike[group] < most_alike and len(found) < n:
            found.append(finding)
            alike[group] += 1
            told |= _about(finding)
            # What a record shows of all pilots together is told with the first of them.
            told |= {(source, "") for source in finding.sources if source.endswith(".csv")}
    return found


def _group(finding: Finding) -> tuple[str, str]:
    by_dimension = finding.kind in ("topic", "ownership")
    return finding.kind, finding.dimension if by_dimension else finding.pattern


def _about(finding: Finding) -> set[tuple[str, str]]:
    """The topics a finding tells in full; a summary over many of them tells none in full."""
    if finding.kind in _SUMMARIES or finding.pattern in _SUMMARIES:
        return set()
    return {(source, finding.subject) for source in finding.sources}
