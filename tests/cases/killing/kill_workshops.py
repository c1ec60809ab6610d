"""Hold a workshop, kill -9 at a random moment on each screen, look what is left; as often as asked.

Each round forks a process that goes to one screen, answers its fields over and over and says on a
pipe what it was told is saved; then it is killed, and a new process must find all of it.
"""

from __future__ import annotations

import gc
import random
import sys
from pathlib import Path

from killed import hear_until_killed, say

from harmony_kit.commands.workshops import open_host
from harmony_kit.engagement.folder import load_engagement

CHANCE = random.Random(20260601)
WORKFLOW = "stop-line"


def fields_of(page):
    """The fields of what is agreed; a decision named on the spot is no answer, and leads on."""
    parts = [p for part in page["parts"] for p in part.get("fields", [part])]
    return [p for p in parts if p["part"] == "field" and p["name"] != "decision"]


def given(field, chance):
    """Something to say to a field, and what must be found of it later."""
    if field["name"] == "workflow":
        return {"chosen": [WORKFLOW]}
    if field["kind"] == "choice":
        ids = [option["id"] for option in field["options"] if option["id"] != "starts"]
        return {"chosen": [chance.choice(ids)], "then": "stay"}
    if field["kind"] == "day":
        return {"text": f"2027-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"}
    if field["kind"] == "owner":
        roles = ("head of IT", "shift lead", "plant manager")
        return {"role": chance.choice(roles), "lens": field["lens"], "name": "Kay"}
    if field["kind"] == "secret" or ";count" in field["name"]:
        return {"text": str(chance.randint(1, 5))}
    return {"text": f"because of {chance.random()}"}


def hold_on(engagement, screen, pipe, seed):
    """Answer the fields of one screen, one after the other, until killed."""
    chance = random.Random(seed)
    host = open_host(engagement, "lyon", None, WORKFLOW)
    page = host.handle({"do": "go", "to": screen})["page"]
    while True:
        fields = fields_of(page)
        say(pipe, "AT", screen)
        for field in fields:
            message = {"do": "answer", "question": field["name"], **given(field, chance)}
            reply = host.handle(message)
            assert "trouble" not in reply, (message, reply)
            if field["name"] != "workflow":
                say(pipe, "SAVED", field["name"], told(host.room.accord, field["name"]))
        page = host.handle({"do": "go", "to": screen})["page"]


def told(accord, name):
    """What the journal says of a field."""
    kind, ref, lens, part = name.split(";")
    known = accord.find(kind, ref, lens)
    if known is None:
        return "nothing"
    if part.startswith("owner"):
        return known.owners.get(part.partition("-")[2], "")
    if part in ("state", "done_when", "due"):
        return str(getattr(known, part))
    return known.value.get(part, "")


def kill_once(engagement, screen, seed):
    return hear_until_killed(
        lambda pipe: hold_on(engagement, screen, pipe, seed), CHANCE, CHANCE.randrange(1, 10)
    )


def look(engagement, lines, n_before):
    """Compare what was acknowledged with what a new process finds; how many entries there are."""
    host = open_host(engagement, "lyon", None, WORKFLOW)
    entries = host.room.entries
    saved = {words[1]: words[2] for words in lines if words[0] == "SAVED"}
    found = {name: told(host.room.accord, name) for name in saved}
    lost = {name for name in saved if found[name] != saved[name]}
    # One more may be on disk: the entry that was written and not yet acknowledged.
    assert len(lost) <= 1, (lost, saved, found)
    if lost:
        assert thing_of(lost.pop()) == entries[-1].thing, (saved, found)
    assert len(entries) >= n_before
    host.room.ledger._access.close()
    return len(entries)


def thing_of(name):
    kind, ref, lens, _ = name.split(";")
    return kind, ref, lens


def main():
    engagement = load_engagement(Path(sys.argv[1]))
    host = open_host(engagement, "lyon", None, WORKFLOW)
    host.handle({"do": "accept"})
    host.handle({"do": "take", "kind": "question", "ref": "ownership.bridge"})
    host.handle({"do": "take", "kind": "action", "ref": "topic:frame"})
    screens = [one.id for one in host.standing.screens]
    host.room.ledger._access.close()
    n_rounds, n_acknowledged, n_entries = int(sys.argv[2]), 0, 0
    # Forked processes then share their memory instead of copying it while it is counted.
    gc.freeze()
    for i in range(n_rounds):
        lines = kill_once(engagement, screens[i % len(screens)], i)
        n_entries = look(engagement, lines, n_entries)
        n_acknowledged += sum(words[0] == "SAVED" for words in lines)
    sys.stdout.write(f"{n_rounds} {len(screens)} {n_acknowledged}\n")


if __name__ == "__main__":
    main()
