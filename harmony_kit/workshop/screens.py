"""The screens of a workshop, in order, and which of them a thing is on."""

from __future__ import annotations

from dataclasses import dataclass

from harmony_kit.journal.accord import Accord, is_settled
from harmony_kit.journal.commitment import Commitment
from harmony_kit.workshop.agenda import Agenda

__all__ = [
    "MINUTES",
    "Screenful",
    "are_locked",
    "home_of",
    "is_done",
    "list_screens",
    "list_seeds",
]

#: The nine steps and the minutes each takes of ninety.
MINUTES = {
    "choose": 8,
    "predict": 8,
    "reveal": 18,
    "frame": 20,
    "questions": 12,
    "readiness": 6,
    "boundaries": 6,
    "actions": 8,
    "aloud": 4,
}

#: Kind of a thing → the step it is spoken about in.
_STEPS = {
    "attendance": "choose",
    "topic": "choose",
    "prediction": "predict",
    "why": "reveal",
    "sentence": "frame",
    "question": "questions",
    "verdict": "readiness",
    "boundary": "boundaries",
    "action": "actions",
    "note": "aloud",
}
_JOIN = ";"


@dataclass(frozen=True)
class Screenful:
    """One screen: of which step, and about what; empty for the screen of the step itself."""

    step: str
    ref: str = ""

    @property
    def id(self) -> str:
        """Its name for the form, `ref` behind the step."""
        return _JOIN.join(filter(None, (self.step, self.ref)))


def list_screens(accord: Accord, agenda: Agenda, frame: tuple[str, ...]) -> tuple[Screenful, ...]:
    """Every screen of a workshop as it stands; before a workflow is chosen, the first alone.

    `frame` are the elements of the shared frame, in their order.
    """
    if not accord.workflow:
        return (Screenful("choose"),)
    topics = [one.ref for one in accord.of_kind("topic") if agenda.topic(one.ref)]
    decisions = sorted((one.id for one in agenda.workflows), key=lambda id_: id_ != accord.workflow)
    refs = {
        "choose": ["", "topics", "room"],
        "predict": topics,
        "reveal": topics,
        "frame": [*frame],
        "questions": ["", *(one.ref for one in accord.questions)],
        "readiness": decisions,
        "boundaries": [one.id for one in agenda.pilots],
        "actions": ["", *(one.ref for one in accord.actions)],
        "aloud": [""],
    }
    return tuple(Screenful(step, ref) for step in MINUTES for ref in refs[step])


def home_of(commitment: Commitment) -> Screenful:
    """The screen a thing is spoken about on."""
    whole = {"attendance": "room", "topic": "topics", "note": ""}
    ref = whole.get(commitment.kind, commitment.ref)
    return Screenful(_STEPS[commitment.kind], ref)


def list_seeds(accord: Accord, agenda: Agenda) -> tuple[tuple[str, str], ...]:
    """What is proposed as a question and not asked yet: where it comes from, and what it is about.

    A duty nobody or two hold, a check that blocks the workflow, a decision still to be taken.
    Open lines of the frame need no proposing: they are questions.
    """
    known = {one.ref for one in accord.questions}
    readiness = agenda.readiness_of(accord.workflow)
    seeds = [
        *(("duty", duty) for duty in agenda.duties),
        *(("check", check) for check in (readiness.blocking if readiness else ())),
        *(("decision", one.id) for one in agenda.open_decisions),
    ]
    return tuple(seed for seed in seeds if seed[1] not in known)


def are_locked(accord: Accord, topic: str, lenses: tuple[str, ...]) -> bool:
    """Whether both sides have locked what they predict on a topic; until then nobody sees it."""
    told = [accord.find("prediction", topic, lens) for lens in lenses]
    return all(one is not None and one.state == "locked" for one in told)


def is_done(screen: Screenful, accord: Accord, lenses: tuple[str, ...]) -> bool:
    """Whether nothing is missing on a screen."""
    if screen.step == "choose":
        return _is_chosen(screen, accord, lenses)
    if screen.step == "predict":
        return are_locked(accord, screen.ref, lenses)
    if screen.step == "reveal":
        return all(accord.find("why", screen.ref, lens) for lens in lenses)
    if not screen.ref:
        said = {"questions": accord.questions, "actions": accord.actions, "aloud": accord.sentences}
        return bool(said[screen.step]) and not (screen.step == "aloud" and accord.marked)
    things = [one for one in (*accord.current, *accord.questions) if home_of(one) == screen]
    return bool(things) and all(map(is_settled, things))


def _is_chosen(screen: Screenful, accord: Accord, lenses: tuple[str, ...]) -> bool:
    if screen.ref == "topics":
        return bool(accord.of_kind("topic"))
    if screen.ref == "room":
        return set(accord.attendance) == set(lenses)
    return bool(accord.workflow)
