"""What can be said to an open interview, and what it says back: plain data in, plain data out.

The parts of a reply are those of `harmony_kit.interview.reception`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harmony_kit.errors import AnswerError
from harmony_kit.interview import presence, steering
from harmony_kit.interview.beginning import Desk
from harmony_kit.interview.given import Clash, Given, version_of
from harmony_kit.interview.interview import Interview
from harmony_kit.interview.sentences import load_wording
from harmony_kit.interview.views import (
    ScreenView,
    describe_answer,
    local_time,
    question_text,
    view_bar,
    view_screen,
)
from harmony_kit.journal.answers import Answer

__all__ = ["Conversation", "FormMessage"]

FormMessage = Mapping[str, Any]

#: Who else is here changes slowly, and finding out reads every event of the interview.
SIGNS_PER_LOOK = 4
MAX_NOTE = 2000


@dataclass
class Conversation:
    """An open interview as the form sees it."""

    interview: Interview
    desk: Desk
    _others: list[ScreenView] = field(default_factory=list)
    _n_signs: int = 0

    def __post_init__(self) -> None:
        self._others = self._find_others()

    @property
    def language(self) -> str:
        """The language the respondent is asked in."""
        return self.interview.session.respondent.language

    def answer(self, message: FormMessage) -> ScreenView:
        """Keep an answer, and move on if asked to.

        Raises `AnswerError` when the question does not allow it or is not asked.
        """
        session = self.interview.session
        name = str(message["question"])
        questions = {question.name(session.lens): question for question in session.questions}
        if name not in questions:
            raise AnswerError(name, name, "questions that are asked")
        chosen = message.get("chosen")
        outcome = self.interview.answer(
            Given(
                question=questions[name],
                status=message.get("status", "answered"),
                value=message.get("value"),
                chosen=None if chosen is None else tuple(map(str, chosen)),
                text=message.get("text"),
                quotable=bool(message.get("quotable", False)),
                seconds=_seconds(message.get("seconds")),
                base=str(message.get("base", "")),
            ),
            then=str(message["then"]) if message.get("then") else None,
        )
        if outcome.theirs is not None:
            return {"conflict": self._view_conflict(name, outcome.theirs)}
        saved = {"saved": self._view_saved(name, outcome.saved)}
        if message.get("then"):
            return self.show() | saved
        return {"bar": self._bar()} | saved

    def _view_saved(self, name: str, answer: Answer | None) -> ScreenView:
        now = self.desk.clock()
        time = local_time(now, self.desk.setting.timezone, "%H:%M:%S")
        return {"question": name, "version": version_of(answer), "time": time}

    def _view_conflict(self, name: str, theirs: Answer) -> ScreenView:
        return {
            "question": name,
            "who": theirs.source.recorded_by,
            "theirs": describe_answer(self.interview.session, theirs),
            "version": version_of(theirs),
        }

    def go(self, message: FormMessage) -> ScreenView:
        """Move to the next screen, one back, to a screen or into a section."""
        if "section" in message:
            self.interview.enter(str(message["section"]))
        else:
            self.interview.go(str(message["to"]))
        return self.show()

    def note(self, message: FormMessage) -> ScreenView:
        """Keep the interviewer's note on the screen."""
        self.interview.note(str(message["text"])[:MAX_NOTE])
        return {"saved": self._view_saved("", None)}

    def leave_part(self, message: FormMessage) -> ScreenView:
        """Leave out a section that is refused or too much for the time, or ask it after all."""
        steering.leave_part(self.interview, str(message["section"]), str(message.get("why", "")))
        return self.show()

    def shorten(self, message: FormMessage) -> ScreenView:
        """Ask only the core of the instrument, or everything again."""
        steering.shorten(self.interview, is_short=message.get("is_short") is not False)
        return self.show()

    def remark(self, message: FormMessage) -> ScreenView:
        """Keep the interviewer's note on the interview as a whole."""
        steering.remark(self.interview, str(message["text"])[:MAX_NOTE])
        return {"saved": self._view_saved("", None)}

    def add_subject(self, message: FormMessage) -> ScreenView:
        """Add a pilot or a decision on the spot."""
        try:
            self.interview.add_subject(message["kind"], str(message["title"]))
        except ValueError:
            return {"problems": {"title": "subjects.problem"}}
        return self.show()

    def leave_out(self, message: FormMessage) -> ScreenView:
        """Leave out pilots or decisions the respondent cannot speak about."""
        self.interview.leave_out(message["kind"], frozenset(map(str, message["ids"])))
        return {"bar": self._bar()}

    def switch_language(self, message: FormMessage) -> ScreenView:
        """Go on in another language."""
        self.interview.switch_language(str(message["language"]))
        return {"wording": load_wording(self.language), **self.show()}

    def sign(self) -> ScreenView:
        """What others wrote meanwhile, and who is here."""
        self._n_signs += 1
        changed = self.interview.refresh()
        if changed or self._n_signs % SIGNS_PER_LOOK == 0:
            self._others = self._find_others()
        clashes, self.interview.clashes = self.interview.clashes, []
        reply: ScreenView = {
            "others": self._others,
            "clashes": [self._view_clash(clash) for clash in clashes],
        }
        return {**self.show(), **reply, "by_others": True} if changed else reply

    def _find_others(self) -> list[ScreenView]:
        respondent = self.interview.session.respondent
        events = self.desk.journal.events(respondent.site, respondent.wave, respondent.respondent)
        timezone = self.desk.setting.timezone
        return [
            {"who": event.by, "time": local_time(event.at, timezone, "%H:%M")}
            for event in presence.list_others(events, self.desk.seat, self.desk.clock())
        ]

    def _view_clash(self, clash: Clash) -> ScreenView:
        session = self.interview.session
        return {
            "who": clash.theirs.source.recorded_by,
            "question": question_text(session, clash.question),
            "theirs": describe_answer(session, clash.theirs),
            "ours": describe_answer(session, clash.ours),
        }

    def show(self) -> ScreenView:
        """The screen the interview is at."""
        interview = self.interview
        respondent = interview.session.respondent
        has_notes = not self.desk.setting.is_self_service
        screen = view_screen(interview.session, interview.loose_notes, has_notes=has_notes)
        opened = {
            "site": respondent.site,
            "wave": respondent.wave,
            "respondent": respondent.respondent,
            "session": self.desk.seat.session,
        }
        return {"page": {**screen, "place": opened}, "bar": self._bar(), "others": self._others}

    def _bar(self) -> ScreenView:
        session = self.interview.session
        languages = [
            {"id": language, "name": load_wording(language)["language.name"]}
            for language in session.instrument.languages
            if language in {*self.desk.setting.languages, self.language}
        ]
        last = max((answer.answered_at for answer in session.answers.values()), default=None)
        saved_at = local_time(last, self.desk.setting.timezone, "%H:%M:%S")
        spoken = {"languages": languages, "language": self.language}
        return {**view_bar(session), **spoken, "saved_at": saved_at}


def _seconds(value: object) -> float | None:
    """Seconds a question was on screen, as far as the page's word for it makes sense."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 86_400:
        return None
    return round(float(value), 1)
