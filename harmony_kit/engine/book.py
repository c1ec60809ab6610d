"""The executed notebook as a document: papermill's records in it, its failure, its file."""

from __future__ import annotations

import copy
import hashlib
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harmony_kit.engine.wire import Message

__all__ = [
    "empty_book",
    "end_book",
    "end_cell",
    "fail_cell",
    "failure_of",
    "is_runnable",
    "last_started",
    "mark_failure",
    "new_cell",
    "read_book",
    "start_book",
    "start_cell",
    "write_book",
]


def empty_book(path: Path) -> Message:
    """A notebook for a run that ended before its own could be read: one cell that says which."""
    cell = new_cell("code", f"# {path.name}")
    book = {"cells": [cell], "metadata": {"papermill": {}}, "nbformat": 4, "nbformat_minor": 5}
    start_book(book)
    start_cell(cell)
    return book


def read_book(path: Path) -> Message | None:
    """The notebook at `path`, sources joined; None if there is none, or half of one."""
    try:
        book: Message = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"])
    return book


def last_started(book: Message) -> int:
    """The last cell that began; the first if none did."""
    starts = [cell["metadata"].get("papermill", {}).get("start_time") for cell in book["cells"]]
    return max((index for index, start in enumerate(starts) if start), default=0)


def start_book(book: Message) -> None:
    """Clear what an earlier run left and note when this one begins."""
    record = {"start_time": _now(), "end_time": None, "duration": None, "exception": None}
    book["metadata"]["papermill"].update(record)
    for cell in book["cells"]:
        cell["metadata"]["papermill"] = {
            "exception": None,
            "start_time": None,
            "end_time": None,
            "duration": None,
            "status": "pending",
        }
        if cell["cell_type"] == "code":
            cell["execution_count"], cell["outputs"] = None, []


def is_runnable(cell: Message) -> bool:
    """Whether a cell is code, not blank, and not tagged ``skip-execution``."""
    is_code = cell["cell_type"] == "code" and bool(cell["source"].strip())
    return is_code and "skip-execution" not in cell["metadata"].get("tags", ())


def start_cell(cell: Message) -> None:
    """Note that the cell begins."""
    record = {"start_time": _now(), "status": "running", "exception": False}
    cell["metadata"]["papermill"].update(record)
    if is_runnable(cell):
        cell["metadata"]["execution"] = {"iopub.status.busy": _stamp()}


def end_cell(cell: Message, execution_count: int | None = None) -> None:
    """Note that the cell is over."""
    record = cell["metadata"]["papermill"]
    record["end_time"] = _now()
    record["duration"] = _seconds_between(record["start_time"], record["end_time"])
    if record["status"] != "failed":
        record["status"] = "completed"
    if is_runnable(cell):
        cell["execution_count"] = execution_count
        times = cell["metadata"].setdefault("execution", {"iopub.status.busy": _stamp()})
        times["iopub.execute_input"] = times["iopub.status.busy"]
        times["iopub.status.idle"] = times["shell.execute_reply"] = _stamp()


def fail_cell(book: Message, index: int) -> None:
    """Note that the cell failed, and the notebook with it."""
    book["cells"][index]["metadata"]["papermill"].update(exception=True, status="failed")
    book["metadata"]["papermill"]["exception"] = True


def end_book(book: Message) -> None:
    """Note that the run is over; cells after a failure stay pending."""
    record = book["metadata"]["papermill"]
    record["end_time"] = _now()
    record["duration"] = _seconds_between(record["start_time"], record["end_time"])


def failure_of(book: Message) -> tuple[int, Message] | None:
    """The last cell that shows an error it was not tagged to raise, and that error.

    ``sys.exit()`` and ``sys.exit(0)`` end a notebook early but are no errors; papermill agrees.
    """
    found = None
    for index, cell in enumerate(book["cells"]):
        if "raises-exception" in cell["metadata"].get("tags", ()):
            continue
        errors = [output for output in cell.get("outputs", ()) if _is_failure(output)]
        if errors:
            found = index, errors[-1]
    return found


def mark_failure(book: Message, index: int, marks: Message) -> None:
    """Say at the top that cell `index` failed, with a link to a mark before it, as papermill does.

    `marks` are papermill's own texts and tag.
    """
    count = book["cells"][index].get("execution_count")
    anchor = new_cell("markdown", marks["anchor"], tags=[marks["tag"]])
    banner = new_cell("markdown", marks["banner"] % count, tags=[marks["tag"]])
    book["cells"].insert(index, anchor)
    book["cells"].insert(0, banner)


def new_cell(kind: str, source: str, **metadata: Any) -> Message:  # noqa: ANN401 - any JSON
    """A cell that was not in the notebook; its id is made of its text, the same every time."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    cell = {"cell_type": kind, "id": digest, "metadata": metadata, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def write_book(book: Message, path: Path) -> None:
    """Write the notebook as nbformat lays it out, whole or not at all."""
    laid_out = json.dumps(
        _with_lines(book), ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")
    )
    # An unpaired surrogate becomes its JSON escape: the file is UTF-8 and nothing is lost.
    data = laid_out.encode("utf-8", "backslashreplace") + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with scratch.open("xb") as file:
            file.write(data)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _is_failure(output: Message) -> bool:
    if output["output_type"] != "error":
        return False
    return not (output["ename"] == "SystemExit" and output["evalue"] in ("", "0"))


def _with_lines(book: Message) -> Message:
    """A copy with long texts as lists of lines, so that a diff of two notebooks can be read."""
    book = copy.copy(book)
    book["cells"] = [_cell_with_lines(cell) for cell in book["cells"]]
    return book


def _cell_with_lines(cell: Message) -> Message:
    cell = dict(cell)
    cell["source"] = _lines(cell["source"])
    if "outputs" in cell:
        cell["outputs"] = [_output_with_lines(output) for output in cell["outputs"]]
    return cell


def _output_with_lines(output: Message) -> Message:
    output = dict(output)
    if output["output_type"] == "stream":
        output["text"] = _lines(output["text"])
    elif "data" in output:
        output["data"] = {
            kind: _lines(value) if isinstance(value, str) and not _is_json(kind) else value
            for kind, value in output["data"].items()
        }
    return output


def _lines(text: Any) -> Any:  # noqa: ANN401 - a list already stays as it is
    return text.splitlines(keepends=True) if isinstance(text, str) else text


def _is_json(kind: str) -> bool:
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds_between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
