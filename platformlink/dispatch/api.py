"""Sendings, for programs."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.dispatch import actions, queries
from platformlink.dispatch.rules import DispatchIn, resolution_of
from platformlink.dispatch.schemas import (
    DispatchOut,
    ReminderIn,
    ReminderOut,
    ResolutionIn,
    SupplementIn,
    VersionOut,
)
from platformlink.dispatch.tables import Dispatch
from platformlink.identity.once import Once
from platformlink.letters.tables import Letter
from platformlink.requests import queries as requests
from platformlink.requests import sealing, showing
from platformlink.requests.schemas import LetterOut
from platformlink.web.handed import (
    FromPath,
    JSONBody,
    Now,
    Runtime,
    Session,
    Who,
)
from platformlink.web.uploads import MOST_BYTES, pdf_of

JOB = "send_queued"


async def _shown(session: AsyncSession, dispatch: Dispatch) -> DispatchOut:
    letter = await session.get_one(Letter, dispatch.letter_id)
    kept = dispatch.model_dump(include=set(DispatchOut.__struct_fields__))
    return DispatchOut(**kept, letter=letter.reference)


@post("/requests/{reference:str}/dispatches")
async def send(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: NamedDependency[Once],
    reference: FromPath[str],
    data: JSONBody[DispatchIn],
) -> Response[DispatchOut]:
    """Send the letter through a channel, or record what was sent by hand."""
    if once.answer is not None:
        return once.answer
    request, _ = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await showing.letter_named(session, request, reference)
    dispatch = await actions.send(
        session, runtime.authority, request, letter, data, actor=actor, now=now
    )
    answer = once.keep(await _shown(session, dispatch), 201)
    answer.background = BackgroundTask(runtime.ports.bell.ring, JOB)
    return answer


@post(
    "/requests/{reference:str}/countersignature",
    request_max_body_size=MOST_BYTES,
)
async def countersign(
    request: Request[Any, Any, Any],
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> VersionOut:
    """File the letter that others signed after us (the PDF); that version goes out."""
    found, _ = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await showing.letter_named(session, found, reference)
    kept = await actions.countersign(
        session, runtime, found, letter, await pdf_of(request), actor=actor, now=now
    )
    return VersionOut(letter.reference, kept.sha256, kept.made_at)


@get("/requests/{reference:str}/dispatches")
async def listed(
    session: Session, actor: Who, reference: FromPath[str]
) -> list[DispatchOut]:
    """Return the sendings of a request, newest first."""
    request, _ = await requests.by_reference(session, reference, actor=actor)
    found = await queries.of_request(session, request.id)
    return [await _shown(session, one) for one in found]


@post("/requests/{reference:str}/dispatches/{number:int}/resolve", status_code=200)
async def resolve(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    data: JSONBody[ResolutionIn],
) -> DispatchOut:
    """Decide about a sending of which nobody knows whether it went out."""
    request, _ = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    dispatch = await queries.of_request_by_id(session, request.id, number)
    await actions.resolve(
        session,
        runtime.authority,
        dispatch,
        resolution_of(data.resolution),
        actor=actor,
        now=now,
    )
    return await _shown(session, dispatch)


@get("/requests/{reference:str}/reminders")
async def reminders(
    session: Session, actor: Who, now: Now, reference: FromPath[str]
) -> list[ReminderOut]:
    """Return the drafted reminders that nobody has sent, of what is late still."""
    request, _ = await requests.by_reference(session, reference, actor=actor)
    found = await requests.reminders_waiting(session, request.id, now)
    names = {
        one.id: (await session.get_one(Letter, one.letter_id)).reference
        for one in found
        if one.letter_id
    }
    return [ReminderOut(one.level, one.drafted_at, names.get(one.id)) for one in found]


@post("/requests/{reference:str}/reminders")
async def remind(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: NamedDependency[Once],
    reference: FromPath[str],
    data: JSONBody[ReminderIn],
) -> Response[LetterOut]:
    """Seal a drafted reminder; it is sent by its own reference."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    reminder = await requests.reminder_drafted(session, request.id, data.level, now=now)
    letter = await sealing.remind(
        session, runtime, request, case, reminder, actor=actor, now=now
    )
    return once.keep(showing.letter(letter), 201)


@post("/requests/{reference:str}/supplements")
async def supplement(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    once: NamedDependency[Once],
    reference: FromPath[str],
    data: JSONBody[SupplementIn],
) -> Response[LetterOut]:
    """Seal our answer to what the platform asked; it is sent by its own reference."""
    if once.answer is not None:
        return once.answer
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await sealing.supplement(
        session,
        runtime,
        request,
        case,
        question=data.question,
        answer=data.answer,
        actor=actor,
        now=now,
    )
    return once.keep(showing.letter(letter), 201)


router = Router(
    "/api/v1",
    route_handlers=[
        *(send, countersign, listed, resolve),
        *(reminders, remind, supplement),
    ],
)
