"""What there is to see in a picture, and what it says to who cannot see it: from its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, number_or_none, text_of
from harmony_kit.report.blocks import Words
from harmony_kit.report.site_report.site_view import SiteView, hedge

__all__ = [
    "name_state",
    "say_looks",
    "say_ratings",
    "see_apart",
    "see_directions",
    "see_parts",
    "see_widest",
]

#: States in which the side that looks is right about whether the two are close.
_RIGHT = ("shared_view", "known_difference")


def name_state(row: Row, words: Words) -> str:
    """How one lens reads the other on a topic, in a few words that say how sure they are."""
    claim = text_of(row["claim"]) or "withheld"
    is_on_line = number_or_none(row.get("is_on_line")) == 1
    if claim not in WORDED:
        return words.say("state.on_line" if is_on_line else f"state.{claim}")
    state = words.say(f"state.{row['state']}")
    if is_on_line and claim != "claimed":  # told means may lie nearer to the line than the measured
        return words.say("state.near_line", state=state)
    return hedge(words, row["claim"], state)


def say_looks(view: SiteView, looks: Iterable[tuple[Row, str]], title: str) -> str:
    """Every look of a picture of topics with its numbers and its verdict."""
    said = [
        view.words.say(
            "figure.say_look",
            topic=view.label(row["item"], row["subject"]),
            looker=view.name(row["lens"]),
            other=view.name(row["other"]),
            own=_tell(view, row, "own"),
            expected=_tell(view, row, "estimate"),
            said=_tell(view, row, "other_own"),
            state=state,
        )
        for row, state in looks
    ]
    return " ".join([f"{title}.", *said])


def _tell(view: SiteView, row: Row, name: str) -> str:
    if number_or_none(row[name]) is None:
        return view.words.say("table.too_few")
    return view.words.told(row, name)


def see_directions(view: SiteView, rows: Sequence[Row], *, is_furthest_named: bool = True) -> str:
    """Per direction on how many topics a side knows whether both agree; the worst misreading."""
    said = []
    for lens in view.lenses:
        looks = [row for row in rows if row["lens"] == lens and text_of(row["claim"])]
        claimed = [row for row in looks if row["claim"] in WORDED]
        n_right = sum(row["state"] in _RIGHT for row in claimed)
        if looks:
            said.append(
                view.words.count(
                    "figure.see_direction",
                    len(looks),
                    looker=view.name(lens),
                    other=view.name(looks[0]["other"]),
                    right=n_right,
                    wrong=len(claimed) - n_right,
                    open=len(looks) - len(claimed),
                    state=name_state(looks[0], view.words),
                )
            )
    if not is_furthest_named:
        return " ".join(said)
    worded = [row for row in rows if row["claim"] in WORDED]
    return " ".join([*said, see_widest(view, worded)]).strip()


def see_widest(view: SiteView, rows: Sequence[Row]) -> str:
    """The misread topic on which what is expected is furthest from what is said, if any."""
    misread = [row for row in rows if row["state"] not in _RIGHT]
    known = [row for row in misread if number_or_none(row["misreading"])]
    if not known:
        return ""
    row = max(known, key=lambda row: abs(row["misreading"]) / (row["points"] - 1))
    return view.words.say(
        "figure.see_widest",
        topic=view.label(row["item"], row["subject"]),
        looker=view.name(row["lens"]),
        other=view.name(row["other"]),
        expected=view.words.told(row, "estimate"),
        said=view.words.told(row, "other_own"),
    )


def say_ratings(view: SiteView, rated: Iterable[tuple[str, Mapping[str, Row]]], title: str) -> str:
    """Every topic of a picture of ratings, by its label, with what each side says."""
    said = [_say_rating(view, "figure.say_rating", label, rows) for label, rows in rated]
    return " ".join([f"{title}.", *said])


def _say_rating(view: SiteView, key: str, label: str, rows: Mapping[str, Row]) -> str:
    own = [
        view.words.told(rows[lens], "mean") if lens in rows else view.words.say("table.too_few")
        for lens in view.lenses
    ]
    first, second = view.names
    names = {"first": first, "second": second, "own_first": own[0], "own_second": own[1]}
    return view.words.say(key, topic=label, **names)


def see_apart(view: SiteView, rated: Sequence[tuple[str, Mapping[str, Row]]]) -> str:
    """The topic on which the two sides are furthest apart; empty where only one was heard."""
    gaps = {
        i: abs(rows[view.lenses[0]]["mean"] - rows[view.lenses[1]]["mean"])
        for i, (_, rows) in enumerate(rated)
        if all(lens in rows for lens in view.lenses)
    }
    if not gaps:
        return ""
    widest = max(gaps, key=lambda i: gaps[i])
    if gaps[widest] == 0:
        return view.words.say("figure.see_alike", first=view.names[0], second=view.names[1])
    return _say_rating(view, "figure.see_apart", *rated[widest])


def see_parts(view: SiteView, key: str, verdicts: Sequence[str]) -> str:
    """How many have each verdict, the most frequent first."""
    parts = [
        view.words.say("figure.part", n=n, name=verdict)
        for verdict, n in Counter(verdicts).most_common()
    ]
    return view.words.say(key, n=len(verdicts), parts=", ".join(parts))
