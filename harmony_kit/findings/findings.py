"""Findings: what the measures of one site show, in words, the most important first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.alike import Alike, join_alike, list_alike, settle
from harmony_kit.findings.observing import Number, Observation, observe
from harmony_kit.findings.playbook import Entry
from harmony_kit.findings.wording import Voice, Wording

__all__ = ["Finding", "find"]

#: Between two sentences.
_BETWEEN = re.compile(r"(?<=[.!?]) +(?=\W*[A-ZÄÖÜÁÉÍÓÚÑ¿¡])")

#: What an impression counts against a fact.
_LEANING_WEIGHT = 0.5


@dataclass(frozen=True)
class Finding:
    """One thing both sides should know, with what to ask and what to do.

    Attributes
    ----------
    id
        The same for the same thing at every site, wave and language.
    kind, pattern
        As in `harmony_kit.findings.patterns.KINDS`.
    dimension, item, subject
        What it is about; empty where it does not apply.
    looker, other
        The lens that looks and the lens looked at; `looker` is ``both`` where it holds in both
        directions, empty where there is no direction.
    level, viewer
        Whether it is rated high or low (see `Case.level`), and the lens whose view alone it is;
        empty where that tells nothing apart.
    claim
        ``claimed`` is worded as a fact, ``leaning`` as an impression.
    texts, owners
        By lens id: what it means for that lens, and who of it acts.
    done, task
        What everybody can see when the action is done, and what it gets done: two findings with
        one task ask for the same.
    names
        Ids of the pilots and decisions its action names.
    standing
        Where its pilot or decision stands on record, see `patterns.STANDINGS`; empty where it has
        none or no record says it.
    effort
        ``small``, ``medium`` or ``large``.
    numbers, n, sources
        The numbers behind it, people heard per lens, items they answered.
    importance
        1 (good to know) to 5 (settle first).
    score
        ``importance / 5 * gap * certainty``, 0 to 1, half of it for an impression, less by the
        share of plants where one expects it anyway: what findings are ranked by.
    alike
        Where it stands for several: each of them with its own numbers, the strongest first. `item`,
        `subject`, `dimension` and `numbers` are then those of the strongest, `n` the fewest.
    each
        What it is about, one by one, in words; empty where its sentences name it.
    """

    id: str
    kind: str
    pattern: str
    dimension: str
    item: str
    subject: str
    looker: str
    other: str
    level: str
    viewer: str
    claim: str
    title: str
    texts: Mapping[str, str]
    shared: str
    question: str
    action: str
    done: str
    task: str
    names: tuple[str, ...]
    standing: str
    owners: Mapping[str, str]
    effort: str
    horizon_days: int
    numbers: Mapping[str, Number]
    n: Mapping[str, int]
    sources: tuple[str, ...]
    importance: int
    score: float
    alike: tuple[Alike, ...] = ()
    each: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain values, for results.json; parts that do not apply are left out."""
        plain = _drop_empty(asdict(self))
        if self.alike:
            plain["alike"] = [_drop_empty(asdict(one)) for one in self.alike]
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()
        }


def _drop_empty(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value not in ("", {}, ())}


def find(
    measures: Mapping[str, pd.DataFrame],
    voice: Voice,
    *,
    settings: Settings | None = None,
    decisions: pd.DataFrame | None = None,
) -> tuple[Finding, ...]:
    """Everything the measures of one site and wave license to say, the most important first.

    Parameters
    ----------
    measures
        The frames by name: ``topics, understanding, within, rank, words, ownership, drift,
        pilots, readiness, evidence_decisions, evidence_pilots, evidence_usage, signatures``.
        Any may be missing or empty.
    voice
        The words: playbook, instrument, language, and the titles of the site's pilots and
        decisions. Texts missing in the language are given in their source language.
    settings
        Minimum group and thresholds.
    decisions
        The record of the site's decisions, as its file has it.

    Returns
    -------
    tuple of Finding
        Ranked by `Finding.score`; equal scores by id. What is ``open`` or ``withheld`` is not
        among them, nor anything about fewer people of a lens than the minimum group, nor a case
        the playbook has no title for. Alike ones are one finding; contradictions are settled.
    """
    seen = observe(measures, voice.instrument, settings or Settings(), decisions)
    joined = join_alike(settle(seen, voice.instrument), voice.playbook)
    findings = [finding for one in joined if (finding := _word(one, voice)).title]
    ranked = sorted(findings, key=lambda finding: (-finding.score, finding.id))
    return _tell_once(_order_once(ranked, voice.playbook.caution), voice)


def _order_once(findings: Iterable[Finding], caution: Sequence[str]) -> list[Finding]:
    """The findings with one order for one pilot: the most cautious, wherever it stands.

    Whoever reads "set guardrails" and "decide to go on" side by side does neither. What asks for
    less caution, of pilots that all have another order, asks for nothing.
    """
    known = [*findings]
    orders = [
        (caution.index(one.task), {*one.names})
        for one in known
        if one.task in caution and one.action
    ]
    return [
        replace(one, action="", done="", task="")
        if one.task in caution and _is_ordered(one, caution.index(one.task), orders)
        else one
        for one in known
    ]


def _is_ordered(one: Finding, rank: int, orders: Iterable[tuple[int, set[str]]]) -> bool:
    """Whether all its pilots have a more cautious order."""
    ordered = {name for other, names in orders if other < rank for name in names}
    return bool(one.names) and {*one.names} <= ordered


def _tell_once(findings: Iterable[Finding], voice: Voice) -> tuple[Finding, ...]:
    """The findings with every sentence only where it comes first, hedged or not.

    Where both sides would then read the same, the finding has no texts for them: what is true of
    both stands in what it means for both.
    """
    told: set[str] = set()
    hedge = voice.template("phrase.leaning_text")
    names = re.compile("|".join(re.escape(name) for name in voice.lenses.values()))
    return tuple(_untold(finding, told, hedge, names) for finding in findings)


def _untold(finding: Finding, told: set[str], hedge: str, names: re.Pattern[str]) -> Finding:
    texts = {lens: _strike(text, told, hedge) for lens, text in finding.texts.items()}
    is_same = len({names.sub("", text) for text in texts.values()}) == 1
    return replace(
        finding,
        shared=_strike(finding.shared, told, hedge),
        question=_strike(finding.question, told, hedge),
        action=_strike(finding.action, told, hedge),
        texts={} if is_same else texts,
    )


def _strike(text: str, told: set[str], hedge: str) -> str:
    """A text without the sentences already told; what it tells is added to them."""
    before, _, after = hedge.partition("{text}")
    is_hedged = bool(before) and text.startswith(before) and text.endswith(after)
    bare = text.removeprefix(before).removesuffix(after) if is_hedged else text
    sentences = [sentence for sentence in _BETWEEN.split(bare) if sentence not in told]
    told.update(sentences)
    left = " ".join(sentences)
    return f"{before}{left}{after}" if is_hedged and left else left


def _word(seen: Observation, voice: Voice) -> Finding:
    case, said = seen.case, Wording(seen, voice)
    entries = voice.playbook.entries_for(case)
    importance = _first(entries, "importance", 1)
    weight = (1.0 if seen.claim == "claimed" else _LEANING_WEIGHT) * (
        1 - _first(entries, "base_rate", 0.0)
    )
    return Finding(
        id=_identify(seen),
        kind=case.kind,
        pattern=case.pattern,
        dimension=case.dimension,
        item=case.item,
        subject=seen.subject,
        looker=case.looker,
        other=seen.roles.get("other", ""),
        level=case.level,
        viewer=seen.details.get("viewer", ""),
        claim=seen.claim,
        title=said.title,
        texts=said.texts,
        shared=said.shared,
        question=said.question,
        action=said.action,
        done=said.done,
        task=said.task,
        names=_list_named(seen),
        standing=case.standing,
        owners=said.owners,
        effort=_first(entries, "effort", "small"),
        horizon_days=_first(entries, "horizon", 30),
        numbers=seen.numbers,
        n=seen.n,
        sources=seen.sources,
        importance=importance,
        score=importance / 5 * min(seen.gap, 1.0) * seen.certainty * weight,
        alike=list_alike(seen),
        each=said.each,
    )


def _list_named(seen: Observation) -> tuple[str, ...]:
    """The pilots and decisions it asks something of, else those its records list."""
    if seen.case.kind == "within":
        return ()
    about = [one.subject for one in seen.alike or (seen,)]
    listed = [seen.details.get(name, "") for name in ("open", "late")]
    records = [part.rpartition(":")[0] for text in listed for part in text.split(";")]
    named = about if any(about) else records
    return tuple(dict.fromkeys(one for one in named if one))


def _identify(seen: Observation) -> str:
    """What it is about and what it shows; several topics stand under what they have in common."""
    case = seen.case
    item, subject = case.item or case.dimension, seen.subject
    if seen.alike:
        item, subject = (
            "" if len({one.case.dimension for one in seen.alike}) > 1 else case.dimension,
            "",
        )
    parts = [case.kind, item, subject, case.looker, case.pattern]
    if seen.alike:
        # Several groups may show one pattern: what tells them apart is part of the name.
        viewer = seen.details.get("viewer", "") or seen.roles.get("blocks", "")
        parts += [case.level, seen.roles.get("high", ""), viewer, seen.claim]
        parts += [case.standing] if case.standing else []
    return ":".join(parts)


def _first(entries: tuple[Entry, ...], name: str, default: Any) -> Any:  # noqa: ANN401 - a field of any type
    """A field from the most special entry that gives it."""
    given = (getattr(entry, name) for entry in entries)
    return next((value for value in given if value is not None), default)
