"""What one remembers of a request leads to it, misspelt too, where one may see it."""

from datetime import date

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.likeness import allow_mistakes
from platformlink.permissions import Actor
from platformlink.protocols.shelf import Library
from platformlink.requests import searching
from platformlink.requests.rules import TargetIn
from platformlink.requests.tables import PlatformRequest
from tests import factories

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ann(session: AsyncSession) -> Actor:
    return await factories.person(session, "ann")


async def about(
    session: AsyncSession, library: Library, actor: Actor, account: str, facts: str
) -> PlatformRequest:
    targets = (TargetIn("username", account, date(2026, 11, 23)),)
    request, _ = await factories.filed(
        session, library, actor, targets=targets, narrative=facts
    )
    return request


async def ids(session: AsyncSession, sought: str, actor: Actor) -> list[int]:
    await allow_mistakes(session)
    lines = await searching.found(session, sought, actor=actor, limit=20)
    return [one.request.id for one in lines]


@pytest.mark.parametrize(
    "sought", ["@wild.heron", "wild.heron", "wildheron", "wild.herron", "WILD.HERON"]
)
async def test_an_account_is_found_also_misspelt(
    session: AsyncSession, library: Library, ann: Actor, sought: str
) -> None:
    meant = await about(session, library, ann, "@wild.heron", "He asked for money.")
    other = await about(session, library, ann, "@quiet.otter", "He asked for money.")

    found = await ids(session, sought, ann)

    assert found[0] == meant.id
    assert other.id not in found


async def test_a_word_of_the_facts_is_found(
    session: AsyncSession, library: Library, ann: Actor
) -> None:
    meant = await about(session, library, ann, "@a.b", "Threats by a zookeeper.")

    assert await ids(session, "zokeeper", ann) == [meant.id]


async def test_an_account_that_is_like_it_comes_before_a_text_that_has_it(
    session: AsyncSession, library: Library, ann: Actor
) -> None:
    text = await about(session, library, ann, "@c.d", "She wrote to grey.plover often.")
    account = await about(session, library, ann, "@grey.plover", "She wrote often.")

    assert await ids(session, "grey.plover", ann) == [account.id, text.id]


async def test_a_stranger_finds_nothing_of_another_unit(
    session: AsyncSession, library: Library, ann: Actor
) -> None:
    await about(session, library, ann, "@rare.ibis", "He asked for money.")
    stranger = await factories.person(session, "stranger")

    assert await ids(session, "rare.ibis", stranger) == []


@pytest.mark.parametrize("sought", ["100%", "a_b_c", "\\\\", "'; drop", "%%%", "___"])
async def test_signs_of_the_database_are_signs_like_others(
    session: AsyncSession, library: Library, ann: Actor, sought: str
) -> None:
    await about(session, library, ann, "@e.f", "He asked for money.")

    assert await ids(session, sought, ann) == []
