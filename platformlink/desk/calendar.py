"""What is due on which day: a month on one page, and the same as a list."""

import calendar as months
from datetime import date, datetime, timedelta
from typing import ClassVar

import msgspec
from babel.dates import format_date, get_day_names
from litestar import Response, Router, get
from litestar.di import NamedDependency

from platformlink.clocks.rules import day_of
from platformlink.clocks.sentences import urgency
from platformlink.clocks.terms import Kind
from platformlink.desk import queries
from platformlink.desk.queries import Row, Wanted
from platformlink.desk.rules import CLOCK_NAMES
from platformlink.permissions import Right, require
from platformlink.protocols.shelf import Library
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page

Protocols = NamedDependency[Library]
MOST = 1000
A_DAY_SHOWS = 4


class Entry(msgspec.Struct, frozen=True):
    """One clock that ends on a day."""

    urgency: str
    what: str
    platform: str
    path: str
    reference: str
    due_at: datetime


class Day(msgspec.Struct, frozen=True):
    """One day of the month, with what ends on it; a day of another month is pale."""

    on: date
    is_of_month: bool
    is_today: bool
    entries: list[Entry]


class CalendarPage(Page, frozen=True, kw_only=True):
    """One month."""

    template: ClassVar[str] = "desk/calendar.html"
    name: str
    weeks: list[list[Day]]
    weekdays: list[str]
    before: str
    after: str
    this: str
    view: str
    count: int
    shown: int = A_DAY_SHOWS


def month_of(text: str, today: date) -> date:
    """Return the first day of the month that a text names, else of this one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _entry(row: Row, now: datetime, zone: str, names: dict[str, str]) -> Entry:
    clock, request = row.clock, row.request
    reference = request.reference or request.draft_id
    return Entry(
        urgency=urgency(clock.facts, now, zone=zone),
        what=CLOCK_NAMES[Kind(clock.kind)],
        platform=names.get(request.platform, request.platform),
        path=f"/requests/{reference}",
        reference=reference,
        due_at=clock.safe_due_at,
    )


def last_day(moment: datetime, zone: str) -> date:
    """Return the day that an end closes: midnight belongs to the day before."""
    return day_of(moment - timedelta(microseconds=1), zone)


@get("/calendar", include_in_schema=False)
async def calendar(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    month: FromQuery[str] = "",
    view: FromQuery[str] = "month",
) -> Response[str]:
    """Show what is due in a month."""
    require(actor, Right.READ)
    zone = runtime.authority.zone
    today = day_of(now, zone)
    first = month_of(month, today)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    begin = datetime.combine(weeks[0][0], datetime.min.time(), runtime.authority.tz)
    end = begin + timedelta(days=7 * len(weeks) + 1)
    rows = await queries.running(
        session, Wanted(from_at=begin), actor=actor, until_at=end, limit=MOST
    )
    names = {one.slug: one.name for one in library.all()}
    by_day: dict[date, list[Entry]] = {}
    for row in rows:
        on = last_day(row.clock.safe_due_at, zone)
        by_day.setdefault(on, []).append(_entry(row, now, zone, names))
    language = shell.words.language
    spelled = get_day_names("abbreviated", locale=language)
    page = CalendarPage(
        title="Calendar",
        name=format_date(first, "LLLL y", locale=language).capitalize(),
        weeks=[
            [
                Day(on, on.month == first.month, on == today, by_day.get(on, []))
                for on in week
            ]
            for week in weeks
        ],
        weekdays=[spelled[day] for day in range(7)],
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{first + timedelta(days=32):%Y-%m}",
        this=f"{first:%Y-%m}",
        view="list" if view == "list" else "month",
        count=sum(len(by_day.get(on, [])) for week in weeks for on in week),
    )
    return shell.show(page)


router = Router("/", route_handlers=[calendar])
