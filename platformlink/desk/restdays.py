"""Rest days of a calendar: what a change would move, shown before it is applied."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.response import Redirect

from platformlink.clocks import calendars
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.calendars import CalendarUnknown, Change
from platformlink.clocks.rules import day_of
from platformlink.clocks.tables import CalendarDay
from platformlink.clocks.terms import Kind
from platformlink.desk import queries
from platformlink.desk.rules import CLOCK_NAMES
from platformlink.desk.schemas import ChangeIn, MovedClock, Moves, SeenChangeIn
from platformlink.errors import FieldError, Invalid
from platformlink.identity import queries as identity
from platformlink.permissions import Actor, Right, may, require
from platformlink.requests import moving
from platformlink.requests.moving import Move
from platformlink.values import Phrase
from platformlink.web.forms import by_pointer, day, text
from platformlink.web.handed import Form, JSONBody, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go

MOST_SHOWN = 500
KIND_NAMES = {
    "rest": "A rest day: nobody works",
    "work": "A working day, although it was a rest day",
}
LONGEST_NAME = 80


class ChangeWrong(Invalid):
    """The change of a calendar is not complete."""

    code = "calendar-change-wrong"
    title = "This change cannot be made"


class RestDaysPage(Page, frozen=True, kw_only=True):
    """A change as typed, what it would move, and what was changed before."""

    template: ClassVar[str] = "desk/restdays.html"
    typed: dict[str, str]
    kinds: list[tuple[str, str]]
    wrong: dict[str, str]
    found: Moves | None
    may_open: bool
    names: Mapping[Kind, str] = MappingProxyType(CLOCK_NAMES)
    changed: list[tuple[CalendarDay, str]]
    coming: list[tuple[date, str]]
    applied: int | None


def _read(typed: dict[str, str]) -> ChangeIn:
    """
    Return the change that a form describes.

    Raises: ChangeWrong.
    """
    errors: list[FieldError] = []
    form = {name: [value] for name, value in typed.items()}
    day_on = day(form, "day", errors)
    if day_on is None and not errors:
        errors.append(FieldError("/day", "missing", "Give the day."))
    if errors or day_on is None:
        raise ChangeWrong("", *errors)
    is_rest = typed["kind"] != "work"
    return ChangeIn(
        calendar=typed["calendar"], day_on=day_on, is_rest=is_rest, name=typed["name"]
    )


def checked(given: ChangeIn) -> tuple[str, Change]:
    """
    Return the calendar and its change.

    Raises: ChangeWrong, CalendarUnknown.
    """
    name = given.name.strip()
    if (given.is_rest and not name) or len(name) > LONGEST_NAME:
        message = "Say in a few words what day it is: clocks give it as their reason."
        raise ChangeWrong("", FieldError("/name", "missing", message))
    calendar = given.calendar.strip().upper()
    calendars.load(calendar, given.day_on.year, given.day_on.year)
    return calendar, Change(given.day_on, is_rest=given.is_rest, name=name)


async def shown(session: Session, found: list[Move], *, actor: Actor) -> Moves:
    """Return what would move; what the reader may not know of is a number only."""
    ids = {one.clock.request_id for one in found if one.clock.request_id is not None}
    known = await queries.known_names(session, ids, actor=actor)
    lines = [
        _line(one, known[one.clock.request_id or 0])
        for one in found
        if one.clock.request_id in known
    ]
    return Moves(
        count=len(found),
        hidden=len(found) - len(lines),
        seen=moving.fingerprint(found),
        items=lines[:MOST_SHOWN],
    )


def _line(one: Move, reference: str) -> MovedClock:
    was_on, due_on = one.days
    return MovedClock(
        request=reference,
        kind=one.clock.kind,
        was_on=was_on,
        due_on=due_on,
        legal_was_at=one.clock.legal_due_at,
        legal_due_at=one.found.legal_due_at,
        safe_was_at=one.clock.safe_due_at,
        safe_due_at=one.found.safe_due_at,
    )


async def _page(
    shell: Shell,
    session: Session,
    typed: dict[str, str],
    *,
    actor: Actor,
    today: date,
    applied: int | None,
) -> RestDaysPage:
    wrong: dict[str, str] = {}
    found: Moves | None = None
    if typed["day"] or typed["name"]:
        try:
            calendar, change = checked(_read(typed))
            found = await shown(
                session, await moving.moves(session, calendar, change), actor=actor
            )
        except Invalid as refused:
            say = shell.words.say
            wrong = {
                pointer: say(Phrase(one.message, dict(one.params)))
                for pointer, one in by_pointer(refused.errors).items()
            }
    rows = await clock_queries.changed_days(session, typed["calendar"])
    people = await identity.names(session, {row.changed_by_id for row in rows})
    return RestDaysPage(
        title="Rest days",
        typed=typed,
        kinds=[(code, shell.words.say(name)) for code, name in KIND_NAMES.items()],
        wrong=wrong,
        found=found,
        may_open=may(actor, Right.READ),
        changed=[(row, people.get(row.changed_by_id, "")) for row in rows],
        coming=await _coming(session, typed["calendar"], today, shell.words.language),
        applied=applied,
    )


async def _coming(
    session: Session, calendar: str, today: date, language: str
) -> list[tuple[date, str]]:
    """Return the holidays of the year to come; none of a calendar nobody knows."""
    changes = await clock_queries.changes(session, calendar)
    try:
        years = today.year, today.year + 1
        found = calendars.load(calendar, *years, changes, language=language)
    except CalendarUnknown:
        return []
    until = today + timedelta(days=365)
    return [
        (on, name) for on, name in sorted(found.holidays.items()) if today <= on < until
    ]


@get("/admin/calendar", include_in_schema=False)
async def page(
    request: Request,  # type: ignore[type-arg]
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
) -> Response[str]:
    """Show a calendar as changed, and what one more change would move."""
    require(actor, Right.ADMINISTER)
    typed = {
        "calendar": runtime.authority.calendar,
        "day": "",
        "kind": "rest",
        "name": "",
    }
    given = request.query_params
    applied = given.get("applied", "")[:6]
    typed = {name: given.get(name, usual).strip() for name, usual in typed.items()}
    typed["calendar"] = typed["calendar"].upper()
    shows = await _page(
        shell,
        session,
        typed,
        actor=actor,
        today=day_of(now, runtime.authority.zone),
        applied=int(applied) if applied.isdecimal() else None,
    )
    return shell.show(shows, status=422 if shows.wrong else 200)


@post("/admin/calendar", include_in_schema=False)
async def change(form: Form, session: Session, actor: Who, now: Now) -> Redirect:
    """Apply a change, if it still moves what the page showed."""
    require(actor, Right.ADMINISTER)
    fields = ("calendar", "day", "kind", "name")
    calendar, wanted = checked(_read({one: text(form, one) for one in fields}))
    found = await moving.apply(
        session, calendar, wanted, seen=text(form, "seen"), actor=actor, now=now
    )
    asked = urlencode({"calendar": calendar, "applied": len(found)})
    return go(f"/admin/calendar?{asked}")


@post("/api/v1/calendar-changes/preview", status_code=200)
async def preview(data: JSONBody[ChangeIn], session: Session, actor: Who) -> Moves:
    """Return which clocks a change would move; nothing is kept."""
    require(actor, Right.ADMINISTER)
    calendar, wanted = checked(data)
    found = await moving.moves(session, calendar, wanted)
    return await shown(session, found, actor=actor)


@post("/api/v1/calendar-changes", status_code=201)
async def change_seen(
    data: JSONBody[SeenChangeIn], session: Session, actor: Who, now: Now
) -> Moves:
    """Apply a change whose preview was read, and return what moved."""
    require(actor, Right.ADMINISTER)
    calendar, wanted = checked(data)
    found = await moving.apply(
        session, calendar, wanted, seen=data.seen, actor=actor, now=now
    )
    return await shown(session, found, actor=actor)


router = Router("/", route_handlers=[page, change, preview, change_seen])
