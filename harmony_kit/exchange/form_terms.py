"""The conditions of an instrument in the language of XLSForms (XPath)."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from harmony_kit.exchange.form_plan import FormPlan, FormQuestion
from harmony_kit.instrument.conditions import item_id, parse_condition

__all__ = ["FormTerms", "translate"]

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


@dataclass(frozen=True)
class FormTerms:
    """What a condition of a question speaks about, by the names in its form."""

    plan: FormPlan
    question: FormQuestion

    def reference(self, item: str, *, is_estimate: bool = False) -> str:
        """``${name}`` of an earlier question, for the same subject where it has one."""
        subject = self.question.subject
        found = [
            q
            for q in self.plan.questions
            if q.item.id == item
            and bool(q.estimate_of) == is_estimate
            and (q.subject is None or q.subject == subject)
        ]
        name = f"{found[-1].name}_1" if found[-1].item.kind == "rank" else found[-1].name
        return f"${{{name}}}"

    def is_several(self, item: str) -> bool:
        """Whether an answer to an item is a set of words."""
        return self.plan.instrument.item(item).kind == "words"


def translate(source: str, terms: FormTerms) -> str:
    """A condition as XPath; false, as in an interview, where something has no answer."""
    return _say(parse_condition(source).tree, terms)


def _say(node: ast.expr, terms: FormTerms) -> str:  # noqa: PLR0911 - a case for each kind of node
    match node:
        case ast.BoolOp(op=op, values=values):
            word = " and " if isinstance(op, ast.And) else " or "
            return word.join(f"({_say(value, terms)})" for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"not({_say(operand, terms)})"
        case ast.Compare(left=left, ops=ops, comparators=rest):
            sides = [left, *rest]
            pairs = zip(sides, ops, sides[1:], strict=False)
            return " and ".join(f"({_compare(*pair, terms)})" for pair in pairs)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _ask(name, argument, terms)
        case ast.Name(id=name):
            return f"'{terms.plan.lens}'" if name == "lens" else "."
        case ast.Attribute():
            return terms.reference(item_id(node))
    value = ast.literal_eval(node)
    return f"'{value}'" if isinstance(value, str) else str(value)


def _compare(left: ast.expr, op: ast.cmpop, right: ast.expr, terms: FormTerms) -> str:
    if isinstance(op, ast.In | ast.NotIn):
        inside = _contains(left, right, terms)
        guard = _given(left if isinstance(right, ast.List | ast.Tuple) else right, terms)
        found = inside if isinstance(op, ast.In) else f"not({inside})"
        return f"{guard}({found})"
    sides = f"{_say(left, terms)} {_OPERATORS[type(op)]} {_say(right, terms)}"
    return f"{_given(left, terms)}{_given(right, terms)}{sides}"


def _contains(left: ast.expr, right: ast.expr, terms: FormTerms) -> str:
    if isinstance(right, ast.List | ast.Tuple):
        each = (f"{_say(left, terms)} = {_say(one, terms)}" for one in right.elts)
        return " or ".join(each)
    return f"selected({_say(right, terms)}, {_say(left, terms)})"


def _given(node: ast.expr, terms: FormTerms) -> str:
    """What must hold first: that the other question has an answer that is one."""
    is_asked = isinstance(node, ast.Attribute) or (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "estimate"
    )
    if not is_asked:
        return ""
    name = _say(node, terms)
    return f"{name} != '' and {name} != 'dont_know' and {name} != 'prefer_not' and "


def _ask(name: str, argument: ast.expr, terms: FormTerms) -> str:
    if isinstance(argument, ast.Name):
        return "count-selected(.)"
    item = item_id(argument)
    reference = terms.reference(item, is_estimate=name == "estimate")
    if name == "count":
        return f"count-selected({reference})" if terms.is_several(item) else f"({reference} != '')"
    if name == "answered":
        return f"{reference} != '' and {reference} != 'dont_know' and {reference} != 'prefer_not'"
    return reference if name == "estimate" else f"{reference} = '{name}'"
