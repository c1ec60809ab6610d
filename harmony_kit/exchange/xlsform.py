"""A form as an XLSForm, which KoboToolbox, ODK and others take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from babel import Locale

from harmony_kit.exchange.form_plan import (
    FORM_COLUMN,
    FormPage,
    FormPlan,
    FormQuestion,
    namely_name,
)
from harmony_kit.exchange.form_terms import FormTerms, translate
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.instrument.language_files import load_texts
from harmony_kit.instrument.parts import OTHER
from harmony_kit.journal.answers import MAX_TEXT

__all__ = ["draw_xlsform"]

_STATUSES = (("dont_know", "question.dont_know"), ("prefer_not", "question.prefer_not"))
FormRow = dict[str, str]


def draw_xlsform(plan: FormPlan) -> bytes:
    """The bytes of an XLSForm: a page for each screen of the interview, own views first.

    Its export carries names and codes of ours, so an import needs no map.
    """
    survey = [
        {"type": "start", "name": "start"},
        {"type": "end", "name": "end"},
        *_fixed(plan),
        *(row for i, page in enumerate(plan.pages, 1) for row in _page(plan, page, i)),
    ]
    settings: FormRow = {
        "form_title": f"{plan.instrument.title}, {plan.site}: {plan.lens}",
        "form_id": plan.id.replace("-", "_"),
        "version": f"{plan.instrument.version}",
        "style": "pages",
        "default_language": _tongue(plan.languages[0]),
    }
    return draw_workbook(
        [
            _sheet("survey", survey),
            _sheet("choices", list(_choices(plan))),
            _sheet("settings", [settings]),
        ]
    )


def _sheet(name: str, rows: Sequence[FormRow]) -> WorkbookSheet:
    headers = tuple(dict.fromkeys(key for row in rows for key in row))
    return WorkbookSheet(
        name, headers, tuple(tuple(row.get(h, "") for h in headers) for row in rows)
    )


def _tongue(language: str) -> str:
    return f"{Locale(language).get_display_name('en')} ({language})"


def _say(plan: FormPlan, column: str, texts: dict[str, str]) -> FormRow:
    return {f"{column}::{_tongue(one)}": texts[one] for one in plan.languages if texts.get(one)}


def _fixed(plan: FormPlan) -> Iterator[FormRow]:
    values = {FORM_COLUMN: plan.id, "site": plan.site, "lens": plan.lens, "wave": plan.wave}
    for name, value in values.items():
        yield {"type": "calculate", "name": name, "calculation": f"'{value}'"}


def _page(plan: FormPlan, page: FormPage, number: int) -> Iterator[FormRow]:
    names = {
        one: plan.instrument.text(f"dimension.{page.section}.name", one) for one in plan.languages
    }
    name = f"page_{number}"
    label = _say(plan, "label", names)
    relevant = " or ".join(filter(None, (_relevant(plan, q) for q in page.questions)))
    is_always = any(not q.item.relevant for q in page.questions)
    yield {
        "type": "begin_group",
        "name": name,
        **label,
        "appearance": "field-list",
        "relevant": "" if is_always else relevant,
    }
    for question in page.questions:
        yield from _question(plan, question)
    yield {"type": "end_group", "name": name}


def _relevant(plan: FormPlan, question: FormQuestion) -> str:
    condition = question.item.relevant
    return translate(condition, FormTerms(plan, question)) if condition else ""


def _question(plan: FormPlan, question: FormQuestion) -> Iterator[FormRow]:
    kind = question.item.kind
    relevant = _relevant(plan, question)
    rows = {"rank": _rank_rows, "text": _text_rows}.get(kind, _plain_row)(plan, question)
    for row in rows:
        own = row.pop("relevant", "")
        both = " and ".join(f"({part})" for part in (relevant, own) if part)
        yield row | {"relevant": both}


def _hint(plan: FormPlan, question: FormQuestion, key: str = "") -> FormRow:
    k = str(question.item.k or "")
    texts = {}
    for one in plan.languages:
        told = load_texts("form", one)[key].replace("{k}", k) if key else ""
        helps = (
            plan.instrument.text(f"item.{question.item.id}.help", one) if question.item.help else ""
        )
        texts[one] = " ".join(filter(None, (helps, told)))
    return _say(plan, "hint", texts)


def _label(plan: FormPlan, question: FormQuestion, column: str) -> FormRow:
    texts = {one: plan.captions(question, one)[column] for one in plan.languages}
    return _say(plan, "label", texts)


def _own_constraint(plan: FormPlan, question: FormQuestion) -> str:
    condition = question.item.constraint
    return translate(condition, FormTerms(plan, question)) if condition else ""


def _constrain(plan: FormPlan, parts: Sequence[str], key: str, k: int | None = None) -> FormRow:
    joined = " and ".join(f"({part})" for part in parts if part)
    if not joined:
        return {}
    said = {
        one: load_texts("form", one)[key].replace("{k}", str(k or "")) for one in plan.languages
    }
    return {"constraint": joined, **_say(plan, "constraint_message", said)}


def _own_message(plan: FormPlan, question: FormQuestion) -> FormRow:
    """What the instrument itself says of an answer it does not take."""
    if question.item.constraint_message is None:
        return {}
    key = f"item.{question.item.id}.constraint_message"
    texts = {one: plan.instrument.text(key, one) for one in plan.languages}
    return _say(plan, "constraint_message", texts)


def _plain_row(plan: FormPlan, question: FormQuestion) -> Iterator[FormRow]:
    item, own = question.item, _own_constraint(plan, question)
    base = {"name": question.name, **_label(plan, question, question.name)}
    if item.kind == "words":
        alone = (
            "count-selected(.) = 1 or not(selected(., 'dont_know') or selected(., 'prefer_not'))"
        )
        limits = [f"count-selected(.) <= {item.k}", alone, own]
        yield {
            "type": f"select_multiple {item.options}",
            **base,
            **_hint(plan, question, "question.words_hint"),
            **_constrain(plan, limits, "question.words_hint", item.k),
            **_own_message(plan, question),
        }
        return
    source = item.scale if item.kind == "rating" else item.options
    yield {
        "type": f"select_one {source}",
        **base,
        **_hint(plan, question),
        **_constrain(plan, [own], "trouble.constraint"),
        **_own_message(plan, question),
    }
    if plan.instrument.takes_words(item.id):
        yield {
            "type": "text",
            "name": namely_name(question),
            **_label(plan, question, namely_name(question)),
            "relevant": f"${{{question.name}}} = '{OTHER}'",
            **_constrain(plan, [f"string-length(.) <= {MAX_TEXT}"], "trouble.constraint"),
        }


def _rank_rows(plan: FormPlan, question: FormQuestion) -> Iterator[FormRow]:
    item, own = question.item, _own_constraint(plan, question)
    names = [f"{question.name}_{n}" for n in range(1, (item.k or 1) + 1)]
    for n, name in enumerate(names):
        others = [f". != ${{{other}}}" for other in names[:n]]
        row = {
            "type": f"select_one {item.options}",
            "name": name,
            **_label(plan, question, name),
            **(_hint(plan, question, "question.rank_hint") if n == 0 else {}),
            **_constrain(plan, [*others, "" if n else own], "question.rank_hint", item.k),
            **({} if n else _own_message(plan, question)),
        }
        if n:
            first = f"${{{names[0]}}}"
            row["relevant"] = (
                f"{first} != '' and {first} != 'dont_know' and {first} != 'prefer_not'"
            )
            row["choice_filter"] = "status = ''"
        yield row


def _text_rows(plan: FormPlan, question: FormQuestion) -> Iterator[FormRow]:
    limits = [f"string-length(.) <= {MAX_TEXT}", _own_constraint(plan, question)]
    yield {
        "type": "text",
        "name": question.name,
        **_label(plan, question, question.name),
        **_hint(plan, question),
        "appearance": "multiline",
        **_constrain(plan, limits, "trouble.constraint"),
        **_own_message(plan, question),
    }
    name = f"{question.name}_quotable"
    yield {
        "type": "select_one yes_no",
        "name": name,
        **_label(plan, question, name),
        "relevant": f"${{{question.name}}} != ''",
    }


def _choices(plan: FormPlan) -> Iterator[FormRow]:
    instrument = plan.instrument
    for scale in instrument.scales:
        points = [(str(p), f"scale.{scale.id}.{p}") for p in range(1, scale.points + 1)]
        yield from _list(plan, scale.id, points)
    for name, options in instrument.options.items():
        yield from _list(plan, name, [(o.id, f"option.{name}.{o.id}") for o in options])
    for code in ("yes", "no"):
        texts = {one: load_texts("survey", one)[f"survey.{code}"] for one in plan.languages}
        yield {"list_name": "yes_no", "name": code, **_say(plan, "label", texts)}


def _list(plan: FormPlan, name: str, options: Sequence[tuple[str, str]]) -> Iterator[FormRow]:
    for code, key in options:
        texts = {one: plan.instrument.text(key, one) for one in plan.languages}
        yield {"list_name": name, "name": code, **_say(plan, "label", texts)}
    for code, key in _STATUSES:
        texts = {one: load_texts("form", one)[key] for one in plan.languages}
        yield {"list_name": name, "name": code, **_say(plan, "label", texts), "status": "yes"}
