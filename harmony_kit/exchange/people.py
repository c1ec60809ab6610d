"""Whose row it is: site, wave, lens, times, and a pseudonym."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from harmony_kit.exchange.fields import ESSENTIAL
from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.pseudonyms import Pseudonyms
from harmony_kit.exchange.reading import Table
from harmony_kit.exchange.row_problems import Complaint
from harmony_kit.exchange.submissions import Form, SheetRow
from harmony_kit.journal.answers import Respondent
from harmony_kit.journal.names import BROUGHT_NAME, WAVE
from harmony_kit.sheet_marks import ERRORS
from harmony_kit.times import Clock

__all__ = ["Intake", "Person"]

#: Times without a zone are read in one that may be half a day off.
_SLACK = timedelta(days=1)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
#: What spreadsheets call a row under the last one, in the languages there are.
_SUMMARIES = frozenset(
    "average mean median total sum count minimum maximum durchschnitt mittelwert summe".split()  # noqa: SIM905 - a list of words
    + "gesamt anzahl moyenne somme promedio media suma".split()  # noqa: SIM905 - as above
)


@dataclass(frozen=True)
class Person:
    """Who filled in a row, under which number of the tool, and whether the file names them."""

    respondent: Respondent
    number: str
    is_named: bool


@dataclass(frozen=True)
class Intake:
    """Reads who filled in each row of a table.

    Attributes
    ----------
    fixed
        ``site``, ``wave`` and ``lens`` where they are given for the whole file; ``""`` where
        each row says its own.
    sites
        The ids there are.
    form_name
        Which form of the tool it is, where one site and wave had several.
    now
        When the import happens; nothing can have been answered after it.
    pseudonyms
        For forms with a number and no name.
    """

    form: Form
    table: Table
    fixed: Mapping[str, str]
    sites: Collection[str]
    form_name: str
    clock: Clock
    now: datetime
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)

    def read(self, row: SheetRow) -> Person:
        """The person of a row; a part that is wrong becomes a complaint and stays empty."""
        site = self._choose(row, "site", self.sites)
        wave = self._read_wave(row)
        lens = self._choose(row, "lens", self.form.instrument.lens_ids)
        number = self._text(row, "submission")
        name = self._read_name(row)
        if not number and not name:
            number = self._hash(row)
        key = (site, wave, self.form.layout.tool.id, self.form_name, number)
        respondent = Respondent(
            site=site,
            wave=wave,
            respondent=name or self.pseudonyms.find(lens, *key),
            lens=lens,
            role=self._text(row, "role"),
            language=self._text(row, "language"),
            started_at=self.read_time(row, "started_at"),
            finished_at=self.read_time(row, "finished_at"),
            details={} if name and not number else self._details(number),
        )
        return Person(respondent, number, bool(name))

    def _details(self, number: str) -> dict[str, str]:
        details = {"tool": self.form.layout.tool.id, "submission": number}
        return details | ({"form": self.form_name} if self.form_name else {})

    def _text(self, row: SheetRow, name: str) -> str:
        column = self.form.layout.leading(name)
        if column is None:
            return ""
        cell = " ".join(self.form.cell(row, column).split())
        if fault := _find_fault(cell, is_name=name == "respondent"):
            index = None if name in ESSENTIAL else column.index
            self.form.refer(row, replace(fault, column=column.name, index=index))
            return ""
        return self.form.codes.get(name, {}).get(fold(cell), cell)

    def _choose(self, row: SheetRow, name: str, known: Collection[str] | None) -> str:
        """A value from the row or the one given for the file; ``""`` after a complaint."""
        given, column, said = self.fixed.get(name, ""), self.form.layout.leading(name), ""
        if column:
            said = self._text(row, name)
            if said and known is not None and said not in known:
                self.form.complain(row, column, f"{said!r} is not a {name}", ", ".join(known))
                return ""
            if said and given and said != given:
                what = f"{said!r} is another {name} than the one given for the file"
                self.form.complain(row, column, what, given)
                return ""
        if column and not said and not given:
            self.form.complain(row, column, f"names no {name}", ", ".join(known or ()))
        return said or given

    def _read_wave(self, row: SheetRow) -> str:
        """The wave of a row; a file may bring any, as long as it can be called that."""
        wave, column = self._choose(row, "wave", None), self.form.layout.leading("wave")
        if column and wave and not WAVE.allows(wave):
            self.form.complain(row, column, f"{wave!r} cannot name a wave", WAVE.allowed)
            return ""
        return wave

    def _read_name(self, row: SheetRow) -> str:
        column, name = self.form.layout.leading("respondent"), self._text(row, "respondent")
        if column is None:
            return ""
        if name and not BROUGHT_NAME.allows(name):
            self.form.complain(row, column, "is not a pseudonym", BROUGHT_NAME.allowed)
            return ""
        is_told = bool(self.form.cell(row, column).strip())
        if not name and not is_told and self.form.layout.leading("submission") is None:
            self.form.complain(row, column, "names no respondent", "a pseudonym in every row")
        return name

    def read_time(self, row: SheetRow, name: str) -> datetime | None:
        """The time in a leading column; None where there is none or it is wrong."""
        column = self.form.layout.leading(name)
        cell = self.form.cell(row, column).strip() if column else ""
        if column is None or not cell:
            return None
        try:
            moment = self.clock.read(cell)
        except ValueError:
            allowed = "2026-10-12T08:00:00+02:00, 2026-10-12 8:00 or 10/12/2026 8:00"
            self.form.complain(row, column, f"{cell!r} is not a time", allowed)
            return None
        if moment > self.now + _SLACK:
            self.form.complain(row, column, f"{cell!r} is in the future", "a time that has been")
            return None
        # LimeSurvey dates an interview 1980 where a survey keeps no dates.
        return None if moment.year == 1980 else moment

    def _hash(self, row: SheetRow) -> str:
        """Stands for a form the tool did not number: the same filled cells, the same form."""
        pairs = zip(self.table.headers, row.cells, strict=True)
        filled = [[fold(header), cell] for header, cell in pairs if cell.strip()]
        text = json.dumps(filled, ensure_ascii=False)
        return "row-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _find_fault(cell: str, *, is_name: bool) -> Complaint | None:
    """What is wrong with a word about a person, whatever column it stands in."""
    if is_name and "@" in cell:
        what = "looks like an e-mail address, and a respondent is kept under a pseudonym"
        return Complaint("", what, "", "Map the tool's own number to submission instead.")
    if _ADDRESS.search(cell):
        what = "looks like an e-mail address, and nothing is kept that names a person"
        return Complaint("", what, "", "Leave the column out: map it to -.")
    if cell in ERRORS:
        return Complaint("", f"holds {cell}, an error of the spreadsheet")
    if is_name and fold(cell) in _SUMMARIES:
        what = f"{cell!r} looks like a line under the table, not a person"
        return Complaint("", what, "a pseudonym in every row", "Delete the row.")
    return None
