"""A whole workshop for the tests: what two sides agreed about one decision, entry by entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from interviews import make_engagement

from harmony_kit.engagement.folder import load_engagement
from harmony_kit.journal.commitment import Commitment, Owner
from harmony_kit.journal.store import Store

SITE, WAVE, WORKFLOW = "lyon", "2026", "stop-line"
HELD = dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)

OWNERS = (
    (Owner("o-it", SITE, "it", "head of IT"), "Ivy Tarn"),
    (Owner("o-ops", SITE, "operations", "shift lead, line 2"), "Olu Pace"),
    (Owner("o-qa", SITE, "", "quality engineer"), "Quinn Ash"),
)

NAMES = tuple(name for _, name in OWNERS)

_DECISIONS = (
    "site,decision,title,kind,raised_on,decided_on,held_by,status\n"
    "lyon,stop-line,When to stop the line,recurring,2026-01-05,2026-02-01,,decided\n"
    "lyon,reorder,When to reorder,recurring,2026-01-05,2026-02-01,,decided\n"
    "lyon,cloud,Cloud access,one_off,2026-01-05,,plant manager,open\n"
)
_PILOTS = (
    "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
    "lyon,vision,Camera check at the filler,2026-05-04,2026-12-18,,1,running\n"
    "lyon,reader,Reader of test reports,2026-06-01,2026-09-30,,0,running\n"
)
_USAGE = (
    "site,pilot,week,eligible_users,active_users,shown,accepted,overridden\n"
    "lyon,vision,2026-W44,40,30,100,80,9\n"
    "lyon,vision,2026-W46,40,30,100,80,11\n"
    "lyon,vision,2026-W47,40,30,100,85,6\n"
)

LIMITS = {
    "actions": "Recommend a stop at the filler; it may not stop the line by itself.",
    "approval": "The shift lead says yes within two minutes; without an answer the line runs on.",
    "exceptions": "A new product: call process engineering; the reason goes into the shift book.",
    "accountability": "The shift lead answers for the stop, IT for the camera being right.",
    "stopping": "Three wrong recommendations in one shift end it; any operator may stop it.",
}

FRAME = {
    "decision": "At the filler, AI helps to decide whether the line is stopped for a bad seal.",
    "timing": "Minutes after an alarm, about twelve times a week, with two minutes to decide.",
    "inputs": "The camera's score, the seal temperature, and what the operator hears.",
    "constraints": "Never against the lock of the guard door, and never during a changeover.",
    "actions": "It recommends; a person stops.",
    "approval": "The shift lead, on every shift, also at night.",
    "exceptions": "Whoever says no gives a reason in ten seconds; quality reads them on Mondays.",
    "outcome": "The scrap belongs to Operations; a wrong camera belongs to IT.",
}

ACTIONS = (
    ("act-1", "Write the five limits down and hang them at the filler", 30, "it hangs there"),
    ("act-2", "Mend the seal temperature tags that drop out at night", 60, "no gap for two weeks"),
    (
        "act-3",
        "Read the reasons for overriding together, every Monday",
        90,
        "four Mondays in a row",
    ),
)

QUESTIONS = (
    ("ownership.bridge", "Who answers when the score and the operator differ?", "bridge", "o-ops"),
    ("readiness.in_time", "What makes the score arrive within ten seconds?", "technology", "o-it"),
    ("cloud", "Who may decide on cloud access, and when?", "workflow", "o-qa"),
    ("q-new", "Do we try it on line 3 as well?", "workflow", ""),
)


def entries(site: str = SITE, wave: str = WAVE) -> list[Commitment]:
    """Every entry of the workshop, a second apart."""
    told = _list(site, wave)
    return [one(HELD + dt.timedelta(seconds=n)) for n, one in enumerate(told)]


def _list(site: str, wave: str) -> Iterator[Any]:
    def thing(kind: str, ref: str, state: str, **more: Any) -> Any:
        def at(when: dt.datetime) -> Commitment:
            return Commitment(site, wave, WORKFLOW, kind, ref, state, when, "ana", **more)

        return at

    for lens, n in (("it", "4"), ("operations", "6")):
        yield thing("attendance", "room", "told", lens=lens, value={"count": n})
        yield thing("prediction", "frame.risk", "locked", lens=lens, value={"number": "3.5"})
        yield thing("why", "frame.risk", "told", lens=lens, value={"text": f"Why {lens}"})
    for line, text in FRAME.items():
        yield thing("sentence", f"frame.{line}", "agreed", value={"text": text})
    yield thing(
        "sentence",
        "frame.success",
        "two_wordings",
        value={"wording_it": "Nine of ten right.", "wording_operations": "Less scrap by May."},
        owners={"": "o-qa"},
        due=dt.date(2026, 12, 1),
    )
    yield thing("sentence", "frame.risk", "open")
    for ref, text, sort, owner in QUESTIONS:
        owned = {"owners": {"": owner}, "due": dt.date(2026, 12, 15)} if owner else {}
        yield thing("question", ref, "open", value={"text": text, "sort": sort}, **owned)
    yield thing(
        "verdict",
        "stop-line",
        "overruled",
        value={
            "verdict": "act_with_guardrails",
            "proposed": "fix_first",
            "reason": "The tags are mended in two weeks.",
            "check": "readiness.in_time",
        },
        owners={"": "o-it"},
        due=dt.date(2027, 1, 15),
    )
    yield thing("verdict", "reorder", "confirmed", value={"proposed": "fix_first"})
    yield thing("boundary", "vision", "starts", value=LIMITS)
    yield thing("boundary", "reader", "draft", value={**LIMITS, "approval": "", "stopping": " "})
    for ref, text, days, done in ACTIONS:
        yield thing(
            "action",
            ref,
            "open",
            value={"text": text, "days": str(days)},
            owners={"it": "o-it", "operations": "o-ops"},
            due=(HELD + dt.timedelta(days=days)).date(),
            done_when=done,
        )
    yield thing(
        "note",
        "dissent",
        "dissent",
        lens="operations",
        value={"text": "Two minutes are too short at night."},
    )


def make_accord(folder: Path) -> Path:
    """An engagement at whose one site a workshop was held."""
    make_engagement(folder, "it-operations")
    (folder / "decisions.csv").write_text(_DECISIONS, encoding="utf-8")
    (folder / "pilots.csv").write_text(_PILOTS, encoding="utf-8")
    (folder / "usage.csv").write_text(_USAGE, encoding="utf-8")
    store = Store(load_engagement(folder).store_url)
    store.ledger.add(entries())
    for owner, name in OWNERS:
        store.ledger.add_owner(owner, name)
    store.close()
    return folder
