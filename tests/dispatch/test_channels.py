from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.dispatch import actions
from platformlink.dispatch.rules import ChannelUnconfirmed, DispatchIn, Proof
from platformlink.letters import queries as letters
from platformlink.letters.tables import Letter
from platformlink.notices.tables import Notice
from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import queries, sealing
from platformlink.requests.rules import Kind, State
from platformlink.requests.tables import PlatformRequest
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.anyio
GIVEN = DispatchIn(channel="form", proof=Proof(reference="TT-884120"))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library whose doors no other test has confirmed."""
    content = Path("protocols/tiktok.yaml").read_text(encoding="utf-8")
    file = tmp_path / "tiktok.yaml"
    file.write_text(content.replace("/report/", "/unheard-of/"), encoding="utf-8")
    return Library.load(tmp_path)


async def sealed(
    session: AsyncSession, runtime: Runtime, library: Library
) -> tuple[PlatformRequest, Letter, Actor, Actor]:
    """A sealed request through channels that nobody has confirmed; Lea and Bob."""
    ann = await factories.person(session, "ann")
    bob = await factories.person(session, "bob")
    request, case = await factories.filed(session, library, ann)
    await sealing.submit(session, runtime, request, case, actor=ann, now=NOW)
    await sealing.approve(session, runtime, request, case, actor=bob, now=NOW)
    (letter,) = await letters.of_request(session, request.id)
    return request, letter, await factories.person(session, "lea"), bob


async def test_a_channel_that_nobody_confirmed_waits_for_a_second_person(
    session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    request, letter, lea, bob = await sealed(session, runtime, library)
    authority = runtime.authority

    with pytest.raises(ChannelUnconfirmed) as refused:
        await actions.send(
            session, authority, request, letter, GIVEN, actor=lea, now=NOW
        )
    assert "/platforms/tiktok" in str(refused.value)

    await factories.confirm_channels(session, library, "tiktok", bob)
    await actions.send(session, authority, request, letter, GIVEN, actor=lea, now=NOW)
    assert request.state == State.SENT


async def test_the_word_of_the_sender_alone_is_not_enough(
    session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    request, letter, lea, _ = await sealed(session, runtime, library)
    await factories.confirm_channels(session, library, "tiktok", lea)

    with pytest.raises(ChannelUnconfirmed):
        await actions.send(
            session, runtime.authority, request, letter, GIVEN, actor=lea, now=NOW
        )


async def test_an_emergency_is_not_held_up_but_marked_and_told(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    both = (Role.LIAISON, Role.INVESTIGATOR)
    lea = await factories.person(session, "lea", roles=both)
    request, case = await factories.filed(
        session,
        library,
        lea,
        kind=Kind.EMERGENCY_DISCLOSURE,
        instrument="emergency",
        urgency="emergency",
        urgency_reason="She wrote that she will end her life tonight.",
        danger="A girl of 15 wrote that she will end her life tonight.",
        averts="Her last address lets a patrol reach her.",
    )
    letter = await sealing.seal_alone(
        session, runtime, request, case, actor=lea, now=now
    )
    protocol = library.get("tiktok")
    code = next(
        x.code
        for x in protocol.channels
        if x.status == "open" and (not x.kinds or request.kind in x.kinds)
    )
    given = DispatchIn(channel=code, proof=Proof(reference="TT-1"))

    await actions.send(
        session, runtime.authority, request, letter, given, actor=lea, now=now
    )

    events = await queries.history(session, request.id)
    assert "unconfirmed" in [event.verb for event, _ in events]
    query = select(Notice).where(Notice.user_id == lea.id)
    assert [x.key for x in (await session.exec(query)).all()] == [
        f"channel/tiktok/{code}/{request.id}"
    ]
