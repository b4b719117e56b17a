"""Dates in front of grades: read only where they say one moment, and said back.

nbgrader's own reader takes "08:00 CEST" for 08:00 UTC and 01.07. for 7 January.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches

EXAMPLE = "2026-07-01 08:00 Europe/Berlin"
WRITTEN = re.compile(
    r"(?P<day>[0-9]{4}-?[0-9]{2}-?[0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:?[0-9]{2}(?::?[0-9]{2}(?:\.[0-9]+)?)?))?"
    r" ?(?P<zone>.*)"
)
OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?")
FARTHEST = timedelta(hours=14)  # from UTC that any place on earth is
NO_ZONES = (
    "this machine has no list of time zones: install it (pip install tzdata), or give "
    "the difference from UTC, as in 2026-07-01 08:00+02:00"
)


class UnclearTime(ValueError):
    """A date that says no moment, or more than one; the message has an example."""


def moment(text: str) -> datetime:
    """The moment that a date in ISO 8601 with a zone means, in that zone.

    The zone is a difference from UTC, `Z`, `UTC` or a name such as Europe/Berlin.

    >>> moment("2026-07-01 08:00 Europe/Berlin").isoformat()
    '2026-07-01T08:00:00+02:00'
    >>> moment("01.07.2026 8:00 PM")
    Traceback (most recent call last):
    ...
    gdgrader.course.times.UnclearTime: '01.07.2026 8:00 PM' is no date that can ...

    Errors: UnclearTime.
    """
    found = WRITTEN.fullmatch(" ".join(text.split()).replace("\u2212", "-"))
    if not found:
        raise _unclear(text, "is no date that can be read in only one way")
    if not found["time"]:
        raise _unclear(text, "says no time of the day, as in 08:00 or 23:59")
    if not found["zone"]:
        raise _unclear(text, "says no time zone")
    try:
        naive = datetime.fromisoformat(f"{found['day']}T{found['time']}")
    except ValueError as error:
        raise _unclear(text, f"is no day or time that exists ({error})") from None
    zone = _zone(found["zone"], text)
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    try:
        if early.utcoffset() != late.utcoffset():
            raise _unclear(
                text,
                "comes twice or never, as the clocks are changed: give the difference "
                "from UTC",
            )
        early.astimezone(UTC)
    except OverflowError:
        raise _unclear(text, "is too far away") from None
    return early


def utc(when: datetime) -> datetime:
    """The same moment as nbgrader stores it: in UTC, and without saying so."""
    return when.astimezone(UTC).replace(tzinfo=None)


def said(stored: datetime, *zones: tzinfo | None) -> str:
    """A moment that nbgrader stored, in UTC and in zones; None is this machine's.

    >>> said(datetime(2026, 7, 1, 6), timezone(timedelta(hours=2), "CEST"))
    'Wednesday 1 July 2026, 08:00 CEST (UTC+02:00) = Wednesday 1 July 2026, 06:00 UTC'
    """
    there = stored.replace(tzinfo=UTC)
    told = [_in(there.astimezone(zone)) for zone in (*zones, UTC)]
    return " = ".join(dict.fromkeys(told))


def _in(when: datetime) -> str:
    offset = f"{when:%z}"
    zone = getattr(when.tzinfo, "key", None) or when.tzname() or ""
    away = f"UTC{offset[:3]}:{offset[3:5]}"
    where = zone if zone in ("UTC", away) else f"{zone} ({away})"
    seconds = f":{when:%S}" if when.second else ""
    return f"{when:%A} {when.day} {when:%B %Y, %H:%M}{seconds} {where}"


def _zone(name: str, text: str) -> tzinfo:
    if name.upper() in ("Z", "UTC"):
        return UTC
    if found := OFFSET.fullmatch(name):
        away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if away > FARTHEST or int(found[3] or 0) > 59:
            raise _unclear(text, f"has a difference from UTC that no place has, {name}")
        return timezone(-away if found[1] == "-" else away)
    names = zoneinfo.available_timezones()
    # Those without a place, such as EST or CET, mean one thing to the list and another
    # to people; Etc/GMT+2 is two hours behind UTC.
    places = {n.casefold(): n for n in names if "/" in n and not n.startswith("Etc/")}
    if not places:
        raise UnclearTime(f"{text!r}: {NO_ZONES}")
    if place := places.get(name.replace(" ", "_").casefold()):
        return zoneinfo.ZoneInfo(place)
    near = get_close_matches(name.casefold(), places, n=1)
    meant = f" (is {places[near[0]]} meant?)" if near else ""
    if name.isupper() and name.isalpha():
        meant = ": such abbreviations mean more than one zone"
    raise _unclear(text, f"has a time zone that is not known, {name!r}{meant}")


def _unclear(text: str, why: str) -> UnclearTime:
    return UnclearTime(
        f"{text!r} {why}; write year-month-day, a time of 24 hours, and the zone, by "
        f"the name of a place or as a difference from UTC: {EXAMPLE!r} or "
        "'2026-07-01 08:00+02:00'"
    )
