"""The figures, from real rows: fair to the platform, discreet to the reader."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import CaseMember
from platformlink.clocks import actions as clocks
from platformlink.clocks.terms import Source
from platformlink.permissions import Actor, MayNot, Role
from platformlink.reports import official, queries, rules
from platformlink.reports.estimates import Share
from platformlink.reports.ourside import OurSide
from platformlink.reports.period import Period
from platformlink.requests import actions as requests
from platformlink.requests.rules import Kind as RequestKind
from platformlink.requests.rules import Outcome, Step
from platformlink.requests.tables import PlatformRequest, RequestEvent
from platformlink.responses import actions
from platformlink.responses.codes import Kind
from platformlink.responses.schemas import ResponseIn
from platformlink.values import Phrase
from tests.responses import given
from tests.responses.given import person
from tests.shipped import AUTHORITY, LIBRARY

pytestmark = pytest.mark.anyio

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# A month in which no other test sends anything.
SENT_AT = datetime.fromisoformat("2023-11-13T15:30+01:00")
NOW = SENT_AT + 60 * DAY
PERIOD = Period(date(2023, 11, 1), date(2023, 11, 30), NOW)


@pytest.fixture
async def lea(session: AsyncSession) -> Actor:
    return await person(session)


async def sent(
    session: AsyncSession,
    author: Actor,
    *,
    platform: str = "tiktok",
    kind: RequestKind = RequestKind.DISCLOSURE,
    accounts: tuple[str, ...] = ("some.name",),
    at: datetime = SENT_AT,
    is_restricted: bool = False,
) -> PlatformRequest:
    return await given.sent(
        session,
        author,
        platform=platform,
        kind=kind,
        accounts=accounts,
        at=at,
        is_restricted=is_restricted,
    )


async def answer(
    session: AsyncSession,
    request: PlatformRequest,
    kind: Kind,
    after: float,
    **more: object,
) -> None:
    fields = ResponseIn(
        kind=kind,
        received_at=SENT_AT + after * DAY,
        **more,  # type: ignore[arg-type]
    )
    await actions.record(session, AUTHORITY, request, fields, actor=None, now=NOW)


async def report(
    session: AsyncSession, actor: Actor, *by: str, period: Period = PERIOD
) -> rules.Report:
    return await queries.responsiveness(session, AUTHORITY, period, by=by, actor=actor)


async def test_three_times_are_told_apart(session: AsyncSession, lea: Actor) -> None:
    request = await sent(session, lea)
    await answer(session, request, Kind.AUTO_REPLY, 0.1)
    await answer(session, request, Kind.ACK, 1)
    await answer(session, request, Kind.DELIVERY, 2, reasons=("later_instalment",))
    await answer(session, request, Kind.DELIVERY, 3)

    found = (await report(session, lea)).total

    assert found.acknowledgement.median.days == 1
    assert found.first_substance.median.days == 2
    assert found.completion.median.days == 3


async def test_open_requests_are_counted(session: AsyncSession, lea: Actor) -> None:
    for _ in range(3):
        await sent(session, lea)
    await answer(session, await sent(session, lea), Kind.NO_DATA, 1)

    found = (await report(session, lea)).total

    assert (found.sent, found.answered, found.open, found.overdue) == (4, 1, 3, 3)
    assert found.completion.median.days is None
    assert found.in_time == {Source.OWN: Share(1, 4)}


async def test_the_days_they_waited_for_us_do_not_count(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea)
    await answer(session, request, Kind.NEED_MORE_INFO, 1)
    await clocks.resume_theirs(session, request.id, at=SENT_AT + 3 * DAY)
    await requests.take(
        session, request, Step.SUPPLEMENT, Phrase("Sent"), actor=None, now=NOW
    )
    await answer(session, request, Kind.NO_DATA, 4)

    found = (await report(session, lea)).total

    assert found.completion.median.days == 2


async def test_while_they_wait_for_us_nothing_is_overdue(
    session: AsyncSession, lea: Actor
) -> None:
    await answer(session, await sent(session, lea), Kind.NEED_MORE_INFO, 1)

    found = (await report(session, lea)).total

    assert (found.open, found.overdue, found.in_time) == (1, 0, {})
    assert found.completion.curve.last_days == 1


async def test_a_promise_does_not_move_the_expected_time(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea)
    await answer(session, request, Kind.DELAY_NOTICE, 1, until="2024-01-05")
    await answer(session, request, Kind.NO_DATA, 50)

    found = (await report(session, lea)).total

    assert found.in_time == {Source.OWN: Share(0, 1)}


async def test_our_own_approval_time_is_not_theirs(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea)
    await answer(session, request, Kind.NO_DATA, 3)
    before = rules.digest(await report(session, lea))

    request.created_at -= 30 * DAY
    request.approved_at = request.submitted_at = SENT_AT - 29 * DAY

    assert rules.digest(await report(session, lea)) == before


async def test_a_corrected_response_does_not_count(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea)
    fields = ResponseIn(
        kind=Kind.REFUSAL, received_at=SENT_AT + DAY, reasons=("too_broad",)
    )
    wrong = await actions.record(
        session, AUTHORITY, request, fields, actor=None, now=NOW
    )
    await answer(session, request, Kind.NO_DATA, 1, corrects=wrong.id)

    found = (await report(session, lea)).total

    assert found.outcomes == {Outcome.NO_DATA: 1}
    assert found.reasons == ()
    assert found.avoidable_returns == Share(0, 1)


async def test_reasons_of_items_and_responses_are_counted_once_a_request(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea, accounts=("one", "two"))
    await answer(session, request, Kind.REFUSAL, 1, reasons=("too_broad", "policy"))

    found = (await report(session, lea)).total

    assert [(one.code, one.count) for one in found.reasons] == [
        ("policy", 1),
        ("too_broad", 1),
    ]
    assert found.avoidable_returns == Share(1, 1)


async def test_what_was_withdrawn_is_watched_no_longer(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea)
    await requests.take(
        session,
        request,
        Step.WITHDRAW,
        Phrase("Withdrawn"),
        actor=None,
        now=NOW,
        occurred_at=SENT_AT + DAY,
    )

    found = (await report(session, lea)).total

    assert (found.open, found.overdue, found.in_time) == (0, 0, {})
    assert found.completion.curve.last_days == 1


async def test_only_what_was_sent_in_the_period_counts(
    session: AsyncSession, lea: Actor
) -> None:
    edge = datetime.fromisoformat("2023-11-30T23:59+01:00")
    await sent(session, lea, at=edge)
    await sent(session, lea, at=edge + timedelta(minutes=2))
    await sent(session, lea, at=datetime.fromisoformat("2023-10-31T23:59+01:00"))

    assert (await report(session, lea)).total.sent == 1


async def test_groups_are_made_by_platform_and_kind(
    session: AsyncSession, lea: Actor
) -> None:
    await sent(session, lea, platform="meta")
    await sent(session, lea, kind=RequestKind.PRESERVATION)
    await sent(session, lea)

    found = await report(session, lea, "platform", "kind", "month")

    assert [tuple(row.key.values()) for row in found.rows] == [
        ("meta", "disclosure", "2023-11"),
        ("tiktok", "disclosure", "2023-11"),
        ("tiktok", "preservation", "2023-11"),
    ]


async def test_a_restricted_case_is_counted_for_its_members_alone(
    session: AsyncSession, lea: Actor
) -> None:
    max_ = await person(session, Role.MANAGER, name="Max")
    request = await sent(session, lea, is_restricted=True)
    session.add(CaseMember(case_id=request.case_id, user_id=lea.id))
    await session.flush()

    assert (await report(session, lea)).total.sent == 1
    assert (await report(session, max_)).total.sent == 0


async def test_an_investigator_counts_their_own_unit(
    session: AsyncSession, lea: Actor
) -> None:
    ann = await person(session, Role.INVESTIGATOR, name="Ann", unit_code="fraud")
    max_ = await person(session, Role.MANAGER, name="Max")
    await sent(session, lea)
    await sent(session, ann)

    assert (await report(session, ann)).total.sent == 1
    assert (await report(session, max_)).total.sent == 2


async def test_an_administrator_has_no_reports(session: AsyncSession) -> None:
    ada = await person(session, Role.ADMINISTRATOR, name="Ada")

    with pytest.raises(MayNot):
        await report(session, ada)


async def filed(
    session: AsyncSession, author: Actor, **more: object
) -> PlatformRequest:
    """A request that was approved 3 hours after its filing, and sent 2 hours later."""
    request = await sent(session, author, **more)  # type: ignore[arg-type]
    for step, hours in ((Step.SUBMIT, 5), (Step.APPROVE, 2)):
        at = SENT_AT - hours * HOUR
        event = RequestEvent(
            request_id=request.id,
            occurred_at=at,
            recorded_at=at,
            verb=step,
            phrase={},
            state="",
        )
        session.add(event)
    await session.flush()
    return request


async def our_side(session: AsyncSession, actor: Actor) -> OurSide:
    return await queries.our_side(session, AUTHORITY, PERIOD, actor=actor)


async def test_our_own_steps_are_measured_by_the_history(
    session: AsyncSession, lea: Actor
) -> None:
    await filed(session, lea)

    found = await our_side(session, lea)

    times = (found.approval, found.sending, found.whole)
    assert [one.median.days for one in times] == [3, 2, 5]


async def test_what_they_ask_us_waits_with_the_unit_since_they_asked(
    session: AsyncSession, lea: Actor
) -> None:
    request = await filed(session, lea)
    await answer(session, request, Kind.NEED_MORE_INFO, after=1, note="Which law?")

    (waiting,) = (await our_side(session, lea)).backlog

    assert (waiting.unit, waiting.state, waiting.count) == ("cyber", "needs_us", 1)
    assert waiting.oldest_at == SENT_AT + DAY


async def test_who_may_only_count_is_told_of_no_small_group_but_of_the_whole(
    session: AsyncSession, lea: Actor
) -> None:
    max_ = await person(session, Role.MANAGER, name="Max")
    for _ in range(5):
        await sent(session, lea)
    request = await filed(session, lea, platform="meta")
    await answer(session, request, Kind.NEED_MORE_INFO, after=1, note="Which law?")

    hers, his = [await report(session, x, "platform") for x in (lea, max_)]

    assert [row.key["platform"] for row in hers.rows] == ["meta", "tiktok"]
    assert [row.key["platform"] for row in his.rows] == ["tiktok"]
    assert his.total == hers.total
    assert [one.unit for one in hers.ours.backlog] == ["cyber"]
    assert his.ours.backlog == ()


async def test_our_side_of_a_restricted_case_is_counted_for_its_members_alone(
    session: AsyncSession, lea: Actor
) -> None:
    max_ = await person(session, Role.MANAGER, name="Max")
    request = await filed(session, lea, is_restricted=True)
    session.add(CaseMember(case_id=request.case_id, user_id=lea.id))
    await session.flush()

    assert (await our_side(session, lea)).whole.count == 1
    assert (await our_side(session, max_)).whole.count == 0


async def test_an_administrator_is_not_told_of_our_side(session: AsyncSession) -> None:
    ada = await person(session, Role.ADMINISTRATOR, name="Ada")

    with pytest.raises(MayNot):
        await our_side(session, ada)


async def cells(session: AsyncSession, actor: Actor, code: str) -> list[official.Cell]:
    found = (await report(session, actor)).official.measures
    return [*next(one for one in found if one.code == code).cells]


async def test_types_of_data_are_those_of_the_protocol(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea)
    protocol = LIBRARY.get("tiktok")
    request.data = [x.code for x in protocol.data if x.category == "traffic"][:1]
    await session.flush()

    (found,) = await cells(session, lea, "data")

    assert found.key == {"data": "traffic"}


async def test_the_first_order_for_what_was_preserved_ends_its_wait(
    session: AsyncSession, lea: Actor
) -> None:
    held = await sent(session, lea, kind=RequestKind.PRESERVATION)
    await answer(session, held, Kind.PRESERVATION_CONFIRMED, 1)
    for days in (9, 4):
        order = await sent(session, lea, at=SENT_AT + days * DAY)
        order.case_id, order.approved_at = held.case_id, order.sent_at
    await session.flush()

    whole = (await cells(session, lea, "28-2-f"))[0]

    assert (whole.count, whole.timed, whole.days) == (1, 1, 4)


async def test_an_order_in_another_case_is_no_sequel_of_a_preservation(
    session: AsyncSession, lea: Actor
) -> None:
    held = await sent(session, lea, kind=RequestKind.PRESERVATION)
    await answer(session, held, Kind.PRESERVATION_CONFIRMED, 1)
    order = await sent(session, lea, at=SENT_AT + DAY)
    order.approved_at = order.sent_at
    await session.flush()

    assert (await cells(session, lea, "28-2-f"))[0].timed == 0


async def test_who_may_only_count_is_told_of_no_small_combination(
    session: AsyncSession, lea: Actor
) -> None:
    max_ = await person(session, Role.MANAGER, name="Max")
    await sent(session, lea)

    assert len(await cells(session, lea, "28-2-a")) > 1
    assert [len(one.key) for one in await cells(session, max_, "28-2-a")] == [2]
