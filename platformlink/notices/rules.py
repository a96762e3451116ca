"""When a mail to our own people may go out."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from platformlink.clocks.terms import Calendar
from platformlink.identity.rules import Pace


class Office(msgspec.Struct, frozen=True):
    """
    When an authority works; outside of it is quiet.

    The calendar must cover the year that is asked about. An office that closes no
    later than it opens is open until midnight.
    """

    zone: str  # IANA
    opens: time
    closes: time
    calendar: Calendar


def opened_at(now: datetime, office: Office) -> datetime | None:
    """Return when the office opened today, in UTC; None while it is shut."""
    zone = ZoneInfo(office.zone)
    local = now.astimezone(zone)
    opening = datetime.combine(local.date(), office.opens, zone).astimezone(UTC)
    is_early = now < opening
    is_late = office.opens < office.closes <= local.time()
    if is_early or is_late or office.calendar.is_rest(local.date()):
        return None
    return opening


def ripe_until(pace: Pace, now: datetime, office: Office) -> datetime | None:
    """
    Return up to which telling a reader may be mailed now what is no emergency.

    None means: nothing. Who reads once a day is sent what was told before this
    morning, so that a second mail of the day finds nothing to say.
    """
    opening = opened_at(now, office)
    if opening is None or pace is Pace.DAILY:
        return opening
    return now
