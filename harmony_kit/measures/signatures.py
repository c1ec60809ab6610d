"""Signatures: combinations of talk and fact that a consultant knows when seeing them.

Each is declared in `SIGNATURES`: what must have been said, what the records must show, and the
counter-example that looks alike and is none. Its probability is that of all its parts together,
the parts taken as independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import isnan

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures import signature_parts as part_of
from harmony_kit.measures.declaration import (
    COUNT,
    NAME,
    NUMBER,
    PEOPLE,
    PROBABILITY,
    TRUTH,
    declare,
    rows_with,
)
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.signature_parts import Frames, Part

__all__ = ["SIGNATURES", "SIGNATURE_COLUMNS", "Signature", "measure_signatures"]

#: Columns of `measure_signatures`, in order.
SIGNATURE_COLUMNS = declare(
    site=NAME,
    wave=NAME,
    signature=NAME,
    subject=NAME,
    probability=PROBABILITY,
    is_present=TRUTH,
    claim=NAME,
    has_fact=TRUTH,
    n_min=PEOPLE.each,
    parts=rows_with(what=NAME, lens=NAME, value=NUMBER, n=COUNT),
)

Yields = Callable[[Frames], Iterator[Part]]


@dataclass(frozen=True)
class Signature:
    """A declared combination.

    Attributes
    ----------
    talk, fact
        Yield the parts at every place; no `fact` where the signature is about talk alone.
    counter_example
        What has all but one of the parts and must not be called this.
    is_fact_needed
        Whether nothing can be said without a record; if not, the talk alone decides there.
    """

    id: str
    talk: Yields
    counter_example: str
    fact: Yields | None = None
    is_fact_needed: bool = True


#: Every signature there is.
SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "feels_aligned_decisions_stall",
        talk=partial(part_of.said_by_both, group="aligned"),
        fact=part_of.decisions_stall,
        counter_example="Decisions stall and one side, at least, says that we are not aligned.",
    ),
    Signature(
        "works_but_ignored",
        talk=partial(part_of.sees_quadrant, quadrant="works_but_ignored"),
        fact=part_of.use_is_low,
        is_fact_needed=False,
        counter_example="A side says it works but does not help, and most people use it anyway.",
    ),
    Signature(
        "used_but_unsafe",
        talk=partial(part_of.sees_quadrant, quadrant="used_but_unsafe"),
        fact=part_of.use_is_high,
        is_fact_needed=False,
        counter_example="A side finds it helpful and technically weak, but hardly anybody uses it.",
    ),
    Signature(
        "readiness_stalemate",
        talk=part_of.opposed_on_acting,
        fact=part_of.decision_waits,
        is_fact_needed=False,
        counter_example="The sides differ on acting, but the decision has been made.",
    ),
    Signature(
        "nobodys_bridge",
        talk=part_of.bridge_unowned,
        counter_example="The sides name different owners of the bridge, but each names one.",
    ),
    Signature(
        "two_dialects",
        talk=part_of.words_apart,
        counter_example="The words differ within each side as much as between the sides.",
    ),
    Signature(
        "pilots_drift",
        talk=partial(part_of.said_by_both, group="pilots"),
        fact=part_of.pilot_drifts,
        counter_example="A pilot is past its end and people say that pilots do not finish here.",
    ),
    Signature(
        "adoption_fades",
        talk=partial(part_of.said_by_both, group="adoption"),
        fact=part_of.use_fades,
        counter_example="Use is low and was never higher.",
    ),
    Signature(
        "drift",
        talk=part_of.held_alone,
        counter_example="A side holds most duties in its own view, but not in the other's.",
    ),
)


def measure_signatures(frames: Frames, *, settings: Settings | None = None) -> pd.DataFrame:
    """Which signatures a site shows, with everything they rest on.

    `frames` are the other measures by name: ``within, words, ownership, drift, pilots,
    readiness, evidence_decisions, evidence_pilots, evidence_usage``; any may be missing or
    empty. A row is a site, wave, signature and subject (a pilot, a decision, or the lens that
    holds the duties for ``drift``; NA otherwise); columns `SIGNATURE_COLUMNS`. `is_present` means
    a probability of at least `Settings.claim_at`; the probability is NaN when fewer than
    `Settings.min_group` of a lens said a part. `n_min` is the fewest people per lens, `parts` a
    list of ``what, value, n`` (and ``lens``), missing ones left out.
    `has_fact` is whether a record was there.

    >>> talk = {"site": "north", "wave": "1", "item": "x.aligned", "subject": None, "n": 6}
    >>> talk |= {"group": "aligned", "mean": 4.5, "p_above": 0.99}
    >>> within = pd.DataFrame([talk | {"lens": one, "about": one} for one in ("it", "quality")])
    >>> decisions = {"site": "north", "p_stall": 0.94, "n_slow": 5, "n_judged": 6, "n": 6}
    >>> decisions |= {"n_open": 5, "share_open": 0.8, "oldest_open_days": 200.0}
    >>> decisions |= {"median_days": 90.0, "open_days": {}}
    >>> frames = {"within": within, "evidence_decisions": pd.DataFrame([decisions])}
    >>> measure_signatures(frames)[["signature", "probability", "is_present", "claim"]].round(2)
                           signature  probability  is_present    claim
    0  feels_aligned_decisions_stall         0.92        True  claimed
    """
    settings = settings or Settings()
    rows = [
        _row(signature.id, talk, fact, settings)
        for signature in SIGNATURES
        for talk, fact in _match(signature, frames)
    ]
    if not rows:
        return SIGNATURE_COLUMNS.empty()
    found = pd.DataFrame(rows)
    order = {signature.id: i for i, signature in enumerate(SIGNATURES)}
    place = found["signature"].map(order)
    found = found.assign(place=place, key=found["subject"].fillna(""))
    found = found.sort_values(["site", "wave", "place", "key"]).reset_index(drop=True)
    found[CERTAINTY] = found["probability"]
    return finish(found, SIGNATURE_COLUMNS, settings)


def _match(signature: Signature, frames: Frames) -> Iterator[tuple[Part, Part | None]]:
    """Each part of talk with each record about the same thing."""
    facts: dict[str, list[Part]] = {}
    for fact in signature.fact(frames) if signature.fact else ():
        facts.setdefault(fact.site, []).append(fact)
    for talk in signature.talk(frames):
        matching = [
            fact
            for fact in facts.get(talk.site, [])
            if not talk.subject or not fact.subject or talk.subject == fact.subject
        ]
        yield from ((talk, fact) for fact in matching)
        if not matching and not (signature.fact and signature.is_fact_needed):
            yield talk, None


def _row(signature: str, talk: Part, fact: Part | None, settings: Settings) -> dict[str, object]:
    p = talk.p_alone if fact is None else talk.p * fact.p
    is_few = min(talk.n.values()) < settings.min_group
    probability = float("nan") if is_few or isnan(p) else p
    subject = talk.subject or (fact.subject if fact else "")
    numbers = [*talk.numbers, *(fact.numbers if fact else ())]
    return {
        "site": talk.site,
        "wave": talk.wave,
        "signature": signature,
        "subject": subject or None,
        "probability": probability,
        "is_present": probability >= settings.claim_at,
        "has_fact": fact is not None,
        "n_min": dict(talk.n),
        "parts": [number for number in numbers if pd.notna(number["value"])],
    }
