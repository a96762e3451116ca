from datetime import date, datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import judging
from platformlink.requests.rules import AuthorisationIn, TargetIn
from tests import factories

pytestmark = pytest.mark.anyio


async def test_an_account_of_another_platform_is_named_as_that(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    link = TargetIn(
        "username", "https://www.instagram.com/some.name/", date(2026, 11, 23)
    )
    request, case = await factories.filed(session, library, ann, targets=(link,))

    found = await judging.findings(session, runtime, request, case, now)

    (told,) = (one for one in found if one.code == "other-platform")
    assert told.message.params["platform"] == "TikTok"


@pytest.mark.parametrize(
    ("data", "who"),
    [
        (["subscriber"], None),
        (["subscriber", "logins"], "a prosecutor’s order"),
        (["content"], "a court order"),
        (["logins", "content"], "some a prosecutor’s"),
    ],
)
async def test_data_that_needs_an_order_from_outside_asks_for_it(
    session: AsyncSession,
    runtime: Runtime,
    library: Library,
    now: datetime,
    *,
    data: list[str],
    who: str | None,
) -> None:
    ann = await factories.person(session, "ann")
    wanted = {"kind": "disclosure", "instrument": "national-order", "data": data}
    request, case = await factories.filed(session, library, ann, **wanted)

    found = await judging.findings(session, runtime, request, case, now)
    told = [one.message.text for one in found if one.pointer == "/authorisation"]

    assert len(told) == (who is not None)
    assert who is None or who in told[0]


async def test_an_order_that_is_recorded_is_not_asked_for(
    session: AsyncSession, runtime: Runtime, library: Library, now: datetime
) -> None:
    ann = await factories.person(session, "ann")
    order = AuthorisationIn("Tirana District Court", "114", date(2026, 11, 20))
    wanted = {"kind": "disclosure", "instrument": "national-order", "data": ["content"]}
    request, case = await factories.filed(
        session, library, ann, **wanted, authorisation=order
    )

    found = await judging.findings(session, runtime, request, case, now)

    assert [one for one in found if one.pointer == "/authorisation"] == []
