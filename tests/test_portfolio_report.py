"""The report over all sites: nothing averaged, nothing ranked, every site accounted for."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from demo_reports import AS_OF, PLANTS, assess, demo
from html_checks import Outline, list_faults

from harmony_kit.report import portfolio_report
from harmony_kit.report.portfolio import Portfolio

PARTS = ("cover", "reading", "where", "recurring", "evidence", "promises", "sites")


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
            shown = re.findall(r">(\d+)%</td>", row)
            shares = [r["share"] for r in assess(site).rows("understanding") if r["lens"] == lens]
            assert shown == [f"{100 * share:.0f}" for share in shares]


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


def test_talk_stands_beside_decisions(portfolio):
    html = portfolio_report.evidence(portfolio).html
    row = html.partition("Northfield Stampings")[2].partition("</tr>")[0]
    cells = re.findall(r'<td class="number">([^<]*)</td>', row)
    aligned = [
        f"{r['own']:.1f}"
        for r in assess("northfield").rows("topics")
        if r["item"] == "execution.aligned"
    ]
    assert cells == [*aligned, "4 of 5", "\u2013", "310 days"]


def test_hundreds_of_sites_stay_readable(portfolio):
    north = portfolio.engagement.site("northfield")
    sites = tuple(replace(north, site=f"s{i}", name=f"Site {i:03}") for i in range(150))
    frames = {
        name: _repeat(getattr(portfolio, name), [site.site for site in sites])
        for name in ("sites", "understanding", "findings")
    }
    many = replace(portfolio, engagement=replace(portfolio.engagement, sites=sites), **frames)
    html = _show(many)
    assert list_faults(html) == []
    assert "There are too many sites for one picture" in html
    assert "and 138 more" in html


def _repeat(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    rows = frame[frame["site"] == "northfield"]
    return pd.concat([rows.assign(site=name) for name in names], ignore_index=True)


def test_nothing_measured_is_a_short_page(tmp_path):
    engagement, _ = demo()
    empty = Portfolio.load(engagement.folder, wave="2026", results=tmp_path, as_of=AS_OF)
    html = _show(empty)
    assert list_faults(html) == []
    assert "12 sites have no results yet." in html
    assert portfolio_report.reading(empty).html == portfolio_report.recurring(empty).html == ""
