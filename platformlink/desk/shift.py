"""One shift after the other: what happened, what waits, and the taking over."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.cases.tables import Case
from platformlink.desk.tables import Handover, ShiftNote, ShiftSeen
from platformlink.dispatch.rules import Status
from platformlink.dispatch.tables import Dispatch
from platformlink.errors import Conflict, FieldError, Invalid
from platformlink.identity.tables import User
from platformlink.permissions import Actor
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import OVER
from platformlink.requests.tables import PlatformRequest
from platformlink.responses.codes import Kind
from platformlink.responses.tables import Response

SHIFT = timedelta(hours=12)
MOST = 100
LONGEST_NOTE = 2000


class NoteMissing(Invalid):
    """A note says something, in at most 2,000 characters."""

    code = "note-missing"
    title = "The note says nothing, or too much"


class NotHandedOver(Conflict):
    """Nobody has handed over, or another took over, or it is one's own shift."""

    code = "not-handed-over"
    title = "There is nothing to take over: it is your own shift, or another took it"


class HandedOverAlready(Conflict):
    """A hand-over waits to be taken."""

    code = "handed-over-already"
    title = "The shift is handed over already and waits to be taken"


class CameIn(msgspec.Struct, frozen=True):
    """A response that was recorded in this shift."""

    response: Response
    request: PlatformRequest


class Failed(msgspec.Struct, frozen=True):
    """A sending that failed, or of which nobody knows."""

    dispatch: Dispatch
    request: PlatformRequest


async def last_handover(
    session: AsyncSession, *, is_to_change: bool = False
) -> Handover | None:
    """Return the newest hand-over, locked if it is to change."""
    query = select(Handover).order_by(col(Handover.id).desc()).limit(1)
    if is_to_change:
        query = query.with_for_update()
    return (await session.exec(query)).one_or_none()


async def came_in(
    session: AsyncSession, *, actor: Actor, since: datetime
) -> list[CameIn]:
    """Return what was recorded since an instant, the newest first."""
    query = (
        select(Response, PlatformRequest)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Response.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(col(Response.recorded_at) > since, seen_by(actor))
        .order_by(col(Response.recorded_at).desc())
        .limit(MOST)
    )
    return [CameIn(one, request) for one, request in (await session.exec(query)).all()]


async def promised(
    session: AsyncSession, *, actor: Actor, now: datetime
) -> list[CameIn]:
    """Return what platforms promised for later and still owe, the soonest first."""
    query = (
        select(Response, PlatformRequest)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Response.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            Response.kind == Kind.DELAY_NOTICE,
            or_(col(Response.until_on) >= now.date(), col(Response.until_at) >= now),
            col(PlatformRequest.state).not_in(OVER),
            seen_by(actor),
        )
        .order_by(col(Response.until_on), col(Response.until_at))
        .limit(MOST)
    )
    return [CameIn(one, request) for one, request in (await session.exec(query)).all()]


async def failed(
    session: AsyncSession, *, actor: Actor, since: datetime
) -> list[Failed]:
    """Return the sendings that failed since an instant, and every uncertain one."""
    query = (
        select(Dispatch, PlatformRequest)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Dispatch.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            or_(
                Dispatch.status == Status.UNCERTAIN,
                (col(Dispatch.status) == Status.FAILED)
                & (col(Dispatch.queued_at) > since),
            ),
            seen_by(actor),
        )
        .order_by(col(Dispatch.queued_at))
        .limit(MOST)
    )
    return [Failed(one, request) for one, request in (await session.exec(query)).all()]


async def notes(session: AsyncSession) -> list[tuple[ShiftNote, str]]:
    """Return the notes that nobody has settled, with who wrote them."""
    query = (
        select(ShiftNote, User.name)
        .join(User, col(User.id) == col(ShiftNote.written_by_id))
        .where(col(ShiftNote.settled_at).is_(None))
        .order_by(col(ShiftNote.written_at))
    )
    return [(note, name) for note, name in (await session.exec(query)).all()]


async def look(session: AsyncSession, *, actor: Actor, now: datetime) -> datetime:
    """Return when a person last looked, and note that they look now."""
    query = select(ShiftSeen.seen_at).where(ShiftSeen.user_id == actor.id)
    before = (await session.exec(query)).one_or_none()
    noted = insert(ShiftSeen).values(user_id=actor.id, seen_at=now)
    await session.exec(
        noted.on_conflict_do_update(index_elements=["user_id"], set_={"seen_at": now})
    )
    return before or now - SHIFT


async def write_note(
    session: AsyncSession, text: str, *, actor: Actor, now: datetime
) -> None:
    """
    Leave a word for whoever comes next.

    Raises: NoteMissing.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        message = "Write a note of at most 2,000 characters."
        raise NoteMissing("", FieldError("/text", "required", message))
    session.add(ShiftNote(text=text, written_at=now, written_by_id=actor.id))


async def settle_note(
    session: AsyncSession, note_id: int, *, actor: Actor, now: datetime
) -> None:
    """Take a note off the page; one that is gone already is no error."""
    note = await session.get(ShiftNote, note_id, with_for_update=True)
    if note is not None and note.settled_at is None:
        note.settled_at, note.settled_by_id = now, actor.id


async def hand_over(session: AsyncSession, *, actor: Actor, now: datetime) -> None:
    """
    End a shift; the next officer takes it.

    Raises: HandedOverAlready.
    """
    made = (
        insert(Handover)
        .values(handed_at=now, handed_by_id=actor.id)
        .on_conflict_do_nothing()  # one that waits to be taken
        .returning(col(Handover.id))
    )
    if (await session.exec(made)).first() is None:
        raise HandedOverAlready
    audit.record(
        session, actor_id=actor.id, verb="shift.handed_over", subject="shift", now=now
    )


async def take_over(session: AsyncSession, *, actor: Actor, now: datetime) -> None:
    """
    Take the shift that another handed over.

    Raises: NotHandedOver.
    """
    last = await last_handover(session, is_to_change=True)
    if last is None or last.taken_at is not None or last.handed_by_id == actor.id:
        raise NotHandedOver
    last.taken_at, last.taken_by_id = now, actor.id
    audit.record(
        session, actor_id=actor.id, verb="shift.taken_over", subject="shift", now=now
    )
