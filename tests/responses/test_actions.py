"""Recording moves clocks and request, and never loses what was recorded before."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.audit.rules import digest
from platformlink.audit.tables import AuditEntry
from platformlink.clocks import queries as clock_queries
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import EndedAs, Source
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.clocks.terms import State as ClockState
from platformlink.permissions import Actor, MayNot, Role
from platformlink.requests.rules import Kind as RequestKind
from platformlink.requests.rules import Outcome, State
from platformlink.requests.tables import PlatformRequest, RequestEvent
from platformlink.responses import actions, queries, rules
from platformlink.responses.codes import Kind
from platformlink.responses.rules import ItemIn
from platformlink.responses.schemas import ResponseIn
from platformlink.responses.tables import Response
from tests.responses.given import SENT_AT, person, sent
from tests.shipped import AUTHORITY

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def record(
    session: AsyncSession,
    request: PlatformRequest,
    actor: Actor,
    fields: ResponseIn,
    now: datetime | None = None,
) -> Response:
    return await actions.record(
        session,
        AUTHORITY,
        request,
        fields,
        actor=actor,
        now=now or fields.received_at + timedelta(hours=1),
    )


def came(kind: Kind, after_days: float = 1, **more: object) -> ResponseIn:
    return ResponseIn(
        kind=kind,
        received_at=SENT_AT + after_days * DAY,
        **more,  # type: ignore[arg-type]
    )


async def clock(
    session: AsyncSession, request: PlatformRequest, kind: ClockKind
) -> Clock:
    """The newest clock of a kind."""
    found = await clock_queries.of_requests(session, [request.id])
    return max((one for one in found if one.kind == kind), key=lambda one: one.id)


@pytest.fixture
async def lea(session: AsyncSession) -> Actor:
    return await person(session)


@pytest.fixture
async def request_(session: AsyncSession, lea: Actor) -> PlatformRequest:
    return await sent(session, lea)


@pytest.mark.parametrize("kind", [Kind.AUTO_REPLY, Kind.UNDELIVERED, Kind.OTHER])
async def test_an_automatic_reply_stops_no_clock_and_moves_no_state(
    session: AsyncSession, lea: Actor, request_: PlatformRequest, kind: Kind
) -> None:
    await record(session, request_, lea, came(kind))

    open_now = await clock_queries.open_of(session, request_.id)
    assert request_.state == State.SENT
    assert {one.kind for one in open_now} == {"acknowledgement", "response"}
    assert {one.state for one in open_now} == {"running"}


async def test_an_acknowledgement_ends_the_wait_for_one(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    fields = came(Kind.ACK, platform_reference="TT-1")
    await record(session, request_, lea, fields)

    waited = await clock(session, request_, ClockKind.ACKNOWLEDGEMENT)
    assert (waited.ended_as, waited.ended_at) == (EndedAs.MET, fields.received_at)
    assert (request_.state, request_.platform_reference) == (
        State.ACKNOWLEDGED,
        "TT-1",
    )
    assert (await clock(session, request_, ClockKind.RESPONSE)).state == "running"


async def test_a_question_pauses_theirs_and_starts_ours(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    fields = came(Kind.NEED_MORE_INFO, wanted=("translation",))
    await record(session, request_, lea, fields)

    theirs = await clock(session, request_, ClockKind.RESPONSE)
    ours = await clock(session, request_, ClockKind.SUPPLEMENT)
    assert request_.state == State.NEEDS_US
    assert (theirs.state, theirs.paused_at) == (ClockState.PAUSED, fields.received_at)
    assert (ours.state, ours.started_at) == (ClockState.RUNNING, fields.received_at)


async def test_a_second_question_starts_no_second_clock(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.NEED_MORE_INFO, 1))
    await record(session, request_, lea, came(Kind.NEED_MORE_INFO, 2))

    theirs = await clock(session, request_, ClockKind.RESPONSE)
    assert theirs.paused_at == SENT_AT + DAY


async def test_an_answer_while_we_are_asked_ends_both(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.NEED_MORE_INFO, 1))
    await record(session, request_, lea, came(Kind.REFUSAL, 90, reasons=("policy",)))

    assert request_.state == State.ANSWERED
    theirs = await clock(session, request_, ClockKind.RESPONSE)
    assert theirs.ended_as == EndedAs.MET
    ours = await clock(session, request_, ClockKind.SUPPLEMENT)
    assert ours.ended_as == EndedAs.VOID


async def test_a_late_answer_has_missed_its_clock(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.NO_DATA, 90))

    theirs = await clock(session, request_, ClockKind.RESPONSE)
    assert theirs.ended_as == EndedAs.MISSED


async def test_a_part_leaves_the_clock_running(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    fields = came(Kind.DELIVERY, reasons=("later_instalment",))
    await record(session, request_, lea, fields)

    assert request_.state == State.PARTLY_ANSWERED
    assert (await clock(session, request_, ClockKind.RESPONSE)).state == "running"


async def test_a_refusal_says_so_of_all_that_was_asked(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea, accounts=("one", "two"))

    await record(session, request, lea, came(Kind.REFUSAL, reasons=("policy",)))

    items = await queries.current_items(session, request.id)
    assert len(items) == 4
    assert {(one.category, one.outcome) for one in items} == {
        ("subscriber", "refused"),
        ("content", "refused"),
    }
    assert {tuple(one.reasons) for one in items} == {("policy",)}


async def test_items_are_told_one_by_one_by_what_was_typed(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    items = (
        ItemIn("@some.name", "full", "subscriber"),
        ItemIn("some.name", "refused", "content", ("warrant_required",)),
    )
    await record(session, request_, lea, came(Kind.DELIVERY, items=items))

    assert await queries.outcome_of(session, request_.id) is Outcome.PARTIAL


async def test_the_answer_received_last_counts_for_an_item(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    later = (ItemIn("some.name", "full", "content"),)
    sooner = (
        ItemIn("some.name", "full", "subscriber"),
        ItemIn("some.name", "refused", "content"),
    )
    now = SENT_AT + 9 * DAY
    await record(session, request_, lea, came(Kind.DELIVERY, 5, items=later), now)
    await record(session, request_, lea, came(Kind.DELIVERY, 3, items=sooner), now)

    assert await queries.outcome_of(session, request_.id) is Outcome.FULL


async def test_a_correction_counts_and_erases_nothing(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    wrong = await record(session, request_, lea, came(Kind.NO_DATA))
    right = await record(session, request_, lea, came(Kind.REFUSAL, corrects=wrong.id))

    assert await queries.outcome_of(session, request_.id) is Outcome.REFUSED
    kept = await queries.of_request(session, request_.id)
    assert {one.id for one in kept} == {wrong.id, right.id}
    with pytest.raises(rules.NoSuchResponse):
        await record(session, request_, lea, came(Kind.ACK, corrects=wrong.id))


async def test_what_was_recorded_cannot_be_changed(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.NO_DATA))

    with pytest.raises(DBAPIError, match="only grows"):
        await (await session.connection()).execute(
            text("update response set kind = 'ack'")
        )


async def test_all_wrong_fields_are_named_at_once(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    fields = came(
        Kind.ACK,
        -1,
        until="soon",
        reasons=("because",),
        items=(ItemIn("@nobody", "full"),),
    )

    with pytest.raises(rules.ResponseInvalid) as refused:
        await record(session, request_, lea, fields)

    assert {error.pointer for error in refused.value.errors} == {
        "/received_at",
        "/reasons",
        "/items/0/target",
        "/until",
    }
    assert await queries.of_request(session, request_.id) == []


async def test_a_promised_date_stands_beside_the_expected_one(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.DELAY_NOTICE, until="2026-12-31"))

    promised = await clock(session, request_, ClockKind.RESPONSE)
    assert promised.source == Source.PROMISED
    assert promised.computation.last_on == date(2026, 12, 31)
    expected = await session.get_one(Clock, promised.replaces_id)
    assert expected.ended_as == EndedAs.REPLACED


async def test_a_link_that_dies_is_a_clock_of_ours(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    dies = "2026-11-09T10:00:00+00:00"
    await record(session, request_, lea, came(Kind.DELIVERY, until=dies))

    link = await clock(session, request_, ClockKind.DOWNLOAD_EXPIRY)
    assert link.safe_due_at == datetime.fromisoformat(dies)


async def test_the_user_is_told_and_we_are_warned_before(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.USER_NOTICE, until="2026-11-20"))

    silence = await clock(session, request_, ClockKind.NOTICE_DELAY)
    assert silence.computation.last_on == date(2026, 11, 20)


async def test_a_confirmed_hold_ends_when_they_say(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea, kind=RequestKind.PRESERVATION)

    fields = came(Kind.PRESERVATION_CONFIRMED, until="2027-02-05")
    await record(session, request, lea, fields)

    hold = await clock(session, request, ClockKind.HOLD_EXPIRY)
    assert hold.state == ClockState.RUNNING
    assert hold.computation.last_on == date(2027, 2, 5)
    assert request.state == State.ANSWERED
    assert await queries.outcome_of(session, request.id) is Outcome.PRESERVED_ONLY


async def test_a_refused_preservation_has_no_hold(
    session: AsyncSession, lea: Actor
) -> None:
    request = await sent(session, lea, kind=RequestKind.PRESERVATION)

    await record(session, request, lea, came(Kind.PRESERVATION_REFUSED))

    hold = await clock(session, request, ClockKind.HOLD_EXPIRY)
    assert hold.ended_as == EndedAs.VOID


async def test_what_moves_nothing_stands_in_the_history(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.AUTO_REPLY))

    query = select(RequestEvent.verb).where(RequestEvent.request_id == request_.id)
    assert (await session.exec(query)).all() == ["send", "respond"]


async def test_an_approver_records_nothing(
    session: AsyncSession, request_: PlatformRequest
) -> None:
    bob = await person(session, Role.APPROVER, name="Bob")

    with pytest.raises(MayNot):
        await record(session, request_, bob, came(Kind.ACK))


async def test_a_draft_has_no_answers(session: AsyncSession, lea: Actor) -> None:
    request = await sent(session, lea)
    request.sent_at = None
    request.state = State.DRAFT

    with pytest.raises(rules.NotSentYet):
        await record(session, request, lea, came(Kind.ACK))


async def chain(session: AsyncSession, newest: Clock) -> list[Clock]:
    """A clock and all that it replaced, the newest first."""
    found = [newest]
    while found[-1].replaces_id is not None:
        found.append(await session.get_one(Clock, found[-1].replaces_id))
    return found


async def test_a_person_names_the_receipt_after_a_machine_did(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.AUTO_REPLY, 1, arrived="2026-11-03"))
    await record(session, request_, lea, came(Kind.ACK, 3, arrived="2026-11-04"))

    newest = await clock(session, request_, ClockKind.RESPONSE)
    found = await chain(session, newest)
    assert [one.start_evidence for one in found] == [
        "acknowledged",
        "automatic",
        "sent",
    ]
    assert [one.computation.ingredients.start_on.day for one in found] == [4, 3, 2]
    assert [one.state for one in found] == ["running", "ended", "ended"]
    assert {one.ended_as for one in found[1:]} == {EndedAs.REPLACED}
    assert found[0].legal_due_at >= found[1].legal_due_at >= found[2].legal_due_at


async def test_the_clock_that_was_replaced_still_says_why_it_was_due_then(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    before = await clock(session, request_, ClockKind.RESPONSE)
    due_at, sentences = before.legal_due_at, before.sentences("en")

    await record(session, request_, lea, came(Kind.ACK, 3, arrived="2026-11-04"))

    assert (before.legal_due_at, before.sentences("en")) == (due_at, sentences)
    assert before.computation.legal_due_at == due_at


async def test_what_a_machine_names_does_not_undo_what_a_person_named(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.ACK, 2, arrived="2026-11-04"))
    told = await clock(session, request_, ClockKind.RESPONSE)

    await record(session, request_, lea, came(Kind.AUTO_REPLY, 3, arrived="2026-11-05"))

    assert await clock(session, request_, ClockKind.RESPONSE) is told


async def test_an_acknowledgement_that_names_no_receipt_moves_no_start(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    before = await clock(session, request_, ClockKind.RESPONSE)

    await record(session, request_, lea, came(Kind.ACK, 3))

    assert await clock(session, request_, ClockKind.RESPONSE) is before
    assert before.state == ClockState.RUNNING


async def test_a_final_answer_is_judged_by_the_receipt_that_it_names(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    before = await clock(session, request_, ClockKind.RESPONSE)
    late = (before.legal_due_at - SENT_AT) / DAY + 0.5

    await record(session, request_, lea, came(Kind.NO_DATA, late, arrived="2026-11-05"))

    after = await clock(session, request_, ClockKind.RESPONSE)
    assert (before.ended_as, after.ended_as) == (EndedAs.REPLACED, EndedAs.MET)


async def test_better_evidence_is_told_in_the_history_and_the_audit_log(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    before = await clock(session, request_, ClockKind.RESPONSE)

    await record(session, request_, lea, came(Kind.ACK, 3, arrived="2026-11-04"))

    after = await clock(session, request_, ClockKind.RESPONSE)
    wanted = select(RequestEvent).where(
        RequestEvent.request_id == request_.id, RequestEvent.verb == "restart"
    )
    event = (await session.exec(wanted)).one()
    params = event.phrase["params"]
    told = [date.fromisoformat(params[name]) for name in ("due_on", "before_on")]
    assert told == [after.computation.last_on, before.computation.last_on]
    await session.run_sync(audit.chain)
    entries = await session.exec(
        select(AuditEntry.detail_sha256).where(
            AuditEntry.subject == f"request/{request_.id}",
            AuditEntry.verb == "request.restart",
        )
    )
    assert entries.one() == digest({"phrase": event.phrase, "proof": ""})


async def test_the_safe_end_of_a_hold_stays_where_its_start_gets_later(
    session: AsyncSession, lea: Actor
) -> None:
    kept = await sent(session, lea, kind=RequestKind.PRESERVATION)
    before = await clock(session, kept, ClockKind.HOLD_EXPIRY)

    await record(session, kept, lea, came(Kind.ACK, 3, arrived="2026-11-04"))

    after = await clock(session, kept, ClockKind.HOLD_EXPIRY)
    assert after.replaces_id == before.id
    assert after.legal_due_at > before.legal_due_at
    assert after.safe_due_at == before.safe_due_at


async def test_a_promised_day_does_not_move_with_the_receipt(
    session: AsyncSession, lea: Actor, request_: PlatformRequest
) -> None:
    await record(session, request_, lea, came(Kind.DELAY_NOTICE, until="2026-12-31"))
    promised = await clock(session, request_, ClockKind.RESPONSE)

    await record(session, request_, lea, came(Kind.ACK, 3, arrived="2026-11-04"))

    assert await clock(session, request_, ClockKind.RESPONSE) is promised


@pytest.mark.parametrize(
    ("arrived", "moved"), [("2026-11-02", None), ("2026-11-02T16:00+01:00", 0.5)]
)
async def test_hours_count_from_a_named_hour_only(
    session: AsyncSession, lea: Actor, arrived: str, moved: float | None
) -> None:
    urgent = await sent(session, lea, kind=RequestKind.EMERGENCY_DISCLOSURE)
    before = await clock(session, urgent, ClockKind.RESPONSE)

    await record(session, urgent, lea, came(Kind.ACK, 0.1, arrived=arrived))

    after = await clock(session, urgent, ClockKind.RESPONSE)
    assert before.computation.ingredients.term.in_hours
    assert (after is before) == (moved is None)
    hours = (after.legal_due_at - before.legal_due_at) / timedelta(hours=1)
    assert hours == (moved or 0)
