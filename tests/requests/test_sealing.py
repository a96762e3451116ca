from datetime import datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases import actions as cases
from platformlink.cases.rules import CaseFields
from platformlink.cases.tables import Case
from platformlink.letters import queries as letters
from platformlink.permissions import Actor, MayNot, OwnRequest, Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, sealing
from platformlink.requests.rules import (
    NotAnEmergency,
    RequestInvalid,
    State,
    StepNotPossible,
)
from tests import factories

pytestmark = pytest.mark.anyio


async def test_approval_seals_the_letter_and_gives_the_reference(
    session: AsyncSession, runtime: Runtime, library: Library
) -> None:
    request, _, _ = await factories.ready(session, runtime, library)

    (letter,) = await letters.of_request(session, request.id)

    assert request.state == State.READY
    assert request.reference == letter.reference
    assert letter.pdf.startswith(b"%PDF-")


async def test_nobody_approves_their_own(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    both = (Role.INVESTIGATOR, Role.APPROVER)
    ann = await factories.person(session, "ann", roles=both)
    request, case = await factories.filed(session, library, ann)
    await sealing.submit(session, runtime, request, case, actor=ann, now=now)

    with pytest.raises(OwnRequest):
        await sealing.approve(session, runtime, request, case, actor=ann, now=now)

    assert request.state == State.IN_REVIEW


async def test_an_investigator_cannot_approve(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    request, case = await factories.filed(session, library, ann)
    await sealing.submit(session, runtime, request, case, actor=ann, now=now)
    other = await factories.person(session, "ann")

    with pytest.raises(MayNot):
        await sealing.approve(session, runtime, request, case, actor=other, now=now)


async def test_what_the_protocol_demands_is_named_beside_its_field(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    request, case = await factories.filed(
        session, library, ann, language="sq", narrative="", data=()
    )

    with pytest.raises(RequestInvalid) as refused:
        await sealing.submit(session, runtime, request, case, actor=ann, now=now)

    pointers = {error.pointer for error in refused.value.errors}
    assert {"/language", "/narrative", "/data"} <= pointers
    assert request.state == State.DRAFT


async def test_a_returned_request_bears_the_reason_and_is_a_draft_again(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    bob = await factories.person(session, "bob")
    request, case = await factories.filed(session, library, ann)
    await sealing.submit(session, runtime, request, case, actor=ann, now=now)

    await actions.send_back(session, request, "Name the period.", actor=bob, now=now)

    assert request.state == State.DRAFT


async def test_an_edit_voids_the_approval_and_the_letter(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    bob = await factories.person(session, "bob")
    request, case = await factories.filed(session, library, ann)
    await sealing.submit(session, runtime, request, case, actor=ann, now=now)
    await sealing.approve(session, runtime, request, case, actor=bob, now=now)

    await sealing.edit(session, request, "Wrong account", actor=ann, now=now)

    (letter,) = await letters.of_request(session, request.id)
    assert (request.state, request.approver_id) == (State.DRAFT, None)
    assert not letter.is_in_force


async def test_a_duty_officer_seals_an_emergency_alone_and_it_waits_for_ratification(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    lea = await factories.person(session, "lea")
    case = await emergency_case(session, lea)
    fields = factories.request_fields(
        case.reference,
        kind="emergency_disclosure",
        instrument="emergency",
        urgency="emergency",
        urgency_reason="A child is in danger.",
        danger="A girl of 15 has said that she will kill herself tonight.",
        averts="Her address lets a patrol reach her.",
    )
    request = await actions.file(session, library, fields, actor=lea, now=now)

    await sealing.seal_alone(session, runtime, request, case, actor=lea, now=now)

    assert (request.state, request.needs_ratification) == (State.READY, True)
    with pytest.raises(OwnRequest):
        await actions.ratify(session, request, actor=lea, now=now)


async def emergency_case(session: AsyncSession, actor: Actor) -> Case:
    fields = CaseFields(
        reference=f"E-{next(factories.numbers)}",
        offence="Danger to life",
        urgency="emergency",
    )
    return await cases.open_case(session, fields, actor=actor, now=factories.NOW)


async def test_a_preservation_cannot_be_sealed_alone(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(
        session, "ann", roles=(Role.INVESTIGATOR, Role.LIAISON)
    )
    request, case = await factories.filed(session, library, ann)

    with pytest.raises(NotAnEmergency):
        await sealing.seal_alone(session, runtime, request, case, actor=ann, now=now)


async def test_a_sent_request_is_withdrawn_by_a_sealed_letter(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    request, case, lea = await factories.ready(session, runtime, library)

    with pytest.raises(StepNotPossible):
        await sealing.withdraw(
            session, runtime, request, case, "Solved", actor=lea, now=now
        )
