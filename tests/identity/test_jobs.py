"""What is forgotten of sign-ins and answered writes, and what stays."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from platformlink.audit.tables import AuditEntry
from platformlink.identity import tokens
from platformlink.identity.jobs import forget_ended
from platformlink.identity.tables import AnsweredKey, SignIn
from platformlink.ports import Runtime
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.anyio


def sign_in(user_id: int, days: int, *, is_ended: bool) -> SignIn:
    at = NOW - timedelta(days=days)
    return SignIn(
        id=tokens.new_sign_in(),
        user_id=user_id,
        started_at=at,
        last_seen_at=at,
        ended_at=at if is_ended else None,
    )


async def test_what_is_long_over_goes_but_a_persons_last_sign_in_stays(
    runtime: Runtime,
) -> None:
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        bob = await factories.person(session, "bob")
        rows = [
            *(
                sign_in(ann.id, 400, is_ended=True),
                sign_in(ann.id, 300, is_ended=False),
            ),
            *(sign_in(ann.id, 10, is_ended=True), sign_in(bob.id, 500, is_ended=True)),
        ]
        session.add_all(rows)

    await forget_ended(runtime, NOW)
    again = await forget_ended(runtime, NOW)

    async with runtime.sessions() as session:
        mine = col(SignIn.user_id).in_([ann.id, bob.id])
        found = set(await session.exec(select(SignIn.id).where(mine)))
        told = select(AuditEntry.purpose).where(
            AuditEntry.verb == "identity.forgotten",
        )
        purposes = (await session.exec(told)).all()
    assert found == {rows[2].id, rows[3].id}
    assert again == 0
    assert "sign-ins: 2" in " ".join(purposes)


async def test_answered_keys_go_after_a_week(runtime: Runtime) -> None:
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        for days in (8, 6):
            session.add(
                AnsweredKey(
                    user_id=ann.id,
                    key=f"k{days}",
                    body_sha256="0" * 64,
                    status=201,
                    answer={},
                    answered_at=NOW - timedelta(days=days),
                )
            )

    await forget_ended(runtime, NOW)

    async with runtime.sessions() as session:
        query = select(AnsweredKey.key).where(AnsweredKey.user_id == ann.id)
        assert (await session.exec(query)).all() == ["k6"]
