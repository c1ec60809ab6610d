"""The story of a site: the planted one, told with facts, and the same when sides are exchanged."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from conftest import skip_or_fail
from demo_reports import assess, demo, measure
from html_checks import list_faults
from markupsafe import escape

from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import render_page
from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.fact import Fact, Term
from harmony_kit.findings.plots import PLOTS, Scene
from harmony_kit.findings.story import Story, tell_story
from harmony_kit.report import site_report
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.storytelling import say_fact
from harmony_kit.report.words import load_words

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import stories


def _first_sentence(html: str) -> str:
    found = re.search(r'<p class="story">(.*?)</p>', html)
    return found[1] if found else ""


TEMPLATES = Path(__file__).parents[1] / "templates" / "harmony"

#: Plant → the first sentence of its first page.
SENTENCES = {
    "northfield": "You both feel aligned, and decisions are not made.",
    "weststrand": (
        "Both sides rate the technology of “Maintenance planner” high, and hardly anybody uses it."
    ),
    "oldmill": (
        "Operations would act on the data, IT would not, and “When to reorder raw material” waits."
    ),
    "kingsbridge": "Both sides name IT alone for most duties.",
    "palmetto": "“Maintenance planner” is in use, and both sides rate its technology weak.",
    "hinterberg": "You are closer than either of you thinks. Tell each other.",
    "sanmarco": "Operations is of two minds itself, on 9 of the 62 points it rated.",
    "lakeview": "IT does not see how much lower Operations rates “Ground rules for AI”.",
    "greenhaven": (
        "You answer alike, and work moves. Whether you know each other cannot be told: "
        "“they think as we do” would be as good a guess."
    ),
    "rotterkade": "Neither side says that it holds the bridge between IT and Operations.",
    "kobuchi": "Where you differ, both sides know it.",
}


@pytest.mark.slow
@pytest.mark.parametrize(("site", "plot"), stories.PLANTED.items())
def test_the_planted_story_is_the_first_sentence_of_page_one(site, plot):
    assessment = assess(site)
    story = assessment.story
    assert story.plot == plot
    sentence = _first_sentence(site_report.page_one(assessment).html)
    assert sentence == SENTENCES[site]
    assert len(story.facts) == 3


def test_where_each_side_names_the_other_nobody_says_that_nobody_holds_the_bridge():
    engagement, answers = demo("rotterkade")
    instrument = engagement.instrument
    said = [
        replace(answer, chosen=(instrument.other_lens(answer.lens),))
        if answer.item == "ownership.bridge" and answer.about == answer.lens
        else answer
        for answer in answers["rotterkade"]
    ]
    site = measure(engagement, said, "rotterkade")
    named = {
        row["lens"]: row["owner"] for row in site.rows("ownership") if row["group"] == "bridge"
    }
    assert named == {"it": "operations", "operations": "it"}
    page = site_report.page_one(site).html
    assert _first_sentence(page) == SENTENCES["rotterkade"]
    assert "IT most often says “Operations”." in html.unescape(page)


@pytest.mark.slow
def test_planted_again_under_other_names_it_is_told_again(tmp_path):
    told = {
        site.site.name: (
            site.story.plot,
            _first_sentence(site_report.page_one(site).html) != "",
        )
        for site, _ in stories.assess_stories(tmp_path / "planted", 1)
    }
    planted = {plant["name"]: (plot, True) for plant, plot in stories.plant_stories(1)}
    assert told == planted
    assert len(planted) == 12
    assert [plot for plot, _ in planted.values()][-1] == "none"


def test_a_site_too_small_has_no_story_and_says_what_it_takes():
    site = assess("tarn")
    assert site.story.plot == "none"
    assert site_report.page_one(site).html == ""
    assert load_words("en").say("cover.silent") in site_report.cover(site).html


def test_nothing_measured_is_no_story():
    assert tell_story({}, assess("tarn").engagement.instrument) == Story("none", 0.0)


@pytest.mark.parametrize(
    ("signature", "technical", "roles", "shape"),
    [
        ("works_but_ignored", (3.5, 4.2), {"rater": "it", "also": "operations"}, "_both"),
        ("works_but_ignored", (3.1, 4.2), {"rater": "operations"}, "_one"),
        ("works_but_ignored", (3.1, 3.4), {}, ""),
        ("used_but_unsafe", (2.5, 2.6), {"rater": "it"}, "_one"),
        ("used_but_unsafe", (2.9, float("nan")), {}, ""),
    ],
)
def test_a_side_rates_high_or_weak_what_lies_clearly_off_the_middle(
    signature, technical, roles, shape
):
    instrument = demo()[0].instrument
    shows = {"signature": signature, "subject": "camera", "is_present": True, "probability": 0.9}
    cards = [
        {"subject": "camera", "lens": lens, "technical": mean, "operational": 5.0, "points": 5}
        for lens, mean in zip(instrument.lens_ids, technical, strict=True)
    ]
    scene = Scene({"signatures": pd.DataFrame([shows]), "pilots": pd.DataFrame(cards)}, instrument)
    told = {plot.id: (plot.roles, plot.shape) for scan in PLOTS[:2] for plot in scan(scene)}
    assert told == {signature: (roles, f"{signature}{shape}")}
    wide = replace(scene, settings=Settings(tolerance=3.0))  # nothing lies far enough off
    assert {plot.shape for scan in PLOTS[:2] for plot in scan(wide)} == {signature}


def test_of_a_pilot_that_ended_on_no_known_day_nobody_says_that_it_was_in_time():
    engagement, answers = demo("greenhaven")
    evidence = engagement.evidence
    pilots = evidence.pilots.assign(planned_end=pd.Timestamp("2027-01-31"))
    told = {}
    for name, ended in (("known", pilots["ended_on"]), ("unknown", pd.NaT)):
        record = replace(evidence, pilots=pilots.assign(ended_on=ended))
        site = measure(
            replace(engagement, evidence_reader=lambda record=record: record),
            answers["greenhaven"],
            "greenhaven",
        )
        parts = (site_report.page_one(site).html, site_report.evidence(site).html)
        told[name] = [
            line in "".join(parts)
            for line in (
                "No pilot on record went past its planned end.",
                "No pilot is past its planned end.",
                "No pilot is known to be past its planned end.",
                "0 of 2 pilots, running or ended, went past their planned end.",
                "0 of 1 pilots, running or ended, went past their planned end.",
            )
        ]
    assert told == {
        "known": [True, True, False, True, False],
        "unknown": [False, False, True, False, True],
    }


@cache
def _exchanged(site: str) -> dict[str, pd.DataFrame]:
    """The frames of a plant with the two lenses in each other's place."""
    engagement, _ = demo()
    first, second = engagement.instrument.lens_ids
    names = {first: second, second: first}
    columns = ("lens", "other", "about", "holder", "subject")
    frames = {}
    for name, frame in assess(site).frames.items():
        swapped = {c: frame[c].replace(names) for c in columns if c in frame}
        frames[name] = frame.assign(**swapped)
    return frames


@pytest.mark.slow
@pytest.mark.parametrize("site", ["lakeview", "kingsbridge", "sanmarco", "northfield", "oldmill"])
def test_exchanging_the_sides_exchanges_their_parts_and_nothing_else(site):
    instrument = assess(site).engagement.instrument
    first, second = instrument.lens_ids
    told, again = assess(site).story, tell_story(_exchanged(site), instrument)
    assert (again.plot, again.score) == (told.plot, told.score)
    swap = {first: second, second: first}
    assert again.roles == {part: swap[lens] for part, lens in told.roles.items()}


def test_where_a_side_is_of_two_minds_it_is_counted_once():
    facts = {fact.id: fact for fact in assess("sanmarco").story.facts}
    assert {*facts["split_among"].terms} == {"lens", "topics"}
    assert facts["two_minds"].terms["lens"] == Term("lens", "it")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Operations is split on the same meaning of “AI”."),
        ("de", "Produktion ist geteilt bei: dasselbe Verständnis von „KI“."),
        ("es", "Operaciones está dividida en el mismo significado de «IA»."),
    ],
)
def test_where_every_point_a_side_is_split_on_is_named_none_is_among_others(language, told):
    site = assess("sanmarco", language)
    within = site.frames["within"]
    few = within[within["item"] == "meaning.same"]
    story = tell_story({"within": few}, site.engagement.instrument)
    assert [say_fact(SiteView.of(site), fact) for fact in story.facts][:1] == [told]


def test_the_facts_of_northfield_are_counted_and_named():
    facts = {fact.id: fact for fact in assess("northfield").story.facts}
    assert facts["open"] == Fact(
        "open",
        {
            "all": Term("n", 5),
            "low": Term("n", 180),
            "high": Term("n", 310),
            "oldest": Term("subject", "vendor-access"),
        },
        n=4,
    )
    assert facts["both_or_neither"].terms["high"] == Term("lens", "it")
    assert [*facts] == ["open", "both_or_neither", "felt"]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_page_one_has_everything_two_directors_sign(language):
    html = site_report.page_one(assess("northfield", language)).html
    words = load_words(language)
    for key in ("only_think", "closer", "talk", "record", "do", "done", "common"):
        assert words.say(f"page.{key}") in html, key
    it = assess("northfield", language).lens_name("it")
    assert words.say("page.differ_by", lens=it) in html
    assert html.count('class="fill-in"') == 3
    assert html.count('class="fill"') == 2 + 2 * 3  # to sign, and a name for each owner of a step
    assert html.count('class="pair"') == 6
    assert len(re.findall(r"<li>.*?</li>", html.partition('class="places"')[2], re.DOTALL)) <= 9


def test_those_who_were_asked_get_the_story_back():
    site = assess("northfield")
    told = site.results()["handout"]
    assert told["story"] == SENTENCES["northfield"]
    assert told["who"] == "Heard: 6 of 14 people from IT and 7 of 120 people from Operations."
    assert len(told["facts"]) == 4
    assert 1 <= len(told["actions"]) <= 3
    content = {"page": Page("Northfield", "en"), "handout": told}
    html = render_page("handout.html.j2", content).decode()
    assert list_faults(html[html.index("<main>") :].removesuffix("</body>\n</html>")) == []
    assert all(str(escape(text)) in html for text in (told["story"], *told["facts"]))


@pytest.mark.slow
def test_a_handout_tells_nothing_of_a_site_too_small():
    told = assess("tarn").results()["handout"]
    assert set(told) == {"thanks", "kept", "ask", "silent"}
    html = render_page("handout.html.j2", {"page": Page("Tarn", "de"), "handout": told}).decode()
    assert str(escape(told["silent"])) in html


def _count_sheets(page) -> int:
    pdf = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_page_one_is_one_sheet(language, tmp_path):
    labs = pytest.importorskip("labs", reason="the browser tests are not installed")
    if not labs.CHROMIUM.exists():
        skip_or_fail("no Chromium is installed")
    css = (TEMPLATES / "static" / "harmony.css").read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    counts, handouts = {}, {}
    with labs.run_browser() as browser:
        page = browser.new_page()
        for site in stories.PLANTED:
            html = site_report.page_one(assess(site, language)).html
            path.write_text(f"<style>{css}</style><main>{html}</main>", encoding="utf-8")
            page.goto(path.as_uri())
            counts[site] = _count_sheets(page)
            told = assess(site, language).results()["handout"]
            content = {"page": Page(site, language), "handout": told}
            path.write_bytes(render_page("handout.html.j2", content))
            page.goto(path.as_uri())
            handouts[site] = _count_sheets(page)
    assert counts == dict.fromkeys(stories.PLANTED, 1)
    assert handouts == dict.fromkeys(stories.PLANTED, 1)
