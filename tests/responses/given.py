"""A request that went out: what every test of answers begins with."""

from datetime import datetime
from itertools import count

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks import actions as clocks
from platformlink.identity.queries import as_actor
from platformlink.identity.tables import Unit, User
from platformlink.permissions import Actor, Role
from platformlink.protocols import actions as protocols
from platformlink.requests import actions, sending, timing
from platformlink.requests.rules import Kind, State, Step, new_draft_id
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.values import Phrase
from tests.shipped import AUTHORITY, LIBRARY

SENT_AT = datetime.fromisoformat("2026-11-02T15:30+01:00")
numbers = count(1)


async def unit(session: AsyncSession, code: str = "cyber") -> Unit:
    found = (await session.exec(select(Unit).where(Unit.code == code))).first()
    if found is None:
        found = Unit(code=code)
        session.add(found)
        await session.flush()
    return found


async def person(
    session: AsyncSession, *roles: Role, name: str = "Lea", unit_code: str = "cyber"
) -> Actor:
    user = User(
        email=f"{name.lower()}{next(numbers)}@example.org",
        name=name,
        unit_id=(await unit(session, unit_code)).id,
        roles=list(roles or (Role.LIAISON,)),
        password_hash="-",
        created_at=SENT_AT,
    )
    session.add(user)
    await session.flush()
    return as_actor(user)


async def sent(
    session: AsyncSession,
    author: Actor,
    *,
    platform: str = "tiktok",
    kind: Kind = Kind.DISCLOSURE,
    accounts: tuple[str, ...] = ("some.name",),
    at: datetime = SENT_AT,
    is_restricted: bool = False,
) -> PlatformRequest:
    """A request with its targets, sent at an instant, its clocks running."""
    number = next(numbers)
    case = Case(
        reference=f"G-2026-{number:04}",
        offence="computer fraud",
        urgency="routine",
        unit_id=author.unit_id,
        lead_id=author.id,
        is_restricted=is_restricted,
        opened_at=at,
    )
    session.add(case)
    await session.flush()
    request = PlatformRequest(
        draft_id=new_draft_id(),
        reference=f"PX-2026-{number:06}",
        state=State.READY,
        kind=kind,
        case_id=case.id,
        unit_id=author.unit_id,
        author_id=author.id,
        platform=platform,
        protocol_version=await protocols.pin(session, LIBRARY, platform, at),
        entity=LIBRARY.get(platform).entities[0].code,
        data=["subscriber", "content"],
        created_at=at,
        changed_at=at,
        sent_at=at,
    )
    session.add(request)
    await session.flush()
    for position, account in enumerate(accounts):
        target = Target(
            request_id=request.id,
            position=position,
            kind="username",
            typed=f"@{account}",
            normalised=account,
        )
        session.add(target)
    await session.flush()
    await actions.take(
        session, request, Step.SEND, Phrase("Sent"), actor=None, now=at, occurred_at=at
    )
    await start_clocks(session, request, at)
    return request


async def start_clocks(
    session: AsyncSession, request: PlatformRequest, at: datetime
) -> None:
    facts = await sending.facts_of(session, AUTHORITY, request)
    wanted = timing.after_sending(facts, at)
    if request.kind == Kind.PRESERVATION:
        wanted.append(timing.hold_clock(facts, at))
    for one in wanted:
        await clocks.start(
            session, one.kind, one.term, start_at=at, request_id=request.id
        )
