"""What a night empties, announces and asks, however often it comes."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from platformlink.audit.tables import AuditEntry
from platformlink.clocks import actions as clocks
from platformlink.clocks import terms
from platformlink.notices.tables import Notice
from platformlink.permissions import Role
from platformlink.requests.tables import PlatformRequest, RequestComment, Target
from platformlink.retention.jobs import review_records
from platformlink.retention.tables import CaseReview
from tests.desks import Desk, body
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
SECRET = "seen at the harbour"


async def row(desk: Desk, name: str) -> PlatformRequest:
    async with desk.runtime.sessions() as session:
        query = select(PlatformRequest).where(
            (PlatformRequest.draft_id == name) | (PlatformRequest.reference == name)
        )
        return (await session.exec(query)).one()


async def told(desk: Desk, path: str, whose: Seat) -> list[str]:
    query = select(Notice).where(Notice.path == path, Notice.user_id == whose.actor.id)
    async with desk.runtime.sessions() as session:
        found = await session.exec(query.order_by(col(Notice.id)))
        return [one.phrase["text"] for one in found]


async def left(desk: Desk, request_id: int) -> tuple[int, int]:
    """How many accounts and comments of a request there are."""
    async with desk.runtime.sessions() as session:
        counts = [
            (
                await session.exec(
                    select(func.count()).where(col(table.request_id) == request_id)
                )
            ).one()
            for table in (Target, RequestComment)
        ]
    return counts[0], counts[1]


async def night(desk: Desk, **after: float) -> int:
    return await review_records(desk.runtime, desk.clock.now + timedelta(**after))


async def test_an_abandoned_draft_is_announced_then_emptied_and_its_history_stays(
    desk: Desk,
) -> None:
    name = (await desk.draft(narrative=SECRET))["id"]
    await desk.ann.post(f"{API}/{name}/comments", {"text": SECRET})
    made = await row(desk, name)
    assert await left(desk, made.id) == (1, 1)

    await night(desk, days=91)
    announced = await row(desk, name)
    await night(desk, days=92)
    await night(desk, days=106)

    assert (announced.state, announced.narrative) == ("draft", SECRET)
    emptied = await row(desk, name)
    assert (emptied.state, emptied.narrative) == ("cancelled", "")
    assert emptied.period_from_at is None
    assert await left(desk, made.id) == (0, 0)
    (said,) = await told(desk, f"/requests/{name}", desk.ann)
    assert "It is emptied on" in said
    await desk.later(days=106)
    page = await desk.ann.page(f"/requests/{name}")
    assert (page.status_code, SECRET in page.text) == (200, False)
    async with desk.runtime.sessions() as session:
        query = select(AuditEntry.purpose).where(
            AuditEntry.verb == "retention.emptied",
            AuditEntry.subject == f"request/{made.id}",
        )
        assert (await session.exec(query)).all() == ["target: 1, request_comment: 1"]


async def test_saving_an_announced_draft_keeps_it(desk: Desk) -> None:
    case = await desk.case()
    made = await desk.draft(case)
    await night(desk, days=91)
    await desk.later(days=92)
    answer = await desk.ann.call(
        "PATCH",
        f"{API}/{made['id']}",
        json=body(case) | {"nexus": "Still open"},
        headers={"if-match": f'"{made["version"]}"'},
    )
    assert answer.status_code == 200, answer.text

    await night(desk, days=60)

    assert (await row(desk, made["id"])).state == "draft"


async def test_what_was_sealed_or_waits_for_another_is_not_touched(desk: Desk) -> None:
    sent, waiting = await desk.sent(), await desk.in_review()
    names = {sent: "sent", waiting: "in_review"}

    for days in (91, 106, 200):
        await night(desk, days=days)

    assert {name: (await row(desk, name)).state for name in names} == names


async def test_a_draft_on_which_a_clock_runs_is_not_touched(desk: Desk) -> None:
    name = (await desk.draft())["id"]
    async with desk.runtime.sessions.begin() as session:
        await clocks.start(
            session,
            terms.Kind.SUPPLEMENT,
            _years(),
            start_at=desk.clock.now,
            request_id=(await row(desk, name)).id,
        )

    for days in (91, 106):
        await night(desk, days=days)

    assert (await row(desk, name)).announced_at is None


def _years() -> terms.Term:
    return terms.Term(
        length=terms.parse("P900D"),
        duty=terms.Duty.OURS,
        source=terms.Source.OWN,
        zone="Europe/Tirane",
    )


async def test_a_night_that_is_a_year_ahead_empties_nothing(desk: Desk) -> None:
    name = (await desk.draft())["id"]

    for after in (timedelta(days=365), timedelta(days=365, hours=9), timedelta(days=1)):
        await review_records(desk.runtime, desk.clock.now + after)

    assert (await row(desk, name)).state == "draft"


async def test_two_workers_at_once_tell_and_empty_once(desk: Desk) -> None:
    name = (await desk.draft())["id"]

    for days in (91, 106):
        await asyncio.gather(*(night(desk, days=days) for _ in range(3)))

    assert len(await told(desk, f"/requests/{name}", desk.ann)) == 1
    events = (await desk.ann.get(f"{API}/{name}/events")).json()
    assert [one["verb"] for one in events].count("cancel") == 1


async def cancelled(desk: Desk, case: str) -> str:
    name: str = (await desk.draft(case))["id"]
    answer = await desk.ann.post(f"{API}/{name}/cancel")
    assert answer.status_code == 200, answer.text
    return name


async def test_a_case_that_has_long_been_over_waits_until_it_is_decided_on(
    desk: Desk,
) -> None:
    case = await desk.case()
    await cancelled(desk, case)
    await desk.later(days=1096)
    ilir = await seat(desk.client, desk.runtime, "ilir", roles=(Role.ADMINISTRATOR,))
    await night(desk)
    await night(desk)
    assert await told(desk, "/retention", ilir) == [
        "Cases whose records wait for a decision: %(count)s"
    ]
    before = (await ilir.page("/retention")).text
    number = before.split(f">{case}<")[0].rsplit('value="', 1)[1].split('"')[0]

    form = {"case": number, "reason": "", "until": "2031-01-01"}
    refused = await ilir.submit("/retention", form)
    kept = await ilir.submit("/retention", form | {"reason": "Appeal is pending"})
    again = await ilir.submit("/retention", form | {"reason": "Appeal is pending"})

    assert (refused.status_code, kept.status_code) == (422, 303)
    assert again.status_code == 404
    after = (await ilir.page("/retention")).text
    assert f'value="{number}"' not in after
    assert "Appeal is pending" in after
    async with desk.runtime.sessions() as session:
        query = select(col(CaseReview.keep_until_on)).where(
            CaseReview.case_id == int(number)
        )
        assert [f"{day}" for day in await session.exec(query)] == ["2031-01-01"]


async def test_a_case_with_a_request_that_still_moves_is_not_asked_about(
    desk: Desk,
) -> None:
    case = await desk.case()
    await cancelled(desk, case)
    await desk.in_review(case=case)
    await desk.later(days=1200)
    ilir = await seat(desk.client, desk.runtime, "ilir", roles=(Role.ADMINISTRATOR,))

    assert case not in (await ilir.page("/retention")).text


async def test_of_a_restricted_case_only_its_lead_is_asked(desk: Desk) -> None:
    case = await desk.case(is_restricted=True)
    await cancelled(desk, case)
    await desk.later(days=1096)
    ilir = await seat(desk.client, desk.runtime, "ilir", roles=(Role.ADMINISTRATOR,))
    await night(desk)

    assert await told(desk, "/retention", desk.ann) == [
        "A case that you lead waits for a decision on its records"
    ]
    assert case in (await desk.ann.page("/retention")).text
    assert case not in (await ilir.page("/retention")).text
    assert (await desk.bob.page("/retention")).status_code == 403
