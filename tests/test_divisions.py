"""More sites than one page has room for: an overview, and an index and a portfolio per division."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import page_cases
import pytest
from engagement_folders import file_digests, make_folder, request_for
from html_checks import Outline, list_faults

from harmony_kit.batch.batch import BatchResult, run_engagement
from harmony_kit.batch.index_pages import list_pages_above
from harmony_kit.batch.makers import Maker, makers
from harmony_kit.engagement.divisions import divide_sites
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.sites_file import Site
from harmony_kit.journal.names import SITE
from harmony_kit.report import portfolio_report
from harmony_kit.report.division_words import say_division
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.words import load_words


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    with makers(request_for(tmp_path_factory.mktemp("none")), 2) as made:
        yield made


def _divide(*places: str, most: int) -> list[tuple[str, str, str]]:
    """Key, title and sites of each division of sites written as ``region/name``."""
    pairs = [place.split("/") for place in places]
    sites = [Site(name.lower(), name, region) for region, name in pairs]
    labels = {site.site: site.name for site in sites}
    words = load_words("en")
    found = divide_sites(sites, labels, most=most)
    return [(one.key, say_division(one, words), " ".join(one.sites)) for one in found]


def _spread(n: int, region: str, start: int = 0) -> list[str]:
    return [f"{region}/P{i:02}" for i in range(start, start + n)]


def test_one_page_has_room_for_as_many_as_it_may() -> None:
    assert _divide(*_spread(3, "EMEA"), most=3) == []


def test_a_region_is_a_page_and_a_large_one_several_by_names() -> None:
    sites = [*_spread(7, "EMEA", 6), *_spread(5, "Süd", 13), "/Q", "/R", "/S"]
    assert _divide(*sites[::-1], most=5) == [
        ("emea", "EMEA: P06 to P08", "p06 p07 p08"),
        ("emea-2", "EMEA: P09 to P12", "p09 p10 p11 p12"),
        ("sud", "Süd", "p13 p14 p15 p16 p17"),
        ("sites", "Without a region", "q r s"),
    ]


def test_two_regions_never_share_a_page() -> None:
    sites = [*_spread(7, "Sud"), *_spread(5, "Süd", 10), *_spread(5, "北", 20)]
    assert [key for key, _, _ in _divide(*sites, most=5)] == ["sud", "sud-2", "sud-3", "sites"]


def test_without_regions_or_with_too_many_names_alone_divide() -> None:
    alone = _divide(*_spread(3, ""), most=2)
    each = _divide("a/P00", "b/P01", "c/P02", most=2)
    assert alone == each
    assert alone == [
        ("sites", "P00", "p00"),
        ("sites-2", "P01 to P02", "p01 p02"),
    ]


def test_no_site_is_called_like_a_page_of_a_division() -> None:
    for name in ("index-emea.html", "Portfolio-EMEA.ipynb"):
        assert SITE.why_taken(name) == "a page has this name"
    assert SITE.allows("index-emea")


def _limit(folder: Path, most: int) -> None:
    path = folder / "engagement.yaml"
    text = re.sub(r"sites_per_page: \d+\n", "", path.read_text())
    path.write_text(f"{text}sites_per_page: {most}\n")


def _links(page: Path) -> list[str]:
    return re.findall(r'<a href="([^"]+)"', page.read_text(encoding="utf-8"))


def _run(folder: Path, maker: Maker, **changes: object) -> BatchResult:
    maker.stop.clear()
    return run_engagement(request_for(folder, **changes), maker=maker)


def _tell(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "reports" / "run.json").read_text())
    return content


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory, maker: Maker) -> tuple[Path, BatchResult]:
    """Ten sites in two regions, five on a page: one has room on one, the other has not."""
    folder = make_folder(tmp_path_factory.mktemp("divided") / "e", [f"s{i:02}" for i in range(8)])
    (folder / "sites.csv").write_text(
        "site,name,region\n"
        + "".join(f"s{i:02},Plant {i:02},{'EMEA' if i < 5 else 'APAC'}\n" for i in range(8))
        + "t,Tarn,EMEA\nu,Umea,EMEA\n"
    )
    _limit(folder, 5)
    return folder, _run(folder, maker, output=str(folder.parent / "there"))


def test_every_division_has_an_index_and_a_portfolio(divided: tuple[Path, BatchResult]) -> None:
    folder, result = divided
    reports = folder / "reports"
    names = {path.name for path in reports.iterdir() if path.is_file()}
    keys = ("apac", "emea", "emea-2")
    wanted = {f"index-{key}.html" for key in keys}
    wanted |= {f"portfolio-{key}.{end}" for key in keys for end in ("html", "ipynb")}
    assert names == {
        *wanted,
        *("index.html", "portfolio.html", "portfolio.ipynb", "run.json"),
    }
    made = {f"_portfolio-{key}" for key in keys} | {"_portfolio"}
    assert {name for name in result.made if name.startswith("_")} == made
    told = [(one["title"], one["counts"]["sites"]) for one in _tell(folder)["pages"]]
    assert told == [
        ("APAC", 3),
        ("EMEA: Plant 00 to Plant 02", 3),
        ("EMEA: Plant 03 to Umea", 4),
    ]


def test_each_portfolio_reads_its_own_sites_alone(divided: tuple[Path, BatchResult]) -> None:
    folder, _ = divided
    rows = load_engagement(folder / ".harmony" / "sites" / "_portfolio-apac")
    assert (rows.site_ids, rows.division) == (("s05", "s06", "s07"), "APAC")
    every = load_engagement(folder / ".harmony" / "sites" / "_portfolio")
    assert (every.site_ids, every.division) == (load_engagement(folder).site_ids, "")
    assert len(every.divisions) == 3


def test_every_link_leads_somewhere_without_a_script(divided: tuple[Path, BatchResult]) -> None:
    reports = divided[0] / "reports"
    n = 0
    for page in reports.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert "<script" not in html
        for link in _links(page):
            place, _, anchor = link.partition("#")
            target = (page.parent / place).resolve() if place else page
            assert target.is_file(), (page, link)
            if anchor:
                assert f' id="{anchor}"' in target.read_text(encoding="utf-8"), (page, link)
            n += 1
    assert n > 60


@pytest.mark.parametrize(
    ("site", "around"),
    [
        ("s06", ["../index-apac.html#at-s06", "../portfolio-apac.html"]),
        ("s03", ["../index.html#at-s03", "../portfolio.html"]),
    ],
    ids=["whole region", "region on two pages"],
)
def test_a_report_leads_back_to_its_page(
    divided: tuple[Path, BatchResult], site: str, around: list[str]
) -> None:
    reports = divided[0] / "reports"
    assert _links(reports / site / "report.html") == around
    assert f'<li id="at-{site}"><a href="index-' in (reports / "index.html").read_text()


def test_every_page_is_printed(divided: tuple[Path, BatchResult]) -> None:
    assert list_pages_above(divided[0] / "reports") == [
        *("portfolio-apac.html", "portfolio-emea.html", "portfolio-emea-2.html", "portfolio.html"),
        *("index-apac.html", "index-emea.html", "index-emea-2.html", "index.html"),
    ]


def test_all_of_it_is_delivered(divided: tuple[Path, BatchResult]) -> None:
    folder, _ = divided
    assert file_digests(folder.parent / "there") == file_digests(folder / "reports")


def test_nothing_is_made_twice_and_what_changes_is_made_alone(
    divided: tuple[Path, BatchResult], maker: Maker
) -> None:
    folder, _ = divided
    before = file_digests(folder / "reports")
    assert _run(folder, maker).made == ()
    assert file_digests(folder / "reports") == before
    _run(folder, maker, sites=("s06",), is_forced=True)
    assert file_digests(folder / "reports") == before


@pytest.mark.slow
def test_pages_come_and_go_with_the_number(tmp_path: Path, maker: Maker) -> None:
    folder = make_folder(tmp_path / "e", "abcd")
    (folder / "sites.csv").write_text("site,name,region\na,A,EMEA\nb,B,EMEA\nc,C,EMEA\nd,D,EMEA\n")
    there = {"output": str(tmp_path / "there")}
    _run(folder, maker, **there)
    before = file_digests(folder / "reports")
    _limit(folder, 2)
    result = _run(folder, maker, **there)
    assert {"index-sites.html", "portfolio-sites-2.html"} <= {*file_digests(folder / "reports")}
    assert _tell(folder)["timings"]["made"]["a"] == "place changed"
    edited = folder / "reports" / "index-sites.html"
    edited.write_text("my own words")
    _limit(folder, 200)
    result = _run(folder, maker, **there)
    after = file_digests(folder / "reports")
    kept = result.run["kept"]["index-sites.html"]
    assert after.pop(kept) is not None
    assert (folder / "reports" / kept).read_text() == "my own words"
    assert after == before
    assert file_digests(tmp_path / "there") == before
    sites = folder / ".harmony" / "sites"
    assert sorted(path.name for path in sites.iterdir()) == ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def portfolios(tmp_path_factory: pytest.TempPathFactory) -> tuple[Portfolio, Portfolio]:
    """A portfolio of the demo's plants on one page, and on pages of two."""
    folder = tmp_path_factory.mktemp("results")
    whole = page_cases.load_portfolio(folder)
    copy = tmp_path_factory.mktemp("engagement")
    for path in whole.engagement.folder.iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    _limit(copy, 2)
    divided = Portfolio.load(copy, wave="2026", results=folder, as_of=whole.as_of)
    return whole, divided


@pytest.mark.parametrize("part", ["together", "regions", "recurring", "promises"])
def test_what_is_told_of_all_is_the_same(
    portfolios: tuple[Portfolio, Portfolio], part: str
) -> None:
    whole, divided = portfolios
    show = getattr(portfolio_report, part)
    assert show(divided).html == show(whole).html


def test_an_overview_names_no_site_one_by_one(portfolios: tuple[Portfolio, Portfolio]) -> None:
    _, divided = portfolios
    assert len(divided.engagement.divisions) > 4
    for part in ("where", "evidence", "sites", "cover"):
        html = getattr(portfolio_report, part)(divided).html
        assert "/report.html" not in html
    links = re.findall(r'href="(portfolio-[^"]*)"', portfolio_report.sites(divided).html)
    assert links == [one.portfolio for one in divided.engagement.divisions]


def test_a_region_says_whose_it_is_and_adds_up_no_people(
    portfolios: tuple[Portfolio, Portfolio],
) -> None:
    whole, _ = portfolios
    of_region = replace(whole, engagement=replace(whole.engagement, division="EMEA"))
    html = portfolio_report.cover(of_region).html
    assert "<h1>Site by site: EMEA</h1>" in html
    assert 'class="heard"' not in html
    assert 'class="heard"' in portfolio_report.cover(whole).html


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_an_overview_has_no_faults(portfolios: tuple[Portfolio, Portfolio], language: str) -> None:
    _, divided = portfolios
    spoken = replace(divided, engagement=replace(divided.engagement, languages=(language,)))
    parts = [getattr(portfolio_report, part)(spoken).html for part in portfolio_report.__all__]
    html = "\n".join(parts)
    assert list_faults(html) == []
    assert not re.findall(r"\{\w*\}|\bnan\b|\bNone\b|<NA>|Undefined", Outline(html).text)
    page = page_cases.overview(language)
    assert not re.findall(r"\{\w*\}|\bnan\b|\bNone\b|<NA>|Undefined", Outline(page).text)
