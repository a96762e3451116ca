"""Reading requests, with the caller's permission in the WHERE."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    any_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.queries import member_ids
from platformlink.cases.tables import Case, CaseMember
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.clocks.terms import State as ClockState
from platformlink.identity.tables import Unit, User
from platformlink.letters.tables import Letter
from platformlink.lists import Place, Sort
from platformlink.permissions import Actor, Reach, Right, Subject, reach
from platformlink.requests.rules import OVER, NoReminder, NoSuchRequest
from platformlink.requests.tables import (
    Hold,
    PlatformRequest,
    Reminder,
    RequestEvent,
    Target,
)

MOST_BEFORE = 200
MOST_PINNED = 500


def within_reach(actor: Actor, right: Right = Right.READ) -> ColumnElement[bool]:
    """Return the condition that a request is one's own, one's unit's, or anybody's."""
    is_own = col(PlatformRequest.author_id) == actor.id
    within: dict[Reach | None, ColumnElement[bool]] = {
        Reach.ALL: true(),
        Reach.UNIT: or_(col(PlatformRequest.unit_id) == actor.unit_id, is_own),
        Reach.OWN: is_own,
    }
    return within.get(reach(actor, right), false())


def seen_by(actor: Actor, right: Right = Right.READ) -> ColumnElement[bool]:
    """
    Return the condition under which a person may see a request; needs a join of Case.

    The same rule as `permissions.may`, as SQL.
    """
    is_member = exists().where(
        col(CaseMember.case_id) == col(Case.id), col(CaseMember.user_id) == actor.id
    )
    open_to_all = col(Case.is_restricted).is_(False)
    return and_(within_reach(actor, right), or_(open_to_all, is_member))


def _named(reference: str) -> ColumnElement[bool]:
    """Return the condition that a name leads to a request: id, or any letter's."""
    # One index each: a condition that is `or` of a subquery reads the whole table.
    ways = union_all(
        select(PlatformRequest.id).where(PlatformRequest.draft_id == reference.lower()),
        select(PlatformRequest.id).where(
            PlatformRequest.reference == reference.upper()
        ),
        select(Letter.request_id).where(Letter.reference == reference.upper()),
    )
    return col(PlatformRequest.id).in_(ways)


async def by_reference(
    session: AsyncSession, reference: str, *, actor: Actor, is_to_change: bool = False
) -> tuple[PlatformRequest, Case]:
    """
    Return a request that the caller may see, and its case.

    With `is_to_change` the row is locked until the transaction ends, so that two
    people never take the same step at once.

    Raises: NoSuchRequest, also where it exists but is not theirs to know.
    """
    query = (
        select(PlatformRequest, Case)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(_named(reference), seen_by(actor))
    )
    if is_to_change:
        query = query.with_for_update(of=PlatformRequest)
    found = (await session.exec(query)).first()
    if found is None:
        raise NoSuchRequest
    return found[0], found[1]


async def subject(
    session: AsyncSession, request: PlatformRequest, case: Case
) -> Subject:
    """Return a request as a subject of permissions."""
    members = await member_ids(session, case)
    return Subject(request.unit_id, request.author_id, members)


async def targets_of(session: AsyncSession, request_id: int) -> list[Target]:
    """Return what a request asks about, in the order given."""
    query = (
        select(Target)
        .where(Target.request_id == request_id)
        .order_by(col(Target.position))
    )
    return list((await session.exec(query)).all())


async def holds_of(session: AsyncSession, request_id: int) -> list[Hold]:
    """Return the holds of a request."""
    query = select(Hold).where(Hold.request_id == request_id).order_by(col(Hold.id))
    return list((await session.exec(query)).all())


async def history(
    session: AsyncSession, request_id: int
) -> list[tuple[RequestEvent, str | None]]:
    """Return the events of a request with who did them, newest first."""
    query = (
        select(RequestEvent, User.name)
        .outerjoin(User, col(User.id) == col(RequestEvent.actor_id))
        .where(RequestEvent.request_id == request_id)
        .order_by(col(RequestEvent.id).desc())
    )
    return [(event, name) for event, name in (await session.exec(query)).all()]


async def reminders_waiting(
    session: AsyncSession, request_id: int, now: datetime
) -> list[Reminder]:
    """
    Return the reminders that a job drafted, nobody has sent, and still fit.

    Whoever has answered since, asked us, or promised a later day is not reminded.
    """
    is_late = exists().where(
        col(Clock.request_id) == request_id,
        col(Clock.kind) == ClockKind.RESPONSE,
        col(Clock.state) == ClockState.RUNNING,
        col(Clock.safe_due_at) <= now,
    )
    query = select(Reminder).where(
        Reminder.request_id == request_id, col(Reminder.sent_at).is_(None), is_late
    )
    return list((await session.exec(query.order_by(col(Reminder.level)))).all())


async def levels_sent(session: AsyncSession, request_id: int) -> set[int]:
    """Return which reminders of a request went out."""
    query = select(Reminder.level).where(
        Reminder.request_id == request_id, col(Reminder.sent_at).is_not(None)
    )
    return set((await session.exec(query)).all())


async def reminder_drafted(
    session: AsyncSession, request_id: int, level: int | None = None, *, now: datetime
) -> Reminder:
    """
    Return the drafted reminder of a level, or the lowest, that is not sealed yet.

    Raises: NoReminder.
    """
    waiting = await reminders_waiting(session, request_id, now)
    found = (x for x in waiting if x.letter_id is None and level in (None, x.level))
    reminder = next(found, None)
    if reminder is None:
        raise NoReminder
    return reminder


STILL_OPEN = "open"  # whatever the state, as long as the request is not over


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed by; empty means any."""

    q: str = ""
    status: str = ""  # a state, or `STILL_OPEN`
    platform: str = ""
    kind: str = ""
    unit: str = ""  # its code
    case_id: int | None = None
    author_id: int | None = None
    ids: tuple[int, ...] | None = None
    overdue_at: datetime | None = None
    sort: Sort = Sort.NEWEST
    cursor: str = ""
    limit: int = 50


class Line(msgspec.Struct, frozen=True):
    """A request in a list."""

    request: PlatformRequest
    case: Case
    accounts: list[str]


def _matches(q: str) -> ColumnElement[bool]:
    like = f"%{q.strip().lstrip('@')}%"
    by_account = select(Target.request_id).where(
        or_(col(Target.normalised).ilike(like), col(Target.typed).ilike(like))
    )
    return or_(
        col(PlatformRequest.reference).ilike(like),
        col(PlatformRequest.draft_id) == q.strip().lower(),
        col(PlatformRequest.platform_reference).ilike(like),
        col(Case.reference).ilike(like),
        col(Case.title).ilike(like),
        col(PlatformRequest.id).in_(by_account),
    )


def _overdue(now: datetime) -> ColumnElement[bool]:
    late = select(Clock.request_id).where(
        col(Clock.safe_due_at) <= now, col(Clock.state) == ClockState.RUNNING
    )
    return col(PlatformRequest.id).in_(late)


def _in_state(status: str) -> ColumnElement[bool]:
    state = col(PlatformRequest.state)
    return state.not_in(OVER) if status == STILL_OPEN else state == status


def _wanted(wanted: Filter, actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions of a list, wherever its part begins."""
    conditions = [seen_by(actor)]
    if wanted.status:
        conditions.append(_in_state(wanted.status))
    for column, value in (
        (PlatformRequest.platform, wanted.platform),
        (PlatformRequest.kind, wanted.kind),
        (PlatformRequest.case_id, wanted.case_id),
        (PlatformRequest.author_id, wanted.author_id),
    ):
        if value:
            conditions.append(col(column) == value)
    if wanted.unit:
        unit = select(Unit.id).where(Unit.code == wanted.unit).scalar_subquery()
        conditions.append(col(PlatformRequest.unit_id) == unit)
    if wanted.q.strip():
        conditions.append(_matches(wanted.q))
    if wanted.ids is not None:
        # One array, whatever its length: a list of parameters has an end. As a text it
        # is sent in half the time.
        ids = literal(f"{{{','.join(map(str, wanted.ids))}}}", Text)
        conditions.append(col(PlatformRequest.id) == any_(cast(ids, ARRAY(BigInteger))))
    if wanted.overdue_at is not None:
        conditions.append(_overdue(wanted.overdue_at))
    return conditions


async def listed(session: AsyncSession, wanted: Filter, *, actor: Actor) -> list[Line]:
    """
    Return one part of the requests that a person may see, in order.

    Raises: BadCursor.
    """
    place = Place(wanted.sort, wanted.cursor)
    keys = col(PlatformRequest.id), col(PlatformRequest.changed_at)
    query = (
        select(PlatformRequest, Case)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(*_wanted(wanted, actor), *place.rest(*keys))
        .order_by(*place.order(*keys))
        .limit(wanted.limit)
    )
    rows = (await session.exec(query)).all()
    accounts = await accounts_of(session, [request.id for request, _ in rows])
    return [Line(request, case, accounts.get(request.id, [])) for request, case in rows]


def cursor_after(wanted: Filter, lines: list[Line]) -> str | None:
    """Return where the next part of a list begins, or None after the last one."""
    if len(lines) < wanted.limit:
        return None
    last = lines[-1].request
    return Place(wanted.sort, "").cursor(last.id, last.changed_at)


async def counted(session: AsyncSession, wanted: Filter, *, actor: Actor) -> int:
    """Return how many requests a list has in all its parts."""
    query = (
        select(func.count())
        .select_from(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(*_wanted(wanted, actor))
    )
    return (await session.exec(query)).one()


async def seen_among(
    session: AsyncSession, ids: Sequence[int], *, actor: Actor
) -> list[int]:
    """Return those of some requests that a person may see, by id, newest first."""
    number = col(PlatformRequest.id)
    query = (
        select(func.array_agg(aggregate_order_by(number, number.desc())))
        .select_from(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(*_wanted(Filter(ids=tuple(ids)), actor))
    )
    return list((await session.exec(query)).one() or ())


async def accounts_of(
    session: AsyncSession, request_ids: list[int]
) -> dict[int, list[str]]:
    """Return the accounts of requests, in canonical form, by request."""
    query = (
        select(Target.request_id, Target.normalised)
        .where(col(Target.request_id).in_(request_ids))
        .order_by(col(Target.request_id), col(Target.position))
    )
    found: dict[int, list[str]] = {}
    for request_id, value in (await session.exec(query)).all():
        found.setdefault(request_id, []).append(value)
    return found


class Before(msgspec.Struct, frozen=True):
    """A request that asked about an account already, and who wrote it."""

    request: PlatformRequest
    author: str

    @property
    def name(self) -> str:
        """Return what the request is called."""
        return self.request.reference or self.request.draft_id


async def asked_before(
    session: AsyncSession,
    accounts: Sequence[tuple[str, str]],
    *,
    actor: Actor,
    but_id: int | None = None,
) -> dict[tuple[str, str], list[Before]]:
    """
    Return who asked about accounts, as far as the reader may know; newest first.

    An account is its platform and canonical form. ``but_id`` is the request from
    which is asked.
    """
    if not accounts:
        return {}
    named = tuple_(col(PlatformRequest.platform), col(Target.normalised))
    query = (
        select(Target.normalised, PlatformRequest, User.name)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Target.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(User, col(User.id) == col(PlatformRequest.author_id))
        .where(
            col(Target.normalised).in_({value for _, value in accounts}),
            named.in_(list(dict.fromkeys(accounts))),
            seen_by(actor),
        )
        .order_by(col(PlatformRequest.id).desc())
        .limit(MOST_BEFORE)
    )
    found: dict[tuple[str, str], list[Before]] = {}
    for value, request, author in (await session.exec(query)).all():
        if request.id != but_id:
            place = (request.platform, value)
            found.setdefault(place, []).append(Before(request, author))
    return found


async def pinned_open(
    session: AsyncSession, platform: str, *, actor: Actor
) -> list[PlatformRequest]:
    """Return the open requests at a platform that a person may see, newest first."""
    query = (
        select(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            PlatformRequest.platform == platform,
            col(PlatformRequest.state).not_in(OVER),
            seen_by(actor),
        )
        .order_by(col(PlatformRequest.id).desc())
        .limit(MOST_PINNED)
    )
    return list((await session.exec(query)).all())


async def resting_on(session: AsyncSession, platform: str) -> dict[str, list[str]]:
    """Return the open requests at a platform by protocol version, for the shell."""
    query = (
        select(PlatformRequest)
        .where(
            PlatformRequest.platform == platform,
            col(PlatformRequest.state).not_in(OVER),
        )
        .order_by(col(PlatformRequest.id))
        .limit(MOST_PINNED)
    )
    found: dict[str, list[str]] = {}
    for one in (await session.exec(query)).all():
        name = one.reference or one.draft_id
        found.setdefault(one.protocol_version, []).append(name)
    return found
