"""What the form asks and gets: one message in, one reply out, without any widget.

A message is a mapping with ``do`` and what belongs to it; a reply holds some of

``page``      what to draw: the list of interviews, a new one, a screen, the end
``bar``       progress and sections
``wording``   the form's own texts, when the language changed
``saved``     an answer that is on disk: its question, its version, the time
``conflict``  an answer that was not saved because of somebody else's
``clashes``   answers given twice at the same moment
``others``    who else has this interview open
``problems``  fields that are not right yet, each with the key of its message
``trouble``   why something did not work, and what to do
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from harmony_kit.errors import AnswerError, MisfitError
from harmony_kit.interview import presence
from harmony_kit.interview.beginning import (
    Desk,
    Newcomer,
    check_newcomer,
    resume_interview,
    start_interview,
)
from harmony_kit.interview.conversation import Conversation, FormMessage
from harmony_kit.interview.correcting import check_correction, correct_person
from harmony_kit.interview.interview import Interview
from harmony_kit.interview.keeping import list_known
from harmony_kit.interview.lobby import (
    consent_text,
    view_correction,
    view_lobby,
    view_newcomer,
)
from harmony_kit.interview.sentences import load_wording
from harmony_kit.interview.steering import break_off
from harmony_kit.interview.views import ScreenView, local_time, misfit_text
from harmony_kit.journal.answers import Respondent
from harmony_kit.journal.case import InterviewCase

__all__ = ["Reception"]

_LOG = logging.getLogger(__name__)


@dataclass
class Reception:
    """One form's way to the journal; `conversation` is the interview that is open."""

    desk: Desk
    site: str
    wave: str
    language: str
    conversation: Conversation | None = None
    # JupyterLab may deliver messages on more than one thread.
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def handle(self, message: FormMessage) -> ScreenView:
        """Do what a message asks for; never raises, so that nothing fails unseen."""
        try:
            with self._lock:
                reply = self._act(message)
        except AnswerError as cause:
            reply = {"trouble": self._explain(cause)}
        except Exception as cause:  # noqa: BLE001 - whatever it is, the form must show it
            reply = {"trouble": self._report(cause)}
        return {**reply, "ack": message.get("seq")}

    def _report(self, cause: Exception) -> ScreenView:
        """What went wrong; where the store lies is nothing for a respondent to read."""
        if self.desk.setting.is_self_service:
            _LOG.error("the form could not do what it was asked", exc_info=cause)
            detail, todo = "", "trouble.error_todo_alone"
        else:
            detail = "".join(traceback.format_exception_only(cause)).strip()
            todo = "trouble.error_todo"
        return {"text": "trouble.refused", "detail": detail, "todo": todo}

    def _explain(self, cause: AnswerError) -> ScreenView:
        """Why an answer was not taken; where others speak against it, never as a condition."""
        told = {"text": "trouble.constraint", "detail": str(cause), "todo": ""}
        if not isinstance(cause, MisfitError) or self.conversation is None:
            return told
        session = self.conversation.interview.session
        is_worded = session.instrument.item(cause.item).constraint_message is not None
        return {**told, "detail": misfit_text(session, cause.item) if is_worded else ""}

    def _act(self, message: FormMessage) -> ScreenView:
        name = str(message["do"])
        if name in _IN_CONVERSATION:
            if self.conversation is None:
                error = "no interview is open in this form"
                raise RuntimeError(error)
            return _IN_CONVERSATION[name](self.conversation, message)
        return _AT_RECEPTION[name](self, message)

    def hello(self, message: FormMessage) -> ScreenView:
        """A form was drawn: everything it needs, and the interview it had open before."""
        before = message.get("open") or {}
        if self.conversation is None and before:
            self._reopen_quietly(before)
        if self.conversation is None:
            return {"wording": load_wording(self.language), **self._show_lobby()}
        self.conversation.interview.refresh()
        return self._show_interview()

    def _reopen_quietly(self, before: FormMessage) -> None:
        # The same tab after a reload or a new kernel: its former form is no second interviewer.
        presence.withdraw_sign(str(before.get("session", "none")))
        site, wave = before.get("site"), before.get("wave")
        if self.desk.setting.is_self_service and (site, wave) != (self.site, self.wave):
            return
        for respondent in list_known(self.desk.journal, site, wave):
            if respondent.respondent == before.get("respondent") and not respondent.finished_at:
                self._sit_down(resume_interview(respondent, self.desk))

    def place(self, message: FormMessage) -> ScreenView:
        """Another site, wave or interviewer was chosen on the list of interviews."""
        if self.desk.setting.is_self_service:
            error = "a respondent alone stays where the form was opened"
            raise PermissionError(error)
        self.site = str(message.get("site", self.site))
        self.wave = str(message.get("wave", self.wave))
        name = str(message.get("interviewer", "")).strip()[:80]
        if name:
            self.desk = replace(self.desk, seat=replace(self.desk.seat, name=name))
        return self._show_lobby()

    def new(self, message: FormMessage) -> ScreenView:
        """The page of a new interview: a pseudonym proposed, or what the schedule says of one."""
        planned = self._find_case(message) if message.get("respondent") else None
        return {"page": view_newcomer(self.desk, self.site, self.wave, self.language, planned)}

    def _find_case(self, message: FormMessage) -> InterviewCase:
        if self.desk.setting.is_self_service:
            error = "a respondent alone sees nobody else's interview"
            raise PermissionError(error)
        return self.desk.journal.cases.find((self.site, self.wave, str(message["respondent"])))

    def show_correction(self, message: FormMessage) -> ScreenView:
        """The page on which what was written down wrong of somebody is put right."""
        return {"page": view_correction(self._find_case(message), self.desk, self.language)}

    def correct(self, message: FormMessage) -> ScreenView:
        """Put right what was written down wrong, with the reason; or say what is not right yet."""
        case = self._find_case(message)
        wanted = {name: str(message[name]).strip() for name in ("site", "lens", "role", "name")}
        reason = str(message.get("reason", "")).strip()
        problems = check_correction(case, wanted, reason, self.desk)
        if problems:
            return {"problems": problems}
        told = correct_person(case, wanted, reason, self.desk)
        lobby = self._show_lobby()
        return {"page": {**lobby["page"], "told": told}}

    def begin(self, message: FormMessage) -> ScreenView:
        """Start the interview that was filled in; or say what is not right yet."""
        language, name = str(message["language"]), str(message["respondent"]).strip()
        consent = consent_text(self.desk, self.site, language, name)
        newcomer = Newcomer(
            site=self.site,
            wave=self.wave,
            respondent=name,
            lens=str(message["lens"]),
            role=str(message["role"])[:120],
            language=language,
            consent="\n\n".join(consent) if message["consent"] is True else "",
        )
        problems = check_newcomer(newcomer, self.desk)
        if problems:
            return {"problems": problems}
        self._sit_down(start_interview(newcomer, self.desk))
        return self._show_interview()

    def resume(self, message: FormMessage) -> ScreenView:
        """Go on with an interview; a finished one needs a reason."""
        respondent = self._find(str(message["respondent"]))
        alone = self.desk.setting.is_self_service
        if respondent is None or (alone and respondent.finished_at):
            return {"problems": {"code": "lobby.unknown_code"}}
        reason = str(message.get("reason", "")).strip()
        if respondent.finished_at and not reason:
            when = local_time(respondent.finished_at, self.desk.setting.timezone)
            page = {"kind": "reopen", "respondent": respondent.respondent, "time": when}
            problems = {"reason": "reopen.needed"} if "reason" in message else {}
            return {"page": page, "problems": problems}
        self._sit_down(resume_interview(respondent, self.desk, reason=reason))
        return self._show_interview()

    def leave(self, _: FormMessage) -> ScreenView:
        """Back to the list; the interview stays as it is."""
        if self.conversation is not None:
            self.conversation.interview.close()
            self.conversation = None
            presence.withdraw_sign(self.desk.seat.session)
        return {"wording": load_wording(self.language), **self._show_lobby()}

    def break_off(self, message: FormMessage) -> ScreenView:
        """End an interview before its end, and say why; back to the list."""
        if self.conversation is not None:
            break_off(self.conversation.interview, str(message.get("why", ""))[:500])
        return self.leave(message)

    def finish(self, _: FormMessage) -> ScreenView:
        """End the interview."""
        if self.conversation is None:
            return self._show_lobby()
        interview = self.conversation.interview
        interview.finish()
        interview.close()
        self.conversation = None
        name = interview.session.respondent.respondent
        return {"page": {"kind": "finished", "respondent": name}}

    def switch_language(self, message: FormMessage) -> ScreenView:
        """Go on in another language."""
        if self.conversation is not None:
            return self.conversation.switch_language(message)
        self.language = str(message["language"])
        return {"wording": load_wording(self.language), **self._show_lobby()}

    def sign(self, message: FormMessage) -> ScreenView:
        """The page asks whether we are alive."""
        presence.show_sign(self.desk.seat.session)
        news = self.conversation.sign() if self.conversation else {}
        return {**news, "sign": message.get("sign")}

    def gone(self, _: FormMessage) -> ScreenView:
        """The page was closed."""
        presence.withdraw_sign(self.desk.seat.session)
        return {}

    def _find(self, name: str) -> Respondent | None:
        known = list_known(self.desk.journal, self.site, self.wave)
        same = [r for r in known if r.respondent.casefold() == name.strip().casefold()]
        return same[0] if same else None

    def _sit_down(self, interview: Interview) -> None:
        respondent = interview.session.respondent
        if not respondent.language:
            with_language = replace(respondent, language=self.language)
            interview.session = replace(interview.session, respondent=with_language)
        self.site, self.wave = respondent.site, respondent.wave
        self.conversation = Conversation(interview, self.desk)
        presence.show_sign(self.desk.seat.session)

    def _show_lobby(self) -> ScreenView:
        return {"page": view_lobby(self.desk, self.site, self.wave, self.language)}

    def _show_interview(self) -> ScreenView:
        if self.conversation is None:
            return self._show_lobby()
        return {"wording": load_wording(self.conversation.language), **self.conversation.show()}


_AT_RECEPTION: dict[str, Callable[[Reception, FormMessage], ScreenView]] = {
    "hello": Reception.hello,
    "place": Reception.place,
    "new": Reception.new,
    "correcting": Reception.show_correction,
    "correct": Reception.correct,
    "begin": Reception.begin,
    "resume": Reception.resume,
    "leave": Reception.leave,
    "break_off": Reception.break_off,
    "finish": Reception.finish,
    "language": Reception.switch_language,
    "sign": Reception.sign,
    "gone": Reception.gone,
}

_IN_CONVERSATION: dict[str, Callable[[Conversation, FormMessage], ScreenView]] = {
    "answer": Conversation.answer,
    "go": Conversation.go,
    "note": Conversation.note,
    "part": Conversation.leave_part,
    "short": Conversation.shorten,
    "remark": Conversation.remark,
    "add_subject": Conversation.add_subject,
    "leave_out": Conversation.leave_out,
}
