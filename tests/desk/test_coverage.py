"""Of each account of a case: what was asked about it, and whether it may be lost."""

import re
from datetime import UTC, datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.desk import coverage
from platformlink.desk.coverage import Asked, Column, covered
from platformlink.protocols.shelf import Library
from platformlink.requests.rules import HoldState, Kind, State, TargetIn
from tests import factories
from tests.desks import Desk

UNTIL = datetime(2027, 2, 22, tzinfo=UTC)


def asked(
    state: State,
    kind: Kind = Kind.PRESERVATION,
    hold: HoldState | None = None,
    account: str = "some.name",
) -> Asked:
    return Asked("tiktok", "username", account, kind, state, "PL-1", hold, UNTIL)


@pytest.mark.parametrize(
    "one",
    [
        asked(State.SENT, hold=HoldState.REQUESTED),
        asked(State.ACKNOWLEDGED, hold=HoldState.CONFIRMED),
        asked(State.CLOSED, hold=HoldState.RENEWED),
        asked(State.CLOSED, Kind.DISCLOSURE),
        asked(State.ANSWERED, Kind.EMERGENCY_DISCLOSURE),
    ],
)
def test_what_is_kept_or_was_given_is_not_lost(one: Asked) -> None:
    (account,) = covered([one])

    assert not account.is_unkept
    assert not account.is_forgotten


@pytest.mark.parametrize(
    "one",
    [
        asked(State.CANCELLED),
        asked(State.WITHDRAWN, hold=HoldState.REQUESTED),
        asked(State.CLOSED, hold=HoldState.LAPSED),
        asked(State.CLOSED, hold=HoldState.RELEASED),
        asked(State.SENT, Kind.DISCLOSURE),
        asked(State.DRAFT, Kind.DISCLOSURE),
    ],
)
def test_what_nobody_keeps_may_be_lost(one: Asked) -> None:
    (account,) = covered([one])

    assert account.is_unkept
    assert account.is_forgotten


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW, State.READY])
def test_what_has_not_gone_out_keeps_nothing_but_is_not_forgotten(state: State) -> None:
    (account,) = covered([asked(state)])

    assert account.is_unkept
    assert not account.is_forgotten


def test_an_account_stands_once_and_what_may_be_lost_stands_first() -> None:
    kept = [
        asked(State.SENT, account="a"),
        asked(State.SENT, Kind.DISCLOSURE, None, "a"),
    ]

    found = covered([*kept, asked(State.DRAFT, account="z")])

    assert [one.account for one in found] == ["z", "a"]
    assert [len(found[1].asked[one]) for one in Column] == [1, 1, 0]


@pytest.mark.anyio
async def test_only_the_accounts_of_what_one_may_read_are_named(
    session: AsyncSession, library: Library
) -> None:
    ann = await factories.person(session, "ann")
    stranger = await factories.person(session, "stranger")
    target = TargetIn("username", "https://www.tiktok.com/@may.be.lost", None)
    request, case = await factories.filed(session, library, ann, targets=(target,))

    (found,) = await coverage.of_case(session, case.id, actor=ann)

    assert (found.account, found.is_unkept) == ("may.be.lost", True)
    assert [one.name for one in found.asked[Column.PRESERVED]] == [request.draft_id]
    assert await coverage.of_case(session, case.id, actor=stranger) == []


@pytest.mark.anyio
async def test_a_case_drafts_at_once_what_nobody_has_preserved(desk: Desk) -> None:
    case = await desk.case()
    await desk.draft(case, kind="disclosure")

    page = (await desk.ann.page(f"/cases/{case}")).text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    made = await desk.ann.submit("/requests", form)
    again = (await desk.ann.page(f"/cases/{case}")).text

    assert "1 account is not preserved." in page
    assert made.status_code == 303
    assert made.headers["location"].removesuffix("/edit") in again
    assert "Draft their preservation" not in again
    assert "1 account is not preserved." in again
