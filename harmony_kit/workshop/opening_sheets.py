"""Screens 0 to 2: choose, predict, reveal."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_kit.journal.commitment import Commitment
from harmony_kit.workshop.agenda import GROUPS, Glance, Topic
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import Backdrop
from harmony_kit.workshop.screens import are_locked
from harmony_kit.workshop.sheet_parts import (
    SheetPart,
    choice_field,
    draw_mark,
    draw_table,
    draw_text,
    press,
    text_field,
    title_field,
)

__all__ = ["N_SHOWN", "draw_choose", "draw_predict", "draw_reveal", "draw_room", "draw_topics"]

#: Topics of one group one can choose from; three of them at most.
N_SHOWN = 5


def draw_choose(scene: Backdrop) -> list[SheetPart]:
    """Which workflow the workshop is about."""
    workflows = scene.agenda.workflows
    named = title_field("decision", scene.say("choose.new"))
    if not workflows:
        return [draw_mark(scene.say("choose.none")), named]
    options = [(one.id, one.title, str(n)) for n, one in enumerate(workflows[:9], 1)]
    label = scene.say("choose.workflow")
    return [
        choice_field("workflow", label, options, scene.accord.workflow),
        draw_text(scene.say("choose.why"), "help"),
        named,
    ]


def draw_topics(scene: Backdrop) -> list[SheetPart]:
    """Which topics are spoken about: proposed by rank, changed by whoever holds the workshop."""
    proposed = scene.agenda.proposed(scene.accord.workflow)
    chosen = {one.ref for one in scene.accord.of_kind("topic")}
    if not proposed:
        return [draw_mark(scene.say("topics.none"))]
    parts = [draw_text(scene.say("topics.lead"))]
    if not chosen:
        parts.append(press(scene.say("topics.accept"), "a", {"do": "accept"}))
    others = {one.id for one in scene.agenda.workflows} - {scene.accord.workflow}
    keys = iter("123456789")
    for group in GROUPS:
        shown = [
            one for one in scene.agenda.topics if one.group == group and one.subject not in others
        ][:N_SHOWN]
        if shown:
            items = [_tick(scene, one, chosen, proposed, keys) for one in shown]
            title = scene.report_text(f"{group}.title")
            parts.append({"part": "ticks", "title": title, "items": items})
    return parts


def _tick(
    scene: Backdrop,
    topic: Topic,
    chosen: set[str],
    proposed: tuple[Topic, ...],
    keys: Iterator[str],
) -> SheetPart:
    key = next(keys, "") if topic in proposed else ""
    message = {"do": "toggle", "ref": topic.ref}
    is_chosen = topic.ref in chosen
    return {"label": scene.item(topic.ref), "key": key, "is_chosen": is_chosen, "message": message}


def draw_room(scene: Backdrop) -> list[SheetPart]:
    """How many people are in the room; never who."""
    parts = [draw_text(scene.say("room.lead"))]
    for lens in scene.lenses:
        known = scene.accord.find("attendance", "room", lens)
        name = FieldName("attendance", "room", lens, "count")
        label = scene.say("room.count", lens=scene.lens(lens))
        parts.append(text_field(name, label, known, rows=1))
    return parts


def draw_predict(scene: Backdrop, ref: str) -> list[SheetPart]:
    """Each side one number for the other; what was typed is not even sent back to the page."""
    topic = scene.agenda.topic(ref)
    if topic is None:
        return [draw_mark(scene.say("topics.gone"))]
    parts = [draw_text(scene.item(ref), "asked")]
    for glance in topic.glances:
        parts += _draw_prediction(scene, topic, glance)
    if are_locked(scene.accord, ref, scene.lenses):
        parts.append(draw_text(scene.say("predict.both"), "big"))
    return parts


def _draw_prediction(scene: Backdrop, topic: Topic, glance: Glance) -> list[SheetPart]:
    names = {"lens": scene.lens(glance.lens), "other": scene.lens(glance.other)}
    known = scene.accord.find("prediction", topic.ref, glance.lens)
    if known is not None and known.state == "locked":
        return [draw_text(scene.say("predict.locked", **names), "big")]
    name = FieldName("prediction", topic.ref, glance.lens, "number")
    label = scene.say("predict.number", points=topic.points, **names)
    asked = scene.asked(topic.item, glance.other, topic.subject)
    field = text_field(name, label, known, kind="secret")
    return [field | {"help": asked, "is_typed": known is not None}]


def draw_reveal(scene: Backdrop, ref: str) -> list[SheetPart]:
    """Today's prediction, what the interviews expected, what was said; and why, once per side."""
    topic = scene.agenda.topic(ref)
    if topic is None:
        return [draw_mark(scene.say("topics.gone"))]
    title = draw_text(scene.item(ref), "asked")
    if not are_locked(scene.accord, ref, scene.lenses):
        to = {"do": "go", "to": f"predict;{ref}"}
        return [
            title,
            draw_mark(scene.say("reveal.first")),
            press(scene.say("reveal.lock"), "l", to),
        ]
    head = [scene.say(f"reveal.{name}") for name in ("who", "today", "expected", "said")]
    rows = [_row(scene, topic, glance) for glance in topic.glances]
    whys = [_draw_why(scene, ref, lens) for lens in scene.lenses]
    scale = scene.say("reveal.scale", points=topic.points)
    return [title, draw_table(head, rows), draw_text(scale, "help"), *whys]


def _row(scene: Backdrop, topic: Topic, glance: Glance) -> list[str]:
    today: Commitment | None = scene.accord.find("prediction", topic.ref, glance.lens)
    number = today.value.get("number", "") if today else ""
    who = scene.say(
        "reveal.direction", lens=scene.lens(glance.lens), other=scene.lens(glance.other)
    )
    typed = scene.number(float(number)) if number else ""
    return [who, typed, scene.figure(glance.expected), scene.figure(glance.said)]


def _draw_why(scene: Backdrop, ref: str, lens: str) -> SheetPart:
    label = scene.say("reveal.why", lens=scene.lens(lens))
    name = FieldName("why", ref, lens, "text")
    return text_field(name, label, scene.accord.find("why", ref, lens))
