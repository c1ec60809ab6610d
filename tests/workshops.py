"""A workshop at Lyon for the tests: an engagement with published results, and a host to talk to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interviews import Clock, make_engagement

from harmony_kit.commands.workshops import open_host
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.journal.accord import Accord
from harmony_kit.workshop.host import Host

LENSES = ("it", "operations")
_DECISIONS = (
    "site,decision,title,kind,raised_on,decided_on,held_by,status\n"
    "lyon,stop-line,When to stop the line,recurring,2026-01-05,2026-02-01,,decided\n"
    "lyon,reorder,When to reorder,recurring,2026-01-05,2026-02-01,,decided\n"
    "lyon,cloud,Cloud access,one_off,2026-01-05,,plant manager,open\n"
)


def _topic(item: str, state: str, probability: float, misreading: float, **more: Any) -> list[dict]:
    """Both directions of a topic; numbers a test can tell apart by their item."""
    sides = []
    for lens, other, own, estimate, other_own in (
        ("it", "operations", 4.2, 3.8, round(3.8 - misreading, 1)),
        ("operations", "it", round(3.8 - misreading, 1), 4.1, 4.2),
    ):
        sides.append(
            {
                "item": item,
                "points": 5,
                "lens": lens,
                "other": other,
                "own": own,
                "estimate": estimate,
                "other_own": other_own,
                "agreement_gap": round(own - other_own, 1),
                "misreading": round(estimate - other_own, 1),
                "state": state if lens == "it" else "shared_view",
                "claim": "claimed",
                "probability": {state: probability},
                **more,
            }
        )
    return sides


RESULTS: dict[str, Any] = {
    "schema": 2,
    "wave": "2026",
    "topics": [
        *_topic("frame.timing", "false_consensus", 0.8, 1.7),
        *_topic("frame.risk", "false_consensus", 0.95, 1.3),
        *_topic("frame.inputs", "false_consensus", 0.95, 2.1),
        *_topic("frame.success", "false_consensus", 0.65, 2.6, claim="leaning"),
        *_topic("frame.actions", "known_difference", 0.9, 0.4),
        *_topic(
            "execution.aligned", "false_conflict", 0.7, 1.1, estimate_from=3.5, estimate_to=4.5
        ),
        *_topic("workflow.two_scorecards", "shared_view", 0.95, 0.1),
        *_topic("meaning.same", "false_consensus", 0.5, 1.9, claim="open"),
        *_topic("readiness.act", "known_difference", 0.95, 2.0, subject="reorder"),
        {"item": "frame.outcome", "lens": "it", "other": "operations", "n_own": 2},
    ],
    "quotes": [
        {"lens": "it", "item": "frame.risk.sentence", "text": "Nothing unsigned."},
        {"lens": "it", "item": "frame.risk.sentence", "text": "Nothing unsigned."},
        {"lens": "operations", "item": "frame.risk.sentence", "text": "No scrap."},
        {"lens": "it", "item": "execution.one_change", "text": "Fewer pilots."},
    ],
    "ownership": [
        {"item": "ownership.bridge", "lens": "it", "pattern": "void", "claim": "claimed"},
        {"item": "ownership.bridge", "lens": "operations", "pattern": "void", "claim": "claimed"},
        {"item": "ownership.model", "lens": "it", "pattern": "agreed", "claim": "claimed"},
        {"item": "ownership.acting", "lens": "it", "pattern": "contested", "claim": "open"},
    ],
    "readiness": [
        {
            "subject": "stop-line",
            "lens": "it",
            "verdict": "fix_first",
            "claim": "claimed",
            "blocking": [{"item": "readiness.clean"}, {"item": "readiness.in_time"}],
        }
    ],
    "findings": [
        {
            "id": "topic:frame",
            "kind": "topic",
            "action": "Write the limits down.",
            "owners": {"it": "head of IT", "operations": "head of Operations"},
            "horizon_days": 30,
        },
        {"id": "topic:other", "kind": "topic", "action": "Write the limits down."},
        {"id": "note", "kind": "topic"},
    ],
}


def make_workshop(folder: Path, results: Mapping[str, Any] | None = RESULTS) -> Path:
    """An engagement with two recurring decisions, one open one, and what was published."""
    make_engagement(folder, "it-operations")
    (folder / "decisions.csv").write_text(_DECISIONS, encoding="utf-8")
    if results is not None:
        path = folder / "reports" / "lyon" / "results.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(results), encoding="utf-8")
    return folder


class Holder:
    """Somebody who holds a workshop; every reply must be a good one."""

    def __init__(self, folder: Path, clock: Clock | None = None, **options: str) -> None:
        engagement = load_engagement(folder)
        self.host: Host = open_host(engagement, "lyon", clock=clock or Clock(), **options)
        self.page: dict[str, Any] = {}
        self.ask(do="hello")

    @property
    def accord(self) -> Accord:
        return self.host.room.accord

    def ask(self, **message: object) -> dict[str, Any]:
        reply = self.host.handle(message)
        assert "trouble" not in reply, reply["trouble"]
        self.page = reply.get("page", self.page)
        return reply

    def say(self, field: str, text: str = "", **more: object) -> dict[str, Any]:
        return self.ask(do="answer", question=field, status="answered", text=text, **more)

    def choose(self, field: str, option: str) -> dict[str, Any]:
        return self.ask(do="answer", question=field, chosen=[option], then="stay")

    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields of the page by name, also those in rows."""
        parts = [
            field
            for part in self.page["parts"]
            for field in (part["fields"] if part["part"] == "row" else [part])
        ]
        return {part["name"]: part for part in parts if part["part"] == "field"}
