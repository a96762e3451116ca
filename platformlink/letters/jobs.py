"""Seals that want more proof are given it; a certificate that ends is told of."""

from datetime import datetime

import structlog

from platformlink.errors import Upstream
from platformlink.letters import archive
from platformlink.ports import Runtime, SealRevoked, ServiceAway

MOST = 20
log = structlog.get_logger()


async def complete_seals(runtime: Runtime, now: datetime) -> int:
    """
    Bring seals to the level that the services reach; return how many got further.

    A letter is claimed, the services are asked while nothing is locked, and what they
    gave is kept. Services that are away end the run: the next one asks again.
    """
    sealer = runtime.ports.sealer
    for done in range(MOST):
        async with runtime.sessions.begin() as session:
            due = await archive.claim_due(session, reach=sealer.reach, now=now)
        if due is None:
            return done
        try:
            completed = await sealer.complete(due.content)
        except Upstream as error:
            log.warning("seal.not_completed", letter=due.letter.id, reason=error.code)
            if isinstance(error, SealRevoked):
                await _tell_revoked(runtime, due.letter.certificate_fingerprint, now)
            if isinstance(error, ServiceAway):
                return done
            continue
        async with runtime.sessions.begin() as session:
            await archive.keep_completed(
                session, due, completed, reach=sealer.reach, now=now
            )
    return MOST


async def _tell_revoked(runtime: Runtime, fingerprint: str, now: datetime) -> None:
    async with runtime.sessions.begin() as session:
        await archive.tell_revoked(session, fingerprint, now=now)


async def warn_of_end(runtime: Runtime, now: datetime) -> int:
    """Tell administrators that the certificate ends; return how many were told."""
    seal = await runtime.ports.sealer.info()
    async with runtime.sessions.begin() as session:
        return await archive.warn_of_end(
            session, seal.fingerprint, ends_at=seal.expires_at, now=now
        )
