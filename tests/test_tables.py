"""Tables: headings with a scope, everything escaped, folded away where a picture says it first."""

from __future__ import annotations

import pytest
from html_checks import Outline, list_faults

from harmony_kit.report.blocks import EMPTY, load_words
from harmony_kit.report.tables import Cell, ReportColumn, ReportTable, show_table, tuck_table

WORDS = load_words("en")
HOSTILE = '<script>1</script> & "x" =1+1'
TABLE = ReportTable(
    HOSTILE,
    (ReportColumn(HOSTILE), ReportColumn("n", is_number=True), ReportColumn("share")),
    [(HOSTILE, "3", Cell("half", share=0.5, side=1, note=HOSTILE))],
)


def test_a_table_says_what_it_is_and_heads_rows_and_columns():
    html = show_table(TABLE, WORDS).html
    assert list_faults(html) == []
    outline = Outline(html)
    assert [a["scope"] for a in outline.all("th")] == ["col", "col", "col", "row"]
    assert [a.get("class") for a in outline.all("td")] == ["number", "level second"]
    assert outline.all("td")[1]["style"] == "--share:50%"
    assert outline.texts.count(HOSTILE) == 4


def test_a_table_without_rows_is_nothing():
    empty = ReportTable("x", (ReportColumn("a"),), [])
    assert show_table(empty, WORDS) == EMPTY
    assert tuck_table(empty, WORDS) == EMPTY


@pytest.mark.slow
def test_a_tucked_table_opens():
    html = tuck_table(TABLE, WORDS).html
    assert list_faults(html) == []
    assert html.startswith('<details class="data"><summary>The same in numbers</summary>')
    assert show_table(TABLE, WORDS).html in html
