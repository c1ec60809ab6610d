"""The report of a site: whole, in three languages, nothing unlicensed, nothing unescaped."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from demo_reports import (
    CASES,
    PAGES,
    PARTS,
    PLANTS,
    answer_everything,
    assess,
    demo,
    measure,
    other_engagement,
    page,
    show,
)
from html_checks import Outline, list_faults
from markupsafe import escape

from harmony_kit.findings.first_findings import select_first
from harmony_kit.report import site_report as report
from harmony_kit.report.blocks import load_words, word_languages
from harmony_kit.report.site_report import contents
from harmony_kit.report.site_report.finding_numbers import show_numbers
from harmony_kit.report.site_report.site_view import SiteView

HOSTILE = '</td><script>alert(1)</script><b>x</b> =HYPERLINK("http://x") $x^2$ {{ 7*7 }} {n}'
LANGUAGES = ("en", "de", "es")
OTHER = (CASES / "instrument" / "engineering-quality.yaml").read_text(encoding="utf-8")


def _plain(html: str) -> str:
    return Outline(html).text


# ── Every page ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("site", "language"), PAGES)
def test_a_report_has_no_faults(site, language):
    assert list_faults(page(site, language)) == []


@pytest.mark.parametrize(("site", "language"), PAGES)
def test_nothing_is_left_unsaid(site, language):
    text = _plain(page(site, language))
    assert not re.findall(r"\{\w*\}|\bnan\b|\bNone\b|<NA>|\bNaT\b|Undefined", text)


def test_there_is_a_verb_for_every_part():
    assert set(PARTS) == set(report.__all__)


def test_parts_stand_in_the_order_of_their_list():
    ids = re.findall(r'<section class="part" id="(\w+)"', page("northfield"))
    unsaid = ("lexicon", "notes")  # nobody agreed on words, nobody wrote anything
    assert ids == [part for part in contents.PARTS if part not in unsaid]


def test_the_cover_lists_exactly_the_parts_that_follow():
    html = page("hinterberg")
    listed = re.findall(r'<li><a href="#(\w+)">', html)
    assert listed == re.findall(r'<section class="part" id="(\w+)"', html)


@pytest.mark.slow
def test_equal_assessments_give_equal_bytes():
    engagement, answers = demo()
    again = measure(engagement, answers["northfield"][::-1], "northfield")
    assert "\n".join(show(again).values()) == page("northfield")


# ── What is said, and how surely ─────────────────────────────────────────────────────────────


def test_the_headline_is_two_directions_side_by_side():
    site = assess("northfield")
    rows = [r for r in site.rows("understanding") if r["dimension"] == "all"]
    html = report.headline(site).html
    shares = re.findall(r'<p class="big">(\d+)%</p>', html)
    assert shares == [f"{100 * row['share']:.0f}" for row in rows]
    text = _plain(html)
    for row in rows:
        assert f"{100 * row['low']:.0f}% to {100 * row['high']:.0f}%" in text
        assert f"would reach {100 * row['projected']:.0f}%" in text
        assert f"at best {100 * row['guessed']:.0f}%" in text
        assert f"From {row['n_estimate']} people" in text


@pytest.mark.parametrize("site", ["northfield", "kingsbridge", "hinterberg", "greenhaven"])
def test_coming_close_is_no_knowing_where_a_guess_does_as_well(site):
    """Nobody is praised below what a baseline reaches; two sides with like numbers read alike."""
    assessment = assess(site)
    text = _plain(report.headline(assessment).html)
    for row in assessment.rows("understanding"):
        if row["dimension"] != "all" or row["pattern"] != "reads_well":
            continue
        looker, other = map(assessment.lens_name, (row["lens"], row["other"]))
        praise = rf"(?<!Whether ){looker} knows most of what {other} thinks"
        is_praised = re.search(praise, text) is not None
        assert is_praised <= (row["share"] > max(row["projected"], row["guessed"]))
        if row["claim"] != "claimed" and row["p_reads_well"] >= 0.9:
            assert f"{looker} comes close on most topics. So does a simple guess" in text


def test_a_census_leaves_response_noise():
    site = assess("northfield")
    heard = site.heard.assign(headcount=site.heard["n_respondents"])
    html = report.cover(replace(site, heard=heard)).html
    assert html.count("people heard: everybody") == 2
    text = _plain(report.headline(replace(site, heard=heard)).html)
    assert text.count("Everybody was heard; as people answer a little differently each time") == 2
    assert "no uncertainty" not in text


def test_the_squares_and_their_table_count_every_topic():
    site = assess("northfield")
    html = report.headline(site).html
    picture = html[html.index('aria-label="Every topic as one square') :].partition("</figure>")[0]
    # A square each, and one for the square mark of the second lens; drawn wide and narrow.
    assert picture.count("<rect") == 2 * (len(site.rows("topics")) + 1)
    legend = html[html.index('class="legend"') :].partition("</table>")[0]
    counts = re.findall(r'<td class="number">([^<]*)</td>', legend)
    understood = [r["understood"] for r in site.rows("understanding") if r["dimension"] == "all"]
    assert [int(count) for count in counts[-2:]] == understood
    counts = counts[:-2]
    per_direction = [
        sum(sum(map(int, re.findall(r"\d+", c))) for c in counts[i::2]) for i in (0, 1)
    ]
    assert per_direction == [
        len([t for t in site.rows("topics") if t["lens"] == lens]) for lens in ("it", "operations")
    ]


def test_the_first_page_has_the_first_findings_in_their_order():
    site = assess("northfield")
    html = report.first_page(site).html
    titles = [finding.title for finding in select_first(site.findings)]
    assert re.findall(r"<h3>(.*?)</h3>", html) == [str(escape(t)) for t in titles]
    assert html.count("<details>") == len(titles) <= 7


@pytest.mark.parametrize("site", ["northfield", "kingsbridge", "hinterberg"])
def test_a_finding_opens_to_its_numbers_people_and_questions(site):
    assessment = assess(site)
    for finding, html in zip(
        select_first(assessment.findings),
        report.first_page(assessment).html.split('<li class="finding"')[1:],
        strict=True,
    ):
        opened = html.partition("<details>")[2]
        assert "<table>" in opened, finding.id
        assert all(f"{n} pe" in html for n in finding.n.values()), finding.id
        questions = [s for s in finding.sources if assessment.engagement.instrument.has_item(s)]
        assert opened.count("<li>") >= len(questions) > 0 or finding.kind == "evidence"


def test_only_what_is_claimed_stands_without_a_hedge():
    site = assess("hinterberg")
    for finding in site.findings:
        is_hedged = "looks as if" in finding.title
        assert is_hedged == (finding.claim == "leaning"), finding.title
    hedges = {("open", False): "still open", ("open", True): "too near the limit"}
    hedges |= {("leaning", is_on_line): "likely: " for is_on_line in (False, True)}
    words = load_words("en")
    for row in site.rows("topics"):
        said = report.topics.name_state(row, words)
        hedge = hedges.get((row["claim"], row["is_on_line"] == 1))
        assert said.startswith(hedge or words.say(f"state.{row['state']}"))


@pytest.mark.parametrize("state", ["false_consensus", "known_difference", "false_conflict"])
@pytest.mark.parametrize("site", ["northfield", "hinterberg"])
def test_a_state_lists_its_topics_and_no_others(site, state):
    assessment = assess(site)
    view = SiteView.of(assessment)
    rows = [r for r in assessment.rows("topics") if r["claim"] in ("claimed", "leaning")]
    expected = sorted(
        (view.label(r["item"], r["subject"]), view.name(r["lens"]))
        for r in rows
        if r["state"] == state
    )
    html = getattr(report, state)(assessment).html
    cells = re.findall(r'<th scope="row">([^<]*)</th>\s*<td>([^<]*)</td>', html)
    assert sorted((label.replace("&#39;", "'"), name) for label, name in cells) == expected
    if not expected:
        assert "No topic can be said to be so here." in html


def test_a_distance_that_is_not_told_is_not_printed():
    """No word of what Hinterberg's Operations say may be told: neither is how far it lies."""
    assessment = assess("hinterberg")
    names = ("actual", "perceived", "misread")
    told = {
        row["lens"]: [name for name in names if not math.isnan(row[name])]
        for row in assessment.rows("words")
    }
    assert told == {"it": ["misread"], "operations": ["perceived"]}
    said = re.findall(r"<p>(First words on [^<]*)</p>", report.known_difference(assessment).html)
    assert said == [
        "First words on hearing “AI”: IT knows they differ.",
        "First words on hearing “AI”: it looks as if Operations knows they differ.",
    ]
    found = {
        one.looker: {*names} & {*one.numbers} for one in assessment.findings if one.kind == "words"
    }
    assert found == {"it": {"misread"}, "operations": {"perceived"}}


def test_open_readings_say_how_many_interviews_would_settle_them():
    site = assess("northfield")
    text = _plain(report.dimensions(site).html)
    assert re.search(r"\d+ readings stay open\. About \d+ more interviews per side", text)


def test_every_dimension_that_was_asked_has_a_picture():
    site = assess("northfield")
    html = report.dimensions(site).html
    sections = html.split('<section class="dimension"')[1:]
    assert [re.search(r'id="dimension-(\w+)"', s)[1] for s in sections] == [
        d.id for d in site.engagement.instrument.dimensions
    ]
    assert all("<figure" in section for section in sections)


def test_a_split_lens_is_flagged_where_its_mean_is_drawn():
    for site in ("northfield", "kingsbridge", "hinterberg"):
        view = SiteView.of(assess(site))
        asked = {(r["item"], r["subject"]) for r in assess(site).rows("topics")}
        for item, subject in view.split_lenses:
            if (item, subject or None) in asked:
                assert ": of two minds" in report.dimensions(view.site).html
                return
    pytest.fail("none of the plants has a split lens on a topic")


def test_talk_stands_beside_the_record():
    site = assess("northfield")
    text = _plain(report.evidence(site).html)
    assert "4 of 5 decisions are still open." in text
    for row in site.rows("within"):
        if row["item"] == "execution.decisions_move" and row["lens"] == row["about"]:
            mean = load_words("en").told(row, "mean")
            said = f"on decisions about AI getting made: {mean} of 5"
            assert f"{site.lens_name(row['lens'])} {said}" in text
    assert "open for 310 days, with IT" in text
    # A finding stands in one place; this one is the first of the first page.
    assert "Both sides feel aligned, and decisions stall" in _plain(report.first_page(site).html)
    assert "Both sides feel aligned, and decisions stall" not in text
    assert "stands on the first page" in text


@pytest.mark.parametrize("site", ["northfield", "greenhaven", "weststrand"])
def test_use_is_said_to_be_lost_only_beyond_its_own_interval(site):
    assessment = assess(site)
    text = _plain(report.evidence(assessment).html)
    lost = [r for r in assessment.rows("evidence_usage") if r["peak_share"] > r["active_high"]]
    assert ("Lost most:" in text) == bool(lost)


@pytest.mark.parametrize("site", ["northfield", "weststrand"])
def test_what_is_done_with_advice_adds_up(site):
    html = report.evidence(assess(site)).html.partition("Neither taken nor decided against")[2]
    rows = [re.findall(r"<td[^>]*>(\d+)%", row) for row in html.split("<tr>")[1:3]]
    assert [97 < sum(int(cell) for cell in row[1:4]) < 103 for row in rows] == [True, True]


def test_every_step_says_when_it_is_done_and_leads_to_who_acts():
    html, acting = report.actions(assess("northfield")).html, report.who_acts(assess("northfield"))
    steps = re.findall(r'<tr id="step-(\d+)">', html)
    assert [*map(int, steps)] == [*range(1, len(steps) + 1)]
    assert 1 <= len(steps) <= 8
    led_to = re.findall(r'<a href="#step-(\d+)">', acting.html)
    assert sorted(map(int, led_to)) == sorted([*map(int, steps)] * 2)
    owners = acting.html.count('<th scope="row">')
    assert acting.html.count('<td class="fill-in"') == 2 * owners


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_a_report_begins_with_the_five_acts(language):
    listed = contents.list_parts(SiteView.of(assess("northfield", language)))
    assert tuple(part for part, _ in listed)[:5] == contents.ACTS


def test_numbers_without_a_side_stand_for_themselves():
    sign = next(f for f in assess("northfield").findings if f.kind == "signature")
    shown = show_numbers(SiteView.of(assess("northfield")), sign).html
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)
    assert [re.findall(r">([^<\n]+)<", row) for row in rows] == [
        ["Number", "IT", "Operations"],
        ["Feeling aligned", "4.2 to 5.0", "3.9"],
        ["Number", "Value"],
        ["Certainty", "80% or more"],
        ["Decisions that take long", "5"],
        ["Share open", "80%"],
        ["Days the oldest waits", "310"],
    ]


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("site", PLANTS)
def test_every_number_has_a_name(site, language):
    html = report.first_page(assess(site, language)).html
    html += report.appendix(assess(site, language)).html
    assert re.findall(r">\s*\w*_\w+\s*<", html) == []


def test_sheets_show_each_side_its_own_sentences():
    site = assess("northfield")
    html = report.canvases(site).html
    assert html.count('<div class="sheet">') == len(site.canvases) == 3
    quotes = {
        q for s in site.canvases for line in s.lines for p in line.said.values() for q in p.quotes
    }
    assert len(quotes) > 3
    assert all(str(escape(quote)) in html for quote in quotes)


@pytest.mark.parametrize("site", ["northfield", "kingsbridge", "hinterberg", "weststrand"])
def test_nothing_is_put_first_that_few_or_none_named(site):
    for name in ("rank", "words"):
        for row in assess(site).rows(name):
            for whose in ("own", "estimate", "other_own"):
                levels, first = row[f"level_{whose}"] or {}, row[f"first_{whose}"] or ()
                assert "few" not in {levels.get(option) for option in first}


@pytest.mark.slow
def test_a_certainty_beside_a_band_is_told_as_what_its_claim_leaves():
    """A band hides the probability: the middle that stands for it in the results is no measure."""
    site = assess("greenhaven")
    text = _plain(report.dimensions(site).html)
    assert {row["p_shared_view"] for row in site.rows("topics") if row["own_from"] > 0} == {0.9}
    assert "80% or more" in text
    assert not re.search(r"shared view 90%", " ".join(text.split()))


def test_a_sheet_shows_a_band_where_the_tables_show_one():
    """Told as a band in one place, a mean is told so in every place: its middle is no mean."""
    site = assess("greenhaven")
    sheets = report.canvases(site).html
    words = load_words("en")
    banded = [
        row
        for row in site.rows("within")
        if row["item"].startswith("frame.")
        and row["lens"] == row["about"]
        and row["mean_from"] == row["mean_from"]
    ]
    assert banded
    for row in banded:
        told = words.told(row, "mean")
        assert f"clear: {told} of 5 ({row['n']} people)" in sheets
        assert f"clear: {words.number(row['mean'])} of 5 ({row['n']} people)" not in sheets


@pytest.mark.parametrize("site", ["northfield", "kingsbridge", "hinterberg"])
def test_a_question_names_the_pilots_and_decisions_it_was_asked_about(site):
    view = SiteView.of(assess(site))
    instrument = view.site.engagement.instrument
    html = report.first_page(view.site).html
    for finding in select_first(view.site.findings):
        places = [one for one in finding.alike or (finding,) if one.subject]
        for source in filter(instrument.has_item, finding.sources if places else ()):
            titles = [view.title(one.subject) for one in places if one.item in ("", source)]
            question = instrument.question(source, view.lenses[0], "en")
            named = " / ".join(dict.fromkeys(titles))
            assert str(escape(question.replace("{subject}", named))) in html


def test_the_method_says_what_may_be_wrong():
    site = assess("northfield")
    row = site.wrong_claims.iloc[0]
    text = _plain(report.method(site).html)
    assert f"of the {row['n_claimed']} readings claimed here, out of {row['n_topics']}" in text
    assert f"about {row['expected_wrong']:.0f} are expected to be wrong" in text
    assert "This is no promise for a single report." in text
    assert "about nine reports in ten had at most one wrong claim in ten" in text
    assert "harmony-kit" in text
    assert "it-operations version 1" in text


# ── What must not be said ────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_text_typed_by_people_is_text_everywhere():
    engagement, answers = demo()
    hostile = [
        replace(a, text=HOSTILE, quotable=True) if a.text else a for a in answers["northfield"]
    ]
    sites = tuple(replace(s, name=HOSTILE, region=HOSTILE) for s in engagement.sites)
    evidence = engagement.evidence
    renamed = replace(
        evidence,
        decisions=evidence.decisions.assign(title=HOSTILE, held_by=HOSTILE),
        pilots=evidence.pilots.assign(title=HOSTILE),
    )
    named = replace(engagement, sites=sites, evidence_reader=lambda: renamed, client=HOSTILE)
    html = "\n".join(show(measure(named, hostile, "northfield")).values())
    assert list_faults(html) == []
    assert str(escape(HOSTILE)) in html
    assert HOSTILE in [quote for quote in Outline(html).texts if quote.startswith("</td>")]


def _keep(answers, lens, n):
    people = sorted({a.respondent for a in answers if a.lens == lens})[:n]
    return [a for a in answers if a.lens != lens or a.respondent in people]


@pytest.mark.slow
def test_two_people_of_a_lens_leave_no_trace_in_the_report():
    engagement, answers = demo()
    few = _keep(answers["northfield"], "it", 2)
    other = [
        replace(a, value=6 - a.value)
        if a.lens == "it" and a.value is not None
        else replace(a, text="something else")
        if a.lens == "it" and a.text
        else a
        for a in few
    ]
    pages = [show(measure(engagement, some, "northfield")) for some in (few, other)]
    assert pages[0] == pages[1]


@pytest.mark.slow
def test_one_lens_too_small_silences_both():
    engagement, answers = demo()
    site = measure(engagement, _keep(answers["northfield"], "it", 2), "northfield")
    parts = show(site)
    silent = {part for part, html in parts.items() if not html}
    told = {"headline", "first_page", "false_consensus", "known_difference", "false_conflict"}
    assert silent == told | {
        *(
            "page_one",
            "dimensions",
            "voices",
            "actions",
            "who_acts",
            "can_wait",
            "appendix",
            "lexicon",
            "notes",
        )
    }
    html = "\n".join(parts.values())
    assert list_faults(html) == []
    assert not [quote for quote in site.quotes["text"] if str(escape(quote)) in html]


def test_a_site_too_small_says_what_it_would_take():
    text = _plain(page("tarn"))
    assert "Too few people to say anything yet" in text
    assert "IT: at least 4 people, better 6" in text
    assert "Operations: at least 4 people, better 6" in text
    assert "Everything IT said." in text
    assert len(page("tarn")) < len(page("northfield")) / 4


@pytest.mark.slow
def test_a_withheld_cell_is_named_and_not_shown():
    engagement, answers = demo()
    people: list[str] = []
    kept = []
    for a in answers["northfield"]:
        is_cell = (a.item, a.lens, a.about) == ("meaning.same", "it", "it")
        if is_cell and len(set(people)) == 2 and a.respondent not in people:
            continue
        people += [a.respondent] if is_cell else []
        kept.append(a)
    site = measure(engagement, kept, "northfield")
    assert "Own views of IT: The same meaning of “AI”." in _plain(report.method(site).html)
    assert "too few answers" in _plain(report.dimensions(site).html)


# ── Any other instrument ─────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_an_instrument_without_estimates_gives_a_sensible_report(tmp_path):
    engagement = other_engagement(tmp_path, OTHER)
    parts = show(measure(engagement, answer_everything(engagement), "hall"))
    html = "\n".join(parts.values())
    assert list_faults(html) == []
    silent = {part for part, shown in parts.items() if not shown}
    assert {"headline", "false_consensus", "known_difference", "false_conflict"} <= silent
    text = _plain(html)
    assert "Both sides answered the same questions." in text
    assert "Operations" not in text
    for words in ("Engineering", "Quality", "Which limits apply", "The inspection model", "Trial"):
        assert words in text
    assert "<figure" in parts["dimensions"]


@pytest.mark.slow
@pytest.mark.parametrize("points", [4, 6, 11])
def test_any_number_of_scale_points_can_be_estimated(tmp_path, points):
    anchors = ", ".join(f"word {i}" for i in range(1, points + 1))
    text = re.sub(r"anchors: \[.*?\]", f"anchors: [{anchors}]", OTHER)
    text = text.replace("kind: rating\n", "kind: rating\n    mirrored: true\n")
    engagement = other_engagement(tmp_path, text)
    parts = show(measure(engagement, answer_everything(engagement), "hall"))
    html = "\n".join(parts.values())
    assert list_faults(html) == []
    assert all(parts[part] for part in ("headline", "first_page", "false_consensus"))
    assert f"word {points}" in html
    assert f"on a scale of {points}" in _plain(html)
    few = "topics could be read together, so that each has little to borrow from"
    assert few in _plain(parts["method"])
    assert few not in _plain(report.method(assess("northfield")).html)


# ── The words ────────────────────────────────────────────────────────────────────────────────


def test_every_sentence_is_there_in_every_language():
    texts = {language: load_words(language).texts for language in LANGUAGES}
    assert set(word_languages()) == set(LANGUAGES)
    for language in LANGUAGES:
        assert set(texts[language]) == set(texts["en"])
        for key, text in texts[language].items():
            assert isinstance(text, str), (language, key)
            assert text.strip() == text != "", (language, key)


def test_translations_fill_in_the_same_names():
    english = load_words("en").texts
    for language in LANGUAGES[1:]:
        for key, text in load_words(language).texts.items():
            names = [set(re.findall(r"\{(\w+)\}", t)) for t in (english[key], text)]
            assert names[0] == names[1], (language, key)


#: Keys made of parts, which the code holds apart: what was measured, the part of the report.
COMPOSED = re.compile(
    r"(state|pattern|quadrant|verdict|number|sign|effort|sites|table|case)\..+"
    r"|(card|follow|followed|limit|moved|sort|stays)\..+|kept\.(action|check|question|wording)"
    r"|headline\.((reads_well|misreads)_(claimed|leaning|open)|\w+_\w+|open)"
    r"|\w+\.(title|lead)|(false_consensus|false_conflict|known_difference)\.(direction|nothing)"
    r"|method\.\w+_\w+|dimension\.read_\w+|figure\.(see_(choices|expected)|use_(now|peak))"
    r"|regions\.(sites|shown)|together\.(pair_\w+|at\w*)|recurring\.of\w*"
    r"|evidence\.(decisions|pilots|adoption|(running|ended)(_late|_in_time)?)"
    r"|index\.by_\w+|cover\.(lead|lead_once|people|everybody|some)"
    r"|appendix\.(claimed|leaning)|changed\.(first_round|redacted)|portfolio\.(most|widest)"
    r"|promised\.(was|is)_\w+|page\.counter_\w+"
)


#: Section → the files that yield its codes.
CODES = {
    "problem": "measures/evidence_problems.py",
    "handled": "measures/evidence_problems.py",
    "because": "batch/*.py",
    "input": "batch/*.py",
    "link": "batch/manifest.py",
    "story": "findings/plots.py",
    "fact": "findings/*.py",
    "done": "findings/*.py",
    "holder": "engagement/plants.yaml",
    "compare": "commands/comparing.py",
    "plan": "commands/scheduling.py",
    "quantity": "measures/changes.py",
    "level": "report/site_report/choices.py",
    **dict.fromkeys(("head", "means", "sheet", "tells", "unit", "claim", "view"), "**/*.py"),
    **dict.fromkeys(("about", "book", "owner", "truth"), "report/site_workbook/*.py"),
}


def test_every_sentence_is_used():
    package = CASES.parent.parent
    sources = [
        *(package / "harmony_kit").rglob("*.py"),
        *(package / "harmony_kit" / "report" / "fragments").glob("*.j2"),
        *(package / "templates" / "harmony").glob("*.j2"),
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = set(re.findall(r"[\"']([a-z_]+\.[a-z_]+)[\"']", code))
    keys = {re.sub(r"(_one|_many|_plain)+$", "", key) for key in load_words("en").texts}
    coded = {key for key in keys if key.split(".")[0] in CODES}
    assert sorted(k for k in keys - named - coded if not COMPOSED.fullmatch(k)) == []
    yielding = {
        files: "\n".join(p.read_text() for p in (package / "harmony_kit").glob(files))
        for files in CODES.values()
    }
    for key in coded:
        section, *codes = key.split(".")
        text = yielding[CODES[section]]
        assert all(re.search(rf"\b{code.replace('_', '[_ ]')}\b", text) for code in codes), key


BLAME = {
    "en": ("blame", "fault", "guilty", "refuse", "stubborn", "incompeten", "ignoran", "naive"),
    "de": ("schuld ", "versagen", "stur", "unfähig", "naiv", "verweiger", "ignorant"),
    "es": ("culpa", "terco", "incapaz", "ingenu", "incompeten", "ignorant", "se niega"),
}
REASONABLE = {"en": "reasonable", "de": "vernünftig", "es": "razonable"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voice_blames_nobody_and_calls_both_views_rational(language):
    texts = load_words(language).texts
    blaming = {
        key: word for key, text in texts.items() for word in BLAME[language] if word in text.lower()
    }
    assert blaming == {}
    assert REASONABLE[language] in texts["method.limit_people"]
    for key in ("cover.lead", "false_consensus.lead", "known_difference.lead"):
        assert "{first}" in texts[key], key
        assert "{second}" in texts[key], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language):
    for key, text in load_words(language).texts.items():
        sentences = re.split(r"(?<=[.:;!?])\s+", text)
        longest = max(len(sentence.split()) for sentence in sentences)
        assert longest <= 34, (key, longest)


def test_a_report_speaks_its_language():
    assert "Wo Sie nur glauben, einig zu sein" in _plain(page("northfield", "de"))
    assert "Produktion" in _plain(page("northfield", "de"))
    assert "Donde solo creen estar de acuerdo" in _plain(page("northfield", "es"))
    assert re.search("\\d\u00a0%", page("northfield", "de"))
    assert re.search(r"\d,\d von 5", _plain(page("northfield", "de")))


def test_another_language_is_answered_in_english():
    assert load_words("fr").texts == load_words("en").texts
    assert load_words("fr").language == "fr"
