"""One site as a report sees it: measured, put in words, ready to show and to save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from harmony_kit import __version__
from harmony_kit.engagement.evidence_files import Evidence, evidence_paths
from harmony_kit.engagement.folder import Engagement, Site, file_sha256, load_engagement
from harmony_kit.engagement.row_files import row_paths
from harmony_kit.engagement.site_notes import NOTES, find_note
from harmony_kit.exchange import write_tables
from harmony_kit.files import publish
from harmony_kit.findings.canvases import Sheet, canvases
from harmony_kit.findings.findings import Finding, find
from harmony_kit.findings.playbook import Playbook
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.findings.story import Story, tell_story
from harmony_kit.findings.wording import Voice
from harmony_kit.journal.answers import Answers, check_frame
from harmony_kit.journal.answers_file import read_answers_file
from harmony_kit.journal.subject import Subject, list_subjects, titles_of
from harmony_kit.measures.measuring import Basis, measure_everything
from harmony_kit.measures.response import Response, tell_response
from harmony_kit.measures.rows import rows_of
from harmony_kit.report.past import Past, read_past
from harmony_kit.report.results import build_results, dump_results
from harmony_kit.report.telling_less import (
    count_heard,
    list_quotes,
    records_without_roles,
    say_left_out,
    tell_measured,
    without_roles,
)
from harmony_kit.report.words import load_words

__all__ = ["Assessment", "measure_site", "name_answers", "open_playbook"]


def name_answers(site: str) -> str:
    """Under which name the answers of a site stand among the inputs of its report."""
    return f"answers of {site}"


@dataclass(frozen=True)
class Assessment:
    """Everything a site's report may say.

    Attributes
    ----------
    subjects
        The pilots and decisions of the site: evidence files, then those added at interviews.
    heard
        ``lens, n_respondents, headcount, is_shown``: one row per lens; `n_respondents` is NA
        where fewer than the minimum group were heard.
    frames
        What the gate lets through of the measures, by name; see `disclosure.DISCLOSED`.
    findings
        Ranked, in the language of the report.
    quotes
        ``lens, item, text``: what may be quoted, in an order that names nobody.
    canvases
        Ready-to-fill sheets with each side's quotable sentence beside the other's.
    withheld
        ``what, why`` for everything that is not shown.
    wrong_claims
        How many of the claims are expected to be luck; see `expected_wrong_claims`.
    waiting
        Lens → people who answered or changed something since what is shown was published.
    past
        The wave before; None where there was none.
    response
        How many of those asked gave an interview, and what may be told of the others.
    """

    engagement: Engagement
    playbook: Playbook
    site: Site
    wave: str
    as_of: date
    subjects: tuple[Subject, ...]
    heard: pd.DataFrame
    frames: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...]
    quotes: pd.DataFrame
    canvases: tuple[Sheet, ...]
    withheld: pd.DataFrame
    wrong_claims: pd.DataFrame
    provenance: Mapping[str, Any]
    waiting: Mapping[str, int] = field(default_factory=dict)
    past: Past | None = None
    response: Response = field(default_factory=Response)

    @classmethod
    def load(
        cls,
        engagement: str | Path,
        *,
        site: str,
        wave: str,
        snapshot: str | Path,
        as_of: str | date,
    ) -> Assessment:
        """Measure one site from a snapshot folder, which holds ``<site>.parquet``.

        A wave or site of digits may come as a number, as papermill reads ``-p wave 2026``.
        Raises `EngagementError`, also where the snapshot has answers and none of the wave,
        `PlaybookError`, KeyError for an unknown site, and FileNotFoundError where the snapshot
        lacks the site.
        """
        # Arrow's strings take a fifth longer on frames as small as those of a site.
        with pd.option_context("mode.string_storage", "python"):
            return cls._load(Path(engagement), str(site), str(wave), Path(snapshot), as_of)

    @classmethod
    def _load(
        cls, engagement: Path, site: str, wave: str, snapshot: Path, as_of: str | date
    ) -> Assessment:
        opened = load_engagement(engagement)
        path = snapshot / f"{site}.parquet"
        answers = read_answers_file(path, wave=wave)
        day = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
        assessment = measure_site(opened, answers, site=site, wave=wave, as_of=day)
        # Without a key in it the mark of the answers could be found by trying answers.
        marked = {name_answers(site): file_sha256(path)} if answers.key else {}
        inputs = {**assessment.provenance["inputs"], **marked}
        # What was promised names roles, and what moved is told by the ordinary rules.
        is_redacted = opened.settings.redacted
        past = None if is_redacted else read_past(snapshot / "earlier", assessment, answers)
        told = {**assessment.provenance, "inputs": inputs}
        return replace(assessment, provenance=told, past=past)

    @cached_property
    def worked_out(self) -> dict[str, Any]:
        """What one part of a page has worked out and others need as well."""
        return {}

    @property
    def language(self) -> str:
        """The language of the report."""
        return self.engagement.language

    def lens_name(self, lens: str) -> str:
        """What a lens is called in the language of the report."""
        return self.engagement.instrument.text(f"lens.{lens}.name", self.language)

    def dimension_name(self, dimension: str) -> str:
        """What a dimension is called in the language of the report."""
        return self.engagement.instrument.text(f"dimension.{dimension}.name", self.language)

    def item_short(self, item: str) -> str:
        """An item as a noun phrase in the language of the report."""
        return self.engagement.instrument.text(f"item.{item}.short", self.language)

    def option_label(self, item: str, option: str) -> str:
        """An option of a rank, words or choice item in the language of the report."""
        options = self.engagement.instrument.item(item).options
        return self.engagement.instrument.text(f"option.{options}.{option}", self.language)

    def subject_title(self, subject: str) -> str:
        """The title of a pilot or decision; its id where nothing is known of it."""
        return self._titles.get(subject, subject)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return titles_of(self.subjects)

    def rows(self, measure: str) -> list[dict[str, Any]]:
        """The rows of a measure as plain mappings; empty where the site has none."""
        if measure not in self._rows:
            self._rows[measure] = rows_of(self.frames.get(measure))
        return self._rows[measure]

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        return {}

    @cached_property
    def story(self) -> Story:
        """The story of the site, from what its frames show."""
        return tell_story(
            self.frames,
            self.engagement.instrument,
            settings=self.engagement.settings,
            read=self._rows,
        )

    def results(self) -> dict[str, Any]:
        """The content of results.json; documented in docs/results.md."""
        return build_results(self)

    def save(self, folder: str | Path) -> None:
        """Write results.json, workbook.xlsx and tables.xlsx into an existing folder."""
        from harmony_kit.report.site_workbook import draw_site_workbook  # made of assessments

        results = self.results()
        target = Path(folder)
        (target / "results.json").write_text(dump_results(results), encoding="utf-8", newline="\n")
        publish(target / "workbook.xlsx", draw_site_workbook(self, results))
        write_tables(results, target / "tables.xlsx")


def measure_site(
    engagement: Engagement, answers: Answers, *, site: str, wave: str, as_of: date
) -> Assessment:
    """Measure the answers of one site and wave and put what may be told of them into words.

    What `answers` holds of other sites and waves is left aside; with their key nobody who has the
    answers can repeat the draws. Raises KeyError for a site that is not in sites.csv, and
    `FrameError` where the frame is no answers frame: the one place that looks.
    """
    check_frame(answers.frame)
    said = answers.of(site, wave)
    engagement = replace(
        records_without_roles(engagement), instrument=engagement.instrument.at(site)
    )
    settings = engagement.settings
    plant, evidence = engagement.site(site), engagement.evidence.of_site(site)
    basis = _basis(engagement, evidence, as_of, said.key)
    measured = measure_everything(said.frame, basis)
    told = tell_measured(measured, engagement, basis)
    heard = count_heard(engagement, plant, said.frame)
    quotes = list_quotes(engagement, said.frame)
    playbook, instrument = open_playbook(engagement), engagement.instrument
    subjects = list_subjects(evidence.subjects(), said.subjects)
    findings = find(
        told.frames,
        Voice(playbook, instrument, engagement.language, titles_of(subjects)),
        settings=settings,
        decisions=evidence.decisions,
    )
    return Assessment(
        engagement=engagement,
        playbook=playbook,
        site=plant,
        wave=wave,
        as_of=as_of,
        subjects=subjects,
        heard=heard,
        frames=told.frames,
        findings=without_roles(engagement, findings),
        quotes=quotes[["lens", "item", "text"]],
        canvases=canvases(
            playbook, instrument, told.frames, quotes=quotes, language=engagement.language
        ),
        withheld=say_left_out(engagement, heard, told),
        wrong_claims=told.wrong_claims,
        waiting={} if settings.redacted else said.waiting,
        response=tell_response(said.response, min_group=settings.shown_from),
        provenance=_trace(engagement, site, wave, as_of),
    )


def _basis(engagement: Engagement, evidence: Evidence, as_of: date, key: str) -> Basis:
    return Basis(
        items=engagement.instrument.items_frame(),
        lenses=engagement.instrument.lens_ids,
        decisions=evidence.decisions,
        pilots=evidence.pilots,
        usage=evidence.usage,
        settings=engagement.settings,
        headcounts=engagement.headcounts(),
        as_of=as_of,
        secret=key.encode() or None,
    )


def open_playbook(engagement: Engagement) -> Playbook:
    """The playbook of an engagement's instrument, with the overrides in its folder."""
    overrides = engagement.folder / "playbook.yaml"
    path = find_playbook(engagement.instrument.id)
    return load_playbook(path, overrides if overrides.is_file() else None)


def _trace(engagement: Engagement, site: str, wave: str, as_of: date) -> dict[str, Any]:
    instrument, folder = engagement.instrument, engagement.folder
    tables = (*row_paths(folder, "sites"), *evidence_paths(folder))
    paths = (folder / "engagement.yaml", *tables, folder / "playbook.yaml")
    inputs = {path.name: file_sha256(path) for path in paths if path.is_file()}
    if note := find_note(folder, site, wave):
        inputs[f"{NOTES}/{note.name}"] = file_sha256(note)
    return {
        "package": f"harmony-kit {__version__}",
        "instrument": load_words(engagement.language).say(
            "method.instrument", id=instrument.id, version=instrument.version
        ),
        "inputs": inputs,
        "parameters": {"site": site, "wave": wave, "as_of": as_of.isoformat()},
    }
