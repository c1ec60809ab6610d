"""How many cells of the demo's reports can be solved: before the gate, and as they are published.

Run ``python benchmarks/attack.py``. A cell is one side's answers to one rating; it is solved where
a single set of answers fits what is told of it.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harmony_kit.engagement.demo import AS_OF
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.journal.store import Store
from harmony_kit.report.assessment import measure_site

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from attacker import count_solved, count_solved_before


def main() -> None:
    """Attack every plant of the demo and print what was found."""
    with tempfile.TemporaryDirectory() as place:
        built = create_demo(Path(place) / "demo")
        engagement, store = load_engagement(built.folder), Store("sqlite://")
        options = ImportOptions("test", datetime.now(UTC), timezone="UTC", default_wave="2026")
        for path in built.answers:
            import_answers(
                path,
                instrument=engagement.instrument,
                sites=engagement.site_ids,
                journal=store,
                options=options,
            )
        named = replace(engagement, settings=engagement.settings.model_copy(update={"named": True}))
        totals = [0] * 5
        for site in engagement.site_ids:
            answers = store.answers([site])
            frames = [
                measure_site(one, answers, site=site, wave="2026", as_of=AS_OF).frames["within"]
                for one in (named, engagement)
            ]
            _, *before = count_solved_before(frames[0])
            n, *after = count_solved(frames[1])
            totals = [sum(pair) for pair in zip(totals, (n, *before, *after), strict=True)]
            print(f"{site:14} {n:5} cells; solved {before[0]:4} before, {after[0]} now", end="; ")
            print(f"all alike and known {before[1]} before, {after[1]} now")
    n, solved, alike, solved_now, alike_now = totals
    print(f"together       {n:5} cells; solved {solved / n:.0%} before, {solved_now / n:.0%} now")
    print(f"all alike and known: {alike} before, {alike_now} now")


if __name__ == "__main__":
    main()
