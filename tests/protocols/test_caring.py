from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.permissions import MayNot, Role
from platformlink.protocols import actions, queries
from platformlink.protocols.actions import Act
from platformlink.protocols.caring import (
    AlreadyDecided,
    FileChanged,
    NoSuchChannel,
    NothingChanged,
    OwnProposal,
    WordsMissing,
)
from platformlink.protocols.patches import NoSuchPlace, ProposalInvalid
from platformlink.protocols.rules import due_on, is_stale
from platformlink.protocols.schemas import ProposalIn
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import ProtocolReview
from tests import factories

pytestmark = pytest.mark.anyio
HOLD = "/requests/preservation/holds/0/days"


def proposal(**changes: str) -> ProposalIn:
    fields = {"pointer": HOLD, "value": "60", "source": "Their page", "why": "Shorter"}
    return ProposalIn(**{**fields, **changes})


async def test_a_confirmation_says_who_when_and_on_what(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea = await factories.person(session, "lea")

    await actions.confirm(
        session, library, "zoom", source="Their page", act=Act(lea, now)
    )

    (kept, by), *_ = await queries.reviews(session, library.version("zoom"))
    assert (kept.pointer, kept.source, kept.reviewed_at, by) == (
        "",
        "Their page",
        now,
        "Lea",
    )


async def test_a_confirmed_file_is_due_half_a_year_later(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea, zoom = await factories.person(session, "lea"), library.get("zoom")
    late = (now + timedelta(days=900)).date()
    assert is_stale(zoom, late)

    act = Act(lea, now + timedelta(days=890))
    await actions.confirm(session, library, "zoom", source="Their page", act=act)

    version = library.version("zoom")
    reviewed = await queries.reviewed_on(session, [version])
    assert not is_stale(zoom, late, reviewed[version])
    assert due_on(zoom, reviewed[version]) == act.now.date() + timedelta(days=183)


async def test_a_fact_rests_on_its_own_source(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea = await factories.person(session, "lea")

    kept = await actions.confirm(
        session, library, "tiktok", pointer="/channels/0", act=Act(lea, now)
    )

    assert kept.source
    assert kept.pointer == "/channels/0"


async def test_a_confirmation_without_a_source_or_a_fact_is_refused(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    act = Act(await factories.person(session, "lea"), now)

    with pytest.raises(WordsMissing):
        await actions.confirm(session, library, "zoom", act=act)
    with pytest.raises(NoSuchPlace):
        await actions.confirm(session, library, "zoom", pointer="/name", act=act)


@pytest.mark.parametrize("name", ["ann", "bob", "max", "aud"])
async def test_only_the_liaison_confirms_and_proposes(
    session: AsyncSession, library: Library, now: datetime, name: str
) -> None:
    act = Act(await factories.person(session, name), now)

    with pytest.raises(MayNot):
        await actions.confirm(session, library, "zoom", source="I think so", act=act)
    with pytest.raises(MayNot):
        await actions.propose(session, library, "zoom", proposal(), act=act)


async def test_a_proposal_becomes_the_patch_to_commit(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea = await factories.person(session, "lea")
    ada = await factories.person(session, "ada")

    kept = await actions.propose(
        session, library, "zoom", proposal(), act=Act(lea, now)
    )
    await actions.decide(session, library, kept, is_accepted=True, act=Act(ada, now))

    patch = actions.patch_of(library, kept)
    assert (kept.before, kept.after, kept.is_accepted) == ("90", "60", True)
    assert patch.startswith("--- a/protocols/zoom.yaml\n+++ b/protocols/zoom.yaml\n")


async def test_nobody_decides_about_their_own_proposal(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    both = (Role.LIAISON, Role.ADMINISTRATOR)
    act = Act(await factories.person(session, "lea", roles=both), now)
    kept = await actions.propose(session, library, "zoom", proposal(), act=act)

    with pytest.raises(OwnProposal):
        await actions.decide(session, library, kept, is_accepted=True, act=act)


async def test_a_proposal_is_decided_once_and_declined_with_a_reason(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea, ada = [await factories.person(session, name) for name in ("lea", "ada")]
    act = Act(ada, now)
    kept = await actions.propose(
        session, library, "zoom", proposal(), act=Act(lea, now)
    )

    with pytest.raises(WordsMissing):
        await actions.decide(session, library, kept, is_accepted=False, act=act)
    await actions.decide(
        session, library, kept, is_accepted=False, decision="It says 90.", act=act
    )
    with pytest.raises(AlreadyDecided):
        await actions.decide(session, library, kept, is_accepted=True, act=act)


async def test_a_proposal_is_void_once_the_file_changed_there(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea, ada = [await factories.person(session, name) for name in ("lea", "ada")]
    kept = await actions.propose(
        session, library, "zoom", proposal(), act=Act(lea, now)
    )
    kept.before = "30"

    with pytest.raises(FileChanged):
        await actions.decide(
            session, library, kept, is_accepted=True, act=Act(ada, now)
        )


async def test_a_proposal_that_changes_nothing_or_breaks_the_file_is_refused(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    act = Act(await factories.person(session, "lea"), now)

    with pytest.raises(NothingChanged):
        await actions.propose(session, library, "zoom", proposal(value="90"), act=act)
    with pytest.raises(ProposalInvalid):
        await actions.propose(session, library, "zoom", proposal(value="soon"), act=act)


# A platform that no other test confirms for good.
async def test_a_channel_is_known_once_another_than_the_sender_confirmed_it(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    lea, bob = [await factories.person(session, name) for name in ("lea", "bob")]
    channel = library.get("kik").channels[0]

    for _ in range(2):
        await actions.confirm_channel(
            session, library, "kik", channel.code, "Called them", act=Act(bob, now)
        )

    assert len(await queries.confirmations(session, "kik")) == 1
    assert await queries.is_confirmed(session, "kik", channel, sender_id=lea.id)
    assert not await queries.is_confirmed(session, "kik", channel, sender_id=bob.id)


async def test_a_channel_that_nobody_opens_is_not_confirmed(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    bob = await factories.person(session, "bob")
    act = Act(bob, now)

    with pytest.raises(NoSuchChannel):
        await actions.confirm_channel(
            session, library, "tiktok", "carrier_pigeon", "Saw it", act=act
        )
    query = select(ProtocolReview).where(ProtocolReview.reviewed_by_id == bob.id)
    assert (await session.exec(query)).all() == []
