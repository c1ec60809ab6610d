"""Times as survey tools write them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from harmony_kit.times import Clock, find_day_first, has_offset

CLOCK = Clock(ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-10-12T08:00:00.000+02:00", "2026-10-12T06:00:00"),
        ("2026-10-12T08:00:00Z", "2026-10-12T08:00:00"),
        ("2026-10-12 08:00:00 UTC", "2026-10-12T08:00:00"),
        ("2026-10-12T08:00:00.250-0330", "2026-10-12T11:30:00.250000"),
        ("2026/10/12 9:01:22 AM GMT+2", "2026-10-12T07:01:22"),
        ("2026-10-12 08:00", "2026-10-12T06:00:00"),
        ("2026-12-12 08:00", "2026-12-12T07:00:00"),
        ("2026-10-12", "2026-10-11T22:00:00"),
        ("10/6/2026 9:01", "2026-10-06T07:01:00"),
        ("10/6/26 12:05:09 AM", "2026-10-05T22:05:09"),
        ("10/6/2026, 12:05 p.m.", "2026-10-06T10:05:00"),
        ("6.10.2026 09:01", "2026-10-06T07:01:00"),
        ("12-25-2026", "2026-12-24T23:00:00"),
        ("  10/6/2026\u00a09:01 ", "2026-10-06T07:01:00"),
    ],
)
def test_times_are_read_in_their_own_offset_or_the_zone_given(text, utc):
    assert CLOCK.read(text).astimezone(dt.UTC) == dt.datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "13/6/2026 9:00",
        "2026-02-30",
        "10/6/2026 25:00",
        "10/6/2026 0:30 PM",
        "9:01",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        CLOCK.read(text)


@pytest.mark.parametrize(
    ("values", "is_day_first"),
    [
        (["10/6/2026", "10/20/2026"], False),
        (["10/6/2026", "20/10/2026"], True),
        (["10/6/2026", "6/10/2026"], None),
        (["10/10/2026", "11/11/2026 9:00"], False),
        (["2026-10-06", "6.10.2026", "?"], False),
        ([], False),
    ],
)
def test_the_whole_column_says_whether_the_day_is_first(values, is_day_first):
    assert find_day_first(values) is is_day_first


def test_a_column_that_mixes_both_orders_is_refused():
    with pytest.raises(ValueError, match=r".*") as caught:
        find_day_first(["1/2/2026", "13/1/2026", "1/14/2026", "15/1/2026"])
    assert caught.value.args == ("13/1/2026", "1/14/2026")


@pytest.mark.parametrize(
    ("text", "has_one"),
    [("2026-10-12T08:00+02:00", True), ("2026-10-12T08:00Z", True), ("10/6/2026 9:01", False)],
)
def test_an_offset_is_seen(text, has_one):
    assert has_offset(text) is has_one
