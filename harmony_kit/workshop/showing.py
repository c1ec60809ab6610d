"""Where a workshop stands, and the sheet that is shown there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harmony_kit.errors import CommitmentError
from harmony_kit.instrument.model import Instrument
from harmony_kit.interview.views import local_time
from harmony_kit.journal.accord import Accord
from harmony_kit.journal.commitment import CommitmentKind
from harmony_kit.workshop import agreeing_sheets as agreeing
from harmony_kit.workshop import opening_sheets as opening
from harmony_kit.workshop.agenda import Agenda
from harmony_kit.workshop.aloud import draw_aloud
from harmony_kit.workshop.room import Room
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import Backdrop, frame_elements, load_board_texts
from harmony_kit.workshop.screens import (
    MINUTES,
    Screenful,
    is_done,
    list_screens,
    list_seeds,
)
from harmony_kit.workshop.sheet_parts import SheetPart, list_marks

__all__ = ["Standing", "show_screen"]


@dataclass(frozen=True)
class Standing:
    """Where a workshop stands: in which room, on which screen, in which language.

    What it reads of the room it reads once: whoever wrote something goes on with a new one.
    `focus` names the field that was answered last, so that the cursor goes on behind it.
    """

    room: Room
    agenda: Agenda
    instrument: Instrument
    titles: Mapping[str, str]
    site_name: str
    languages: tuple[str, ...]
    language: str
    at: str = "choose"
    focus: str = ""

    @cached_property
    def accord(self) -> Accord:
        """How it stands."""
        return self.room.accord

    @cached_property
    def screens(self) -> tuple[Screenful, ...]:
        """Every screen there is now."""
        return list_screens(self.accord, self.agenda, frame_elements(self.instrument))

    @property
    def screen(self) -> Screenful:
        """The screen it is at; the first one where that one is gone."""
        return next((one for one in self.screens if one.id == self.at), Screenful("choose"))

    @cached_property
    def scene(self) -> Backdrop:
        """What the sheets are drawn from."""
        owners = {one.id: one for one in self.room.ledger.owners(self.room.site)}
        return Backdrop(
            instrument=self.instrument,
            agenda=self.agenda,
            accord=self.accord,
            language=self.language,
            titles=self.titles,
            owners=owners,
            names=self.room.ledger.names(),
            today=self.room.today,
        )

    def time_now(self) -> str:
        """The wall clock at the plant."""
        return local_time(self.room.clock(), self.room.timezone, "%H:%M:%S")

    def check_number(self, ref: str, text: str) -> str:
        """A predicted number as it is kept; raises `CommitmentError` outside the scale."""
        topic = self.agenda.topic(ref)
        points = topic.points if topic else 1
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            number = 0.0
        if not 1 <= number <= points:
            limits = {"least": 1, "most": points}
            raise CommitmentError(ref, text, f"a number from 1 to {points}", "number", limits)
        return f"{number:g}"

    def said_at_first(self, field: FieldName) -> dict[str, str]:
        """What a thing says from its first entry on: the verdict that was proposed."""
        published = self.agenda.readiness_of(field.ref) if field.kind == "verdict" else None
        return {"proposed": published.verdict} if published else {}

    def propose_text(self, kind: CommitmentKind, ref: str) -> str:
        """The words a proposed question or action comes with; empty for a new one."""
        if kind == "action":
            return next((one.text for one in self.agenda.promises if one.ref == ref), "")
        scene = self.scene
        sources = {about: source for source, about in list_seeds(self.accord, self.agenda)}
        return scene.say(f"seed.{sources[ref]}", what=scene.item(ref)) if ref in sources else ""

    def view_bar(self) -> dict[str, Any]:
        """What is always there: where we are, the nine steps, the minutes that are left."""
        accord, screens = self.accord, self.screens
        done = {one: is_done(one, accord, self.instrument.lens_ids) for one in screens}
        step = self.screen.step
        texts = load_board_texts(self.language)
        sections = []
        for n, name in enumerate(MINUTES):
            mine = [one for one in screens if one.step == name]
            sections.append(
                {
                    "id": name,
                    "name": f"{n} {texts[f'step.{name}']}",
                    "answered": sum(done[one] for one in mine),
                    "asked": len(mine),
                    "is_current": name == step,
                }
            )
        title = self.titles.get(self.room.workflow, self.room.workflow)
        steps = [*MINUTES]
        last = max((one.at for one in accord.current), default=None)
        return {
            "respondent": " · ".join(filter(None, (self.site_name, title))),
            "answered": sum(done.values()),
            "asked": len(screens),
            "minutes": sum(MINUTES[name] for name in steps[steps.index(step) :]),
            "sections": sections,
            "languages": [
                {"id": one, "name": load_board_texts(one)["language.name"]}
                for one in self.languages
            ],
            "language": self.language,
            "saved_at": local_time(last, self.room.timezone, "%H:%M:%S"),
        }


_SHEETS: dict[str, Callable[[Backdrop, str], list[SheetPart]]] = {
    "choose": lambda scene, ref: {
        "": opening.draw_choose,
        "topics": opening.draw_topics,
        "room": opening.draw_room,
    }[ref](scene),
    "predict": opening.draw_predict,
    "reveal": opening.draw_reveal,
    "frame": agreeing.draw_line,
    "questions": lambda scene, ref: (
        agreeing.draw_question(scene, ref) if ref else agreeing.draw_questions(scene)
    ),
    "readiness": agreeing.draw_verdict,
    "boundaries": agreeing.draw_boundary,
    "actions": lambda scene, ref: (
        agreeing.draw_action(scene, ref) if ref else agreeing.draw_actions(scene)
    ),
    "aloud": lambda scene, _: draw_aloud(scene),
}


def show_screen(standing: Standing) -> dict[str, Any]:
    """The screen a workshop is at, as plain data for the board to draw."""
    scene, screen = standing.scene, standing.screen
    mine = [one for one in standing.screens if one.step == screen.step]
    room = standing.room
    step = scene.say(f"step.{screen.step}")
    where = f"{mine.index(screen) + 1} / {len(mine)}" if len(mine) > 1 else ""
    parts = _SHEETS[screen.step](scene, screen.ref)
    return {
        "kind": "sheet",
        "id": screen.id,
        "step": screen.step,
        "title": " · ".join(filter(None, (step, where))),
        "minutes": scene.say("minutes", n=MINUTES[screen.step]),
        "intro": scene.say(f"step.{screen.step}_how"),
        "parts": [one for one in parts if one.get("look") != "mark"],
        "marks": list_marks(parts),
        "focus": standing.focus,
        "place": {
            "site": room.site,
            "wave": room.wave,
            "respondent": room.workflow,
            "screen": screen.id,
        },
    }
