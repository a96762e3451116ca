"""What one remembers of a request leads to it, misspelt too, where one may see it."""

from datetime import date

import pytest
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink import likeness
from platformlink.cases.tables import Case
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


@pytest.mark.parametrize("sought", ["@heron", "Heron"])
async def test_an_account_comes_before_all_that_have_its_name(
    session: AsyncSession,
    library: Library,
    ann: Actor,
    monkeypatch: pytest.MonkeyPatch,
    sought: str,
) -> None:
    monkeypatch.setattr(likeness, "MOST_WEIGHED", 3)
    for n in range(4):
        await about(session, library, ann, f"@heron.of.lake.{n}", "About @heron.")
    meant = await about(session, library, ann, "@heron", "He asked for money.")
    await about(session, library, ann, "@heron.on.roof", "About @heron.")

    assert (await ids(session, sought, ann))[0] == meant.id


@pytest.mark.parametrize("sought", ["XX-2026-77", "tst 2026 77", "2025-000077", "77"])
async def test_a_misspelt_reference_is_found_by_its_number(
    session: AsyncSession, library: Library, ann: Actor, sought: str
) -> None:
    meant = await about(session, library, ann, "@a.b", "He asked for money.")
    other = await about(session, library, ann, "@c.d", "He asked for money.")
    meant.reference, other.reference = "TST-2026-000077", "TST-2026-000078"
    await session.flush()

    assert (await ids(session, sought, ann))[:1] == [meant.id]
    assert other.id not in await ids(session, sought, ann)


async def test_what_is_found_as_it_was_typed_is_not_guessed_at(
    session: AsyncSession, library: Library, ann: Actor
) -> None:
    facts, sought = "He asked for money.", "wild.heron.of.the.lake"
    right = await about(session, library, ann, f"@{sought}", facts)
    text = await about(session, library, ann, "@c.d", f"She wrote to {sought}.")
    misspelt = await about(session, library, ann, "@wild.herron.of.the.lake", facts)

    two = await searching.found(session, sought, actor=ann, limit=2)
    three = await searching.found(session, sought, actor=ann, limit=3)

    # What is like it is nearer than a text that has it, where it is guessed at.
    assert [one.request.id for one in two] == [right.id, text.id]
    assert [one.request.id for one in three] == [right.id, misspelt.id, text.id]


async def test_a_guess_leaves_the_planner_as_it_was(
    session: AsyncSession, library: Library, ann: Actor
) -> None:
    await about(session, library, ann, "@wild.heron", "He asked for money.")

    await ids(session, "wild.herron", ann)

    setting = select(func.current_setting("enable_seqscan"))
    assert (await session.exec(setting)).one() == "on"


@pytest.mark.parametrize("sought", ["rare.ibis", "rare.ibbis", "mony", "000077"])
async def test_nothing_of_a_case_is_guessed_at_that_one_may_not_see(
    session: AsyncSession, library: Library, ann: Actor, sought: str
) -> None:
    request = await about(session, library, ann, "@rare.ibis", "He asked for money.")
    request.reference = "TST-2026-000077"
    case = await session.get_one(Case, request.case_id)
    bob = await factories.person(session, "bob")
    before = await ids(session, sought, bob)
    case.is_restricted = True
    await session.flush()

    assert before == [request.id]
    assert await ids(session, sought, bob) == []
