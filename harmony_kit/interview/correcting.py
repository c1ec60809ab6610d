"""Putting right what was written down wrong of a person, in the form: both stay in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harmony_kit.interview.beginning import Desk
from harmony_kit.interview.presence import list_others
from harmony_kit.journal.case import Correction, InterviewCase, Teller
from harmony_kit.journal.names import PSEUDONYM
from harmony_kit.journal.subject import list_subjects

__all__ = ["check_correction", "correct_person"]


def check_correction(
    case: InterviewCase, wanted: Mapping[str, str], reason: str, desk: Desk
) -> dict[str, str]:
    """What keeps a correction from being made: field → key of the message the form has for it.

    `wanted` is ``site``, ``lens``, ``role`` and ``name`` (the pseudonym) as they should be.
    """
    setting = desk.setting
    there = (wanted["site"], case.wave, wanted["name"])
    checks = {
        "reason": ("correct.needed", bool(reason)),
        "site": ("problem.choose_one", wanted["site"] in setting.sites),
        "lens": ("problem.choose_one", wanted["lens"] in setting.instrument.lens_ids),
        "name": ("problem.pseudonym_form", PSEUDONYM.allows(wanted["name"])),
    }
    problems = {field: key for field, (key, is_right) in checks.items() if not is_right}
    if "name" not in problems and there != case.place and _is_taken(case, there[0], there[2], desk):
        problems["name"] = "problem.pseudonym_taken"
    if not problems and list_others(desk.journal.events(*case.place), desk.seat, desk.clock()):
        problems["name"] = "correct.open_elsewhere"
    return problems


def _is_taken(case: InterviewCase, site: str, name: str, desk: Desk) -> bool:
    known = desk.journal.cases.read(site, case.wave)
    others = (c for c in known if case.place not in (c.place, c.moved_to))
    return name.casefold() in {other.respondent.casefold() for other in others}


def correct_person(
    case: InterviewCase, wanted: Mapping[str, str], reason: str, desk: Desk
) -> dict[str, Any]:
    """Put it right; what the list of interviews tells of it, with how many answers stay behind."""
    journal, site = desk.journal, wanted["site"]
    added = journal.subjects(site)
    subjects = {one.id for one in list_subjects(desk.setting.subjects, added, site=site)}
    elsewhere = desk.setting.instrument.elsewhere(site)
    change = Correction(site, wanted["lens"], wanted["role"], wanted["name"], subjects, elsewhere)
    n_before = len(journal.current(*case.place))
    after = journal.cases.correct(case.place, change, Teller(desk.seat.name, desk.clock(), reason))
    desk.move_name(case.place, after.place)
    n_lost = n_before - len(journal.current(*after.place))
    key = "correct.lost" if n_lost else "correct.done"
    return {"key": key, "code": after.respondent, "n": n_lost}
