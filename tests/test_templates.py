"""The pages around the reports: one style, no script, nothing loaded, read by everybody."""

from __future__ import annotations

import re
from pathlib import Path

import page_cases
import pytest
from html_checks import list_faults
from page_cases import ROOT, failure, handout, index, render

from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import render_index
from harmony_kit.report.blocks import load_words

TEMPLATES = ROOT / "templates" / "harmony"


@pytest.fixture(scope="module")
def book() -> dict:
    return page_cases.site_book()


@pytest.fixture(scope="module")
def site_page(tmp_path_factory) -> Path:
    return page_cases.site_page(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def portfolio_page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    return page_cases.portfolio_page(folder, page_cases.load_portfolio(folder))


# ── Every page ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("make", [index, failure, handout], ids=["index", "failure", "handout"])
def test_pages_of_the_run_have_no_faults(make, language):
    html = make(language)
    assert list_faults(html) == []
    assert f'<html lang="{language}">' in html
    assert not re.findall(r"\{\w*\}|\bNone\b|Undefined", html.partition("</style>")[2])


@pytest.mark.slow
def test_pages_of_reports_have_no_faults(site_page, portfolio_page):
    for path in (site_page, portfolio_page):
        html = path.read_text(encoding="utf-8")
        assert list_faults(html) == []
        assert html.count("<h1>") == 1


@pytest.mark.parametrize("make", [index, failure, handout], ids=["index", "failure", "handout"])
def test_a_policy_forbids_everything_but_the_style_of_the_page(make, site_page):
    for html in (make(), site_page.read_text(encoding="utf-8")):
        head = html.partition("</head>")[0]
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in head
        assert not re.findall(r"https?://|url\(|@import|@font-face", html)


def test_a_page_wears_the_brand_of_the_client(site_page):
    html = site_page.read_text(encoding="utf-8")
    assert "--brand: #aa3355;" in html
    for words in (
        "<span>Acme</span>",
        "<span>Demo</span>",
        "<div>Invented</div>",
        "<title>Northfield</title>",
    ):
        assert words in html


def test_a_logo_stands_on_the_index_too():
    logo = f"data:image/png;base64,{'A' * 400}"
    assert f'<img src="{logo}" alt="">' in render_index(page_cases.index_run(), logo).decode()


def test_notes_stay_in_the_notebook_and_other_texts_are_part_of_the_report(book, tmp_path):
    text = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Added *by hand*."]}
    html = render({**book, "cells": [*book["cells"], text]}, tmp_path, Page("x", "en"))
    assert "<p>Added <em>by hand</em>.</p>" in html
    assert "for you" not in html
    assert "Assessment.load" not in html
    assert "<Block of" not in html
    assert "&lt;Block of" not in html


def test_the_index_says_what_stands_behind_every_site():
    html = index()
    assert "2 of 5 sites have a report, at one too few people were heard to show anything" in html
    for words in ("one failed", "one is not made yet", "one is out of date", "changed: answers"):
        assert words in html
    assert html.count("<li>feels aligned, decisions stall</li>") == 2
    assert 'style="--by-name:0;--by-region:0;--by-status:9;--by-it:5;--by-operations:5;"' in html


def test_a_failed_report_says_where_and_shows_no_number():
    html = failure("de")
    assert load_words("de").say("failure.cell", n=3) in html
    assert "../index.html" in html
    assert html.count("&lt;script&gt;") >= 4


def test_every_class_of_a_fragment_has_a_style():
    styled = set(re.findall(r"\.([a-z][\w-]*)", (TEMPLATES / "static" / "harmony.css").read_text()))
    fragments = [
        *(ROOT / "harmony_kit" / "report" / "fragments").glob("*.j2"),
        *TEMPLATES.glob("*.j2"),
    ]
    used = set()
    for path in fragments:
        own = path.read_text(encoding="utf-8").partition("{% block style %}")[2]
        styled |= set(re.findall(r"\.([a-z][\w-]*)", own.partition("{% endblock %}")[0]))
        text = re.sub(r"\{[{%].*?[%}]\}", " ", path.read_text(encoding="utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            used |= set(names.split())
    # What is put together of parts, as side-0 and side-1, stands before its number here.
    whole = {name for name in used if not name.endswith("-")}
    assert whole - styled <= {"picture", "text"}
