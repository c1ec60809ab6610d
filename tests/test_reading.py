"""How hard the words of a report are to read, by the formulas of a library, in every language."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from demo_reports import PLANTS, assess

from harmony_kit.report import site_report

textstat = pytest.importorskip("textstat", reason="textstat is not installed")

#: Plants of every kind of story.
SITES = (*PLANTS, "lakeview", "oldmill", "rotterkade", "sanmarco")
#: Language → the formula made for it, and the school years a text may ask for. The Automated
#: Readability Index and the Wiener Sachtextformel count in years; Fernández Huerta counts down from
#: 100, and 70 is what a pupil of thirteen reads.
BARS = {
    "en": ("automated_readability_index", (), 7.0),
    "de": ("wiener_sachtextformel", (1,), 7.0),
    "es": ("fernandez_huerta", (), 70.0),
}
#: Björnsson: below 40 is what a newspaper for everybody writes.
LIX = 40.0
_ITEM = re.compile(r"<(li|p|td|th|em)\b[^>]*>(.*?)</\1>", re.DOTALL)


def _page_one(site: str, language: str) -> Iterator[str]:
    for _, inner in _ITEM.findall(site_report.page_one(assess(site, language)).html):
        yield html.unescape(re.sub(r"<[^>]+>", " ", inner)).strip()


def _findings(site: str, language: str) -> Iterator[str]:
    for finding in assess(site, language).findings:
        yield from (finding.title, finding.shared, finding.question, finding.action)
        yield from finding.texts.values()


def _is_easy(language: str, text: str) -> bool:
    textstat.set_lang(language)
    name, options, bar = BARS[language]
    score = getattr(textstat, name)(text, *options)
    is_readable = score >= bar if language == "es" else score <= bar
    return is_readable and textstat.lix(text) < LIX


def _join(texts: Iterator[str]) -> str:
    return " ".join(text if text[-1] in ".?!" else f"{text}." for text in texts if text)


@pytest.mark.slow
@pytest.mark.parametrize("language", BARS)
@pytest.mark.parametrize("site", SITES)
def test_page_one_and_findings_are_easy_to_read(site, language):
    for told in (_page_one(site, language), _findings(site, language)):
        text = _join(told)
        assert _is_easy(language, text) if text else site == "tarn"


def test_the_bars_refuse_what_an_office_writes():
    hard = {
        "en": "Notwithstanding interdepartmental misalignments, organisational stakeholders "
        "operationalise heterogeneous interpretations of readiness, necessitating harmonisation.",
        "de": "Ungeachtet bereichsübergreifender Wahrnehmungsunterschiede operationalisieren die "
        "Verantwortungsträger uneinheitliche Bereitschaftsverständnisse, was "
        "Abstimmungsnotwendigkeiten nach sich zieht.",
        "es": "No obstante las desalineaciones interdepartamentales, los responsables "
        "organizacionales operacionalizan interpretaciones heterogéneas, imposibilitando "
        "sistemáticamente cualquier armonización.",
    }
    assert [language for language, text in hard.items() if _is_easy(language, text)] == []
