"""The calculator, for programs."""

from zoneinfo import ZoneInfo

from litestar import Router, post

from platformlink.clocks import calendars, queries, rules, sentences
from platformlink.clocks.schemas import Calculate, Calculated
from platformlink.clocks.terms import Evidence
from platformlink.web.handed import JSONBody, Session, Shell, Who
from platformlink.web.words import Words


@post("/clocks/calculate", status_code=200)
async def calculate(
    data: JSONBody[Calculate], session: Session, shell: Shell, actor: Who
) -> Calculated:
    """Return when a term ends, literally and safely, with its reasons."""
    calendar = await queries.calendar_of(session, data.term, data.start)
    found = rules.compute(
        data.term, data.start, evidence=Evidence.EVENT, calendar=calendar
    )
    zone = ZoneInfo(data.zone)
    words = Words(shell.words.language, zone)
    shown = calendars.in_language(found, words.language)
    return Calculated(
        legal_due=found.legal_due_at.astimezone(zone),
        safe_due=found.safe_due_at.astimezone(zone),
        sentences=[words.say(one) for one in sentences.reckon(shown)],
    )


router = Router("/api/v1", route_handlers=[calculate])
