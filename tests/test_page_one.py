"""Page one holds together: its actions answer its story, nothing on it is said or asked twice."""

from __future__ import annotations

import html
import re
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from demo_reports import assess

from harmony_kit.findings.fact import Term
from harmony_kit.findings.first_findings import select_first
from harmony_kit.findings.observation import Observation
from harmony_kit.findings.patterns import Case
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.findings.playbook_lint import list_cases
from harmony_kit.findings.voice import Voice
from harmony_kit.findings.wording import Wording
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.report import site_report
from harmony_kit.report.site_report.answering import find_answer
from harmony_kit.report.site_report.can_wait import list_waiting
from harmony_kit.report.site_report.next_steps import N_FIRST, first_steps, list_steps
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.three_lists import list_meetings
from harmony_kit.report.words import load_words

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import stories

SITES = tuple(stories.PLANTED)
INSTRUMENT = load_instrument(find_instrument("it-operations"))
PLAYBOOK = load_playbook(find_playbook("it-operations"))

#: Standings of what is settled: nobody is asked to decide it again.
SETTLED = ("decided", "ended", "kept")
#: Kinds of finding whose action decides something about a pilot or a decision.
DECIDING = ("topic", "pilot", "evidence", "signature")


@cache
def _view(site: str, language: str = "en") -> SiteView:
    return SiteView.of(assess(site, language))


def _page(site: str) -> str:
    return html.unescape(site_report.page_one(assess(site)).html)


def _bare(case: Case) -> Observation:
    lenses = INSTRUMENT.lens_ids
    looker = lenses[0] if case.looker in ("", "both") else case.looker
    other = INSTRUMENT.other_lens(looker)
    roles = {"looker": looker, "other": other, "high": looker, "low": other}
    return Observation(case, "claimed", gap=0, certainty=1, subject="it", roles=roles)


# ── What is settled ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_what_has_ended_or_been_decided_is_acted_on_in_words_of_its_own(language):
    """No case of a settled pilot or decision takes its action from those that still go on."""
    settled = [c for c in list_cases(INSTRUMENT) if c.standing in SETTLED and c.kind in DECIDING]
    voice = Voice(PLAYBOOK, INSTRUMENT, language, {"it": "Trial"})
    open_words = {"decided": "open", "ended": "running", "kept": "running"}
    assert len(settled) > 50
    for case in settled:
        said = Wording(_bare(case), voice)
        going = Wording(_bare(replace(case, standing=open_words[case.standing])), voice)
        assert said.action != going.action, case
        assert said.question != going.question, case


@pytest.mark.parametrize("site", SITES)
def test_no_step_asks_for_a_verdict_on_what_is_decided_or_for_daily_use_of_what_has_ended(site):
    view = _view(site)
    decided = {one for row in view.rows("evidence_decisions") for one in row["decided_days"]}
    ended = {row["pilot"] for row in view.rows("evidence_pilots") if not row["is_open"]}
    for step in list_steps(view):
        finding = step.finding
        if set(finding.names) & (decided | ended):
            assert finding.standing in SETTLED, finding.id
        if set(finding.names) & decided:
            assert not re.search(r"verdict|guardrails|in the way", finding.action), finding.action
        if set(finding.names) & ended:
            assert not re.search(r"daily use of|scorecards|last day", finding.action), (
                finding.action
            )


def test_where_no_decision_waits_none_is_to_be_listed():
    for site in SITES:
        view = _view(site)
        if not any(row["n_open"] for row in view.rows("evidence_decisions")):
            actions = [finding.action for finding in view.site.findings]
            assert [text for text in actions if "open decision" in text] == [], site


# ── Actions ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("site", SITES)
def test_the_first_action_answers_the_story(site):
    view = _view(site)
    answer = find_answer(view.site.story, view.site.findings)
    assert answer is not None
    steps = first_steps(view, N_FIRST)
    told = [step.finding.id for step in steps]
    if (
        site == "kobuchi"
    ):  # the answer rests on impressions alone, and two pilots are past their end
        assert steps[0].finding.pattern in ("pilots_drift", "pilots_past_end")
        assert answer.id in told
    else:
        assert told[0] == answer.id


@pytest.mark.parametrize("site", SITES)
def test_a_step_has_one_day_wherever_it_is_told_and_the_soonest_come_first(site):
    view = _view(site)
    days = {row["id"]: row["horizon_days"] for row in view.site.results()["findings"]}
    told = [(step.finding.id, step.finding.horizon_days) for step in list_steps(view)]
    assert [(id_, days[id_]) for id_, _ in told] == told
    for some in (told[1:N_FIRST], told[N_FIRST:]):
        assert [n for _, n in some] == sorted(n for _, n in some)


@pytest.mark.parametrize("site", SITES)
def test_steps_are_numbered_from_one_on_page_one_and_named_with_one_day_each(site):
    view = _view(site)
    steps = list_steps(view)
    assert [step.number for step in steps] == [*range(1, len(steps) + 1)]
    assert first_steps(view, N_FIRST) == steps[:N_FIRST]
    for step in steps:
        days = re.search(r"\b(this week|within \w+ (days|weeks))", step.finding.action)
        assert days is None, step.finding.action


@pytest.mark.parametrize("site", SITES)
def test_no_two_steps_ask_for_the_same(site):
    steps = list_steps(_view(site))
    bare = [re.sub(r"“[^”]*”", "", step.finding.action) for step in steps]
    assert len(set(bare)) == len(steps)
    about = [(s.finding.task, name) for s in steps for name in s.finding.names or ("",)]
    assert [one for one, n in Counter(about).items() if n > 1] == []
    done = [step.done for step in steps]
    assert len(set(done)) == len(steps)


@pytest.mark.parametrize("site", [*SITES, "tarn"])
def test_what_has_ended_and_is_still_used_is_one_step_wherever_there_is_such_a_pilot(site):
    view = _view(site)
    kept = {name for one in view.site.findings if one.standing == "kept" for name in one.names}
    steps = [step.finding for step in list_steps(view) if step.finding.standing == "kept"]
    assert [name for one in steps for name in one.names] == [*kept]
    assert kept == (set() if site == "kobuchi" else {"vision"})


@pytest.mark.parametrize("site", SITES)
def test_sides_just_seen_to_know_each_other_are_not_asked_to_say_it_again(site):
    view = _view(site)
    shares = [row["share"] for row in view.rows("understanding", dimension="all")]
    asked = [step.finding.pattern for step in list_steps(view)]
    assert min(shares) < 0.95 or "reads_well" not in asked


@pytest.mark.parametrize("site", SITES)
def test_every_action_says_what_shows_that_it_is_done(site):
    plain = load_words("en").say("done.plain")
    for finding in _view(site).site.findings:
        assert bool(finding.done) == bool(finding.task), finding.id
        assert not finding.action or finding.done not in ("", plain), finding.id


def test_an_open_decision_is_named_with_its_days():
    (step, *_) = first_steps(_view("northfield"), N_FIRST)
    for named in ("vendor” (310 days)", "material” (290 days)", "report” (180 days)"):
        assert named in step.finding.action
    assert step.finding.names == ("vendor-access", "reorder", "alarm-limits", "shift-report")


def test_steps_keep_their_numbers_on_page_one():
    view = _view("lakeview")
    numbers = {step.finding.id: step.number for step in list_steps(view)}
    for step in first_steps(view, N_FIRST):
        assert numbers[step.finding.id] == step.number
        assert f">{step.number}. {step.finding.action}" in _page("lakeview")


# ── The three lists ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("site", SITES)
def test_the_head_of_a_list_is_true_for_both_sides(site):
    words = load_words("en")
    both = {words.say(f"page.{name}") for name in ("only_think", "differ", "closer")}
    for meeting in list_meetings(_view(site)):
        lookers = {finding.looker for finding in meeting.findings}
        assert (meeting.title in both) == (lookers <= {"both"}), meeting.title
        if len(lookers) == 1 and not lookers <= {"both"}:
            assert _view(site).name(*lookers) in meeting.title


@pytest.mark.parametrize("site", SITES)
def test_who_expects_rightly_is_not_told_that_it_does_not_know(site):
    right = {
        (row["item"], row["subject"] if isinstance(row["subject"], str) else "", row["lens"])
        for row in _view(site).rows("topics")
        if row["is_understood"] is True
    }
    for finding in _view(site).site.findings:
        if finding.kind == "topic" and finding.pattern in ("false_consensus", "false_conflict"):
            lookers = INSTRUMENT.lens_ids if finding.looker == "both" else (finding.looker,)
            for one in finding.alike or (finding,):
                assert not right & {(one.item, one.subject, lens) for lens in lookers}, finding.id


@pytest.mark.parametrize("site", SITES)
def test_a_single_rating_stands_with_what_both_sides_say(site):
    for meeting in list_meetings(_view(site)):
        for one in meeting.entries:
            if one.finding.kind == "topic" and not one.finding.alike:
                assert any("Operations" in said and " of 5" in said for said in one.beside), one


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("site", SITES)
def test_everything_listed_brings_a_question_of_its_own(site, language):
    meetings = list_meetings(_view(site, language))
    asked = [one.question for meeting in meetings for one in meeting.entries]
    assert "" not in asked
    assert len(set(asked)) == len(asked)


def test_a_charge_stands_beside_its_counter_charge():
    (_, one) = list_meetings(_view("northfield"))[1].entries
    assert one.finding.item == "perceptions.ops_risks"
    assert any(
        said.startswith("The other way round it is open: IT protecting systems")
        for said in one.beside
    )


@pytest.mark.parametrize("site", SITES)
def test_a_list_says_what_is_plain_before_what_only_looks_so(site):
    for meeting in list_meetings(_view(site)):
        hedged = [finding.claim != "claimed" for finding in meeting.findings]
        assert hedged == sorted(hedged)


def test_what_a_finding_states_plainly_is_not_among_what_cannot_be_told():
    page = _page("northfield")
    assert "What matters most for AI: the two sides put different things first, and IT" in page
    cannot = page.partition("Cannot be told yet: ")[2]
    assert cannot.startswith("first words on hearing “AI”")
    assert "what matters most" not in cannot


# ── Facts ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("site", SITES)
def test_common_ground_counts_only_what_is_sure(site):
    common = _view(site).site.story.common
    sure = Counter(
        (row["item"], str(row["subject"]))
        for row in _view(site).rows("topics", state="shared_view", claim="claimed")
    )
    own = [row for row in _view(site).rows("within", view="split") if row["lens"] == row["about"]]
    split = {(row["item"], str(row["subject"])) for row in own}
    names = {"first_mean", "second_mean", "topic"}
    assert common.id in ("both_alike", "both_alike_plain", "both_alike_expected")
    assert (names <= {*common.terms}) == (common.id == "both_alike")
    assert common.n <= sum(n == 2 for key, n in sure.items() if key not in split)


def test_common_ground_is_named_by_a_point_both_rate_high_and_expect_rightly():
    named = {
        site: common.terms["topic"].value[0]
        for site in SITES
        if "topic" in (common := _view(site).site.story.common).terms
    }
    assert named
    for site, item in named.items():
        rows = _view(site).rows("topics", item=item)
        for row in (row for row in rows if row["state"] == "shared_view"):
            assert min(row["own"], row["other_own"]) >= (1 + row["points"]) / 2 + 0.5, site
        assert _view(site).item(item).group not in ("same", "pilots", "decisions", "act"), site
    assert "On 34 of 34 points you answer alike, and each side expects that." in _page("greenhaven")


def test_where_knowing_cannot_be_told_nothing_on_the_report_says_you_know_it():
    waits = "What “AI” means, Ground rules for AI, From signals to work and How AI is approached"
    assert f"Can wait: {waits}. You answer this alike." in _page("greenhaven")
    below = html.unescape(site_report.can_wait(assess("greenhaven")).html)
    assert f"You answer this alike: {waits}." in below
    assert not [part for part in (_page("greenhaven"), below) if "alike and know it" in part]
    for language, known in (("de", "gleich und wissen es"), ("es", "igual y lo saben")):
        site = assess("greenhaven", language)
        parts = (site_report.page_one(site).html, site_report.can_wait(site).html)
        assert not [part for part in parts if known in part]


def test_of_few_decisions_each_is_told():
    facts = {fact.id: fact for fact in assess("greenhaven").story.facts}
    assert facts["made_each"].terms == {"days": Term("numbers", (18, 24, 30))}
    assert "half of them" not in _page("greenhaven")


@pytest.mark.parametrize("site", SITES)
def test_a_pilot_that_ended_and_is_used_is_called_that(site):
    kept = [r["pilot"] for r in _view(site).rows("evidence_pilots") if not r["is_open"]]
    for finding in _view(site).site.findings:
        if finding.kind in ("pilot", "evidence") and finding.subject in kept:
            assert finding.standing == "kept", finding.id


# ── What can wait, and the rest ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("site", SITES)
def test_what_can_wait_is_nowhere_else_on_page_one(site):
    view = _view(site)
    before, _, _ = _page(site).partition('<p class="wait">')
    told = [f for meeting in list_meetings(view) for f in meeting.findings]
    told += [step.finding for step in list_steps(view)]
    for name in list_waiting(view):
        assert name not in before, name
        assert name not in {view.site.dimension_name(f.dimension) for f in told if f.dimension}


@pytest.mark.parametrize("site", SITES)
def test_a_dimension_both_rate_low_cannot_wait(site):
    view = _view(site)
    waiting = list_waiting(view)
    for dimension in view.dimensions():
        rows = view.rows("topics", dimension=dimension, lens=view.lenses[0])
        low = [max(row["own"], row["other_own"]) < (1 + row["points"]) / 2 for row in rows]
        if rows and 2 * sum(low) > len(low):
            assert view.site.dimension_name(dimension) not in waiting


@pytest.mark.parametrize("site", SITES)
def test_every_dimension_has_one_spread(site):
    view = _view(site)
    page = site_report.dimensions(assess(site)).html
    titles = re.findall(r'<h3 id="dimension-(\w+)-title">', page)
    asked = {row["dimension"] for row in view.rows("topics")}
    assert len(titles) == len(set(titles))
    assert asked <= {*titles}
    bullets = re.findall(r"<li id=[^>]*>(.*?) <", page)
    assert [one for one, n in Counter(bullets).items() if n > 1] == []
    first = {finding.title for finding in select_first(view.site.findings)}
    assert first.isdisjoint(html.unescape(one) for one in bullets)


def test_what_runs_late_is_acted_on_where_the_story_tells_of_it():
    first = [step.finding for step in first_steps(_view("kobuchi"), N_FIRST)]
    assert {"vision", "planner"} in [set(finding.names) for finding in first]


# ── What readers stumbled over ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("site", SITES)
def test_a_pilot_gets_one_order(site):
    given: dict[str, set[str]] = {}
    for finding in _view(site).site.findings:
        for name in finding.names if finding.task in PLAYBOOK.caution else ():
            given.setdefault(name, set()).add(finding.task)
    assert {name: tasks for name, tasks in given.items() if len(tasks) > 1} == {}


def test_the_most_cautious_order_wins():
    tasks = {f.task for f in _view("palmetto").site.findings if "planner" in f.names and f.action}
    assert "guard" in tasks
    assert "go on, change it, or stop" not in _page("palmetto")


def test_a_record_is_told_and_never_likely():
    titles = [f.title for f in assess("tarn").findings]
    assert titles == [
        "Decisions about AI are being made",
        "Camera inspection: it has ended, and people still use it",
        "Maintenance planner: it is in use",
    ]


def test_a_side_of_two_minds_stands_beside_what_the_other_says():
    told = "Decisions about AI getting made: IT 2.8 of 5; Operations is of two minds."
    assert told in _page("sanmarco")


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (1.0, (4.9, 4.9), ", further apart: Operations putting speed"),
        (1.4, (4.4, 4.4), ", as far apart: Operations putting speed"),
        (2.8, (1.6, 1.6), ", less far apart: Operations putting speed"),
        (1.2, (3.0, 3.8), ": Operations putting speed"),
    ],
)
def test_of_two_charges_it_is_told_which_lies_further_apart_where_the_bands_bear_it(
    first, second, told
):
    site = assess("kobuchi")
    within, topics = site.frames["within"].copy(), site.frames["topics"].copy()
    twin = (within["item"] == "perceptions.ops_risks") & (within["lens"] == within["about"])
    ends = ["mean", "mean_from", "mean_to"]
    for lens, (low, high) in zip(INSTRUMENT.lens_ids, ((first, first), second), strict=True):
        within.loc[twin & (within["lens"] == lens), ends] = [(low + high) / 2, low, high]
    topics.loc[topics["item"] == "perceptions.ops_risks", "is_on_line"] = False
    topics.loc[topics["item"] == "perceptions.ops_risks", "claim"] = "claimed"
    changed = replace(site, frames={**site.frames, "within": within, "topics": topics})
    page = html.unescape(site_report.page_one(changed).html)
    assert f"The other way round{told}" in page


def test_a_counter_charge_that_is_open_for_a_side_or_near_the_limit_is_open():
    view = _view("kobuchi")
    rows = [*view.rows("topics", item="perceptions.ops_risks")]
    assert any(row["is_on_line"] or row["claim"] == "open" for row in rows)
    assert "The other way round it is open: Operations putting speed" in _page("kobuchi")


def test_a_bridge_nobody_holds_is_told_once():
    page = _page("rotterkade")
    assert page.count("both sides most often say “Nobody”") == 1
    first = select_first(_view("rotterkade").site.findings)
    assert [f.kind for f in first if "ridge" in f.title] == ["signature"]


def test_what_both_would_do_and_neither_knows_stands_on_page_one():
    told = [f for meeting in list_meetings(_view("hinterberg")) for f in meeting.findings]
    (ready,) = [f for f in told if f.dimension == "readiness"]
    assert (ready.pattern, ready.looker, ready.level) == ("false_conflict", "both", "high")


@pytest.mark.parametrize("site", SITES)
def test_what_can_wait_is_named(site):
    (told,) = re.findall(r'<p class="wait">(.*?)\.', _page(site))
    counted = r"Can wait: \d+ points you see alike and know it, among them .+, .+ and .+"
    named = r"Can wait: [^:,]+(, [^:,]+)* and [^:,]+|Can wait: [^:,]+"
    assert re.fullmatch(rf"{counted}|{named}", told), told


@pytest.mark.parametrize("site", SITES)
def test_every_owner_on_page_one_has_a_line_for_a_name(site):
    page = site_report.page_one(assess(site)).html
    n_steps = len(first_steps(_view(site), N_FIRST))
    pairs = re.findall(r'<span class="pair">.*?<span class="fill"></span></span>', page)
    assert len(pairs) == 2 * n_steps
    owners = re.findall(r'class="pair"><span[^>]*></span> (.*?)<span', page)
    assert max(map(len, owners)) <= len("head of Operations, who hears the answer"), owners


def test_a_quote_says_whose_side_said_it():
    first = site_report.first_page(assess("lakeview")).html
    quotes = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", first, re.DOTALL)
    assert quotes
    for quote in quotes:
        said = re.sub(r"<[^>]+>", "", quote).strip()
        assert said.startswith(tuple(f"{name}: " for name in _view("lakeview").names)), said


@pytest.mark.parametrize("site", SITES)
def test_no_sentence_of_a_finding_lists_more_than_a_few(site):
    for finding in _view(site).site.findings:
        assert not (finding.each and "This is about" in finding.shared), finding.id
        assert finding.shared.count(", ") < 12, finding.shared
