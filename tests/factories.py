"""One function for each thing that tests begin with; defaults for all."""

from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases import actions as cases
from platformlink.cases.rules import CaseFields
from platformlink.cases.tables import Case
from platformlink.identity import tokens
from platformlink.identity.queries import as_actor
from platformlink.identity.tables import Unit, User
from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from platformlink.protocols import actions as protocols
from platformlink.protocols.actions import Act
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, sealing
from platformlink.requests.rules import (
    ConfidentialityIn,
    PeriodIn,
    RequestIn,
    TargetIn,
)
from platformlink.requests.tables import PlatformRequest

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
PASSWORD_HASH = tokens.hash_password(PASSWORD)
OFFICES = """
addressing: {by: requester_country, text: It follows who asks., confidence: background}
entities:
  - {code: us, name: Office for America, country: US, regions: [anywhere],
     requesters: [US], confidence: background}
  - {code: uk, name: Office for the World, country: GB, regions: [anywhere],
     requesters_except: [US], confidence: background}
"""
numbers = count(1)

# The cast: Ann writes, Bob approves, Lea is the liaison, Max reads reports, Ada
# administers, Aud audits; a stranger is an investigator of another unit.
CAST: dict[str, tuple[Role, ...]] = {
    "ann": (Role.INVESTIGATOR,),
    "bob": (Role.APPROVER,),
    "lea": (Role.LIAISON,),
    "max": (Role.MANAGER,),
    "ada": (Role.ADMINISTRATOR,),
    "aud": (Role.AUDITOR,),
    "stranger": (Role.INVESTIGATOR,),
}


async def unit(session: AsyncSession, code: str) -> Unit:
    found = (await session.exec(select(Unit).where(Unit.code == code))).first()
    if found is None:
        found = Unit(code=code)
        session.add(found)
        await session.flush()
    return found


async def person(
    session: AsyncSession, name: str, *, roles: tuple[Role, ...] = ()
) -> Actor:
    """One of the cast, with an address of their own each time."""
    code = "durres" if name == "stranger" else "tirana"
    user = User(
        email=f"{name}{next(numbers)}@dcu.example",
        name=name.capitalize(),
        rank="Inspector",
        badge="4471",
        phone="+355 4 000 0001",
        unit_id=(await unit(session, code)).id,
        roles=[str(role) for role in roles or CAST[name]],
        password_hash=PASSWORD_HASH,
        created_at=NOW,
    )
    session.add(user)
    await session.flush()
    return as_actor(user)


async def case_of(
    session: AsyncSession, actor: Actor, *, is_restricted: bool = False
) -> Case:
    fields = CaseFields(
        reference=f"K-2026-{next(numbers):04d}",
        title="extortion of a minor",
        offence="Extortion of a minor",
        offence_article="Criminal Code, article 151",
        is_restricted=is_restricted,
    )
    return await cases.open_case(session, fields, actor=actor, now=NOW)


def request_fields(case: str, **changes: object) -> RequestIn:
    """A preservation at TikTok that its protocol has nothing against."""
    fields = RequestIn(
        case=case,
        platform="tiktok",
        kind="preservation",
        targets=(
            TargetIn(
                "username", "https://www.tiktok.com/@some.name", date(2026, 11, 23)
            ),
        ),
        period=PeriodIn(
            from_=datetime(2026, 10, 1, tzinfo=UTC),
            to=datetime(2026, 11, 23, tzinfo=UTC),
        ),
        data=("subscriber",),
        instrument="national-preservation",
        confidentiality=ConfidentialityIn(
            non_disclosure=True,
            until=date(2027, 5, 24),
            reason="The suspect could destroy evidence.",
        ),
        narrative="A girl of 15 was asked for money by an unknown person.",
        nexus="The suspect wrote to her by direct messages on TikTok.",
        necessity="To identify the person behind the account.",
        language="en",
        holder_country="AL",
        entity="singapore",
    )
    return msgspec.structs.replace(fields, **changes)


def two_offices(folder: Path, *, requester: str) -> Library:
    """TikTok alone, as if its office followed the country that asks."""
    text = (Path("protocols") / "tiktok.yaml").read_text(encoding="utf-8")
    before, _, rest = text.partition("\naddressing:")
    after = rest[rest.index("\nchannels:") :]
    (folder / "tiktok.yaml").write_text(before + OFFICES + after, encoding="utf-8")
    return Library.load(folder, requester=requester)


async def filed(
    session: AsyncSession, library: Library, actor: Actor, **changes: object
) -> tuple[PlatformRequest, Case]:
    """A draft in a case of its own."""
    case = await case_of(session, actor)
    fields = request_fields(case.reference, **changes)
    request = await actions.file(session, library, fields, actor=actor, now=NOW)
    return request, case


async def confirm_channels(
    session: AsyncSession, library: Library, slug: str, actor: Actor
) -> None:
    """Every open channel of a platform is known as theirs."""
    for one in library.get(slug).channels:
        if one.status == "open":
            act = Act(actor, NOW)
            await protocols.confirm_channel(
                session, library, slug, one.code, "Called them", act=act
            )


async def ready(
    session: AsyncSession, runtime: Runtime, library: Library, **changes: object
) -> tuple[PlatformRequest, Case, Actor]:
    """A request that Ann wrote and Bob approved; Lea comes with it."""
    ann, bob = await person(session, "ann"), await person(session, "bob")
    request, case = await filed(session, library, ann, **changes)
    await sealing.submit(session, runtime, request, case, actor=ann, now=NOW)
    await sealing.approve(session, runtime, request, case, actor=bob, now=NOW)
    await confirm_channels(session, library, request.platform, bob)
    return request, case, await person(session, "lea")
