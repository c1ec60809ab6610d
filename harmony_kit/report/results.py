"""results.json: every number of a report, in a form that stays the same for years.

The layout is documented in docs/results.md. Numbers are rounded as their columns are declared,
and a figure that is not there is absent, never null or zero, so that the same inputs give the
same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from harmony_kit.measures.claims import WRONG_CLAIMS
from harmony_kit.measures.declaration import Declaration
from harmony_kit.measures.disclosure import DISCLOSED
from harmony_kit.measures.privacy import QUOTES
from harmony_kit.report.handout import tell_handout
from harmony_kit.report.left_out import SAID_PROBLEMS, SAID_WITHHELD, say_problems
from harmony_kit.report.plain_values import list_records, list_topics, plain_value
from harmony_kit.report.words import load_words

if TYPE_CHECKING:
    from harmony_kit.report.assessment import Assessment

__all__ = ["SCHEMA", "build_results", "declared_lists", "dump_results", "list_headline"]

SCHEMA = 2

#: Stored as codes, said in words.
_PROBLEMS = "evidence_problems"


def declared_lists() -> dict[str, Declaration]:
    """What the rows of each list hold, without site and wave: list → columns, in their order."""
    lists = {"headline": DISCLOSED["understanding"], **DISCLOSED, "quotes": QUOTES}
    lists |= {"evidence_problems": SAID_PROBLEMS}
    lists |= {"wrong_claims": WRONG_CLAIMS, "withheld": SAID_WITHHELD}
    told: dict[str, Declaration] = {}
    for name, declared in lists.items():
        columns = [one for one in declared.columns if one not in ("site", "wave")]
        told[name.replace("evidence_", "evidence.")] = declared.part(*columns)
    return told


def build_results(assessment: Assessment) -> dict[str, Any]:
    """results.json of an assessment, keys in a fixed order."""
    engagement, frames = assessment.engagement, assessment.frames
    instrument = engagement.instrument
    heard = assessment.heard[assessment.heard["is_shown"]]
    return {
        "schema": SCHEMA,
        "site": assessment.site.site,
        "name": assessment.site.name,
        "wave": assessment.wave,
        "as_of": assessment.as_of.isoformat(),
        "status": "ok" if len(heard) == len(instrument.lens_ids) else "withheld",
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "sha256": instrument.sha256,
        },
        "n": dict(zip(heard["lens"], heard["n_respondents"].astype(int).tolist(), strict=True)),
        "waiting": dict(assessment.waiting),
        "response": {
            "heard": assessment.response.n_heard,
            "asked": assessment.response.n_asked,
            "others": dict(assessment.response.others),
        },
        "settings": engagement.settings.model_dump(),
        "headline": list_headline(frames["understanding"]),
        **_list_measures(frames, assessment.language),
        "findings": [plain_value(finding.to_dict()) for finding in assessment.findings],
        "quotes": list_records(assessment.quotes, QUOTES),
        "canvases": [plain_value(sheet.to_dict()) for sheet in assessment.canvases],
        "wrong_claims": list_records(assessment.wrong_claims, WRONG_CLAIMS),
        "withheld": list_records(assessment.withheld, SAID_WITHHELD),
        "handout": tell_handout(assessment),
        **_since(assessment),
        "provenance": dict(assessment.provenance),
    }


def _since(assessment: Assessment) -> dict[str, Any]:
    """What was promised in the wave before and what moved; nothing in a first wave."""
    if assessment.past is None:
        return {}
    # Late: the parts of a report are made of assessments.
    from harmony_kit.report.site_report.promised import list_since
    from harmony_kit.report.site_report.site_view import SiteView

    return {"since": list_since(SiteView.of(assessment), assessment.past)}


def _list_measures(frames: Mapping[str, pd.DataFrame], language: str) -> dict[str, Any]:
    """The rows of every measure, in the order of `DISCLOSED`; those of records under one key."""
    problems = say_problems(frames[_PROBLEMS], load_words(language))
    lists: dict[str, Any] = {}
    for name, declared in DISCLOSED.items():
        recorded = name.removeprefix("evidence_")
        place = lists if recorded == name else lists.setdefault("evidence", {})
        if name == "topics":
            place[recorded] = list_topics(frames[name], declared)
        elif name == _PROBLEMS:
            place[recorded] = list_records(problems, SAID_PROBLEMS)
        else:
            place[recorded] = list_records(frames[name], declared)
    return lists


def list_headline(understanding: pd.DataFrame) -> list[dict[str, Any]]:
    """How well each lens reads the other over all topics, for the index."""
    overall = understanding[understanding["dimension"] == "all"]
    return list_records(overall, DISCLOSED["understanding"])


def dump_results(results: Mapping[str, Any]) -> str:
    """The text of results.json: keys in their order, a line for each, and for each row of a list.

    So a comparison of two files shows the rows that differ.
    """
    parts = ",\n".join(f"  {_dump(key)}: {_dump_rows(value)}" for key, value in results.items())
    return f"{{\n{parts}\n}}\n"


def _dump_rows(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _dump(value)
    return "[\n" + ",\n".join(f"    {_dump(row)}" for row in value) + "\n  ]"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
