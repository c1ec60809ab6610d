"""harmony form: forms for survey tools, spreadsheets and paper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from harmony_kit.commands.exchanging import known_subjects, open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import first_site, refuse
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.errors import Problem
from harmony_kit.exchange.fill_in import draw_fill_in
from harmony_kit.exchange.form_maps import draw_columns, draw_form_map
from harmony_kit.exchange.form_plan import FormPlan, plan_form
from harmony_kit.exchange.printed_form import draw_printed_form
from harmony_kit.exchange.xlsform import draw_xlsform
from harmony_kit.files import write_whole

__all__ = ["FormOptions", "make_forms"]


@dataclass(frozen=True)
class FormOptions:
    """Which forms: `kind` is xlsform, workbook or print; None takes all there are."""

    kind: str
    site: str | None = None
    lens: str | None = None
    language: str | None = None
    wave: str | None = None


def make_forms(folder: Path, options: FormOptions) -> None:
    """Write the forms of an engagement into its ``forms`` folder, each with its map."""
    engagement = load_engagement(folder)
    _check(engagement, options)
    with open_store(engagement, is_reader=True) as store:
        subjects = known_subjects(engagement, store)
    languages = (options.language,) if options.language else engagement.languages
    for site in (options.site,) if options.site else engagement.site_ids:
        of_site = [subject for subject in subjects if subject.site == site]
        for lens in (options.lens,) if options.lens else engagement.instrument.lens_ids:
            plan = plan_form(
                engagement.instrument,
                lens,
                of_site,
                place=(site, options.wave or engagement.wave),
                languages=languages,
            )
            _write(plan, folder / "forms" / site, options.kind)
            _tell_left_out(engagement, plan, site)


def _check(engagement: Engagement, options: FormOptions) -> None:
    lenses, languages = engagement.instrument.lens_ids, engagement.instrument.languages
    asked = (
        ("--lens", "lens", options.lens, lenses),
        ("--lang", "language of this instrument", options.language, languages),
    )
    problems = [
        Problem("harmony form", where, f"there is no {what} {value!r}", ", ".join(known) or "none")
        for where, what, value, known in asked
        if value is not None and value not in known
    ]
    refuse(problems)
    check_names(engagement, sites=[options.site], wave=options.wave)
    first_site(engagement)


def _write(plan: FormPlan, folder: Path, kind: str) -> None:
    written = {}
    for language in plan.languages:
        name = f"{plan.site}_{plan.lens}_{language}"
        if kind == "workbook":
            written[f"{name}.xlsx"] = draw_fill_in(plan, language)
        elif kind == "print":
            written[f"{name}.html"] = draw_printed_form(plan, language)
    if kind == "xlsform":
        name = f"{plan.site}_{plan.lens}"
        written[f"{name}_xlsform.xlsx"] = draw_xlsform(plan)
        written[f"{name}_{plan.id[-8:]}.form.json"] = draw_form_map(plan)
        written[f"{name}_columns.csv"] = draw_columns(plan)
    for name, content in written.items():
        write_whole(folder / name, content)
        click.echo(f"{folder / name}: {len(plan.questions)} questions")


def _tell_left_out(engagement: Engagement, plan: FormPlan, site: str) -> None:
    asked = {question.item.per for question in plan.questions}
    for per in {item.per for item in engagement.instrument.items if item.per} - asked:
        click.echo(f"  {site} has no {per} yet: questions about one are left out", err=True)
