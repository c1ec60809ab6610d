"""Owners of duties, pilots and decisions of a report, each as a picture with its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.report.blocks import EMPTY, Block, join_blocks, picture
from harmony_kit.report.drawings import (
    Check,
    DecisionRow,
    OwnerRow,
    PilotPanel,
    PilotWords,
    Score,
    draw_owners,
    draw_pilots,
    draw_readiness,
)
from harmony_kit.report.site_report.site_view import SiteView, hedge
from harmony_kit.report.tables import ReportColumn, ReportTable, tuck_table

__all__ = ["show_owners", "show_pilots", "show_readiness"]

#: The column of the picture for a lens most of which names nobody in particular.
_SEVERAL = ""
_QUADRANTS = ("works_and_used", "works_but_ignored", "used_but_unsafe", "neither")

#: By lens id, of one duty, pilot or decision.
ByLens = Mapping[str, Row]


def _by_subject(rows: Iterable[Row], key: str) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row[key], {})[row["lens"]] = row
    return found


def _worded(view: SiteView, row: Row, pattern: str) -> str:
    """A pattern in words: as it is where claimed, hedged where leaning, else open."""
    if row["claim"] not in WORDED:
        return view.words.say("state.withheld" if row[pattern] == "too_few" else "state.open")
    return hedge(view.words, row["claim"], view.words.say(f"{pattern}.{row[pattern]}"))


# ── Who answers for what ───────────────────────────────────────────────────────────────────────


def show_owners(view: SiteView, dimension: str) -> Block:
    """Whom each lens names for each duty; duties with other options are another picture."""
    by_item = _by_subject(view.rows("ownership", dimension=dimension), "item")
    by_options: dict[str, dict[str, ByLens]] = {}
    for item, rows in by_item.items():
        by_options.setdefault(view.item(item).options or "", {})[item] = rows
    return join_blocks(_show_duties(view, duties) for duties in by_options.values())


def _show_duties(view: SiteView, duties: Mapping[str, ByLens]) -> Block:
    first = next(iter(duties))
    option_ids = view.site.engagement.instrument.option_ids(first)
    options = [(option, view.site.option_label(first, option)) for option in option_ids]
    options.append((_SEVERAL, view.words.say("table.no_majority")))
    rows = [_owner_row(view, item, by_lens) for item, by_lens in duties.items()]
    names = view.names
    says = view.words.say("figure.owners", n=len(rows), first=names[0], second=names[1])
    title = view.words.say("table.owners")
    return join_blocks(
        [picture(draw_owners(rows, options), says), _owners_table(view, duties, title)]
    )


def _owner(row: Row | None) -> str | None:
    return row["owner"] if row and isinstance(row["owner"], str) else None


def _place(row: Row | None) -> str | None:
    """The column a lens stands in; None where too few answered."""
    return None if row is None or int(row["n"]) == 0 else _owner(row) or _SEVERAL


def _owner_row(view: SiteView, item: str, by_lens: ByLens) -> OwnerRow:
    rows = [by_lens.get(lens) for lens in view.lenses]
    any_row = next(row for row in rows if row)
    leaning_at = view.site.engagement.settings.leaning_at
    sure = [_is_sure(row, leaning_at) for row in rows]
    return OwnerRow(
        label=view.label(item),
        owners=(_place(rows[0]), _place(rows[1])),
        is_sure=(sure[0], sure[1]),
        verdict=_worded(view, any_row, "pattern"),
        is_open=any_row["claim"] not in WORDED,
    )


def _is_sure(row: Row | None, leaning_at: float) -> bool:
    """Whether a lens clearly names one owner; of a small group, whether how they meet is clear."""
    if row is None:
        return False
    chance = number_or_none(row["p_owner"])
    return row["claim"] in WORDED if chance is None else chance >= leaning_at


def _owners_table(view: SiteView, duties: Mapping[str, ByLens], title: str) -> Block:
    words = view.words
    rows = [
        (
            view.label(item),
            *(_say_owner(view, item, by_lens.get(lens)) for lens in view.lenses),
            _worded(view, next(iter(by_lens.values())), "pattern"),
            words.certainty(float(chance))
            if (chance := number_or_none(next(iter(by_lens.values()))["probability"])) is not None
            else "",
        )
        for item, by_lens in duties.items()
    ]
    heads = [ReportColumn(words.say("table.duty"))]
    heads += [ReportColumn(words.say("table.names", lens=name)) for name in view.names]
    heads += [
        ReportColumn(words.say("table.state")),
        ReportColumn(words.say("table.certainty"), is_number=True),
    ]
    return tuck_table(ReportTable(title, tuple(heads), rows), words)


def _say_owner(view: SiteView, item: str, row: Row | None) -> str:
    owner = _owner(row)
    if row is None or int(row["n"]) == 0:
        return view.words.say("table.too_few")
    said = view.site.option_label(item, owner) if owner else view.words.say("table.no_majority")
    return view.words.say("table.mean", mean=said, n=int(row["n"]))


# ── Pilots ─────────────────────────────────────────────────────────────────────────────────────


def show_pilots(view: SiteView, dimension: str) -> Block:
    """Both scorecards of each pilot, where a dimension asks for them."""
    items = view.site.engagement.instrument.items
    if not any(i.dimension == dimension and i.group in ("technical", "operational") for i in items):
        return EMPTY
    by_pilot = _by_subject(view.rows("pilots"), "subject")
    if not by_pilot:
        return EMPTY
    panels = [_panel(view, pilot, rows) for pilot, rows in by_pilot.items()]
    words = PilotWords(
        view.words.say("figure.technical"),
        view.words.say("figure.operational"),
        *(view.words.say(f"quadrant.{quadrant}") for quadrant in _QUADRANTS),
    )
    names = view.names
    says = view.words.say("figure.pilots", n=len(panels), first=names[0], second=names[1])
    return join_blocks([picture(draw_pilots(panels, words), says), _pilots_table(view, by_pilot)])


def _panel(view: SiteView, pilot: str, by_lens: ByLens) -> PilotPanel:
    rows = [by_lens.get(lens) for lens in view.lenses]
    scores = [
        (_score(row, "technical"), _score(row, "operational")) if row else None for row in rows
    ]
    both = [(pair[0], pair[1]) if pair and pair[0] and pair[1] else None for pair in scores]
    sure = [bool(row) and row["claim"] in WORDED for row in rows]  # type: ignore[index]
    return PilotPanel(view.title(pilot), (both[0], both[1]), (sure[0], sure[1]))


def _score(row: Row, card: str) -> Score | None:
    parts = [number_or_none(row[name]) for name in (card, f"{card}_low", f"{card}_high")]
    if parts[0] is None:
        return None
    at = [((part if part is not None else parts[0]) - 1) / (row["points"] - 1) for part in parts]
    return Score(*at)


def _pilots_table(view: SiteView, by_pilot: Mapping[str, ByLens]) -> Block:
    words = view.words
    rows = [
        (
            view.title(pilot),
            view.name(lens),
            _mean(view, by_lens[lens], "technical", "n_technical"),
            _mean(view, by_lens[lens], "operational", "n_operational"),
            _mean(view, by_lens[lens], "success", "n_success"),
            _worded(view, by_lens[lens], "quadrant"),
        )
        for pilot, by_lens in by_pilot.items()
        for lens in view.lenses
        if lens in by_lens
    ]
    heads = [ReportColumn(words.say("table.pilot")), ReportColumn(words.say("table.looker"))]
    heads += [
        ReportColumn(words.say(f"table.{name}"), is_number=True)
        for name in ("technical", "operational", "success")
    ]
    heads.append(ReportColumn(words.say("table.state")))
    return tuck_table(ReportTable(words.say("table.pilots"), tuple(heads), rows), words)


def _mean(view: SiteView, row: Row, name: str, n: str) -> str:
    if number_or_none(row[name]) is None:
        return view.words.say("table.too_few")
    return view.words.say("table.mean", mean=view.words.told(row, name), n=int(row[n]))


# ── Decisions ──────────────────────────────────────────────────────────────────────────────────


def show_readiness(view: SiteView, dimension: str) -> Block:
    """What each lens asks of the data per decision, where a dimension asks for it."""
    groups = {f"checks_{lens}" for lens in view.lenses}
    items = view.site.engagement.instrument.items
    if not any(item.dimension == dimension and item.group in groups for item in items):
        return EMPTY
    by_decision = _by_subject(view.rows("readiness"), "subject")
    if not by_decision:
        return EMPTY
    words, names = view.words, view.names
    drawn = draw_readiness(
        [_decision_row(view, decision, rows) for decision, rows in by_decision.items()],
        left=words.say("figure.not_cleared"),
        right=words.say("figure.cleared"),
    )
    says = words.say("figure.readiness", n=len(by_decision), first=names[0], second=names[1])
    return join_blocks([picture(drawn, says), _readiness_table(view, by_decision)])


def _decision_row(view: SiteView, decision: str, by_lens: ByLens) -> DecisionRow:
    checks = [_check(by_lens.get(lens)) for lens in view.lenses]
    row = next(iter(by_lens.values()))
    blocking = [
        view.words.say(
            "figure.check", check=view.site.item_short(check["item"]), lens=view.name(check["lens"])
        )
        for check in row["blocking"] or []
    ]
    reasons = view.words.say("figure.blocked_by", checks=", ".join(blocking)) if blocking else ""
    return DecisionRow(
        title=view.title(decision),
        checks=(checks[0], checks[1]),
        verdict=_worded(view, row, "verdict"),
        is_open=row["claim"] not in WORDED,
        reasons=reasons,
    )


def _check(row: Row | None) -> Check | None:
    names = ("own_checks", "own_checks_low", "own_checks_high")
    parts = [number_or_none(row[name]) for name in names] if row else [None]
    if row is None or parts[0] is None:
        return None
    at = [((part if part is not None else parts[0]) - 1) / (row["points"] - 1) for part in parts]
    return Check(*at)


def _readiness_table(view: SiteView, by_decision: Mapping[str, ByLens]) -> Block:
    words = view.words
    rows = [
        (
            view.title(decision),
            view.name(lens),
            _mean(view, by_lens[lens], "own_checks", "n_own_checks"),
            _mean(view, by_lens[lens], "act", "n_act"),
            _worded(view, by_lens[lens], "verdict"),
        )
        for decision, by_lens in by_decision.items()
        for lens in view.lenses
        if lens in by_lens
    ]
    heads = [ReportColumn(words.say("table.decision")), ReportColumn(words.say("table.looker"))]
    heads += [
        ReportColumn(words.say(f"table.{name}"), is_number=True) for name in ("own_checks", "act")
    ]
    heads.append(ReportColumn(words.say("table.state")))
    return tuck_table(ReportTable(words.say("table.readiness"), tuple(heads), rows), words)
