"""Screen 8: the accord on one screen, read aloud, with what stays open and who disagrees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from harmony_kit.journal.accord import is_settled
from harmony_kit.journal.commitment import Commitment
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import Backdrop
from harmony_kit.workshop.sheet_parts import SheetPart, draw_row, draw_text, text_field

__all__ = ["draw_aloud"]


def draw_aloud(scene: Backdrop) -> list[SheetPart]:
    """Everything agreed, asked, decided and promised; each side may say where it disagrees."""
    accord = scene.accord
    parts: list[tuple[str, Iterable[Commitment], Callable[[Backdrop, Commitment], str]]] = [
        ("sentences", accord.sentences, _line),
        ("questions", accord.questions, Backdrop.question),
        ("verdicts", accord.verdicts, _verdict),
        ("boundaries", accord.boundaries, _boundary),
        ("actions", accord.actions, _action),
    ]
    sections = [
        {"title": scene.say(f"aloud.{name}"), "items": [_item(scene, one, tell) for one in things]}
        for name, things, tell in parts
    ]
    n_marked = len(accord.marked)
    told = "aloud.whole" if any(one["items"] for one in sections) else "aloud.nothing"
    left = scene.say("aloud.marked", n=n_marked) if n_marked else scene.say(told)
    return [
        {"part": "accord", "sections": [one for one in sections if one["items"]]},
        draw_text(left, "mark" if n_marked else "big"),
        draw_row(_draw_dissent(scene, lens) for lens in scene.lenses),
    ]


def _item(
    scene: Backdrop, one: Commitment, tell: Callable[[Backdrop, Commitment], str]
) -> dict[str, Any]:
    beside = " · ".join(filter(None, (scene.owned_by(one), scene.day(one.due))))
    return {"label": tell(scene, one), "beside": beside, "is_marked": not is_settled(one)}


def _line(scene: Backdrop, line: Commitment) -> str:
    what = scene.item(line.ref)
    if line.state == "agreed":
        return f"{what}: {line.text}"
    if line.state == "open":
        return f"{what}: {scene.say('aloud.open')}"
    told = [
        f"{scene.lens(lens)}: “{line.value.get(f'wording_{lens}', '')}”" for lens in scene.lenses
    ]
    return f"{what}: {' / '.join(told)}"


def _verdict(scene: Backdrop, verdict: Commitment) -> str:
    title = scene.titles.get(verdict.ref, verdict.ref)
    said = verdict.value.get("verdict" if verdict.state == "overruled" else "proposed", "")
    told = scene.report_text(f"verdict.{said}") if said else scene.say("mark.nothing")
    reason = verdict.value.get("reason", "")
    check = verdict.value.get("check", "")
    more = [reason, scene.say("aloud.check", what=scene.item(check)) if check else ""]
    return f"{title}: {told}{''.join(f'; {one}' for one in more if one)}"


def _boundary(scene: Backdrop, boundary: Commitment) -> str:
    title = scene.titles.get(boundary.ref, boundary.ref)
    return f"{title}: {scene.say(f'boundary.{boundary.state}')}"


def _action(scene: Backdrop, action: Commitment) -> str:
    done = scene.say("aloud.done_when", what=action.done_when) if action.done_when else ""
    return " ".join(filter(None, (action.text or scene.say("actions.unnamed"), done)))


def _draw_dissent(scene: Backdrop, lens: str) -> SheetPart:
    name = FieldName("note", "dissent", lens, "text")
    label = scene.say("aloud.dissent", lens=scene.lens(lens))
    return text_field(name, label, scene.accord.find("note", "dissent", lens))
