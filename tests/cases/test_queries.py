"""What SQL lets a person see is what `permissions.may` says."""

from itertools import combinations, product

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases import queries as cases
from platformlink.cases.tables import Case, CaseMember
from platformlink.permissions import Actor, Right, Role, Subject, may
from platformlink.protocols import actions as protocols
from platformlink.protocols.shelf import Library
from platformlink.requests import queries as requests
from platformlink.requests.rules import new_draft_id
from platformlink.requests.tables import PlatformRequest
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.anyio

# One's own unit or another, written by oneself or another; open, restricted, or
# restricted with oneself as a member.
KINDS = tuple(product((True, False), (True, False), ("open", "hidden", "member")))
ROLE_SETS = tuple(
    frozenset(some) for size in (0, 1, 2) for some in combinations(Role, size)
)


async def things(
    session: AsyncSession, library: Library
) -> tuple[Actor, dict[int, Subject], dict[int, Subject]]:
    """A person, and cases and requests of every kind, as subjects by their ids."""
    me = await factories.person(session, "ann")
    other = await factories.person(session, "stranger")
    version = await protocols.pin(session, library, "tiktok", NOW)
    of_cases: dict[int, Subject] = {}
    of_requests: dict[int, Subject] = {}
    for is_own_unit, is_own, kind in KINDS:
        unit = me.unit_id if is_own_unit else other.unit_id
        author = me.id if is_own else other.id
        case = Case(
            reference=f"Q-{next(factories.numbers)}",
            offence="fraud",
            urgency="routine",
            unit_id=unit,
            lead_id=author,
            is_restricted=kind != "open",
            opened_at=NOW,
        )
        session.add(case)
        await session.flush()
        members = (
            None if kind == "open" else frozenset({me.id} if kind == "member" else ())
        )
        session.add_all(
            CaseMember(case_id=case.id, user_id=one) for one in members or ()
        )
        request = PlatformRequest(
            draft_id=new_draft_id(),
            kind="disclosure",
            case_id=case.id,
            unit_id=unit,
            author_id=author,
            platform="tiktok",
            protocol_version=version,
            created_at=NOW,
            changed_at=NOW,
        )
        session.add(request)
        await session.flush()
        of_cases[case.id] = of_requests[request.id] = Subject(unit, author, members)
    return me, of_cases, of_requests


async def test_sql_and_the_matrix_agree_for_every_role_right_and_thing(
    session: AsyncSession, library: Library
) -> None:
    me, of_cases, of_requests = await things(session, library)

    for roles, right in product(ROLE_SETS, Right):
        actor = Actor(me.id, me.unit_id, me.name, roles)
        cases_seen = select(Case.id).where(
            cases.seen_by(actor, right), col(Case.id).in_(of_cases)
        )
        requests_seen = (
            select(PlatformRequest.id)
            .join(Case, col(Case.id) == col(PlatformRequest.case_id))
            .where(
                requests.seen_by(actor, right), col(PlatformRequest.id).in_(of_requests)
            )
        )
        for query, subjects in ((cases_seen, of_cases), (requests_seen, of_requests)):
            found = set((await session.exec(query)).all())
            wanted = {id_ for id_, one in subjects.items() if may(actor, right, one)}
            assert found == wanted, (roles, right)


async def test_of_two_cases_with_one_reference_a_member_gets_the_restricted_one(
    session: AsyncSession,
) -> None:
    ann = await factories.person(session, "ann")
    bob = await factories.person(session, "bob")
    hidden = await factories.case_of(session, ann, is_restricted=True)
    stranger = await factories.person(session, "stranger")
    shown = await factories.case_of(session, stranger)
    shown.reference = hidden.reference
    await session.flush()

    mine = await cases.by_reference(session, hidden.reference, actor=ann)
    his = await cases.by_reference(session, hidden.reference, actor=bob)

    assert (mine.id, his.id) == (hidden.id, shown.id)
