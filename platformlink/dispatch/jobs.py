"""The outbox: claim, send, confirm; and what was left in the middle."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.dispatch import actions, queries
from platformlink.dispatch.tables import Dispatch
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.letters import queries as letters
from platformlink.letters.tables import Letter
from platformlink.ports import Mail, Runtime
from platformlink.values import SealedPdf

MOST = 100
AGAIN_SECONDS = (0.5, 1, 2, 4, 8, 16)  # waits for a database that went away
log = structlog.get_logger()


async def send_queued(runtime: Runtime, now: datetime) -> int:
    """Send what waits, one letter at a time; return how many the server took."""
    sent = 0
    for _ in range(MOST):
        async with runtime.sessions.begin() as session:
            dispatch = await actions.claim_next(session, now)
            if dispatch is None:
                return sent
            letter = await session.get_one(Letter, dispatch.letter_id)
            content = await letters.last_bytes(session, letter)
            mail = _mail(runtime, dispatch, letter, content)
        sent += await _hand_over(runtime, dispatch.id, mail)
    return sent


def _mail(
    runtime: Runtime, dispatch: Dispatch, letter: Letter, content: SealedPdf
) -> Mail:
    return Mail(
        to=dispatch.address,
        subject=f"{letter.reference}",
        text=(
            f"{runtime.authority.contact.email}\n{runtime.authority.contact.phone}\n"
            f"{runtime.settings.base_url}/verify/{letter.code}\n"
        ),
        message_id=dispatch.message_id,
        attachment=content,
        attachment_name=f"{letter.reference}.pdf",
    )


async def _hand_over(runtime: Runtime, dispatch_id: int, mail: Mail) -> int:
    """Send one letter and keep what became of it; return 1 if it was taken."""
    keep = partial(_keep, runtime, dispatch_id)
    try:
        answer = await runtime.ports.mailer.send(mail)
    except TurnedAway as error:
        await keep(actions.fail, str(error))
    except NotTaken as error:
        await keep(actions.put_back, str(error))
    except Upstream as error:
        log.warning("dispatch.uncertain", dispatch=dispatch_id)
        await keep(actions.doubt, str(error))
    else:
        await keep(partial(_confirm, runtime), answer)
        return 1
    return 0


class Outcome(Protocol):
    """What a sending may have come to, written down."""

    def __call__(
        self, session: AsyncSession, dispatch_id: int, said: str, /, *, now: datetime
    ) -> Awaitable[None]:
        """Write it."""
        ...


async def _keep(
    runtime: Runtime, dispatch_id: int, outcome: Outcome, said: str
) -> None:
    """Write down what the mail server said, though the database be away meanwhile."""
    for seconds in AGAIN_SECONDS:
        try:
            async with runtime.sessions.begin() as session:
                await outcome(session, dispatch_id, said, now=runtime.clock())
        except (InterfaceError, OperationalError):
            await asyncio.sleep(seconds)
        else:
            return
    # Then nobody knows here what the server said, and a person decides.
    log.error("dispatch.forgotten", dispatch=dispatch_id)


async def _confirm(
    runtime: Runtime,
    session: AsyncSession,
    dispatch_id: int,
    answer: str,
    *,
    now: datetime,
) -> None:
    await actions.confirm(session, runtime.authority, dispatch_id, answer, now=now)


async def doubt_stuck(runtime: Runtime, now: datetime) -> int:
    """Mark as uncertain what a worker began and never finished."""
    async with runtime.sessions.begin() as session:
        found = await queries.stuck(session, now)
        for dispatch in found:
            reason = "the worker stopped while it was sending"
            await actions.mark_uncertain(session, dispatch, reason, now=now)
    return len(found)
