"""Interview, kill -9 at a random moment, look what is left; as often as asked.

Each round forks a process that goes on with the interview and says on a pipe what it was told
is saved and which screen it shows; then it is killed, and a new process must find both.
"""

from __future__ import annotations

import gc
import random
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from killed import hear_until_killed, say

from harmony_kit.commands.interviewing import open_reception
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.interview.beginning import Newcomer, resume_interview, start_interview
from harmony_kit.interview.given import Given, version_of
from harmony_kit.journal.answers import column_name

CHANCE = random.Random(20260601)
#: How many rows of the journal earlier rounds made, by respondent.
N_ROWS = defaultdict(int)


def open_desk(engagement):
    return open_reception(engagement, clock=lambda: datetime.now(UTC)).desk


def find(desk, name):
    return next((r for r in desk.journal.respondents() if r.respondent == name), None)


def interview_on(engagement, name, pipe, seed):
    """Answer whatever is open, one after the other, until killed."""
    chance = random.Random(seed)
    desk = open_desk(engagement)
    respondent = find(desk, name)
    if respondent is None:
        newcomer = Newcomer("lyon", desk.setting.wave, name, "it", "en", "yes")
        interview = start_interview(newcomer, desk)
    else:
        interview = resume_interview(respondent, desk)
    say(pipe, "AT", interview.session.screen.id)
    while True:
        questions = interview.session.screen.questions
        where = "next" if chance.random() < 0.8 else chance.choice(interview.session.screens).id
        for question in questions:
            value = given(interview.session.instrument, question, chance)
            base = version_of(interview.session.answers.get(question))
            then = where if question == questions[-1] else None
            interview.answer(Given(question, **value, seconds=1.0, base=base), then)
            say(pipe, "SAVED", question.name("it"), repr(sorted(value.items())))
        if not questions:
            interview.go(where)
        say(pipe, "AT", interview.session.screen.id)


def given(instrument, question, chance):
    item = instrument.item(question.item)
    options = instrument.option_ids(item.id)
    if item.kind == "rating":
        return {"value": chance.randint(1, 5)}
    if item.kind == "text":
        return {"text": f"because of {chance.random()}"}
    k = 1 if item.kind == "choice" else item.k
    return {"chosen": tuple(chance.sample(options, k))}


def kill_once(engagement, name, seed):
    return hear_until_killed(
        lambda pipe: interview_on(engagement, name, pipe, seed), CHANCE, CHANCE.randrange(12)
    )


def look(engagement, name, lines, before):
    """Compare what was acknowledged with what a new process finds there.

    `before` maps question to what was said in earlier rounds. Returns the number of answers
    acknowledged and what is said now.
    """
    desk = open_desk(engagement)
    saved = [(words[1], words[2]) for words in lines if words[0] == "SAVED"]
    said = dict(before)
    changes = []
    for question, content in saved:
        if said.get(question) != content:
            changes.append((question, content))
        said[question] = content
    rows = [tell(answer) for _, answer in desk.journal.journal(respondent=name)]
    new, N_ROWS[name] = rows[N_ROWS[name] :], len(rows)
    # One more may be on disk: the answer that was written and not yet acknowledged.
    assert new[: len(changes)] == changes, (new, changes)
    assert len(new) <= len(changes) + 1, (new, changes)
    said.update(new)
    check_place(desk, name, [words[1] for words in lines if words[0] == "AT"])
    desk.journal.close()
    return len(saved), said


def tell(answer):
    question = column_name(
        answer.item, answer.subject, answer.about if answer.is_estimate else None
    )
    content = {"value": answer.value, "chosen": answer.chosen, "text": answer.text}
    return question, repr([(k, v) for k, v in sorted(content.items()) if v is not None])


def check_place(desk, name, places):
    """The interview goes on at the screen that was shown last."""
    respondent = find(desk, name)
    if not places:
        return
    events = desk.journal.events(respondent.site, respondent.wave, name)
    here = resume_interview(respondent, desk).session.screen.id
    if here != places[-1]:
        # Killed after the move was written and before it was shown: one screen ahead.
        shown = [event.details["screen"] for event in events if event.kind == "shown"]
        assert [here] == shown[-1:], (here, places[-1], shown[-3:])
        assert places[-1] in [*shown[-2:-1], "priorities.top"], (here, places[-1], shown[-3:])


def main():
    engagement = load_engagement(Path(sys.argv[1]))
    n_rounds, n_acknowledged = int(sys.argv[2]), 0
    # Forked processes then share their memory instead of copying it while it is counted.
    gc.freeze()
    said = defaultdict(dict)
    for i in range(n_rounds):
        name = f"killed-{i // 20}"
        lines = kill_once(engagement, name, i)
        n_saved, said[name] = look(engagement, name, lines, said[name])
        n_acknowledged += n_saved
    sys.stdout.write(f"{n_rounds} {n_acknowledged}\n")


if __name__ == "__main__":
    main()
