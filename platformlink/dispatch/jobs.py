"""The outbox: claim, send, confirm; and what was left in the middle."""

from datetime import datetime

import structlog

from platformlink.dispatch import actions, queries
from platformlink.dispatch.tables import Dispatch
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.letters import queries as letters
from platformlink.letters.tables import Letter
from platformlink.ports import Mail, Runtime
from platformlink.values import SealedPdf

MOST = 100
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
    try:
        answer = await runtime.ports.mailer.send(mail)
    except TurnedAway as error:
        async with runtime.sessions.begin() as session:
            await actions.fail(session, dispatch_id, str(error), now=runtime.clock())
    except NotTaken as error:
        async with runtime.sessions.begin() as session:
            await actions.put_back(
                session, dispatch_id, str(error), now=runtime.clock()
            )
    except Upstream as error:
        log.warning("dispatch.uncertain", dispatch=dispatch_id)
        async with runtime.sessions.begin() as session:
            dispatch = await session.get_one(Dispatch, dispatch_id)
            await actions.mark_uncertain(
                session, dispatch, str(error), now=runtime.clock()
            )
    else:
        async with runtime.sessions.begin() as session:
            await actions.confirm(
                session, runtime.authority, dispatch_id, answer, now=runtime.clock()
            )
        return 1
    return 0


async def doubt_stuck(runtime: Runtime, now: datetime) -> int:
    """Mark as uncertain what a worker began and never finished."""
    async with runtime.sessions.begin() as session:
        found = await queries.stuck(session, now)
        for dispatch in found:
            reason = "the worker stopped while it was sending"
            await actions.mark_uncertain(session, dispatch, reason, now=now)
    return len(found)
