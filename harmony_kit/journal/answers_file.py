"""Answers in a file: one Parquet file with the answers of a site and its added subjects."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harmony_kit.errors import EngagementError, Problem
from harmony_kit.journal.answers import Answers, type_frame
from harmony_kit.journal.subject import Subject

__all__ = ["answers_bytes", "read_answers_file"]

_TEXT = pa.string()
_FIELDS = {
    "site": _TEXT,
    "wave": _TEXT,
    "respondent": _TEXT,
    "lens": _TEXT,
    "item": _TEXT,
    "subject": _TEXT,
    "about": _TEXT,
    "status": _TEXT,
    "value": pa.int8(),
    "chosen": pa.list_(_TEXT),
    "text": _TEXT,
    "quotable": pa.bool_(),
    "answered_at": pa.timestamp("us", tz="UTC"),
}
_SCHEMA = pa.schema(list(_FIELDS.items()))


def answers_bytes(answers: Answers) -> bytes:
    """The content of a file: the same answers give the same bytes, in whatever order they came."""
    ordered = answers.frame.sort_values(
        ["respondent", "item", "subject", "about"], ignore_index=True
    )
    table = pa.Table.from_pandas(ordered, schema=_SCHEMA, preserve_index=False)
    told = {
        "subjects": [asdict(subject) for subject in answers.subjects],
        "waiting": dict(answers.waiting),
        "response": dict(sorted(answers.response.items())),
        "key": answers.key,
    }
    added = {name.encode(): json.dumps(value).encode() for name, value in told.items()}
    metadata = {**(table.schema.metadata or {}), **added}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd")
    return sink.getvalue()


def read_answers_file(path: Path, *, wave: str | None = None) -> Answers:
    """The answers in a file and the subjects added at interviews.

    Raises FileNotFoundError, and `EngagementError` where a `wave` is asked for and all answers
    are of others: that is a mistake in its name, never a plant where nobody was heard.
    """
    # One small file: `read_table` would look for a data set, and start threads.
    with pq.ParquetFile(path) as file:
        table = file.read(use_threads=False)
    metadata = table.schema.metadata or {}
    nothing: dict[bytes, Any] = {b"subjects": [], b"waiting": {}, b"response": {}, b"key": ""}
    subjects, waiting, response, key = (
        json.loads(metadata[name]) if name in metadata else default
        for name, default in nothing.items()
    )
    frame = type_frame(table.to_pandas(use_threads=False))
    waves = sorted(set(frame["wave"]))
    if wave is not None and waves and wave not in waves:
        todo = "With papermill, -r keeps a name as it is written: -r wave 01."
        what = f"has no answers of the wave {wave!r}"
        raise EngagementError(Problem(path.name, "", what, ", ".join(waves), todo))
    return Answers(
        frame,
        tuple(Subject(**one) for one in subjects),
        waiting=waiting,
        response=response,
        key=key,
    )
