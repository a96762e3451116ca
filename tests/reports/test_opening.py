"""Every figure opens to just the requests behind it, for whoever may read them."""

import html
import re
from datetime import date, datetime, timedelta
from itertools import combinations

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import CaseMember
from platformlink.permissions import Actor, MayNot, Reach, Right, Role, reach
from platformlink.ports import Runtime
from platformlink.reports import official, opening, pages, queries, rules
from platformlink.reports.opening import Opened, Way
from platformlink.reports.period import Period
from platformlink.reports.rules import ReportInvalid
from platformlink.requests import queries as requests
from platformlink.requests.rules import Kind as RequestKind
from platformlink.requests.rules import State, Step, new_draft_id
from platformlink.requests.tables import PlatformRequest, RequestEvent
from platformlink.responses import actions
from platformlink.responses.codes import Kind
from platformlink.responses.schemas import ResponseIn
from tests.responses.given import person, sent
from tests.seats import bearer
from tests.shipped import AUTHORITY

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
SENT_AT = datetime.fromisoformat("2023-11-13T15:30+01:00")
NOW = SENT_AT + 60 * DAY
PERIOD = Period(date(2023, 11, 1), date(2023, 11, 30), NOW)
WAY = Way(PERIOD.from_on, PERIOD.to_on, "all")


async def half_a_year(session: AsyncSession, lea: Actor) -> None:
    """Requests that stand in every way that a report tells apart."""
    answers = (
        (Kind.NO_DATA, ()),
        (Kind.DELIVERY, ()),
        (Kind.DELIVERY, ("later_instalment",)),
        (Kind.REFUSAL, ("too_broad", "policy")),
        (Kind.NEED_MORE_INFO, ()),
        (Kind.DELAY_NOTICE, ()),
        (None, ()),
    )
    for platform in ("meta", "tiktok"):
        for number, (kind, reasons) in enumerate(answers):
            request = await sent(session, lea, platform=platform, at=SENT_AT)
            if kind is None:
                continue
            fields = ResponseIn(
                kind=kind,
                received_at=SENT_AT + (number + 1) * 5 * DAY,
                reasons=reasons,
                note="Which law?",
            )
            await actions.record(
                session, AUTHORITY, request, fields, actor=None, now=NOW
            )
    await sent(session, lea, kind=RequestKind.PRESERVATION, at=SENT_AT)


async def filed(session: AsyncSession, lea: Actor, state: State, *steps: Step) -> None:
    """A request that was filed when the others were sent, and has not gone out."""
    beside = await sent(session, lea, at=SENT_AT - 90 * DAY)
    request = PlatformRequest(
        draft_id=new_draft_id(),
        state=state,
        kind=beside.kind,
        case_id=beside.case_id,
        unit_id=lea.unit_id,
        author_id=lea.id,
        platform=beside.platform,
        protocol_version=beside.protocol_version,
        entity=beside.entity,
        created_at=SENT_AT,
        changed_at=SENT_AT,
    )
    session.add(request)
    await session.flush()
    for step in steps:
        session.add(
            RequestEvent(
                request_id=request.id,
                occurred_at=SENT_AT,
                recorded_at=SENT_AT,
                verb=step,
                phrase={},
                state="",
            )
        )
    await session.flush()


async def count(session: AsyncSession, actor: Actor, opened: Opened) -> int:
    found = await queries.behind(session, AUTHORITY, PERIOD, opened, actor=actor)
    wanted = requests.Filter(ids=found.ids)
    return await requests.counted(session, wanted, actor=actor)


async def test_a_list_is_as_long_as_its_figure(session: AsyncSession) -> None:
    lea = await person(session)
    await half_a_year(session, lea)
    report = await queries.responsiveness(
        session, AUTHORITY, PERIOD, by=("platform",), actor=lea
    )

    for row in (*report.rows, *report.months, rules.Row({}, report.total)):
        for code in ("sent", "answered", "open", "overdue"):
            told = getattr(row.figures, code)
            assert await count(session, lea, Opened(code, row.key)) == told
        time = row.figures.first_substance
        without = Opened("without_substance", row.key)
        assert await count(session, lea, without) == time.count - time.happened
        for outcome, told in row.figures.outcomes.items():
            key = row.key | {"outcome": outcome}
            assert await count(session, lea, Opened("sent", key)) == told
        for source, share in row.figures.in_time.items():
            key = row.key | {"source": source}
            assert await count(session, lea, Opened("due", key)) == share.denominator
            assert await count(session, lea, Opened("in_time", key)) == share.numerator
    for reason in report.total.reasons:
        opened = Opened("sent", {"reason": reason.code})
        assert await count(session, lea, opened) == reason.count
    for fault, told in report.total.faults.items():
        assert await count(session, lea, Opened("sent", {"fault": fault})) == told


async def test_a_list_of_our_own_side_has_also_what_never_went_out(
    session: AsyncSession,
) -> None:
    lea = await person(session)
    await half_a_year(session, lea)
    await filed(session, lea, State.IN_REVIEW, Step.SUBMIT, Step.RETURN, Step.SUBMIT)
    await filed(session, lea, State.READY, Step.SUBMIT, Step.APPROVE)
    ours = await queries.our_side(session, AUTHORITY, PERIOD, actor=lea)

    assert await count(session, lea, Opened("filed", {})) == ours.whole.count == 2
    assert await count(session, lea, Opened("approved", {})) == 1
    assert await count(session, lea, Opened("returned_by_us", {})) == 1
    assert {one.state for one in ours.backlog} == {"in_review", "ready", "needs_us"}
    for one in ours.backlog:
        opened = Opened("waiting", {"unit": one.unit, "state": one.state})
        assert await count(session, lea, opened) == one.count


async def test_what_is_counted_of_requests_opens_to_these(
    session: AsyncSession,
) -> None:
    lea = await person(session)
    await half_a_year(session, lea)

    sent_in_all = await count(session, lea, Opened("sent", {}))
    for code in ("identifiers", "accounts", "cases"):
        assert await count(session, lea, Opened(code, {})) == sent_in_all


async def test_a_list_is_as_long_as_its_official_figure(session: AsyncSession) -> None:
    lea = await person(session)
    await half_a_year(session, lea)
    report = await queries.responsiveness(session, AUTHORITY, PERIOD, by=(), actor=lea)

    for measure in report.official.measures:
        if measure.code not in official.RULES:
            continue
        for cell in (one for one in measure.cells if len(one.key) < len(official.ALL)):
            told = cell.count if cell.timed is None else cell.timed
            assert await count(session, lea, Opened(measure.code, cell.key)) == told


async def test_what_is_no_ones_to_know_is_in_no_list(session: AsyncSession) -> None:
    lea, other = await person(session), await person(session, name="Ben")
    request = await sent(session, lea, is_restricted=True, at=SENT_AT)
    session.add(CaseMember(case_id=request.case_id, user_id=lea.id))
    await session.flush()

    hers, others = [await count(session, x, Opened("sent", {})) for x in (lea, other)]
    assert hers == others + 1


async def test_who_has_no_reports_opens_no_figure(session: AsyncSession) -> None:
    ada = await person(session, Role.ADMINISTRATOR, name="Ada")

    with pytest.raises(MayNot):
        await count(session, ada, Opened("sent", {}))


def test_whoever_may_read_counts_no_more_than_they_may_read() -> None:
    for size in range(1, len(Role) + 1):
        for roles in combinations(Role, size):
            actor = Actor(1, 1, "Ann", frozenset(roles))
            may_count, may_read = reach(actor, Right.REPORT), reach(actor, Right.READ)
            assert may_read in {None, may_count}
            assert opening.may_open(actor) is (may_read is not None)
            assert may_count is not Reach.COUNTS or may_read is None


@pytest.mark.parametrize(
    ("code", "key"),
    [("slowest", {}), ("sent", {"ground": "policy"}), ("filed", {"unit": "cyber"})],
)
def test_a_figure_that_no_report_has_is_refused(code: str, key: dict[str, str]) -> None:
    with pytest.raises(ReportInvalid):
        Opened(code, key)


async def test_a_figure_on_the_page_leads_to_its_requests_and_its_definition(
    client: AsyncTestClient[Litestar], runtime: Runtime
) -> None:
    async with runtime.sessions.begin() as session:
        lea = await person(session)
        requested = await sent(session, lea, at=SENT_AT)
    headers = await bearer(runtime, lea)

    page = (await client.get(WAY.report(), headers=headers)).text
    paths = re.findall(r'href="(/reports/responsiveness/requests[^"]*)"', page)
    listed = await client.get(paths[0].replace("&amp;", "&"), headers=headers)

    assert listed.status_code == 200
    assert str(requested.reference) in listed.text
    assert "Requests that went out in the period." in listed.text


async def test_of_the_requests_behind_a_figure_each_reader_sees_their_own(
    session: AsyncSession,
) -> None:
    lea = await person(session)
    ids = [(await sent(session, lea, at=SENT_AT)).id for _ in range(2)]
    other = await person(session, Role.INVESTIGATOR, unit_code="other", name="Bob")

    assert await requests.seen_among(session, ids, actor=lea) == ids[::-1]
    assert await requests.seen_among(session, ids, actor=other) == []


async def test_a_long_list_comes_in_parts_the_newest_first(
    client: AsyncTestClient[Litestar],
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    async with runtime.sessions.begin() as session:
        lea = await person(session, Role.INVESTIGATOR, unit_code=f"u{id(session)}")
        made = [await sent(session, lea, at=SENT_AT) for _ in range(3)]
        names = [f"{one.reference}" for one in made]
    headers = await bearer(runtime, lea)

    first = (await client.get(WAY.to("sent", {}), headers=headers)).text
    (path,) = re.findall(r'href="([^"]*skip=[^"]*)"', first)
    rest = (await client.get(html.unescape(path), headers=headers)).text

    shown, later = (
        re.findall(r'class="reference" href="/requests/([^"]+)"', one)
        for one in (first, rest)
    )
    assert shown + later == names[::-1]
    assert "3 requests" in first
    assert "skip=" not in rest


async def test_who_may_only_count_is_shown_no_way_and_let_in_by_none(
    client: AsyncTestClient[Litestar], runtime: Runtime
) -> None:
    async with runtime.sessions.begin() as session:
        max_ = await person(session, Role.MANAGER, name="Max")
        await sent(session, await person(session), at=SENT_AT)
    headers = await bearer(runtime, max_)

    page = await client.get(WAY.report(), headers=headers)
    listed = await client.get(WAY.to("sent", {}), headers=headers)

    assert opening.PATH not in page.text
    assert listed.status_code == 403


@pytest.mark.parametrize("days", ["from=x&to=y", "from=0001-01-01&to=9999-12-31"])
async def test_every_wrong_day_of_an_address_is_named(
    client: AsyncTestClient[Litestar], runtime: Runtime, days: str
) -> None:
    async with runtime.sessions.begin() as session:
        lea = await person(session)
    headers = await bearer(runtime, lea)

    answer = await client.get(f"/reports/responsiveness?{days}", headers=headers)

    assert answer.status_code == 422
    assert [x["pointer"] for x in answer.json()["errors"]] == ["/from", "/to"]
