"""The pulse of a site: what moved on record since its workshop, and what is due, without asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from harmony_kit.measures.rows import Row, number_or_none, rows_of
from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.follow_up import (
    count_standings,
    follow_site,
    say_counts,
    tell_owners,
)
from harmony_kit.report.words import Words

__all__ = ["Pulse", "say_move", "tell_overview", "tell_pulse"]


@dataclass(frozen=True)
class Pulse:
    """The records of one site on two days, and its accords as they stand on the second."""

    site: str
    name: str
    region: str
    words: Words
    views: Sequence[AccordView]
    moves: pd.DataFrame
    since: date
    today: date
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, subject: str) -> str:
        """The title of a pilot or decision."""
        return self.titles.get(subject, subject)


def say_move(words: Words, row: Row, what: str) -> str:
    """One record that moved, in a sentence."""
    if row["record"] != "use":
        return words.say(f"moved.{row['record']}_{row['after']}", what=what)
    before, after = (words.percent(row[f"share_{name}"]) for name in ("before", "after"))
    return words.say("moved.use", what=what, before=before, after=after)


def tell_pulse(pulse: Pulse) -> dict[str, Any]:
    """What the page of a site says, as plain values for its template."""
    words, rows = pulse.words, rows_of(pulse.moves)
    moved = [say_move(words, row, pulse.title(row["subject"])) for row in rows if row["is_moved"]]
    counts = _count(pulse)
    promised = say_counts(pulse.views[0], counts) if pulse.views else words.say("promised.none")
    return {
        "span": words.say("pulse.span", since=words.day(pulse.since), day=words.day(pulse.today)),
        "moved": moved,
        "stays": [*_say_stays(pulse, rows)],
        "nothing": "" if moved else words.say("pulse.nothing"),
        "promised": promised,
        "owners": tell_owners(pulse.views, pulse.today),
        "short": words.say(
            "pulse.short" if pulse.views else "pulse.alone", n=len(moved), promised=promised
        ),
    }


def _count(pulse: Pulse) -> dict[str, int]:
    return count_standings(follow_site(pulse.views, pulse.today))


def _say_stays(pulse: Pulse, rows: Sequence[Row]) -> Iterator[str]:
    """How what did not move stands: open decisions, running pilots, use."""
    for row in rows:
        what = pulse.title(row["subject"])
        if row["is_moved"] or row["after"] in ("decided", "dropped", "ended"):
            continue
        if row["record"] != "use":
            yield pulse.words.say(f"stays.{row['record']}_{row['after'] or 'gone'}", what=what)
        elif number_or_none(row["share_after"]) is not None:
            yield pulse.words.say(
                "stays.use", what=what, share=pulse.words.percent(row["share_after"])
            )


def tell_overview(pulses: Sequence[Pulse]) -> dict[str, Any]:
    """What the page over all sites says: a row per site, what moved first."""
    rows = [
        {
            "site": pulse.site,
            "name": pulse.name,
            "region": pulse.region,
            "n_moved": int(pulse.moves["is_moved"].sum()),
            "n_late": _count(pulse).get("late", 0),
            **{
                key: told for key, told in tell_pulse(pulse).items() if key in ("moved", "promised")
            },
        }
        for pulse in pulses
    ]
    ordered = sorted(rows, key=lambda row: (-row["n_moved"], row["name"].casefold()))
    still = [row["name"] for row in rows if not row["n_moved"]]
    return {"rows": ordered, "still": still}
