"""Which days a report is of. Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import msgspec

from platformlink.authority import Authority
from platformlink.reports import rules

DAY = timedelta(days=1)
MONTH = re.compile(r"(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])")
USUAL_DAYS = 182


class Period(msgspec.Struct, frozen=True):
    """Which days of sending count, both included, as of when; "": of any kind."""

    from_on: date
    to_on: date
    as_of: datetime
    kind: str = ""
    platform: str = ""


def period_of(
    authority: Authority,
    now: datetime,
    from_on: date | None,
    to_on: date | None,
    kind: str = "",
) -> Period:
    """
    Return the days that are counted: those asked for, else the last half year.

    Raises: ReportInvalid.
    """
    rules.check_days(from_on, to_on)
    until = to_on or now.astimezone(authority.tz).date()
    return Period(from_on or until - timedelta(days=USUAL_DAYS), until, now, kind)


def part_of(period: Period, key: Mapping[str, str]) -> Period:
    """
    Return the part of a period in which all of a group lies: less is read for it.

    ``key`` is the group's, as in an address: what is no month narrows nothing.
    """
    platform = period.platform or key.get("platform", "")
    found = msgspec.structs.replace(period, platform=platform)
    month = MONTH.fullmatch(key.get("month", ""))
    if month is None:
        return found
    first = date(int(month["year"]), int(month["month"]), 1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return msgspec.structs.replace(
        found, from_on=max(period.from_on, first), to_on=min(period.to_on, last)
    )


def bounds(authority: Authority, period: Period) -> tuple[datetime, datetime]:
    """Return the first instant of the period, and the first one after it."""
    start = datetime.combine(period.from_on, time(), authority.tz)
    return start, datetime.combine(period.to_on + DAY, time(), authority.tz)
