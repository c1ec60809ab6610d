"""Assessments of some demo plants and the pages made of them, for the tests of reports."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from click.testing import CliRunner

from harmony_kit.cli import main
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.scaffold import create_demo, create_engagement
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.journal.answers import Answer, Answers, Source, answers_frame
from harmony_kit.journal.store import Store
from harmony_kit.report import site_report as report
from harmony_kit.report.assessment import Assessment, measure_site

AS_OF = dt.date(2026, 10, 30)
NOW = dt.datetime(2026, 10, 30, tzinfo=dt.UTC)
CASES = Path(__file__).parent / "cases"
PARTS = (
    *(
        "page_one",
        "cover",
        "changed",
        "first_page",
        "actions",
        "who_acts",
        "can_wait",
        "notes",
        "evidence",
    ),
    *("headline", "false_consensus", "known_difference", "false_conflict", "dimensions", "lexicon"),
    *("voices", "canvases", "appendix", "method"),
)
#: Feels aligned, drift, false conflict, too small.
PLANTS = ("northfield", "kingsbridge", "hinterberg", "tarn")
#: Plant and language of the pages every rule is checked on.
PAGES = (
    *((site, "en") for site in PLANTS),
    *(("northfield", "de"), ("northfield", "es"), ("tarn", "de"), ("tarn", "es")),
)


@cache
def _built() -> tuple[Engagement, dict[str, Path]]:
    """The demo engagement and the file of answers of every plant."""
    folder = Path(tempfile.mkdtemp(prefix="harmony-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = create_demo(folder / "demo")
    return load_engagement(built.folder), {path.stem: path for path in built.answers}


@cache
def _answers_of(site: str) -> list[Answer]:
    engagement, paths = _built()
    store = Store("sqlite://")
    import_answers(
        paths[site],
        instrument=engagement.instrument,
        sites=engagement.site_ids,
        journal=store,
        options=ImportOptions("test", NOW, timezone="UTC", default_wave="2026"),
    )
    return store.current(site=site)


@cache
def demo(*plants: str) -> tuple[Engagement, dict[str, list[Answer]]]:
    """The demo engagement and the answers of these plants, else of some; ``all`` for all."""
    engagement, paths = _built()
    chosen = tuple(paths) if plants == ("all",) else plants or PLANTS
    return engagement, {site: _answers_of(site) for site in chosen}


def measure(engagement: Engagement, answers: Sequence[Answer], site: str) -> Assessment:
    """The assessment of a site from its answers."""
    said = Answers(answers_frame(answers))
    return measure_site(engagement, said, site=site, wave=engagement.wave, as_of=AS_OF)


@cache
def field() -> tuple[Engagement, dict[str, list[Answer]]]:
    """Two plants as they come from survey tools, and their answers."""
    folder = Path(tempfile.mkdtemp(prefix="harmony-field-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    create_engagement(folder / "field", client="Field", wave="1")
    came = CASES / "exchange" / "plants"
    for name in ("sites", "decisions", "pilots", "usage"):
        shutil.copy(came / f"{name}.csv", folder / "field")
    labels = ("--labels", came / "riverside_labels.csv")
    for site, file, more in (
        ("riverside", "riverside_forms.xlsx", labels),
        ("lakeside", "lakeside_kobo.csv", ()),
    ):
        columns = came / f"{site}_columns.csv"
        words = ("import", folder / "field", came / file, "--site", site, "--map", columns, *more)
        result = CliRunner().invoke(main, [*map(str, words)])
        assert result.exit_code == 0, result.output
    engagement = load_engagement(folder / "field")
    store = Store(engagement.store_url, is_reader=True)
    return engagement, {site: store.current(site=site) for site in engagement.site_ids}


@cache
def assess(site: str, language: str = "en") -> Assessment:
    """The assessment of a demo plant with its report in a language."""
    engagement, _ = _built()
    return measure(replace(engagement, languages=(language,)), _answers_of(site), site)


def show(assessment: Assessment) -> dict[str, str]:
    """Every part of a report as HTML."""
    return {part: getattr(report, part)(assessment).html for part in PARTS}


@cache
def page(site: str, language: str = "en") -> str:
    """The whole report of a demo plant, as it stands inside the page."""
    return "\n".join(show(assess(site, language)).values())


def other_engagement(folder: Path, text: str) -> Engagement:
    """An engagement with one site and the given instrument."""
    (folder / "instrument.yaml").write_text(text, encoding="utf-8")
    (folder / "engagement.yaml").write_text(
        "client: Other Works\nwave: '1'\ninstrument: instrument.yaml\n", encoding="utf-8"
    )
    (folder / "sites.csv").write_text("site,name\nhall,Hall 4\n", encoding="utf-8")
    (folder / "pilots.csv").write_text(
        "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
        "hall,trial,Trial,2026-01-10,2026-06-01,,1,running\n",
        encoding="utf-8",
    )
    return load_engagement(folder)


def answer_everything(engagement: Engagement, n: int = 4) -> list[Answer]:
    """Everybody of each lens answers every question, the two lenses at the two ends."""
    instrument = engagement.instrument
    answers = []
    for lens in instrument.lens_ids:
        for person in range(n):
            for item in instrument.items:
                points = instrument.points(item.id)
                options = instrument.option_ids(item.id)
                is_first = lens == instrument.lens_ids[0]
                source = Source("test", "demo", instrument.id, instrument.version, "0" * 64)
                own = Answer(
                    site="hall",
                    wave="1",
                    respondent=f"{lens}-{person}",
                    lens=lens,
                    item=item.id,
                    about=lens,
                    status="answered",
                    answered_at=NOW,
                    source=source,
                    subject="trial" if item.per else None,
                    value=None if points is None else (points - person % 2 if is_first else 1),
                    chosen=_choose(options, item.k or 1, from_end=not is_first),
                    text=f"said by {lens} {person}" if item.kind == "text" else None,
                    quotable=True,
                )
                answers.append(own)
                if item.mirrored:
                    answers.append(replace(own, about=instrument.other_lens(lens), text=None))
    return answers


def _choose(options: tuple[str, ...], k: int, *, from_end: bool) -> tuple[str, ...] | None:
    if not options:
        return None
    return options[-k:] if from_end else options[:k]
