"""What is due on which day: a month, the same as a list, a week, and one day."""

import calendar as months
from datetime import date, datetime, timedelta
from typing import ClassVar

import msgspec
from babel.dates import get_day_names
from litestar import Response, Router, get
from litestar.di import NamedDependency

from platformlink.clocks.rules import day_of
from platformlink.clocks.sentences import urgency
from platformlink.desk import ends
from platformlink.desk.board import platform_names
from platformlink.desk.ends import DayEnds, End
from platformlink.desk.rules import CLOCK_NAMES
from platformlink.permissions import Right, require
from platformlink.protocols.shelf import Library
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page
from platformlink.web.pages import Shell as PlainShell

Protocols = NamedDependency[Library]
MOST = {"month": 4, "list": 10, "week": 25, "day": 500}  # of one day, by the view
DAY = timedelta(days=1)
YEARS = range(2000, 2100)  # beyond them no clock ends, and dates do


class Entry(msgspec.Struct, frozen=True):
    """One clock that ends on a day."""

    urgency: str
    what: str
    platform: str
    path: str
    reference: str
    due_at: datetime


class Day(msgspec.Struct, frozen=True):
    """One day, with what ends on it; a day of another month is pale."""

    on: date
    is_of_month: bool
    is_today: bool
    count: int
    entries: list[Entry]  # the first of them


class CalendarPage(Page, frozen=True, kw_only=True):
    """One month, one week, or one day."""

    template: ClassVar[str] = "desk/calendar.html"
    name: str
    weeks: list[list[Day]]
    weekdays: list[str]
    before: str  # query strings
    after: str
    today: str
    this: str  # month
    on: date  # a day of what is shown
    view: str
    count: int


class Span(msgspec.Struct, frozen=True):
    """What a page shows, weeks or one day, and where what lies beside it is."""

    name: str
    weeks: list[list[date]]
    month: int  # 0: none is paler than another
    before: str
    after: str


def day_named(text: str) -> date | None:
    """Return the day that a text names, if it names one of our time."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _month(first: date, view: str, shell: PlainShell) -> Span:
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    return Span(
        name=shell.words.month(first).capitalize(),
        weeks=weeks,
        month=first.month,
        before=f"month={first - DAY:%Y-%m}&view={view}",
        after=f"month={first + 32 * DAY:%Y-%m}&view={view}",
    )


def _week(on: date, shell: PlainShell) -> Span:
    first = on - on.weekday() * DAY
    days = [first + number * DAY for number in range(7)]
    begun, ended = shell.words.day(first), shell.words.day(days[-1])
    return Span(
        name=f"{begun} – {ended}",
        weeks=[days],
        month=0,
        before=f"day={first - 7 * DAY}&view=week",
        after=f"day={first + 7 * DAY}&view=week",
    )


def _day(on: date, shell: PlainShell) -> Span:
    return Span(
        name=shell.words.day(on),
        weeks=[[on]],
        month=on.month,
        before=f"day={on - DAY}",
        after=f"day={on + DAY}",
    )


def _entry(one: End, now: datetime, zone: str, names: dict[str, str]) -> Entry:
    return Entry(
        urgency=urgency(one.facts, now, zone=zone),
        what=CLOCK_NAMES[one.kind],
        platform=names.get(one.platform, one.platform),
        path=f"/requests/{one.reference}",
        reference=one.reference,
        due_at=one.due_at,
    )


@get("/calendar", include_in_schema=False)
async def calendar(  # noqa: PLR0913, PLR0917 - what a page asks for
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    month: FromQuery[str] = "",
    day: FromQuery[str] = "",
    view: FromQuery[str] = "month",
) -> Response[str]:
    """Show what is due in a month, in a week or on a day."""
    require(actor, Right.READ)
    zone = runtime.authority.zone
    today, chosen = day_of(now, zone), day_named(day)
    first = chosen or day_named(f"{month}-01") or today
    if view == "week":
        span = _week(first, shell)
    elif chosen:
        view, span = "day", _day(chosen, shell)
    else:
        view = "list" if view == "list" else "month"
        span = _month(first.replace(day=1), view, shell)
    days = [on for week in span.weeks for on in week]
    begin = datetime.combine(days[0], datetime.min.time(), runtime.authority.tz)
    due = await ends.by_day(
        session,
        actor=actor,
        begin_at=begin,
        end_at=begin + len(days) * DAY,
        zone=zone,
        most=MOST[view],
    )
    names = platform_names(library)

    def shown(on: date) -> Day:
        found = due.get(on, DayEnds(0, []))
        entries = [_entry(one, now, zone, names) for one in found.first]
        is_of_month = span.month in {0, on.month}
        return Day(on, is_of_month, on == today, found.count, entries)

    spelled = get_day_names("abbreviated", locale=shell.words.language)
    this = f"{first:%Y-%m}"
    page = CalendarPage(
        title="Calendar",
        name=span.name,
        weeks=[[shown(on) for on in week] for week in span.weeks],
        weekdays=[spelled[number] for number in range(7)],
        before=span.before,
        after=span.after,
        today=f"day={today}" if view == "day" else f"view={view}",
        this=this,
        on=today if not chosen and this == f"{today:%Y-%m}" else first,
        view=view,
        count=sum(due[on].count for on in days if on in due),
    )
    return shell.show(page)


router = Router("/", route_handlers=[calendar])
