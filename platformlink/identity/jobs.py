"""Forgetting sign-ins that are long over, and keys of writes answered long ago."""

from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.identity.rules import LONGEST
from platformlink.identity.tables import AnsweredKey, SignIn
from platformlink.ports import Runtime

KEYS_KEPT = timedelta(days=7)  # nobody repeats a write later than that
SIGN_INS_KEPT = timedelta(days=90)  # the audit log keeps who signed in
BATCH = 5000


async def forget_ended(runtime: Runtime, now: datetime) -> int:
    """
    Remove sign-ins that are over and answered keys, when nothing asks for them again.

    A person's last sign-in stays, however old: it says since when they were away.
    """
    done = 0
    while True:
        async with runtime.sessions.begin() as session:
            sign_ins = await _sign_ins(session, now - SIGN_INS_KEPT)
            keys = await _keys(session, now - KEYS_KEPT)
            if sign_ins or keys:
                audit.record(
                    session,
                    actor_id=None,
                    verb="identity.forgotten",
                    subject="identity",
                    now=now,
                    purpose=f"sign-ins: {sign_ins}, answered keys: {keys}",
                )
        done += sign_ins + keys
        if max(sign_ins, keys) < BATCH:
            return done


async def _sign_ins(session: AsyncSession, before_at: datetime) -> int:
    later = aliased(SignIn)
    is_last = ~exists().where(
        col(later.user_id) == col(SignIn.user_id),
        col(later.last_seen_at) > col(SignIn.last_seen_at),
    )
    is_over = or_(
        col(SignIn.ended_at).is_not(None),
        col(SignIn.started_at) < before_at - LONGEST,
    )
    old = select(SignIn.id).where(
        col(SignIn.last_seen_at) < before_at, is_over, ~is_last
    )
    old = old.limit(BATCH).with_for_update(skip_locked=True)
    return (await session.exec(delete(SignIn).where(col(SignIn.id).in_(old)))).rowcount


async def _keys(session: AsyncSession, before_at: datetime) -> int:
    old = select(AnsweredKey.id).where(col(AnsweredKey.answered_at) < before_at)
    old = old.limit(BATCH).with_for_update(skip_locked=True)
    gone = delete(AnsweredKey).where(col(AnsweredKey.id).in_(old))
    return (await session.exec(gone)).rowcount
