"""A date in front of grades means one moment, or it is refused with an example."""

import zoneinfo
from datetime import UTC, datetime

import pytest

from gdgrader.course.times import EXAMPLE, UnclearTime, moment, said, utc


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (EXAMPLE, "2026-07-01T06:00:00"),
        ("2026-01-01 08:00 Europe/Berlin", "2026-01-01T07:00:00"),
        ("2026-07-01T08:00Z", "2026-07-01T08:00:00"),
        ("20260701T0800Z", "2026-07-01T08:00:00"),
        ("2026-07-01t08:00:30+02:00", "2026-07-01T06:00:30"),
        (" 2026-07-01  08:00 +0530\n", "2026-07-01T02:30:00"),
        ("2026-07-01 08:00 \u221205", "2026-07-01T13:00:00"),
        ("2026-07-01 08:00 utc", "2026-07-01T08:00:00"),
        ("2026-07-01 08:00 america/new york", "2026-07-01T12:00:00"),
        ("2026-07-01 08:00:00.250000 UTC", "2026-07-01T08:00:00.250000"),
        ("2026-10-25 02:30 +01:00", "2026-10-25T01:30:00"),
    ],
)
def test_what_means_one_moment(text, stored):
    assert utc(moment(text)).isoformat() == stored


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-07-01 08:00:00 CEST", "'CEST': such abbreviations mean more than one"),
        ("2026-07-01 08:00 EST", "abbreviations"),
        ("2026-07-01 08:00 IST", "abbreviations"),
        ("2026-07-01 08:00 Etc/GMT+2", "zone that is not known"),
        ("2026-07-01 08:00 UTC+2", "zone that is not known"),
        ("2026-07-01 08:00 Berlin", "is Europe/Berlin meant?"),
        ("2026-07-01 08:00 +15:00", "no place has"),
        ("2026-07-01 08:00 +01:75", "no place has"),
        ("2026-07-01 08:00", "says no time zone"),
        ("2026-07-01", "says no time of the day"),
        ("2026-07-01 8:00 PM", "time of the day"),
        ("2026-07-01 08:00 PM", "not known"),
        ("01.07.2026 08:00 UTC", "only one way"),
        ("07/01/2026 08:00 UTC", "only one way"),
        ("1 July 2026, 08:00 UTC", "only one way"),
        ("tomorrow", "only one way"),
        ("", "only one way"),
        ("2026-02-30 08:00 UTC", "exists"),
        ("2026-07-01 24:00 UTC", "exists"),
        ("01072026 0800 UTC", "exists"),
        ("2026-10-25 02:30 Europe/Berlin", "comes twice or never"),
        ("2026-03-29 02:30 Europe/Berlin", "comes twice or never"),
        ("0001-01-01 00:00+14:00", "too far away"),
    ],
)
def test_what_could_mean_something_else(text, why):
    with pytest.raises(UnclearTime) as refused:
        moment(text)
    assert why in str(refused.value) and EXAMPLE in str(refused.value)
    assert repr(text) in str(refused.value)


def test_a_machine_without_a_list_of_zones(monkeypatch):
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(UnclearTime, match="pip install tzdata"):
        moment(EXAMPLE)
    assert moment("2026-07-01 08:00+02:00")


def test_it_is_said_back_with_its_weekday():
    tokyo = zoneinfo.ZoneInfo("Asia/Tokyo")
    assert said(datetime(2026, 6, 30, 23, 59, 30), tokyo) == (
        "Wednesday 1 July 2026, 08:59:30 Asia/Tokyo (UTC+09:00) = "
        "Tuesday 30 June 2026, 23:59:30 UTC"
    )
    assert said(datetime(2026, 7, 1), UTC) == "Wednesday 1 July 2026, 00:00 UTC"
