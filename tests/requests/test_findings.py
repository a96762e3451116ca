from datetime import date, datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import judging
from platformlink.requests.rules import TargetIn
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
