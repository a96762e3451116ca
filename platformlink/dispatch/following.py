"""Corrections, escalations and receipts, for people and for programs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from platformlink.errors import FieldError
from platformlink.identity.once import Once
from platformlink.requests import following, showing
from platformlink.requests import queries as requests
from platformlink.requests.following import (
    AcknowledgeIn,
    CorrectIn,
    CorrectionIn,
    EscalateIn,
    LetterIncomplete,
    PieceIn,
)
from platformlink.requests.schemas import LetterOut
from platformlink.web.forms import Fields, instant, text
from platformlink.web.handed import (
    Form,
    FromPath,
    JSONBody,
    Now,
    Runtime,
    Session,
    Who,
)
from platformlink.web.pages import go

Key = NamedDependency[Once]


@post("/api/v1/requests/{reference:str}/corrections")
async def correct(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[CorrectIn],
) -> Response[LetterOut]:
    """Seal a correction of the letter; it is sent by its own reference."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await following.correct(
        session, runtime, request, case, data, actor=actor, now=now
    )
    return once.keep(showing.letter(letter), 201)


@post("/api/v1/requests/{reference:str}/escalations")
async def escalate(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[EscalateIn],
) -> Response[LetterOut]:
    """Seal an escalation to the entity, or to the point of contact of its State."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await following.escalate(
        session, runtime, request, case, data, actor=actor, now=now
    )
    return once.keep(showing.letter(letter), 201)


@post("/api/v1/requests/{reference:str}/acknowledgements")
async def acknowledge(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: Key,
    reference: FromPath[str],
    data: JSONBody[AcknowledgeIn],
) -> Response[LetterOut]:
    """Seal a confirmation of what came; it is sent by its own reference."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await following.acknowledge(
        session, runtime, request, case, data, actor=actor, now=now
    )
    return once.keep(showing.letter(letter), 201)


@post("/requests/{reference:str}/corrections", include_in_schema=False)
async def correct_by_form(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Redirect:
    """Seal one correction, and go to its sending."""
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    one = CorrectionIn(text(form, "what"), text(form, "said"), text(form, "correct"))
    given = CorrectIn((one,), text(form, "reason"))
    letter = await following.correct(
        session, runtime, request, case, given, actor=actor, now=now
    )
    return go(f"/requests/{letter.reference}/send")


@post("/requests/{reference:str}/escalations", include_in_schema=False)
async def escalate_by_form(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Redirect:
    """Seal an escalation, and go to its sending."""
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    to_state = text(form, "to") == "state"
    given = EscalateIn(text(form, "reason"), "state" if to_state else "entity")
    letter = await following.escalate(
        session, runtime, request, case, given, actor=actor, now=now
    )
    return go(f"/requests/{letter.reference}/send")


def _piece(form: Fields, zone: ZoneInfo, now: datetime) -> PieceIn:
    errors: list[FieldError] = []
    received_at = instant(form, "received_at", zone, errors)
    if errors:
        raise LetterIncomplete("", *errors)
    return PieceIn(
        name=text(form, "name"),
        received_at=received_at or now,
        reference=text(form, "reference"),
        sha256=text(form, "sha256"),
    )


@post("/requests/{reference:str}/acknowledgements", include_in_schema=False)
async def acknowledge_by_form(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Redirect:
    """Seal a confirmation of one thing that came, and go to its sending."""
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    given = AcknowledgeIn((_piece(form, runtime.authority.tz, now),))
    letter = await following.acknowledge(
        session, runtime, request, case, given, actor=actor, now=now
    )
    return go(f"/requests/{letter.reference}/send")


router = Router(
    "/",
    route_handlers=[
        *(correct, escalate, acknowledge),
        *(correct_by_form, escalate_by_form, acknowledge_by_form),
    ],
)
