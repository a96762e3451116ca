"""The calculator, for people: any length, any start."""

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, Router, get

from platformlink.clocks import calendars, queries, rules, sentences
from platformlink.clocks.rules import Computation
from platformlink.clocks.terms import Duty, Evidence, Length, Term, TermWrong, Unit
from platformlink.errors import FieldError, Invalid
from platformlink.values import Phrase
from platformlink.web.handed import Runtime, Session, Shell, Who
from platformlink.web.pages import Page
from platformlink.web.words import Words

UNIT_NAMES = {
    Unit.HOURS: "hours",
    Unit.DAYS: "calendar days",
    Unit.WORKING_DAYS: "working days",
    Unit.WEEKS: "weeks",
    Unit.MONTHS: "months",
    Unit.YEARS: "years",
}
DUTY_NAMES = {
    Duty.THEIRS: "An answer that they owe us",
    Duty.OURS: "A hold or a link whose lapse is our loss",
}


class Found(msgspec.Struct, frozen=True):
    """What the calculator shows: both ends, and why."""

    legal: str
    safe: str
    why: list[str]


class CalculatorPage(Page, frozen=True, kw_only=True):
    """A form that keeps what was typed, and what came of it."""

    template: ClassVar[str] = "clocks/calculator.html"
    typed: dict[str, str]
    units: list[tuple[str, str]]
    duties: list[tuple[str, str]]
    wrong: dict[str, str]
    found: Found | None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read(typed: dict[str, str]) -> tuple[Term, datetime]:
    """
    Return the term and its start, which is a time of day in the term's zone.

    Raises: TermWrong.
    """
    errors = []
    if not (amount := typed["amount"]).isdecimal() or len(amount) > len("438000"):
        errors.append(FieldError("/amount", "malformed", "Give a whole number."))
    if typed["unit"] not in set(Unit):
        errors.append(FieldError("/unit", "unknown", "Choose a unit."))
    if typed["duty"] not in set(Duty):
        errors.append(FieldError("/duty", "unknown", "Choose whose duty it is."))
    start = _moment(typed["start"])
    if start is None:
        message = "Give a day and a time, such as 2026-10-21 16:30."
        errors.append(FieldError("/start", "malformed", message))
    if errors or start is None:
        raise TermWrong("", *errors)
    term = Term(
        length=Length(int(amount), Unit(typed["unit"])),
        zone=typed["zone"],
        calendar=typed["calendar"].strip().upper() or None,
        duty=Duty(typed["duty"]),
    )
    rules.check(term, start.replace(tzinfo=ZoneInfo("UTC")))
    return term, start.replace(tzinfo=ZoneInfo(term.zone))


def _shown(found: Computation, words: Words) -> Found:
    shown = calendars.in_language(found, words.language)
    why = [words.say(one) for one in sentences.reckon(shown)]
    return Found(words.due(found.legal_due_at), words.due(found.safe_due_at), why)


@get("/clocks", include_in_schema=False)
async def calculator(
    request: Request,  # type: ignore[type-arg]
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
) -> Response[str]:
    """Show the calculator; with a start, also when its term ends."""
    typed = {
        "start": "",
        "amount": "10",
        "unit": Unit.DAYS.value,
        "zone": runtime.authority.zone,
        "calendar": runtime.authority.calendar,
        "duty": Duty.THEIRS.value,
    }
    typed |= {name: request.query_params.get(name, typed[name]) for name in typed}
    wrong: dict[str, str] = {}
    found: Found | None = None
    if typed["start"]:
        try:
            term, start_at = _read(typed)
            calendar = await queries.calendar_of(session, term, start_at)
            computed = rules.compute(
                term, start_at, evidence=Evidence.EVENT, calendar=calendar
            )
            words = Words(shell.words.language, ZoneInfo(term.zone))
            found = _shown(computed, words)
        except Invalid as refused:
            wrong = {
                error.pointer.strip("/"): shell.words.say(
                    Phrase(error.message, dict(error.params))
                )
                for error in refused.errors
            }
    say = shell.words.say
    page = CalculatorPage(
        title="When does it end?",
        typed=typed,
        units=[(code, say(name)) for code, name in UNIT_NAMES.items()],
        duties=[(code, say(name)) for code, name in DUTY_NAMES.items()],
        wrong=wrong,
        found=found,
    )
    return shell.show(page, status=422 if wrong else 200)


router = Router("", route_handlers=[calculator])
