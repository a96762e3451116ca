"""A person's calendar as iCalendar, for programs that cannot sign in."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

import icalendar
from litestar import Response, Router, get
from litestar.di import NamedDependency

from platformlink.audit import actions as audit
from platformlink.authority import said
from platformlink.clocks.rules import day_of
from platformlink.clocks.terms import Kind, State
from platformlink.desk import queries
from platformlink.desk.board import platform_names
from platformlink.desk.queries import Row, Wanted
from platformlink.desk.rules import CLOCK_NAMES
from platformlink.errors import Missing
from platformlink.identity import queries as identity
from platformlink.permissions import Right, may
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols.shelf import Library
from platformlink.web.handed import FromPath, Now, Runtime, Session
from platformlink.web.words import Words

Protocols = NamedDependency[Library]
SUFFIX = ".ics"
BEHIND = timedelta(days=90)
AHEAD = timedelta(days=3650)
READ_AGAIN = timedelta(hours=1)
MOST = 1000  # events


def last_day(moment: datetime, zone: str) -> date:
    """Return the day that an end closes: midnight belongs to the day before."""
    return day_of(moment - timedelta(microseconds=1), zone)


def event(
    row: Row, runtime: PlainRuntime, words: Words, names: dict[str, str], now: datetime
) -> icalendar.Event:
    """
    Return a clock as an event that names no person, no account and no case.

    An end at midnight is a whole day, the one that it closes: at 0:00 of the next
    day it would be read too late. Source: RFC 5545, section 3.6.1.
    """
    clock, request = row.clock, row.request
    reference = request.reference or request.draft_id
    platform = names.get(request.platform, request.platform)
    what = words.gettext(CLOCK_NAMES[Kind(clock.kind)])
    local = clock.safe_due_at.astimezone(words.zone)
    is_midnight = (local.hour, local.minute) == (0, 0)
    day = last_day(clock.safe_due_at, words.zone.key)
    made = icalendar.Event()
    made.add("uid", f"clock-{clock.id}@{runtime.authority.mail_domain}")
    made.add("dtstamp", now)
    made.add("dtstart", day if is_midnight else clock.safe_due_at.astimezone(UTC))
    made.add("summary", f"{reference} · {what} · {platform}")
    made.add("url", f"{runtime.settings.base_url}/requests/{reference}")
    made.add("status", "TENTATIVE" if clock.state == State.PAUSED else "CONFIRMED")
    made.add("class", "CONFIDENTIAL")
    made.add("transp", "TRANSPARENT")
    return made


def as_file(name: str, events: Iterable[icalendar.Event]) -> bytes:
    """Return a calendar as the file that programs subscribe to."""
    made = icalendar.Calendar()
    made.add("prodid", "-//PlatformLink//Clocks//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    for one in events:
        made.add_component(one)
    return bytes(made.to_ical())


@get("/calendar/{code:str}", include_in_schema=False)
async def feed(
    session: Session,
    runtime: Runtime,
    library: Protocols,
    now: Now,
    code: FromPath[str],
) -> Response[bytes]:
    """
    Return the calendar that a secret address opens; each reading is an entry.

    Raises: Missing, for whatever opens nothing.
    """
    token = code.removesuffix(SUFFIX)
    user = await identity.by_calendar_token(session, token)
    if user is None or token == code:
        raise Missing
    actor = identity.as_actor(user)
    if not may(actor, Right.READ):
        raise Missing
    rows = await queries.running(
        session,
        Wanted(from_at=now - BEHIND),
        actor=actor,
        until_at=now + AHEAD,
        limit=MOST,
    )
    subject = f"user/{actor.id}"
    audit.record(
        session, actor_id=actor.id, verb="desk.calendar_read", subject=subject, now=now
    )
    words = Words(user.language, runtime.authority.tz)
    names = platform_names(library)
    body = as_file(
        f"PlatformLink: {said(runtime.authority.name, user.language)}",
        (event(one, runtime, words, names, now) for one in rows),
    )
    return Response(
        body,
        status_code=HTTPStatus.OK,
        media_type="text/calendar",
        headers={"Cache-Control": "private, no-store"},
    )


router = Router("/", route_handlers=[feed])
