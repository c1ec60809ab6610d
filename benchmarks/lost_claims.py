"""What the gate costs: claims made of what was measured that are not made of what is told.

Run ``python benchmarks/lost_claims.py`` for the demo, or name an engagement folder with answers.
Prints per site the people, the claims of all measures, the findings and the first seven of them,
before the gate and as they are told.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from harmony_kit.engagement.demo import AS_OF
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.journal.store import Store
from harmony_kit.report.assessment import Assessment, measure_site

_FIRST = 7


def main() -> None:
    """Print what is lost at each site, and together."""
    sums = pd.Series(dtype="int64")
    for site, before, told in _measure():
        row = pd.Series(_compare(before, told))
        sums = sums.add(row, fill_value=0)
        people = " and ".join(str(n) for n in before.heard["n_respondents"].dropna().astype(int))
        print(f"{site:14} {people:9} {_say(row)}")
    print(f"{'together':24} {_say(sums)}")


def _say(row: pd.Series) -> str:
    n = row.astype(int)
    return (
        f"claims {n['claims']:4}, lost {n['claims_lost']}; "
        f"findings claimed {n['findings']:4}, lost {n['findings_lost']}; "
        f"of the first {n['first']:3}: not among them {n['first_lost']}; "
        f"stories {n['stories']}, other {n['stories_lost']}"
    )


def _compare(before: Assessment, told: Assessment) -> dict[str, int]:
    counts: dict[str, int] = {}
    sets = {
        "claims": [set(_list_claims(one)) for one in (before, told)],
        "findings": [_name_findings(one, 999) for one in (before, told)],
        "first": [_name_findings(one, _FIRST) for one in (before, told)],
        "stories": [{one.story.plot} for one in (before, told)],
    }
    for name, (all_made, let_through) in sets.items():
        counts |= {name: len(all_made), f"{name}_lost": len(all_made - let_through)}
    return counts


def _name_findings(site: Assessment, most: int) -> set[str]:
    return {one.id for one in site.findings[:most] if one.claim == "claimed"}


def _list_claims(site: Assessment) -> Iterator[tuple[str, int, str]]:
    """Frame, row and what is claimed there."""
    for name, frame in site.frames.items():
        if "claim" in frame:
            states = [one for one in ("state", "pattern", "quadrant", "verdict") if one in frame]
            said = frame[[*states, "claim"]].astype("object").fillna("").agg(" ".join, axis=1)
            claimed = said[frame["claim"].eq("claimed")]
            yield from ((name, int(row), text) for row, text in claimed.items())


def _measure() -> Iterator[tuple[str, Assessment, Assessment]]:
    with tempfile.TemporaryDirectory() as place:
        engagement, store = _open(Path(place))
        settings = engagement.settings.model_copy(update={"named": True})
        for site in engagement.site_ids:
            answers = store.answers([site])
            before, told = (
                measure_site(one, answers, site=site, wave=engagement.wave, as_of=AS_OF)
                for one in (replace(engagement, settings=settings), engagement)
            )
            if told.heard["is_shown"].all():
                yield site, before, told
        store.close()


def _open(place: Path) -> tuple[Engagement, Store]:
    if len(sys.argv) > 1:
        engagement = load_engagement(Path(sys.argv[1]))
        return engagement, Store(engagement.store_url, is_reader=True)
    built = create_demo(place / "demo")
    engagement, store = load_engagement(built.folder), Store("sqlite://")
    now = datetime.now(UTC)
    options = ImportOptions("test", now, timezone="UTC", default_wave=engagement.wave)
    for path in built.answers:
        import_answers(
            path,
            instrument=engagement.instrument,
            sites=engagement.site_ids,
            journal=store,
            options=options,
        )
    return engagement, store


if __name__ == "__main__":
    main()
