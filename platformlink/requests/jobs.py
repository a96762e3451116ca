"""Finding what is due: who must be told, which reminder or extension to draft."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Text, cast
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases.tables import Case, CaseMember
from platformlink.clocks import actions as clocks
from platformlink.clocks.actions import Rung
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.identity import queries as identity
from platformlink.identity.tables import User
from platformlink.notices.tables import Notice
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.requests import actions, renewing
from platformlink.requests.ladder import (
    Do,
    LadderStep,
    ladder,
    level_reached,
    phrase,
    reached,
)
from platformlink.requests.rules import AFTER_SENDING, OVER, is_emergency
from platformlink.requests.tables import PlatformRequest, Reminder
from platformlink.values import Phrase

BATCH = 500

# What a notice says before the end, and once it is over.
WORDS: dict[ClockKind, tuple[str, str]] = {
    ClockKind.ACKNOWLEDGEMENT: (
        "%(name)s: an acknowledgement is due on %(due_at)s.",
        "%(name)s: nobody has acknowledged it; that was due on %(due_at)s.",
    ),
    ClockKind.RESPONSE: (
        "%(name)s: an answer is due on %(due_at)s.",
        "%(name)s: the answer is late; it was due on %(due_at)s.",
    ),
    ClockKind.HOLD_EXPIRY: (
        "%(name)s: the hold ends on %(due_at)s. Extend it or send the order.",
        "%(name)s: the hold has lapsed on %(due_at)s; the data may be gone.",
    ),
    ClockKind.RENEWAL: (
        "%(name)s: an extension is drafted; it must go out by %(due_at)s.",
        "%(name)s: the extension should have gone out by %(due_at)s: send it now.",
    ),
    ClockKind.LEGAL_PROCESS: (
        "%(name)s: the order for the data must be sent by %(due_at)s.",
        "%(name)s: no order was sent by %(due_at)s; the hold ends before it can come.",
    ),
    ClockKind.RATIFICATION: (
        "%(name)s: this emergency must be ratified by %(due_at)s.",
        "%(name)s: this emergency was not ratified by %(due_at)s.",
    ),
    ClockKind.SUPPLEMENT: (
        "%(name)s: they wait for our answer, due on %(due_at)s.",
        "%(name)s: they still wait for our answer; it was due on %(due_at)s.",
    ),
    ClockKind.NOTICE_DELAY: (
        "%(name)s: the platform may tell the account holder after %(due_at)s.",
        "%(name)s: the platform may tell the account holder now.",
    ),
    ClockKind.DOWNLOAD_EXPIRY: (
        "%(name)s: the download link dies on %(due_at)s.",
        "%(name)s: the download link has died on %(due_at)s.",
    ),
    ClockKind.RETENTION_REVIEW: (
        "%(name)s: decide by %(due_at)s whether the records are kept.",
        "%(name)s: it was to be decided by %(due_at)s whether the records are kept.",
    ),
}
ESCALATED = (ClockKind.HOLD_EXPIRY, ClockKind.RATIFICATION, ClockKind.LEGAL_PROCESS)


class Desk(msgspec.Struct, frozen=True):
    """Who may be told, and the members of restricted cases."""

    liaisons: frozenset[int]
    managers: frozenset[int]
    members: dict[int, frozenset[int]]


async def notice_due(runtime: Runtime, now: datetime) -> int:
    """
    Tell of every clock whose notice is due, each level once; return how many.

    Found late, each clock tells its present level only; found twice, or by two
    workers, it tells once. What rang early, while the machine's clock ran ahead, is
    told again when its time has come.
    """
    found = 0
    while True:
        async with runtime.sessions.begin() as session:
            early = await _turn_back(session, now)
            rungs = await clocks.claim_due(session, now, limit=BATCH)
            await _notice(session, runtime, rungs, now)
        found += len(rungs)
        if max(early, len(rungs)) < BATCH:
            return found


async def _turn_back(session: AsyncSession, now: datetime) -> int:
    """Wind what rang early anew; what was told then no longer bears its key."""
    early = await clocks.turn_back(session, now, limit=BATCH)
    keys = [notice_key(one.id, hours) for one in early for hours in _levels(one)]
    if keys:
        of_early = (
            col(Notice.user_id).in_(select(User.id)),
            col(Notice.key).in_(keys),
            col(Notice.told_at) > now,
        )
        freed = col(Notice.key) + "/early/" + cast(Notice.id, Text)
        await session.exec(update(Notice).where(*of_early).values(key=freed))
    return len(early)


def _levels(clock: Clock) -> set[int]:
    return {*clock.notice_hours, 0}


def notice_key(clock_id: int, level_hours: int) -> str:
    """Return the key of what is told of a clock at a level, once to each reader."""
    return f"clock/{clock_id}/{level_hours}"


async def _notice(
    session: AsyncSession, runtime: Runtime, rungs: Sequence[Rung], now: datetime
) -> None:
    ids = {rung.clock.request_id for rung in rungs if rung.clock.request_id}
    if not ids:
        return
    query = select(PlatformRequest).where(col(PlatformRequest.id).in_(ids))
    requests = {one.id: one for one in (await session.exec(query)).all()}
    desk = await desk_of(session, {one.case_id for one in requests.values()})
    pairs = [
        (rung, requests[rung.clock.request_id])
        for rung in rungs
        if rung.clock.request_id in requests
        and requests[rung.clock.request_id].state not in OVER
    ]
    await _tell(session, runtime.authority, pairs, desk, now)
    await _draft_reminders(session, runtime, pairs, now)
    for rung, request in pairs:
        if rung.clock.kind == ClockKind.RENEWAL:
            await renewing.draft_extension(session, request, now=now)


async def desk_of(session: AsyncSession, case_ids: set[int]) -> Desk:
    """Return who may be told of requests of these cases."""
    restricted = (
        select(CaseMember.case_id, CaseMember.user_id)
        .join(Case, col(Case.id) == col(CaseMember.case_id))
        .where(col(Case.is_restricted), col(Case.id).in_(case_ids))
    )
    members: dict[int, set[int]] = {}
    for case_id, user_id in (await session.exec(restricted)).all():
        members.setdefault(case_id, set()).add(user_id)
    people = {
        role: frozenset(user.id for user in await identity.people(session, role=role))
        for role in (Role.LIAISON, Role.MANAGER)
    }
    frozen = {case_id: frozenset(ids) for case_id, ids in members.items()}
    return Desk(people[Role.LIAISON], people[Role.MANAGER], frozen)


def audience(
    request: PlatformRequest, rung: Rung, desk: Desk, step: LadderStep | None = None
) -> frozenset[int]:
    """
    Return who is told: author and liaison; managers too of a loss that nobody stopped.

    Of a restricted case its members alone.
    """
    told = desk.liaisons | {request.author_id}
    is_last = step is not None and step.do is Do.MANAGEMENT
    if is_last or (rung.clock.kind in ESCALATED and rung.level_hours <= 0):
        told |= desk.managers
    members = desk.members.get(request.case_id)
    return told if members is None else told & members


def is_urgent(request: PlatformRequest, rung: Rung) -> bool:
    """
    Say whether people are mailed of it at any hour.

    Of emergencies, and of a loss that may still be stopped: our safe end comes before
    the legal one.
    """
    is_lapsing = rung.clock.kind in ESCALATED and rung.level_hours <= 0
    is_ratification = rung.clock.kind == ClockKind.RATIFICATION
    return is_lapsing or is_ratification or is_emergency(request.kind, request.urgency)


def _step(
    authority: Authority, request: PlatformRequest, rung: Rung
) -> LadderStep | None:
    """Return the step of the escalation whose time has come, if it is one."""
    if rung.clock.kind != ClockKind.RESPONSE:
        return None
    steps = ladder(authority, request.platform, request.kind)
    return reached(steps, -rung.level_hours)


def _phrase(request: PlatformRequest, rung: Rung, step: LadderStep | None) -> Phrase:
    name = request.reference or request.draft_id
    due_at = rung.clock.safe_due_at
    if step is not None:
        return phrase(step, name, due_at)
    before, after = WORDS[ClockKind(rung.clock.kind)]
    text = after if rung.level_hours <= 0 else before
    return Phrase(text, {"name": name, "due_at": due_at})


async def _tell(
    session: AsyncSession,
    authority: Authority,
    pairs: Sequence[tuple[Rung, PlatformRequest]],
    desk: Desk,
    now: datetime,
) -> None:
    rows: list[dict[str, Any]] = []
    for rung, request in pairs:
        step = _step(authority, request, rung)
        said = msgspec.to_builtins(_phrase(request, rung, step))
        key = notice_key(rung.clock.id, rung.level_hours)
        path = f"/requests/{request.reference or request.draft_id}"
        same = {"key": key, "phrase": said, "path": path, "told_at": now}
        same["is_urgent"] = is_urgent(request, rung)
        rows += [
            {"user_id": one, **same}
            for one in sorted(audience(request, rung, desk, step))
        ]
    if rows:
        statement = insert(Notice).on_conflict_do_nothing()
        await session.exec(statement, params=rows)


async def _draft_reminders(
    session: AsyncSession,
    runtime: Runtime,
    pairs: Sequence[tuple[Rung, PlatformRequest]],
    now: datetime,
) -> None:
    for rung, request in pairs:
        if rung.clock.kind != ClockKind.RESPONSE or request.state not in AFTER_SENDING:
            continue
        steps = ladder(runtime.authority, request.platform, request.kind)
        level = level_reached(steps, -rung.level_hours)
        if level is None:
            continue
        statement = (
            insert(Reminder)
            .values(request_id=request.id, level=level, drafted_at=now)
            .on_conflict_do_nothing()
            .returning(col(Reminder.id))
        )
        made = (await session.exec(statement)).first()
        if made is not None:
            drafted = Phrase("Reminder %(level)s drafted", {"level": level})
            actions.note(session, request, "remind", drafted, actor=None, now=now)
