import json
from pathlib import Path

import pandas as pd
import pytest

from harmony_kit.answers import type_frame
from harmony_kit.measures.coorientation import TOPIC_DTYPES, measure_topics
from harmony_kit.settings import Settings

CASES = Path(__file__).parent / "cases" / "coorientation"


def items_of(points=5, item="execution.aligned"):
    return pd.DataFrame(
        [
            {
                "item": item,
                "dimension": item.split(".")[0],
                "kind": "rating",
                "mirrored": True,
                "per": None,
                "group": None,
                "points": points,
                "k": pd.NA,
                "options": (),
            }
        ]
    ).astype({"points": "Int64", "k": "Int64"})


def answers_of(site="north", wave="1", item="execution.aligned", subject=None, **given):
    """Answers to one topic: `it`, `it_of_ops`, `ops`, `ops_of_it`, one entry per person."""
    lenses = {"it": ("it", "it"), "it_of_ops": ("it", "operations")}
    lenses |= {"ops": ("operations", "operations"), "ops_of_it": ("operations", "it")}
    rows = [
        {
            "site": site,
            "wave": wave,
            "respondent": f"{site}-{lenses[name][0]}-{i}",
            "lens": lenses[name][0],
            "item": item,
            "subject": subject,
            "about": lenses[name][1],
            "status": value if isinstance(value, str) else "answered",
            "value": None if isinstance(value, str) else value,
            "quotable": False,
            "answered_at": "2026-06-01T08:00:00Z",
        }
        for name, values in given.items()
        for i, value in enumerate(values)
    ]
    return type_frame(pd.DataFrame(rows))


def worked():
    case = json.loads((CASES / "worked.json").read_text(encoding="utf-8"))
    answers = answers_of(
        it=case["it_own"],
        it_of_ops=case["it_estimate_of_operations"],
        ops=case["operations_own"],
        ops_of_it=case["operations_estimate_of_it"],
    )
    return case, answers


@pytest.mark.parametrize("lens", ["it", "operations"])
def test_worked_example(lens):
    case, answers = worked()
    topics = measure_topics(answers, items_of(), settings=Settings()).set_index("lens")
    found = {name: topics.loc[lens, name] for name in case[lens]}
    assert found == pytest.approx(case[lens], abs=1e-9)


def test_no_answers_give_an_empty_frame_with_every_column():
    answers = type_frame(pd.DataFrame())
    topics = measure_topics(answers, items_of(), settings=Settings())
    assert {name: str(dtype) for name, dtype in topics.dtypes.items()} == TOPIC_DTYPES
    assert len(topics) == 0
