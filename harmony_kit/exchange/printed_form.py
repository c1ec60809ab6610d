"""A form on paper: one page of HTML to print, own views first, estimates on sheets of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2

from harmony_kit.exchange.form_plan import FormPlan, FormQuestion
from harmony_kit.instrument.language_files import load_texts
from harmony_kit.instrument.parts import OTHER

__all__ = ["draw_printed_form"]


def draw_printed_form(plan: FormPlan, language: str) -> bytes:
    """The bytes of a page without scripts; each question names its column for whoever types it."""
    loader = jinja2.PackageLoader("harmony_kit.exchange", "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    other = plan.instrument.other_lens(plan.lens)
    text = environment.get_template("printed_form.html.j2").render(
        plan=plan,
        language=language,
        title=plan.instrument.text("title", language),
        lens=plan.instrument.text(f"lens.{plan.lens}.name", language),
        other=plan.instrument.text(f"lens.{other}.name", language),
        words=load_texts("form", language),
        texts=load_texts("survey", language),
        parts=[list(_sections(plan, language, is_estimate=one)) for one in (False, True)],
    )
    return text.encode()


def _sections(
    plan: FormPlan, language: str, *, is_estimate: bool
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for page in plan.pages:
        if page.is_estimate == is_estimate:
            asked = found.setdefault(page.section, [])
            asked += [_ask(plan, question, language) for question in page.questions]
    for section, questions in found.items():
        yield plan.instrument.text(f"dimension.{section}.name", language), questions


def _ask(plan: FormPlan, question: FormQuestion, language: str) -> dict[str, Any]:
    item, instrument = question.item, plan.instrument
    if item.scale:
        points = range(1, instrument.scale(item.scale).points + 1)
        options = [instrument.text(f"scale.{item.scale}.{p}", language) for p in points]
    else:
        ids = instrument.option_ids(item.id)
        options = [instrument.text(f"option.{item.options}.{one}", language) for one in ids]
    return {
        "kind": item.kind,
        "k": item.k,
        "field": question.field,
        "text": plan.text(question, language),
        "help": instrument.text(f"item.{item.id}.help", language) if item.help else "",
        "options": options,
        "namely": instrument.text(f"option.{item.options}.{OTHER}", language)
        if instrument.takes_words(item.id)
        else "",
    }
