"""Who was heard and what may be told of a site: all of it, or what may circulate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from harmony_kit.engagement.evidence_files import JOINT
from harmony_kit.engagement.folder import Engagement, Site
from harmony_kit.findings.findings import Finding
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.disclosure import Disclosed, disclose
from harmony_kit.measures.measuring import Basis, Measured
from harmony_kit.measures.privacy import count_respondents, license_quotes, list_withheld
from harmony_kit.measures.redacting import redact
from harmony_kit.report.left_out import say_withheld
from harmony_kit.report.words import load_words

__all__ = [
    "count_heard",
    "list_quotes",
    "records_without_roles",
    "say_left_out",
    "tell_measured",
    "without_roles",
]


def tell_measured(measured: Measured, engagement: Engagement, basis: Basis) -> Disclosed:
    """What passes the gate; for circulation less of it, whoever agreed to be named."""
    settings = engagement.settings
    gate = settings.model_copy(update={"named": False}) if settings.redacted else settings
    told = disclose(measured, gate, items=basis.items, lenses=basis.lenses)
    return redact(told, shown_from=settings.shown_from) if settings.redacted else told


def list_quotes(engagement: Engagement, answers: AnswersFrame) -> pd.DataFrame:
    """What may be quoted; nothing where the report is to circulate."""
    quotes = license_quotes(answers, min_group=engagement.settings.min_group)
    return quotes.iloc[:0] if engagement.settings.redacted else quotes


def records_without_roles(engagement: Engagement) -> Engagement:
    """The engagement; for circulation its decisions lie with a side, with both or with nobody."""
    if not engagement.settings.redacted:
        return engagement
    evidence = engagement.evidence
    held = evidence.decisions["held_by"]
    is_side = held.isin([*engagement.instrument.lens_ids, JOINT])
    decisions = evidence.decisions.assign(held_by=held.where(is_side, ""))
    told = replace(evidence, decisions=decisions)
    return replace(engagement, evidence_reader=lambda: told)


def without_roles(engagement: Engagement, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings; for circulation nobody's role beside them: a role is often one person."""
    if not engagement.settings.redacted:
        return tuple(findings)
    return tuple(replace(finding, owners={}) for finding in findings)


def count_heard(engagement: Engagement, site: Site, answers: AnswersFrame) -> pd.DataFrame:
    """How many people of each lens were heard, and whether that is enough."""
    lenses = list(engagement.instrument.lens_ids)
    counted = count_respondents(answers).set_index("lens")["n_respondents"].reindex(lenses)
    counted = counted.fillna(0).astype("Int64")
    is_shown = counted >= engagement.settings.shown_from
    headcounts = pd.array([site.headcounts.get(lens) for lens in lenses], dtype="Int64")
    return pd.DataFrame(
        {
            "lens": lenses,
            "n_respondents": counted.where(is_shown).array,
            "headcount": headcounts,
            "is_shown": is_shown.astype(bool).array,
        }
    )


def say_left_out(engagement: Engagement, heard: pd.DataFrame, told: Disclosed) -> pd.DataFrame:
    """What is not shown and why, as sentences."""
    left_out, words = list_withheld(heard, told.withheld), load_words(engagement.language)
    return say_withheld(left_out, words, engagement.settings)
