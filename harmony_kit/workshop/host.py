"""What the board asks and gets: one message in, one reply out, without any widget.

Messages and replies are those of the interview's form (`harmony_kit.interview.reception`), so that
one script draws both; a workshop adds ``undo``, ``redo``, ``take``, ``drop``, ``toggle``,
``accept``, ``decide`` and ``lock``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from harmony_kit.errors import CommitmentError
from harmony_kit.journal.commitment import BOUNDARIES, Commitment, missing_boundaries
from harmony_kit.journal.subject import Subject
from harmony_kit.workshop.room import Room
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import load_board_texts
from harmony_kit.workshop.screens import Screenful, home_of
from harmony_kit.workshop.showing import Standing, show_screen

__all__ = ["Host"]

_LOG = logging.getLogger(__name__)

BoardMessage = Mapping[str, Any]
BoardReply = dict[str, Any]

_MOST_PER_GROUP = 3


def _kind(message: BoardMessage) -> Literal["question", "action"]:
    return "question" if message["kind"] == "question" else "action"


@dataclass
class Host:
    """One board's way to the journal: a workshop, and the screen it is at."""

    standing: Standing
    new_id: Callable[[], str]
    add_decision: Callable[[str], Subject]
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def handle(self, message: BoardMessage) -> BoardReply:
        """Do what a message asks for; never raises, so that nothing fails unseen."""
        try:
            with self._lock:
                reply = _ACTS[str(message["do"])](self, message)
        except CommitmentError as cause:
            told = {"text": "trouble.constraint", "detail": self._explain(cause), "todo": ""}
            reply = {"trouble": told}
        except Exception as cause:  # noqa: BLE001 - whatever it is, the board must show it
            # The whole room reads the board; what the machine says of it is for the terminal.
            _LOG.error("the board could not do what it was asked", exc_info=cause)
            detail = self.standing.scene.say("wrong.store") if isinstance(cause, OSError) else ""
            todo = "trouble.error_todo"
            reply = {"trouble": {"text": "trouble.refused", "detail": detail, "todo": todo}}
        return {**reply, "ack": message.get("seq")}

    def _explain(self, cause: CommitmentError) -> str:
        """What is wrong with what was said, in the room's language and by the room's names."""
        scene = self.standing.scene
        told = scene.say(f"wrong.{cause.rule or 'other'}", **cause.limits)
        ref = cause.thing.rpartition(": ")[2]
        name = scene.item(ref)
        return told if name == ref else f"{name}: {told}"

    @property
    def room(self) -> Room:
        """The workshop that is being held."""
        return self.standing.room

    def hello(self, message: BoardMessage) -> BoardReply:
        """A board was drawn: everything it needs, and the screen it was at before."""
        before = message.get("open") or {}
        if before.get("respondent"):
            self._choose(str(before["respondent"]))
        self._stand(str(before.get("screen", "")) or self._last_screen())
        return {"wording": load_board_texts(self.standing.language), **self._show()}

    def _last_screen(self) -> str:
        entries = self.room.entries
        return home_of(entries[-1]).id if entries else "choose"

    def _choose(self, workflow: str) -> None:
        if workflow in {one.id for one in self.standing.agenda.workflows}:
            self.standing = replace(self.standing, room=replace(self.room, workflow=workflow))

    def _stand(self, screen: str) -> None:
        self._look()
        ids = [one.id for one in self.standing.screens]
        self.standing = replace(self.standing, at=screen if screen in ids else ids[0])

    # What is said

    def answer(self, message: BoardMessage) -> BoardReply:
        """Keep what was typed or chosen."""
        name = str(message["question"])
        if name == "workflow":
            self._choose(str(message["chosen"][0]))
            self._move(1)
            return self._show() | {"saved": self._saved(name)}
        field_ = FieldName.parse(name)
        if blank := self._find_blank(field_, message):
            return self._refuse_start(field_, blank)
        self._say(field_, message)
        self._go_on(message.get("then"), name)
        shown = self._show()
        if not message.get("then"):
            # Whoever types on keeps what is on the screen; only what is marked may have changed.
            shown = {"bar": shown["bar"], "marks": shown["page"]["marks"]}
        return shown | {"saved": self._saved(name)}

    def _go_on(self, then: object, name: str) -> None:
        if then == "next":
            self._move(1)
        self.standing = replace(self.standing, focus=name if then == "stay" else "")

    def _find_blank(self, field_: FieldName, message: BoardMessage) -> str:
        """The first limit that is blank where a pilot is to start; empty where it may."""
        if (field_.kind, field_.part, message.get("chosen")) != ("boundary", "state", ["starts"]):
            return ""
        known = self.room.accord.find("boundary", field_.ref)
        blank = missing_boundaries(known) if known else BOUNDARIES
        return blank[0] if blank else ""

    def _refuse_start(self, field_: FieldName, blank: str) -> BoardReply:
        """The screen again, with the cursor in the first blank field."""
        place = BOUNDARIES.index(blank)
        before = str(replace(field_, part=BOUNDARIES[place - 1])) if place else ""
        self.standing = replace(self.standing, focus=before)
        return self._show() | {"problems": {"boundary": "boundary.refused"}}

    def _say(self, field_: FieldName, message: BoardMessage) -> Commitment:
        if field_.part.startswith("owner"):
            given = (str(message.get(key, "")) for key in ("role", "lens", "name"))
            return self.room.name_owner(field_, *given)
        chosen = message.get("chosen")
        text = str(chosen[0] if chosen else message.get("text", ""))
        if field_.kind == "prediction":
            text = self.standing.check_number(field_.ref, text)
        return self.room.say(field_, text, **self.standing.said_at_first(field_))

    def lock(self, message: BoardMessage) -> BoardReply:
        """Keep a prediction and lock it; both are shown once both are locked."""
        field_ = FieldName.parse(str(message["question"]))
        self._say(field_, message)
        self.room.say(replace(field_, part="state"), "locked")
        self.standing = replace(self.standing, focus="")
        return self._show() | {"saved": self._saved(str(field_))}

    def _saved(self, name: str) -> BoardReply:
        return {"question": name, "version": "", "time": self.standing.time_now()}

    def decide(self, message: BoardMessage) -> BoardReply:
        """Speak about a recurring decision no file has yet; it is kept from now on."""
        try:
            subject = self.add_decision(str(message["text"]))
        except ValueError:
            return {"problems": {"decision": "subjects.problem"}}
        agenda = self.standing.agenda
        agenda = replace(agenda, workflows=(*agenda.workflows, subject))
        titles = {**self.standing.titles, subject.id: subject.title}
        self.standing = replace(self.standing, agenda=agenda, titles=titles)
        self._choose(subject.id)
        self._move(1)
        return self._show() | {"saved": self._saved("")}

    # Questions, actions and topics

    def take(self, message: BoardMessage) -> BoardReply:
        """Put a question or an action on the table: a proposed one, or a new one."""
        ref = str(message.get("ref") or self.new_id())
        kind = _kind(message)
        field_ = FieldName(kind, ref, "", "text")
        self.room.say(field_, self.standing.propose_text(kind, ref))
        self._stand(f"{kind}s;{ref}")
        return self._show() | {"saved": self._saved("")}

    def drop(self, message: BoardMessage) -> BoardReply:
        """Take a question or an action off the table."""
        kind = _kind(message)
        self.room.drop(FieldName(kind, str(message["ref"]), "", "text"))
        self._stand(f"{kind}s")
        return self._show() | {"saved": self._saved("")}

    def toggle(self, message: BoardMessage) -> BoardReply:
        """Choose a topic, or let it go; three of a group at most."""
        ref = str(message["ref"])
        topic = self.standing.agenda.topic(ref)
        if topic is None:
            raise KeyError(ref)
        chosen = self.room.accord.of_kind("topic")
        field_ = FieldName("topic", ref, "", "group")
        if ref in {one.ref for one in chosen}:
            self.room.drop(field_)
        elif sum(one.value["group"] == topic.group for one in chosen) >= _MOST_PER_GROUP:
            return {"problems": {"topics": "topics.enough"}}
        else:
            self.room.say(field_, topic.group)
        return self._show() | {"saved": self._saved("")}

    def accept(self, _: BoardMessage) -> BoardReply:
        """Choose the topics that are proposed."""
        for topic in self.standing.agenda.proposed(self.room.workflow):
            self.room.say(FieldName("topic", topic.ref, "", "group"), topic.group)
        return self._show() | {"saved": self._saved("")}

    # The way through

    def go(self, message: BoardMessage) -> BoardReply:
        """Move to the next screen, one back, to a screen or into a step."""
        self.standing = replace(self.standing, focus="")
        where = str(message.get("section") or message.get("to"))
        if where in ("next", "back"):
            self._move(1 if where == "next" else -1)
        else:
            self._stand(
                next(one.id for one in self.standing.screens if where in (one.id, one.step))
            )
        return self._show()

    def _move(self, by: int) -> None:
        self._look()
        ids = [one.id for one in self.standing.screens]
        place = ids.index(self.standing.at) if self.standing.at in ids else 0
        self._stand(ids[min(max(place + by, 0), len(ids) - 1)])

    def undo(self, _: BoardMessage) -> BoardReply:
        """Take back the last thing said, and show where it was said."""
        return self._show_change(self.room.undo(), "undo.nothing")

    def redo(self, _: BoardMessage) -> BoardReply:
        """Say it again."""
        return self._show_change(self.room.redo(), "redo.nothing")

    def _show_change(self, entry: Commitment | None, nothing: str) -> BoardReply:
        self.standing = replace(self.standing, focus="")
        if entry is None:
            return {"problems": {"undo": nothing}}
        home: Screenful = home_of(entry)
        known = {one.id for one in self.standing.screens}
        self._stand(home.id if home.id in known else home.step)
        return self._show() | {"saved": self._saved("")}

    def leave(self, _: BoardMessage) -> BoardReply:
        """Back to the first screen; nothing is lost."""
        self._stand("choose")
        return self._show()

    def switch_language(self, message: BoardMessage) -> BoardReply:
        """Go on in another language."""
        self.standing = replace(self.standing, language=str(message["language"]))
        return {"wording": load_board_texts(self.standing.language), **self._show()}

    def sign(self, message: BoardMessage) -> BoardReply:
        """The page asks whether we are alive."""
        return {"sign": message.get("sign")}

    def gone(self, _: BoardMessage) -> BoardReply:
        """The page was closed."""
        return {}

    def _look(self) -> None:
        """Forget what was read of the room: somebody may have written since."""
        self.standing = replace(self.standing)

    def _show(self) -> BoardReply:
        self._look()
        return {"page": show_screen(self.standing), "bar": self.standing.view_bar()}


_ACTS: dict[str, Callable[[Host, BoardMessage], BoardReply]] = {
    "hello": Host.hello,
    "answer": Host.answer,
    "lock": Host.lock,
    "decide": Host.decide,
    "take": Host.take,
    "drop": Host.drop,
    "toggle": Host.toggle,
    "accept": Host.accept,
    "go": Host.go,
    "undo": Host.undo,
    "redo": Host.redo,
    "leave": Host.leave,
    "language": Host.switch_language,
    "sign": Host.sign,
    "gone": Host.gone,
}
