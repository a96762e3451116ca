"""Finishing what has arrived."""

from datetime import datetime

import structlog

from platformlink.errors import Upstream
from platformlink.evidence import actions, queries
from platformlink.evidence.rules import part_count
from platformlink.ports import Runtime

log = structlog.get_logger()


async def keep_arrived(runtime: Runtime, now: datetime) -> int:
    """Hash and encrypt each item whose parts are all here; return how many."""
    vault = runtime.ports.vault
    done = last = 0
    while True:
        try:
            async with runtime.sessions.begin() as session:
                item = await queries.arrived(session, after=last)
                if item is None:
                    return done
                last = item.id
                await actions.seal_whole(session, vault, item, now=now)
        except Upstream as error:
            log.warning("evidence.not_kept", item=last, reason=error.code)
            continue
        # Only now is the whole known to be kept; parts that stay are only garbage.
        await vault.forget_parts(item.id, part_count(item.size_bytes))
        done += 1
