"""Survey tools by the bookkeeping columns of their exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["OWN", "TOOLS", "Tool", "recognise_tool"]


@dataclass(frozen=True)
class Tool:
    """One survey tool: how its exports are recognised and what its own columns mean.

    Attributes
    ----------
    marks
        Folded headers that are all there in an export of this tool.
    bookkeeping
        Folded headers of its own columns, which hold no answers.
    fields
        Folded header → leading field, where a mapping does not say otherwise.
    finished
        Folded header of the column that is empty while an interview is unfinished.
    """

    id: str
    marks: frozenset[str] = frozenset()
    bookkeeping: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    finished: str | None = None


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: A file in the column naming of the instrument.
OWN = Tool("wide")

TOOLS = (
    Tool(
        "kobotoolbox",
        frozenset({"_id", "_uuid"}),
        _names(
            "_id _uuid _submission_time _index _validation_status _notes _status _submitted_by "
            "__version__ _tags _version_ _xform_id_string _attachments _geolocation "
            "_parent_index _parent_table_name start end today username deviceid subscriberid "
            "simserial phonenumber audit meta/rootuuid meta/instanceid meta/instancename "
            "meta/deprecatedid formhub/uuid"
        ),
        {"_id": "submission", "start": "started_at", "end": "finished_at"},
    ),
    Tool(
        "limesurvey",
        frozenset({"id", "submitdate", "lastpage", "startlanguage"}),
        _names("id submitdate lastpage startlanguage seed startdate datestamp token ipaddr refurl"),
        {
            "id": "submission",
            "startdate": "started_at",
            "submitdate": "finished_at",
            "startlanguage": "language",
        },
        finished="submitdate",
    ),
    Tool(
        "limesurvey",
        frozenset({"response id", "date submitted", "last page", "start language"}),
        frozenset(
            {
                "response id",
                "date submitted",
                "last page",
                "start language",
                "seed",
                "date started",
                "date last action",
                "ip address",
                "referrer url",
            }
        ),
        {
            "response id": "submission",
            "date started": "started_at",
            "date submitted": "finished_at",
            "start language": "language",
        },
        finished="date submitted",
    ),
    Tool(
        "microsoft-forms",
        frozenset({"id", "start time", "completion time"}),
        frozenset(
            {
                "id",
                "start time",
                "completion time",
                "email",
                "name",
                "last modified time",
                "total points",
                "quiz feedback",
                "language",
            }
        ),
        {"id": "submission", "start time": "started_at", "completion time": "finished_at"},
    ),
    Tool(
        "google-forms",
        frozenset({"timestamp"}),
        frozenset({"timestamp", "email address", "username", "score"}),
        {"timestamp": "finished_at"},
    ),
)


def recognise_tool(folded: Iterable[str]) -> Tool | None:
    """The tool whose marks are all among these folded headers; None if it is none of them."""
    headers = frozenset(folded)
    return next((tool for tool in TOOLS if tool.marks <= headers), None)
