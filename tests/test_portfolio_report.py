"""The report over all sites: nothing averaged, nothing ranked, every site accounted for."""

from __future__ import annotations

import re
from dataclasses import replace

import page_cases
import pandas as pd
import pytest
from demo_reports import AS_OF, PLANTS, assess, demo
from html_checks import Outline, list_faults

from harmony_kit.measures.rows import rows_of
from harmony_kit.report import portfolio_report
from harmony_kit.report import site_report as report
from harmony_kit.report.blocks import load_words
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import PortfolioView
from harmony_kit.report.portfolio_report.recurring import group_findings

PARTS = (
    *("cover", "together", "regions", "reading", "where", "recurring", "evidence", "promises"),
    "sites",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    for site in PLANTS:
        (folder / site).mkdir()
        assess(site).save(folder / site)
    return folder


@pytest.fixture(scope="module")
def portfolio(results):
    engagement, _ = demo()
    return Portfolio.load(engagement.folder, wave="2026", results=results, as_of=AS_OF)


def _show(portfolio: Portfolio) -> str:
    return "\n".join(getattr(portfolio_report, part)(portfolio).html for part in PARTS)


def test_there_is_a_verb_for_every_part():
    assert sorted(PARTS) == portfolio_report.__all__


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_a_portfolio_has_no_faults(portfolio, language):
    spoken = replace(portfolio, engagement=replace(portfolio.engagement, languages=(language,)))
    html = _show(spoken)
    assert list_faults(html) == []
    assert not re.findall(r"\{\w*\}|\bnan\b|\bNone\b|<NA>|Undefined", Outline(html).text)


@pytest.mark.slow
def test_the_cover_accounts_for_every_site(portfolio):
    text = Outline(portfolio_report.cover(portfolio).html).text
    assert "3 sites have a report." in text
    assert "At one site too few people were heard" in text
    assert "8 sites have no results yet." in text
    heard = {
        lens: sum(assess(site).results()["n"].get(lens, 0) for site in PLANTS)
        for lens in ("it", "operations")
    }
    assert f"IT {heard['it']} people heard Operations {heard['operations']} people heard" in text


def test_every_cell_is_that_of_its_site_direction_and_dimension(portfolio):
    html = portfolio_report.where(portfolio).html
    tables = html.split("<table")[1:]
    assert len(tables) == 2
    for lens, table in zip(("it", "operations"), tables, strict=True):
        for site in ("hinterberg", "kingsbridge", "northfield"):
            row = table.partition(f'href="{site}/report.html"')[2].partition("</tr>")[0]
            shown = re.findall(r">(\d+)%<small>(\d+): (\d+)\u2013(\d+)</small></td>", row)
            told = [r for r in assess(site).rows("understanding") if r["lens"] == lens]
            ends = [[f"{100 * r[name]:.0f}" for name in ("share", "low", "high")] for r in told]
            assert shown == [
                (share, str(r["n_topics"]), low, high)
                for r, (share, low, high) in zip(told, ends, strict=True)
            ]


def test_understood_is_one_number_wherever_it_is_told(portfolio):
    """The number of a site, its marked topics, its dimensions, its legend and the portfolio."""
    told = portfolio_report.reading(portfolio).html
    for site in ("hinterberg", "kingsbridge", "northfield"):
        found, legend = assess(site), Outline(report.headline(assess(site)).html).text
        for lens in ("it", "operations"):
            rows = [row for row in found.rows("understanding") if row["lens"] == lens]
            (whole,) = (row for row in rows if row["dimension"] == "all")
            topics = [row for row in found.rows("topics") if row["lens"] == lens]
            marked = sum(row["is_understood"] is True for row in topics)
            by_dimension = sum(row["understood"] for row in rows) - whole["understood"]
            assert whole["understood"] == marked == by_dimension
            assert whole["share"] == pytest.approx(marked / len(topics))
            assert f"{100 * whole['share']:.0f}%" in told
            assert f"On about {marked} of {len(topics)} topics, what" in legend


def test_a_site_too_small_is_counted_and_not_shown(portfolio):
    shown = portfolio_report.reading(portfolio).html + portfolio_report.where(portfolio).html
    assert "Tarn Fittings" not in shown
    row = portfolio_report.sites(portfolio).html.partition("Tarn Fittings")[2].partition("</tr>")[0]
    assert "too few to show" in row
    assert row.count("too few<") == 2


def test_signatures_name_their_sites(portfolio):
    html = portfolio_report.recurring(portfolio).html
    row = html.partition("Both sides feel aligned, and decisions stall")[2].partition("</tr>")[0]
    assert re.findall(r'href="(\w+)/report.html"', row) == ["northfield"]


def test_what_recurs_is_named_without_the_pilot_of_one_site(portfolio):
    html = portfolio_report.recurring(portfolio).html
    titles = re.findall(r'<th scope="row">(.*?)</th>', html)
    assert titles
    assert not [t for t in titles if "Camera inspection" in t or "Maintenance planner" in t]


def _group(portfolio: Portfolio) -> list[dict]:
    signs, often = group_findings(PortfolioView.of(portfolio))
    return [*signs, *often]


def test_what_recurs_is_worked_out_once(portfolio):
    first, second = (group_findings(PortfolioView.of(portfolio)) for _ in range(2))
    assert first is second
    assert group_findings(PortfolioView.of(replace(portfolio))) is not first


def test_what_recurs_is_named_without_how_many_points_it_is_about_at_one_site(portfolio):
    titles = {one.title for one in portfolio.engagement.evidence.subjects() if one.title}
    named = [group["title"] for group in _group(portfolio)]
    assert "Decision: it was decided on data that did not pass every check" in named
    assert [one for one in named if "(" in one or any(title in one for title in titles)] == []


def test_what_recurs_of_several_topics_is_named_by_their_dimension(portfolio):
    (row,) = rows_of(portfolio.findings.head(1))
    topics = {"kind": "topic", "n_alike": 3, "item": "workflow.two_scorecards", "subject": ""}
    topics |= {"dimension": "workflow"}
    topics |= {"title": "How AI is approached (judging pilots and 2 more): both see it alike"}
    several = [{**row, **topics, "site": site} for site in ("kingsbridge", "northfield")]
    (group,) = _group(replace(portfolio, findings=pd.DataFrame(several)))
    assert group["title"] == "How AI is approached: both see it alike"


def test_what_recurs_of_several_decisions_is_named_without_them(portfolio):
    (row,) = rows_of(portfolio.findings.head(1))
    several = {
        **row,
        "site": "kingsbridge",
        "kind": "topic",
        "n_alike": 3,
        "item": "readiness.act",
        "dimension": "readiness",
        "subject": "reorder",
        "title": "Data ready enough to act on, When to reorder raw material, When to stop the line "
        "and 1 more: it is so: both sides see it alike",
    }
    few = replace(portfolio, findings=pd.DataFrame([several, several | {"site": "northfield"}]))
    (group,) = _group(few)
    assert group["title"] == "Data ready enough to act on: it is so: both sides see it alike"


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_what_to_do_is_that_of_a_site_that_has_a_step(portfolio, nothing):
    """A report says a step once, so a finding may have none there."""
    shared = {group["title"] for group in _group(portfolio) if group["n"] > 1 and group["action"]}
    at_first = portfolio.findings["site"] == "northfield"
    some = portfolio.findings["action"].mask(at_first, nothing)
    told = _group(replace(portfolio, findings=portfolio.findings.assign(action=some)))
    assert len(shared) > 5
    assert {group["title"] for group in told if group["action"]} >= shared
    bare = replace(portfolio, findings=portfolio.findings.assign(action=nothing))
    assert {group["action"] for group in _group(bare)} == {""}
    assert portfolio_report.together(bare).html == ""


def test_the_title_of_a_pilot_is_no_part_of_a_word(portfolio):
    evidence = portfolio.engagement.evidence
    named = replace(evidence, pilots=evidence.pilots.assign(title="nam"))
    engagement = replace(portfolio.engagement, evidence_reader=lambda: named)
    steps = [group["action"] for group in _group(replace(portfolio, engagement=engagement))]
    assert any("name" in step for step in steps)
    assert [step for step in steps if re.search(r"\w\[|\]\w", step)] == []


def test_the_cover_says_what_weighs_most_before_anything_is_counted(portfolio):
    many = page_cases.repeat_sites(portfolio, 9)
    text = Outline(portfolio_report.cover(many).html).text
    told = Outline(portfolio_report.together(many).html).text
    title = re.search(r"What weighs most over all sites: “(.*?)”, at (\d) of 6 sites", text)
    assert title
    assert f"{title[1]} At {title[2]} of 6 sites" in told


def test_every_count_is_of_sites_shown_and_keeps_what_is_likely_apart(portfolio):
    html = portfolio_report.recurring(portfolio).html
    assert "tarn" in set(portfolio.findings["site"])  # its records alone make findings
    assert "tarn/report.html" not in html
    rows = re.findall(r'<td class="number">([^<]*)</td><td>(.*?)</td></tr>', html)
    assert any("likely" in places for _, places in rows)
    for number, places in rows:
        n, more = places.count("report.html"), places.count('class="soft"')
        said = {
            (True, False): f"{n} of 3",
            (True, True): f"{n - more} of 3, likely {more} more",
            (False, True): f"likely {more} of 3",
        }
        assert number == said[n > more, more > 0]


def test_a_high_share_alone_does_not_say_that_a_side_knows_the_other(portfolio):
    text = Outline(portfolio_report.reading(portfolio).html).text
    names = {row["site"]: row["name"] for row in portfolio.sites.to_dict("records")}
    for lens, looker, other in (("it", "IT", "Operations"), ("operations", "Operations", "IT")):
        whole = {
            site: row
            for site in ("hinterberg", "kingsbridge", "northfield")
            for row in assess(site).rows("understanding")
            if (row["lens"], row["dimension"]) == (lens, "all")
        }
        knows = [
            names[site]
            for site, row in whole.items()
            if (row["pattern"], row["claim"]) == ("reads_well", "claimed")
        ]
        at = f"at: {' and '.join(knows)}." if knows else "at no site."
        assert f"{looker} is shown to know {other} beyond a simple guess {at}" in text


def test_a_step_stands_in_general_where_it_names_pilots_of_one_site(portfolio):
    text = Outline(portfolio_report.together(portfolio).html).text
    assert (
        "At each of these sites, with its own names in the brackets: [Pilot] has ended and is "
        "still in use. Name who answers for it in daily work, or the day it is switched off."
    ) in text


def test_no_step_for_many_sites_names_a_pilot_or_decision_of_one(portfolio):
    html = portfolio_report.together(portfolio).html
    titles = {one.title for one in portfolio.engagement.evidence.subjects() if one.title}
    steps = re.findall(r'<p class="ask">(.*?)</p>', html)
    assert steps
    assert [title for title in titles for step in steps if title in step] == []


def test_a_pilot_is_not_called_a_decision(portfolio):
    kinds = {one.id: one.kind for one in portfolio.engagement.evidence.subjects()}
    assert set(kinds.values()) == {"pilot", "decision"}
    for one in portfolio.engagement.evidence.subjects():
        assert portfolio.subject_kind(one.site, one.id) == kinds[one.id]
    text = Outline(portfolio_report.recurring(portfolio).html).text
    assert "Decision: it has ended" not in text
    assert "Pilot: it has ended" in text


def test_talk_stands_beside_decisions(portfolio):
    html = portfolio_report.evidence(portfolio).html
    row = html.partition("Northfield Stampings")[2].partition("</tr>")[0]
    cells = re.findall(r'<td class="number">([^<]*)</td>', row)
    aligned = [
        load_words("en").told(r, "own")
        for r in assess("northfield").rows("topics")
        if r["item"] == "execution.aligned"
    ]
    assert cells == [*aligned, "4 of 5", "\u2013", "310 days"]


@pytest.mark.slow
def test_hundreds_of_sites_stay_readable(portfolio):
    many = page_cases.repeat_sites(portfolio, 300)
    html = _show(many)
    assert list_faults(html) == []
    assert "All 200 sites, one by one" in html
    assert "200 sites, from the lowest share to the highest" in html


@pytest.mark.slow
def test_every_list_is_complete_somewhere(portfolio):
    many = page_cases.repeat_sites(portfolio, 300)
    html = portfolio_report.recurring(many).html
    row = html.partition("Both sides feel aligned, and decisions stall")[2].partition("</tr>")[0]
    shown = re.findall(r'href="(\w+)/report.html"', row)
    assert "and 88 more" in row
    assert sorted(shown) == sorted(
        site for site, source in page_cases.pair_sources(portfolio, 300) if source == "northfield"
    )


def test_what_to_do_once_names_how_many_sites_and_an_action(portfolio):
    many = page_cases.repeat_sites(portfolio, 9)
    text = Outline(portfolio_report.together(many).html).text
    signature = (
        "Both sides feel aligned, and decisions stall At 3 of 6 sites. Once for these sites:"
    )
    assert signature in text
    findings = {f.pattern: f for f in assess("northfield").findings}
    assert findings["feels_aligned_decisions_stall"].action in text


def test_sites_that_could_talk_have_what_the_other_lacks(portfolio):
    many = page_cases.repeat_sites(portfolio, 9)
    html = portfolio_report.together(many).html.partition("<h3>Sites that could talk")[2]
    pairs = re.findall(r'href="(\w+)/report.html">.*?href="(\w+)/report.html"', html)
    assert pairs
    named = [site for pair in pairs for site in pair]
    assert len(named) == len(set(named))
    sources = dict(page_cases.pair_sources(portfolio, 9))
    assert {(sources[one], sources[other]) for one, other in pairs} == {
        ("northfield", "kingsbridge")
    }


def test_a_region_is_told_by_its_middle_site(portfolio):
    many = page_cases.repeat_sites(portfolio, 12)
    rows = re.findall(
        r"<tr>\n<th scope=\"row\">(.*?)</tr>", portfolio_report.regions(many).html, re.DOTALL
    )
    assert [Outline(f"<p>{row}").texts[:3] for row in rows] == [
        [name, "4", str(n)] for name, n in (("Americas", 4), ("APAC", 0), ("EMEA", 4))
    ]


def test_a_region_has_one_share_wherever_it_is_told(portfolio):
    """In the table of regions and in the map by dimension: that of its middle site."""
    many = page_cases.repeat_sites(portfolio, 123)  # more than are told one by one
    row = r"<tr>\s*<th scope=\"row\">({})</th>(.*?)</tr>"
    listed = dict(re.findall(row.format("[^<]*"), portfolio_report.regions(many).html, re.DOTALL))
    mapped = re.findall(row.format("|".join(listed)), portfolio_report.where(many).html, re.DOTALL)
    share = re.compile(r"<td class=\"number\"[^>]*>(\d+%)")
    told = {
        name: [share.search(cells)[1] for known, cells in mapped if known == name if "%" in cells]
        for name in listed
    }
    assert {name for name, shares in told.items() if shares} == {"EMEA", "Americas"}
    for name, cells in listed.items():
        assert share.findall(cells) == told[name]


def test_plants_of_one_name_are_told_apart(portfolio):
    engagement = portfolio.engagement
    sites = tuple(replace(site, name="Works") for site in engagement.sites[:2])
    labels = replace(engagement, sites=(*sites, engagement.sites[2])).site_labels
    assert [*labels.values()] == [
        *(f"Works ({site.site})" for site in sites),
        engagement.sites[2].name,
    ]


def test_nothing_measured_is_a_short_page(tmp_path):
    engagement, _ = demo()
    empty = Portfolio.load(engagement.folder, wave="2026", results=tmp_path, as_of=AS_OF)
    html = _show(empty)
    assert list_faults(html) == []
    assert "12 sites have no results yet." in html
    assert portfolio_report.reading(empty).html == portfolio_report.recurring(empty).html == ""
