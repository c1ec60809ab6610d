"""The first of the five acts, what changed: since the last round, and in the records."""

from __future__ import annotations

from harmony_kit.findings.fact import Fact
from harmony_kit.findings.record_facts import (
    late_pilots,
    made_decisions,
    open_decisions,
    pilots_in_time,
    use_of_each,
)
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import Block, render_block
from harmony_kit.report.site_report.contents import list_parts
from harmony_kit.report.site_report.promised import tell_past
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.storytelling import say_fact, scene_of

__all__ = ["changed"]

_RECORDS = (open_decisions, made_decisions, late_pilots, pilots_in_time, use_of_each)


def changed(site: Assessment) -> Block:
    """What moved since the last round of interviews, then what moved on record."""
    view = SiteView.of(site)
    return render_block(
        "changed",
        view.words,
        part="changed",
        title=dict(list_parts(view))["changed"],
        lead=view.words.say("changed.lead"),
        since="" if site.past else view.words.say(_name_reason(site)),
        past=tell_past(view, site.past) if site.past else None,
        as_of=site.as_of,
        records=[say_fact(view, fact) for fact in _list_records(view)],
    )


def _name_reason(site: Assessment) -> str:
    """Why nothing is compared."""
    is_redacted = site.engagement.settings.redacted
    return "changed.redacted" if is_redacted else "changed.first_round"


def _list_records(view: SiteView) -> list[Fact]:
    scene = scene_of(view)
    return [fact for tell in _RECORDS for fact in tell(scene)]
