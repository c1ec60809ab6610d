"""The life of a case: what became of one person who was to be interviewed at one site.

A case is nothing that is stored: it follows from what happened, the events of the journal, in the
order they happened. So two laptops agree on it once they are merged, and nothing is ever lost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, get_args

from harmony_kit.errors import CaseError
from harmony_kit.journal.answers import Event, Place, Respondent

__all__ = [
    "ASKED",
    "CASE_EVENTS",
    "HEARD",
    "NOT_BEGUN",
    "STATES",
    "CaseState",
    "Correction",
    "InterviewCase",
    "Teller",
    "check_step",
    "count_states",
    "follow",
    "follow_all",
]

CaseState = Literal[
    "planned",
    "invited",
    "refused",
    "not_reached",
    "under_way",
    "broken_off",
    "finished",
    "reopened",
    "withdrawn",
]
STATES: Final[tuple[CaseState, ...]] = get_args(CaseState)

#: Those who were asked for an interview, and of those, whom it was held with to its end.
ASKED: Final = frozenset(STATES) - {"planned"}
HEARD: Final = frozenset({"finished", "reopened"})
#: Those with whom no interview was begun: what is left of a schedule.
NOT_BEGUN: Final = frozenset({"planned", "invited", "refused", "not_reached"})

#: What a state can be followed by, by a word of somebody. Starting, opening, finishing and
#: reopening an interview are done in the form.
_STEPS: Final[Mapping[CaseState, frozenset[CaseState]]] = {
    "planned": frozenset({"invited", "refused", "not_reached"}),
    "invited": frozenset({"refused", "not_reached"}),
    "refused": frozenset({"invited", "not_reached"}),
    "not_reached": frozenset({"invited", "refused"}),
    "under_way": frozenset({"broken_off", "withdrawn"}),
    "broken_off": frozenset({"withdrawn"}),
    "finished": frozenset({"withdrawn"}),
    "reopened": frozenset({"broken_off", "withdrawn"}),
    "withdrawn": frozenset(),
}

#: Kinds of events a case follows from.
CASE_EVENTS: Final = (
    *(state for state in STATES if state != "under_way"),
    *("started", "opened", "test", "corrected", "part", "short", "remark"),
)


@dataclass(frozen=True)
class InterviewCase:
    """One person at one site in one wave, as far as it has come.

    Attributes
    ----------
    why
        What was said of the last state: why it was refused, broken off, reopened or withdrawn.
    date, interviewer
        As the schedule has it.
    is_test
        Whether it is a test, which never counts.
    is_short
        Whether only the core of the instrument is asked.
    moved_to
        Where it went when site or pseudonym were corrected; None where it is still here.
    parts
        Section → ``refused`` or ``no_time``, of the parts that are not asked for.
    remark
        The interviewer's note on the interview as a whole.
    """

    site: str
    wave: str
    respondent: str
    lens: str = ""
    role: str = ""
    state: CaseState = "planned"
    why: str = ""
    date: str = ""
    interviewer: str = ""
    is_test: bool = False
    is_short: bool = False
    moved_to: Place | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def place(self) -> Place:
        """Site, wave and pseudonym."""
        return self.site, self.wave, self.respondent

    @property
    def counts(self) -> bool:
        """Whether its answers count: it is no test, not withdrawn, and did not go elsewhere."""
        return not self.is_test and self.state != "withdrawn" and self.moved_to is None


@dataclass(frozen=True)
class Teller:
    """Who says so, when, and why."""

    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True)
class Correction:
    """What was written down wrong of a person; None stays as it is.

    `subjects` are the pilots and decisions there are at the site the person belongs to, and
    `elsewhere` the items that are not asked there: what was said of other subjects, or to these
    items, cannot come along.
    """

    site: str | None = None
    lens: str | None = None
    role: str | None = None
    respondent: str | None = None
    subjects: Collection[str] = ()
    elsewhere: Collection[str] = ()


def follow(place: Place, events: Iterable[Event], person: Respondent | None) -> InterviewCase:
    """The case of a place after some events, and with what is known of the person, if anything."""
    case = InterviewCase(*place)
    is_begun = False
    for event in sorted(events, key=lambda one: one.at):
        case = _after(case, event)
        is_begun = is_begun or event.kind in ("started", "opened")
    if person is None:
        return case
    case = replace(case, lens=person.lens, role=person.role or case.role)
    if is_begun or case.state == "withdrawn":
        return case
    return replace(case, state="finished")  # a form that came in by an import is whole


def follow_all(
    events: Iterable[Event], people: Iterable[Respondent] = ()
) -> dict[Place, InterviewCase]:
    """Every case there is anything of, by its place, sorted."""
    persons = {(one.site, one.wave, one.respondent): one for one in people}
    by_place: dict[Place, list[Event]] = defaultdict(list)
    for event in events:
        if event.respondent:
            by_place[event.site, event.wave, event.respondent].append(event)
    places = sorted({*persons, *by_place})
    return {place: follow(place, by_place[place], persons.get(place)) for place in places}


def _after(case: InterviewCase, event: Event) -> InterviewCase:
    if case.state == "withdrawn" and event.kind != "corrected":
        return case  # what another laptop did before it heard of it brings nothing back
    return _EFFECTS.get(event.kind, _step)(case, event)


def _plan(case: InterviewCase, event: Event) -> InterviewCase:
    lens, role, date, interviewer = (
        event.details.get(name, "") for name in ("lens", "role", "date", "interviewer")
    )
    return replace(case, lens=lens, role=role, date=date, interviewer=interviewer)


def _open(case: InterviewCase, _: Event) -> InterviewCase:
    is_done = case.state in ("finished", "reopened")
    return case if is_done else replace(case, state="under_way", why="")


def _step(case: InterviewCase, event: Event) -> InterviewCase:
    why = event.details.get("why", "") or event.details.get("reason", "")
    found = [state for state in STATES if state == event.kind]
    return replace(case, state=found[0], why=why) if found else case


def _mark(case: InterviewCase, event: Event) -> InterviewCase:
    """A case with what is said of the interview beside its state."""
    details = event.details
    match event.kind:
        case "test":
            return replace(case, is_test=True)
        case "short":
            return replace(case, is_short=details.get("is_short") != "no")
        case "remark":
            return replace(case, remark=details.get("text", ""))
    section, why = details.get("section", ""), details.get("why", "")
    rest = {name: one for name, one in case.parts.items() if name != section}
    return replace(case, parts={**rest, section: why} if why else rest)


def _correct(case: InterviewCase, event: Event) -> InterviewCase:
    """A case that went to another place, came from one, or stayed and has another side."""
    details = event.details
    if "to_respondent" in details:
        there = (details["to_site"], case.wave, details["to_respondent"])
        return replace(case, moved_to=there)
    lens, role = details.get("lens", case.lens), details.get("role", case.role)
    return replace(case, moved_to=None, lens=lens, role=role)


_EFFECTS: Final[Mapping[str, Callable[[InterviewCase, Event], InterviewCase]]] = {
    "planned": _plan,
    "started": _open,
    "opened": _open,
    "test": _mark,
    "short": _mark,
    "remark": _mark,
    "part": _mark,
    "corrected": _correct,
}


def count_states(cases: Iterable[InterviewCase], site: str) -> dict[str, int]:
    """State → people of a site, without tests and what was corrected away."""
    counted = (c for c in cases if c.site == site and not c.is_test and c.moved_to is None)
    return dict(Counter(case.state for case in counted))


def check_step(case: InterviewCase, state: CaseState) -> None:
    """Raise `CaseError` where a case cannot come into a state from where it is."""
    whose, allowed = " / ".join(case.place), _STEPS[case.state]
    if case.moved_to is not None:
        there = " / ".join(case.moved_to)
        what = f"was corrected and is {there} now, so nothing more becomes of it"
        todo = f"Say it of {case.moved_to[2]} at {case.moved_to[0]}."
        raise CaseError(whose, what, f"the place where it is: {there}", todo)
    if state not in allowed:
        told = ", ".join(one for one in STATES if one in allowed) or "nothing, it ends there"
        todo = "" if allowed else "If that was a mistake, interview them under another pseudonym."
        is_begun = case.state not in NOT_BEGUN
        todo = todo or ("" if is_begun else "What is held in the form, the form writes down.")
        raise CaseError(whose, f"is {case.state} and cannot be {state}", told, todo)
