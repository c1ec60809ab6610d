"""Survey tools by the bookkeeping columns of their exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harmony_kit.exchange.folding import fold

__all__ = ["OWN", "TOOLS", "Tool", "Validity", "recognise_tool"]


@dataclass(frozen=True)
class Validity:
    """A column in which a tool says whether a form counts.

    `wrong` maps folded values to why such a row is left out; any other value counts.
    """

    header: str
    wrong: Mapping[str, str]

    def why_not(self, cell: str) -> str:
        """Why a row with this cell is left out; empty where it counts."""
        return self.wrong.get(fold(cell), "")


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
    validity
        The columns that say which forms do not count.
    """

    id: str
    marks: frozenset[str] = frozenset()
    bookkeeping: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    finished: str | None = None
    validity: tuple[Validity, ...] = ()


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _list(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(","))


#: A file in the column naming of the instrument.
OWN = Tool("wide")

_NOT_FINISHED = "the form was not finished"
_UNFINISHED = dict.fromkeys(("false", "0", "no"), _NOT_FINISHED)
_PREVIEW = "a preview or test, not a person"

_KOBO = Tool(
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
    validity=(
        Validity(
            "_validation_status",
            {
                "not approved": "not approved in the survey tool",
                "validation_status_not_approved": "not approved in the survey tool",
                "on hold": "on hold in the survey tool",
                "validation_status_on_hold": "on hold in the survey tool",
            },
        ),
    ),
)

_LIMESURVEY = (
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
        _list("response id, date submitted, last page, start language"),
        _list(
            "response id, date submitted, last page, start language, seed, date started, "
            "date last action, ip address, referrer url"
        ),
        {
            "response id": "submission",
            "date started": "started_at",
            "date submitted": "finished_at",
            "start language": "language",
        },
        finished="date submitted",
    ),
)

#: Microsoft names its columns in the language of the form: id, start, completion, and what else.
_MICROSOFT = tuple(
    Tool(
        "microsoft-forms",
        frozenset({"id", start, end}),
        _list(f"id, {start}, {end}, {rest}"),
        {"id": "submission", start: "started_at", end: "finished_at"},
    )
    for start, end, rest in (
        (
            "start time",
            "completion time",
            "email, name, last modified time, total points, quiz feedback, language",
        ),
        ("startzeit", "fertigstellungszeit", "e-mail, name, zeit der letzten änderung, sprache"),
        ("heure de début", "heure de fin", "adresse de messagerie, nom, langue"),
        ("hora de inicio", "hora de finalización", "correo electrónico, nombre, idioma"),
        ("ora di inizio", "ora di completamento", "posta elettronica, nome, lingua"),
        ("begintijd", "tijd van voltooien", "e-mail, naam, taal"),
        ("hora de início", "hora de conclusão", "email, nome, idioma"),
    )
)

_GOOGLE = tuple(
    Tool(
        "google-forms",
        frozenset({stamp}),
        frozenset({stamp, mail, "username", "score"}),
        {stamp: "finished_at"},
    )
    for stamp, mail in (
        ("timestamp", "email address"),
        ("zeitstempel", "e-mail-adresse"),
        ("horodateur", "adresse e-mail"),
        ("marca temporal", "dirección de correo electrónico"),
        ("informazioni cronologiche", "indirizzo email"),
        ("tijdstempel", "e-mailadres"),
        ("carimbo de data/hora", "endereço de e-mail"),
    )
)

_QUALTRICS = Tool(
    "qualtrics",
    frozenset({"startdate", "enddate", "responseid"}),
    _names(
        "startdate enddate status ipaddress progress duration finished recordeddate responseid "
        "recipientlastname recipientfirstname recipientemail externalreference locationlatitude "
        "locationlongitude distributionchannel userlanguage"
    )
    | {"duration (in seconds)"},
    {
        "responseid": "submission",
        "startdate": "started_at",
        "enddate": "finished_at",
        "userlanguage": "language",
    },
    validity=(
        Validity(
            "status",
            {
                **dict.fromkeys(
                    ("survey preview", "survey test", "offline survey preview", "1", "2", "17"),
                    _PREVIEW,
                ),
                **dict.fromkeys(("spam", "8", "9"), "spam, says the survey tool"),
            },
        ),
        Validity("finished", _UNFINISHED),
    ),
)

_SURVEYMONKEY = Tool(
    "surveymonkey",
    frozenset({"respondent id", "collector id"}),
    _list(
        "respondent id, collector id, start date, end date, date created, date modified, "
        "ip address, email address, first name, last name, custom data 1, response status"
    ),
    {"respondent id": "submission", "start date": "started_at", "end date": "finished_at"},
    validity=(
        Validity(
            "response status",
            {
                "partial": _NOT_FINISHED,
                "disqualified": "screened out",
                "over quota": "screened out",
            },
        ),
    ),
)

TOOLS = (_KOBO, *_LIMESURVEY, *_MICROSOFT, _QUALTRICS, _SURVEYMONKEY, *_GOOGLE)


def recognise_tool(folded: Iterable[str]) -> Tool | None:
    """The tool whose marks are all among these folded headers; None if it is none of them."""
    headers = frozenset(folded)
    return next((tool for tool in TOOLS if tool.marks <= headers), None)
