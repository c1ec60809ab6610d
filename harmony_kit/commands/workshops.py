"""harmony workshop: the board for a notebook cell, joined to the report and the store."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

from harmony_kit.batch.handing import reports_name
from harmony_kit.batch.wave_shelves import place_of_wave
from harmony_kit.commands.exchanging import known_subjects, open_store
from harmony_kit.commands.interviewing import engagement_key, interviewer_name
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import first_site, refuse, unknown_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject, name_subject, titles_of
from harmony_kit.report.told_results import read_told
from harmony_kit.workshop.agenda import Agenda, plan_agenda
from harmony_kit.workshop.host import Host
from harmony_kit.workshop.room import Room
from harmony_kit.workshop.showing import Standing

__all__ = ["hold_workshop", "open_host", "open_workshop"]


def open_workshop(
    folder: str | Path,
    site: str | None = None,
    wave: str | None = None,
    workflow: str | None = None,
    screen: str = "projector",
) -> object:
    """The board of a workshop, as the last line of a notebook cell.

    Parameters
    ----------
    site, wave
        The first site and the present wave if not given.
    workflow
        The recurring decision; chosen on the first screen if not given.
    screen
        ``projector`` or ``laptop``.

    Raises `EngagementError` when there is no such site, wave, workflow or screen.
    """
    # The widget library costs a second to import; a host without a board does without.
    from harmony_kit.workshop.board import BoardLook, WorkshopBoard

    engagement = load_engagement(Path(folder))
    refuse(unknown_names("screen", "screen", [screen], get_args(BoardLook)))
    host = open_host(engagement, site, wave, workflow)
    return WorkshopBoard(
        host,
        key=engagement_key(engagement),
        client=" · ".join(filter(None, (engagement.client, engagement.banner))),
        colour=engagement.brand.colour,
        look=cast("BoardLook", screen),
    )


def open_host(
    engagement: Engagement,
    site: str | None = None,
    wave: str | None = None,
    workflow: str | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Host:
    """What the board talks to: the published results of a site, and the store.

    Raises `EngagementError` when there is no such site, wave or workflow.
    """
    place = _find_place(engagement, site, wave)
    store = Store(engagement.store_url, stays_open=True)
    subjects = known_subjects(engagement, store)
    agenda = _make_agenda(engagement, *place, subjects)
    refuse(_unknown_workflow(agenda, workflow))
    last = [one.workflow for one in store.ledger.entries(*place)][-1:]
    chosen = workflow or (last[0] if last else "")
    by = interviewer_name()
    room = Room(store.ledger, *place, chosen, by, clock, engagement.timezone)
    standing = Standing(
        room=room,
        agenda=agenda,
        instrument=engagement.instrument,
        titles=titles_of(one for one in subjects if one.site == place[0]),
        site_name={one.site: one.name for one in engagement.sites}[place[0]],
        languages=engagement.languages,
        language=engagement.languages[0],
    )
    add_decision = partial(_add_decision, engagement, store, place[0])
    return Host(standing, lambda: uuid.uuid4().hex[:8], add_decision)


def _add_decision(engagement: Engagement, store: Store, site: str, title: str) -> Subject:
    """Keep a decision that was named in the room. Raises ValueError as `name_subject`."""
    subject = name_subject(site, "decision", title, known_subjects(engagement, store))
    store.add_subject(subject)
    return subject


def _find_place(engagement: Engagement, site: str | None, wave: str | None) -> tuple[str, str]:
    """Site and wave, as named or the first and the present. Raises `EngagementError`."""
    first = first_site(engagement)
    check_names(engagement, sites=[site], wave=wave)
    return site or first, wave or engagement.wave


def _unknown_workflow(agenda: Agenda, workflow: str | None) -> list[Any]:
    if workflow is None:
        return []
    known = tuple(one.id for one in agenda.workflows)
    todo = "A workflow is a recurring decision of decisions.csv."
    return unknown_names("decisions.csv", "workflow", [workflow], known, todo=todo)


def _make_agenda(engagement: Engagement, site: str, wave: str, known: Iterable[Subject]) -> Agenda:
    # The room sees what went through the gate and stands in the report, and nothing else.
    place = place_of_wave(engagement.folder / reports_name(), wave, engagement.wave)
    results = read_told(place, site, wave)
    subjects = [one for one in known if one.site == site]
    decisions = [one for one in subjects if one.kind == "decision"]
    recorded = engagement.evidence.of_site(site).decisions
    kinds = dict(zip(recorded["decision"], recorded["kind"], strict=True))
    asked = {row.get("subject") for row in results.get("readiness", ())}
    open_ids = set(recorded.loc[recorded["decided_on"].isna(), "decision"])

    def is_recurring(one: Subject) -> bool:
        # As everywhere: what no file calls one or the other recurs where people were asked of it;
        # what no file has was named at an interview or here, to be spoken about.
        kind = kinds.get(one.id)
        is_spoken_of = one.id in asked or one.id not in kinds or not results
        return kind == "recurring" or (kind != "one_off" and is_spoken_of)

    workflows = [one for one in decisions if is_recurring(one)]
    return plan_agenda(
        results,
        workflows=workflows,
        pilots=[one for one in subjects if one.kind == "pilot"],
        open_decisions=[one for one in decisions if one not in workflows and one.id in open_ids],
    )


def hold_workshop(
    folder: Path, *, site: str | None, workflow: str | None, screen: str, open_browser: bool
) -> int:
    """Open the workshop in JupyterLab; returns its exit code.

    Raises `EngagementError` when there is no such site or workflow.
    """
    from harmony_kit.interview.launch import start_lab

    engagement = load_engagement(folder)
    place = _find_place(engagement, site, None)
    with open_store(engagement, is_reader=True) as store:
        agenda = _make_agenda(engagement, *place, known_subjects(engagement, store))
    refuse(_unknown_workflow(agenda, workflow))
    return start_lab(
        folder,
        site=site,
        open_browser=open_browser,
        notebook="4_workshop.ipynb",
        parameters={"workflow": workflow, "screen": screen},
    )
