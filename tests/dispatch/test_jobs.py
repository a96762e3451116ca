import asyncio
import contextlib
import dataclasses
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks import queries as clocks
from platformlink.dispatch import actions, jobs
from platformlink.dispatch.rules import (
    AlreadySending,
    DispatchIn,
    DispatchInvalid,
    NothingToSend,
    Proof,
    Resolution,
    Status,
)
from platformlink.dispatch.tables import Dispatch
from platformlink.identity.queries import as_actor
from platformlink.identity.tables import User
from platformlink.letters import queries as letters
from platformlink.notices import queries as notices
from platformlink.permissions import Actor
from platformlink.ports import Mail, Mailer, Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import sealing
from platformlink.requests.rules import State
from platformlink.requests.tables import PlatformRequest
from tests import factories
from tests.factories import NOW
from tests.standins import DyingMailer, RefusingMailer, ShutMailer, TakingMailer

pytestmark = pytest.mark.anyio


def with_mailer(runtime: Runtime, mailer: Mailer) -> Runtime:
    ports = dataclasses.replace(runtime.ports, mailer=mailer)
    return dataclasses.replace(runtime, ports=ports)


async def queued(runtime: Runtime, library: Library) -> tuple[int, int, Actor]:
    """A letter that waits for the mail server, kept for good."""
    async with runtime.sessions.begin() as session:
        request, _, lea = await factories.ready(session, runtime, library)
        (letter,) = await letters.of_request(session, request.id)
        dispatch = Dispatch(
            request_id=request.id,
            letter_id=letter.id,
            channel="mail",
            channel_kind="email",
            address="records@platform.example",
            status=Status.QUEUED,
            queued_at=NOW,
            queued_by_id=lea.id,
            next_try_at=NOW,
            message_id="<one@dcu.example>",
        )
        session.add(dispatch)
        await session.flush()
        return dispatch.id, request.id, lea


async def states(runtime: Runtime, dispatch: int, request: int) -> tuple[str, str]:
    async with runtime.sessions() as session:
        kept = await session.get_one(Dispatch, dispatch)
        return kept.status, (await session.get_one(PlatformRequest, request)).state


async def test_the_server_takes_it_once_and_its_answer_is_the_proof(
    runtime: Runtime, library: Library
) -> None:
    mailer = TakingMailer()
    desk = with_mailer(runtime, mailer)
    dispatch_id, request_id, _ = await queued(desk, library)

    await asyncio.gather(jobs.send_queued(desk, NOW), jobs.send_queued(desk, NOW))

    assert [one.to for one in mailer.taken] == ["records@platform.example"]
    assert await states(desk, dispatch_id, request_id) == ("delivered", "sent")
    async with desk.sessions() as session:
        kinds = {one.kind for one in await clocks.open_of(session, request_id)}
    assert {"acknowledgement", "response", "hold_expiry", "legal_process"} <= kinds


async def test_what_surely_was_not_taken_waits_and_is_tried_again(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, _ = await queued(runtime, library)

    await jobs.send_queued(with_mailer(runtime, ShutMailer()), NOW)
    assert await states(runtime, dispatch_id, request_id) == ("queued", "ready")

    mailer = TakingMailer()
    await jobs.send_queued(with_mailer(runtime, mailer), NOW + timedelta(minutes=1))
    assert await states(runtime, dispatch_id, request_id) == ("delivered", "sent")
    assert len(mailer.taken) == 1


async def test_what_was_refused_for_good_has_failed(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, _ = await queued(runtime, library)

    await jobs.send_queued(with_mailer(runtime, RefusingMailer()), NOW)

    assert await states(runtime, dispatch_id, request_id) == ("failed", "ready")


async def test_what_may_have_gone_out_waits_for_a_person_and_is_never_sent_again(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, _ = await queued(runtime, library)

    await jobs.send_queued(with_mailer(runtime, DyingMailer()), NOW)
    mailer = TakingMailer()
    await jobs.send_queued(with_mailer(runtime, mailer), NOW + timedelta(days=1))

    assert await states(runtime, dispatch_id, request_id) == ("uncertain", "ready")
    assert mailer.taken == []


async def test_a_worker_that_died_in_between_leaves_an_uncertain_sending(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, lea = await queued(runtime, library)
    async with runtime.sessions.begin() as session:
        await actions.claim_next(session, NOW)

    assert await jobs.doubt_stuck(runtime, NOW + timedelta(minutes=1)) == 0
    assert await jobs.doubt_stuck(runtime, NOW + timedelta(minutes=3)) == 1

    assert (await states(runtime, dispatch_id, request_id))[0] == "uncertain"
    async with runtime.sessions.begin() as session:
        kept = await session.get_one(Dispatch, dispatch_id)
        await actions.resolve(
            session,
            runtime.authority,
            kept,
            Resolution.WENT_OUT,
            actor=lea,
            now=NOW + timedelta(minutes=4),
        )
    assert await states(runtime, dispatch_id, request_id) == ("delivered", "sent")


async def take_back(runtime: Runtime, request_id: int) -> None:
    async with runtime.sessions.begin() as session:
        request = await session.get_one(PlatformRequest, request_id)
        ann = as_actor(await session.get_one(User, request.author_id))
        await sealing.edit(session, request, "Wrong account", actor=ann, now=NOW)


async def test_a_letter_that_was_taken_back_does_not_go_out(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, _ = await queued(runtime, library)
    await take_back(runtime, request_id)
    mailer = TakingMailer()

    await jobs.send_queued(with_mailer(runtime, mailer), NOW)

    assert mailer.taken == []
    assert await states(runtime, dispatch_id, request_id) == ("failed", "draft")


async def test_a_letter_that_was_taken_back_in_flight_is_told_of(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, lea = await queued(runtime, library)

    class SlowMailer(TakingMailer):
        async def send(self, mail: Mail) -> str:
            await take_back(runtime, request_id)
            return await super().send(mail)

    await jobs.send_queued(with_mailer(runtime, SlowMailer()), NOW)

    assert await states(runtime, dispatch_id, request_id) == ("delivered", "draft")
    assert any("had been taken back" in text for text in await notices_of(runtime, lea))


async def notices_of(runtime: Runtime, one: Actor) -> list[str]:
    async with runtime.sessions() as session:
        found = await notices.of_actor(session, one)
    return [notice.phrase["text"] for notice in found]


async def test_the_liaison_officer_is_told_of_a_refusal_and_of_a_doubt(
    runtime: Runtime, library: Library
) -> None:
    _, _, lea = await queued(runtime, library)
    await jobs.send_queued(with_mailer(runtime, RefusingMailer()), NOW)
    await queued(runtime, library)
    await jobs.send_queued(with_mailer(runtime, DyingMailer()), NOW)

    async with runtime.sessions() as session:
        found = await notices.of_actor(session, lea)
    told = " ".join(one.phrase["text"] for one in found)
    assert "refused the letter" in told
    assert "nobody knows" in told
    assert {one.is_urgent: one.key.split("/")[2] for one in found} == {
        True: "doubt",
        False: "refused",
    }


async def test_a_doubt_about_a_letter_taken_back_can_only_be_given_up(
    runtime: Runtime, library: Library
) -> None:
    dispatch_id, request_id, lea = await queued(runtime, library)
    await jobs.send_queued(with_mailer(runtime, DyingMailer()), NOW)
    await take_back(runtime, request_id)

    for resolution, status in (
        (Resolution.SEND_AGAIN, "uncertain"),
        (Resolution.GIVE_UP, "failed"),
    ):
        with contextlib.suppress(NothingToSend):
            async with runtime.sessions.begin() as session:
                kept = await session.get_one(Dispatch, dispatch_id)
                await actions.resolve(
                    session, runtime.authority, kept, resolution, actor=lea, now=NOW
                )
        assert (await states(runtime, dispatch_id, request_id))[0] == status


async def by_portal(
    session: AsyncSession, runtime: Runtime, library: Library, proof: Proof
) -> PlatformRequest:
    request, _, lea = await factories.ready(session, runtime, library)
    (letter,) = await letters.of_request(session, request.id)
    given = DispatchIn(channel="form", proof=proof)
    await actions.send(
        session, runtime.authority, request, letter, given, actor=lea, now=NOW
    )
    return request


async def test_a_portal_reference_is_delivery_evidence(
    session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    request = await by_portal(session, runtime, library, Proof(reference="TT-884120"))

    assert (request.state, request.sent_at) == (State.SENT, NOW)


async def test_nothing_is_sent_without_delivery_evidence(
    session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    with pytest.raises(DispatchInvalid) as refused:
        await by_portal(session, runtime, library, Proof())

    assert [one.pointer for one in refused.value.errors] == ["/proof/reference"]


async def test_a_delivered_letter_is_not_sent_again(
    session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    request = await by_portal(session, runtime, library, Proof(reference="TT-884120"))
    (letter,) = await letters.of_request(session, request.id)
    given = DispatchIn(channel="form", proof=Proof(reference="TT-2"))
    lea = await factories.person(session, "lea")
    # The state is asked first, then the outbox: both would refuse.
    request.state = State.READY

    with pytest.raises(AlreadySending):
        await actions.send(
            session, runtime.authority, request, letter, given, actor=lea, now=NOW
        )
