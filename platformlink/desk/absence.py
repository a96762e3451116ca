"""What waits for a person, and what happened to their requests since an instant."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.desk.shift import Failed
from platformlink.dispatch.rules import Status
from platformlink.dispatch.tables import Dispatch
from platformlink.evidence.tables import EvidenceItem
from platformlink.identity.tables import User
from platformlink.letters.tables import Letter
from platformlink.notices.tables import Notice
from platformlink.permissions import Actor, Reach, Right, reach
from platformlink.requests.ladder import STEP_WORDS, Do
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import OVER, State, Step
from platformlink.requests.tables import PlatformRequest, RequestComment, RequestEvent
from platformlink.responses.tables import Response

MOST = 50  # of one sort; the page says where there is more
NAME = func.coalesce(PlatformRequest.reference, PlatformRequest.draft_id)
BY = func.coalesce(User.name, "")
# What the record of an answer writes: the answer itself is told instead.
ANSWERED = (
    *("respond", Step.ACKNOWLEDGE, Step.ASK),
    *(Step.ANSWER_PARTLY, Step.ANSWER, Step.CHALLENGE),
)
# The other step, a reminder, stands in the request's own history.
ESCALATED = tuple(text for do, text in STEP_WORDS.items() if do is not Do.REMIND)


class Last(msgspec.Struct, frozen=True):
    """A request, and what happened to it last."""

    request: PlatformRequest
    event: RequestEvent


class Did(msgspec.Struct, frozen=True):
    """What somebody did to a request, or the desk itself where `by` is empty."""

    at: datetime
    phrase: dict[str, Any]
    name: str  # of the request
    platform: str
    by: str


class Came(msgspec.Struct, frozen=True):
    """An answer that was recorded, and by whom; by the desk itself where empty."""

    at: datetime
    kind: str
    note: str
    name: str  # of the request
    platform: str
    by: str


class Commented(msgspec.Struct, frozen=True):
    """What a colleague wrote beside a request."""

    comment: RequestComment
    request: PlatformRequest
    by: str


class Kept(msgspec.Struct, frozen=True):
    """A file or package that came, and who recorded it."""

    item: EvidenceItem
    request: PlatformRequest
    by: str


def concerns(actor: Actor) -> ColumnElement[bool]:
    """
    Return the condition that a request is a person's work; needs a join of Case.

    Whoever sends for all units works on all; anybody else on what they wrote, approved
    or ratified, and on the cases that they lead.
    """
    if reach(actor, Right.SEND) is Reach.ALL:
        return true()
    return or_(
        col(PlatformRequest.author_id) == actor.id,
        col(PlatformRequest.approver_id) == actor.id,
        col(PlatformRequest.ratifier_id) == actor.id,
        col(Case.lead_id) == actor.id,
    )


async def own(session: AsyncSession, state: State, *, actor: Actor) -> list[Last]:
    """Return what a person wrote and is in a state, the latest changed first."""
    newest = (
        select(func.max(RequestEvent.id))
        .where(col(RequestEvent.request_id) == col(PlatformRequest.id))
        .correlate(PlatformRequest)
        .scalar_subquery()
    )
    query = (
        select(PlatformRequest, RequestEvent)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(RequestEvent, col(RequestEvent.id) == newest)
        .where(
            PlatformRequest.author_id == actor.id,
            PlatformRequest.state == state,
            seen_by(actor),
        )
        .order_by(col(PlatformRequest.changed_at).desc())
        .limit(MOST + 1)
    )
    return [Last(request, event) for request, event in (await session.exec(query))]


async def unsent(session: AsyncSession, *, actor: Actor) -> list[Failed]:
    """Return the sendings of which nobody knows, and refused ones that wait still."""
    later = aliased(Dispatch)
    is_redone = exists().where(
        col(later.letter_id) == col(Dispatch.letter_id), col(later.id) > Dispatch.id
    )
    is_refused = and_(
        ~is_redone,
        col(Letter.superseded_at).is_(None),
        col(Letter.withdrawn_at).is_(None),
        col(PlatformRequest.state).not_in(OVER),
    )
    query = (
        select(Dispatch, PlatformRequest)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Dispatch.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Letter, col(Letter.id) == col(Dispatch.letter_id))
        .where(
            col(Dispatch.status).in_((Status.UNCERTAIN, Status.FAILED)),
            or_(col(Dispatch.status) == Status.UNCERTAIN, is_refused),
            seen_by(actor),
            concerns(actor),
        )
        .order_by(col(Dispatch.queued_at))
        .limit(MOST + 1)
    )
    return [Failed(one, request) for one, request in (await session.exec(query))]


async def done(session: AsyncSession, *, actor: Actor, since: datetime) -> list[Did]:
    """Return what others and the desk itself did since an instant, the newest first."""
    query = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            RequestEvent.recorded_at,
            RequestEvent.phrase,
            NAME,
            PlatformRequest.platform,
            BY,
        )
        .join(PlatformRequest, col(PlatformRequest.id) == col(RequestEvent.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .outerjoin(User, col(User.id) == col(RequestEvent.actor_id))
        .where(
            col(RequestEvent.recorded_at) > since,
            col(RequestEvent.verb).not_in(ANSWERED),
            col(RequestEvent.actor_id).is_distinct_from(actor.id),
            seen_by(actor),
            concerns(actor),
        )
        .order_by(col(RequestEvent.recorded_at).desc(), col(RequestEvent.id).desc())
        .limit(MOST + 1)
    )
    return [Did(*one) for one in (await session.exec(query)).all()]


async def came(session: AsyncSession, *, actor: Actor, since: datetime) -> list[Came]:
    """Return the answers that were recorded since an instant, the newest first."""
    query = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            Response.recorded_at,
            Response.kind,
            Response.note,
            NAME,
            PlatformRequest.platform,
            BY,
        )
        .join(PlatformRequest, col(PlatformRequest.id) == col(Response.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .outerjoin(User, col(User.id) == col(Response.recorded_by_id))
        .where(col(Response.recorded_at) > since, seen_by(actor), concerns(actor))
        .order_by(col(Response.recorded_at).desc())
        .limit(MOST + 1)
    )
    return [Came(*one) for one in (await session.exec(query)).all()]


async def escalated(
    session: AsyncSession, *, actor: Actor, since: datetime
) -> list[Notice]:
    """Return the steps of escalations of which a person was told, newest first."""
    query = (
        select(Notice)
        .where(
            Notice.user_id == actor.id,
            col(Notice.told_at) > since,
            col(Notice.phrase)["text"].astext.in_(ESCALATED),
        )
        .order_by(col(Notice.id).desc())
        .limit(MOST + 1)
    )
    return list(await session.exec(query))


async def written(
    session: AsyncSession, *, actor: Actor, since: datetime
) -> list[Commented]:
    """
    Return what colleagues wrote since an instant, the newest first.

    Beside a person's requests, and wherever they were mentioned.
    """
    key = func.concat("comment/", col(RequestComment.id))
    is_told = exists().where(col(Notice.user_id) == actor.id, col(Notice.key) == key)
    query = (
        select(RequestComment, PlatformRequest, User.name)
        .join(
            PlatformRequest, col(PlatformRequest.id) == col(RequestComment.request_id)
        )
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(User, col(User.id) == col(RequestComment.author_id))
        .where(
            col(RequestComment.written_at) > since,
            RequestComment.author_id != actor.id,
            seen_by(actor),
            or_(concerns(actor), is_told),
        )
        .order_by(col(RequestComment.id).desc())
        .limit(MOST + 1)
    )
    return [Commented(one, r, name) for one, r, name in (await session.exec(query))]


async def kept(session: AsyncSession, *, actor: Actor, since: datetime) -> list[Kept]:
    """Return the files and packages recorded since an instant, the newest first."""
    query = (
        select(EvidenceItem, PlatformRequest, User.name)
        .join(PlatformRequest, col(PlatformRequest.id) == col(EvidenceItem.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(User, col(User.id) == col(EvidenceItem.recorded_by_id))
        .where(col(EvidenceItem.recorded_at) > since, seen_by(actor), concerns(actor))
        .order_by(col(EvidenceItem.recorded_at).desc())
        .limit(MOST + 1)
    )
    return [Kept(item, r, name) for item, r, name in (await session.exec(query))]
