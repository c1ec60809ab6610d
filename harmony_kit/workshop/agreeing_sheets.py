"""Screens 3 to 7: frame, questions, readiness, boundaries, actions."""

from __future__ import annotations

from harmony_kit.journal.accord import is_settled
from harmony_kit.journal.commitment import (
    BOUNDARIES,
    SORTS,
    Commitment,
    missing_boundaries,
)
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import Backdrop
from harmony_kit.workshop.screens import list_seeds
from harmony_kit.workshop.settling_parts import (
    draw_became,
    draw_missing,
    draw_proposed,
    name_options,
    press_remove,
    tell_beside,
)
from harmony_kit.workshop.sheet_parts import (
    SheetPart,
    choice_field,
    day_field,
    draw_list,
    draw_mark,
    draw_row,
    draw_sides,
    draw_text,
    owner_field,
    press,
    text_field,
)

__all__ = [
    "draw_action",
    "draw_actions",
    "draw_boundary",
    "draw_line",
    "draw_question",
    "draw_questions",
    "draw_verdict",
]

_LINE_STATES = ("agreed", "two_wordings", "open")
_VERDICTS = ("act_now", "act_with_guardrails", "fix_first")
_DAYS = ("30", "60", "90")
#: What is proposed at once, and the checks offered as the one that blocks: a room reads no more.
N_PROPOSED = 4
N_CHECKS = 3


def draw_line(scene: Backdrop, element: str) -> list[SheetPart]:
    """A line of the frame: what may be quoted, and how the line ends."""
    known = scene.accord.find("sentence", element)
    state = known.state if known else ""
    told = scene.agenda.quotes.get(element, {})
    sides = [(scene.lens(lens), told.get(lens, ())) for lens in scene.lenses]
    label = scene.say("frame.ends")
    name = FieldName("sentence", element, "", "state")
    options = name_options(scene, "frame", _LINE_STATES)
    return [
        draw_text(scene.asked(f"{element}.sentence", scene.lenses[0]), "asked"),
        *([draw_sides(sides)] if told else [draw_text(scene.say("frame.no_quotes"), "help")]),
        choice_field(name, label, options, state),
        *_line_fields(scene, element, known, state),
    ]


def _line_fields(
    scene: Backdrop, element: str, known: Commitment | None, state: str
) -> list[SheetPart]:
    def field(part: str) -> FieldName:
        return FieldName("sentence", element, "", part)

    if state == "agreed":
        return [text_field(field("text"), scene.say("frame.sentence"), known)]
    if state == "two_wordings":
        wordings = [
            text_field(
                field(f"wording_{lens}"), scene.say("frame.wording", lens=scene.lens(lens)), known
            )
            for lens in scene.lenses
        ]
        decider = owner_field(scene, field("owner"), scene.say("frame.decider"), known)
        day = day_field(field("due"), scene.say("frame.by"), known)
        return [draw_row(wordings), draw_row([decider, day]), *draw_missing(scene, known)]
    return [draw_mark(scene.say("frame.becomes"))] if state == "open" else []


def draw_questions(scene: Backdrop) -> list[SheetPart]:
    """The questions there are, what is proposed as one, and a new one."""
    items = [
        {
            "label": scene.question(one),
            "beside": tell_beside(scene, one),
            "is_marked": not is_settled(one),
            "to": f"questions;{one.ref}",
        }
        for one in scene.accord.questions
    ]
    seeds = list_seeds(scene.accord, scene.agenda)[:N_PROPOSED]
    taken = [
        press(_seed_text(scene, *seed), str(n), {"do": "take", "kind": "question", "ref": seed[1]})
        for n, seed in enumerate(seeds, 1)
    ]
    return [
        draw_text(scene.say("questions.lead")),
        draw_list(scene.say("questions.asked"), items),
        *draw_proposed(scene, "questions.proposed", taken),
        press(scene.say("questions.new"), "n", {"do": "take", "kind": "question"}),
    ]


def _seed_text(scene: Backdrop, source: str, ref: str) -> str:
    return scene.say(f"seed.{source}", what=scene.item(ref))


def draw_question(scene: Backdrop, ref: str) -> list[SheetPart]:
    """One question: its words, its sort, exactly one owner, a day."""
    known = next((one for one in scene.accord.questions if one.ref == ref), None)

    def field(part: str) -> FieldName:
        return FieldName("question", ref, "", part)

    sort = known.value.get("sort", "") if known else ""
    sorts = name_options(scene, "sort", SORTS)
    title = scene.question(known) if known else scene.say("questions.new")
    return [
        draw_text(title, "asked"),
        choice_field(field("sort"), scene.say("sort.ask"), sorts, sort),
        text_field(field("text"), scene.say("questions.text"), known),
        draw_row(
            [
                owner_field(scene, field("owner"), scene.say("questions.owner"), known),
                day_field(field("due"), scene.say("questions.due"), known),
            ]
        ),
        *draw_became(scene, known),
        *draw_missing(scene, known),
        press_remove(scene, "question", ref),
    ]


def draw_verdict(scene: Backdrop, decision: str) -> list[SheetPart]:
    """May one act on a decision: what the interviews propose, confirmed or overruled."""
    known = scene.accord.find("verdict", decision)
    published = scene.agenda.readiness_of(decision)
    state = known.state if known else ""
    told = scene.report_text(f"verdict.{published.verdict}") if published else ""
    states = ("confirmed", "overruled") if told else ("overruled",)
    name = FieldName("verdict", decision, "", "state")
    proposal = scene.say("verdict.proposed", verdict=told) if told else scene.say("verdict.none")
    return [
        draw_text(f"{scene.titles.get(decision, decision)}. {proposal}", "asked"),
        choice_field(name, scene.say("verdict.ask"), name_options(scene, "verdict", states), state),
        *(_draw_overruling(scene, decision, known) if state == "overruled" else []),
        *(_draw_check(scene, decision, known) if state in states else []),
    ]


def _draw_overruling(scene: Backdrop, decision: str, known: Commitment | None) -> list[SheetPart]:
    chosen = known.value.get("verdict", "") if known else ""
    names = [scene.report_text(f"verdict.{one}") for one in _VERDICTS]
    options = [
        (one, name, str(n)) for n, (one, name) in enumerate(zip(_VERDICTS, names, strict=True), 1)
    ]
    verdict = FieldName("verdict", decision, "", "verdict")
    reason = FieldName("verdict", decision, "", "reason")
    return [
        choice_field(verdict, scene.say("verdict.instead"), options, chosen),
        text_field(reason, scene.say("verdict.reason"), known, rows=1),
    ]


def _draw_check(scene: Backdrop, decision: str, known: Commitment | None) -> list[SheetPart]:
    """The check that blocks, who clears it, and by when."""
    published = scene.agenda.readiness_of(decision)
    blocking = published.blocking if published else ()
    chosen = known.value.get("check", "") if known else ""

    def field(part: str) -> FieldName:
        return FieldName("verdict", decision, "", part)

    options = [(one, scene.item(one), str(n)) for n, one in enumerate(blocking[:N_CHECKS], 4)]
    options = [*options, ("", scene.say("verdict.no_check"), "0")] if chosen else options
    return [
        *(
            [choice_field(field("check"), scene.say("verdict.check"), options, chosen)]
            * bool(options)
        ),
        draw_row(
            [
                owner_field(scene, field("owner"), scene.say("verdict.clears"), known),
                day_field(field("due"), scene.say("verdict.by"), known),
            ]
        ),
        *draw_missing(scene, known),
    ]


def draw_boundary(scene: Backdrop, pilot: str) -> list[SheetPart]:
    """The five limits of a pilot; it starts only when none is blank."""
    known = scene.accord.find("boundary", pilot)
    blank = missing_boundaries(known) if known else BOUNDARIES
    parts = [draw_text(scene.titles.get(pilot, pilot), "asked")]
    fields = [
        text_field(
            FieldName("boundary", pilot, "", part), scene.say(f"boundary.{part}"), known, rows=1
        )
        for part in BOUNDARIES
    ]
    parts += [draw_row(pair) for pair in (fields[:2], fields[2:4], fields[4:])]
    listed = ", ".join(scene.say(f"boundary.{part}_short") for part in blank)
    marks = [draw_mark(scene.say("boundary.blank", parts=listed))] if blank else []
    name = FieldName("boundary", pilot, "", "state")
    options = name_options(scene, "boundary", ("draft", "starts"))
    state = known.state if known else ""
    return [*parts, choice_field(name, scene.say("boundary.ask"), options, state), *marks]


def draw_actions(scene: Backdrop) -> list[SheetPart]:
    """What was promised, what the findings propose, and a new action."""
    items = [
        {
            "label": one.text or scene.say("actions.unnamed"),
            "beside": tell_beside(scene, one),
            "is_marked": not is_settled(one),
            "to": f"actions;{one.ref}",
        }
        for one in scene.accord.actions
    ]
    known = {one.ref for one in scene.accord.actions}
    proposed = [one for one in scene.agenda.promises if one.ref not in known][:N_PROPOSED]
    taken = [
        press(one.text, str(n), {"do": "take", "kind": "action", "ref": one.ref})
        for n, one in enumerate(proposed, 1)
    ]
    return [
        draw_text(scene.say("actions.lead")),
        draw_list(scene.say("actions.promised"), items),
        *draw_proposed(scene, "actions.proposed", taken),
        press(scene.say("actions.new"), "n", {"do": "take", "kind": "action"}),
    ]


def draw_action(scene: Backdrop, ref: str) -> list[SheetPart]:
    """One action: a pair of owners, a day, and how everybody sees that it is done."""
    known = scene.accord.find("action", ref)

    def field(part: str) -> FieldName:
        return FieldName("action", ref, "", part)

    days = known.value.get("days", "") if known else ""
    options = [(one, scene.say("actions.days", n=one), one[0]) for one in _DAYS]
    owners = [
        owner_field(
            scene, field(f"owner-{lens}"), scene.say("actions.owner", lens=scene.lens(lens)), known
        )
        for lens in scene.lenses
    ]
    return [
        text_field(field("text"), scene.say("actions.text"), known),
        draw_row(owners),
        choice_field(field("days"), scene.say("actions.when"), options, days),
        draw_row(
            [
                text_field(field("done_when"), scene.say("actions.done_when"), known, rows=1),
                day_field(field("due"), scene.say("actions.due"), known),
            ]
        ),
        *draw_became(scene, known),
        *draw_missing(scene, known),
        press_remove(scene, "action", ref),
    ]
