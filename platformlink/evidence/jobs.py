"""Finishing what has arrived."""

from datetime import datetime

from platformlink.evidence import actions, queries
from platformlink.evidence.rules import part_count
from platformlink.ports import Runtime

MOST_AT_ONCE = 20


async def keep_arrived(runtime: Runtime, now: datetime) -> int:
    """Hash and encrypt each item whose parts are all here; return how many."""
    vault = runtime.ports.vault
    done = 0
    while done < MOST_AT_ONCE:
        async with runtime.sessions.begin() as session:
            item = await queries.arrived(session)
            if item is None:
                break
            await actions.seal_whole(session, vault, item, now=now)
        # Only now is the whole known to be kept; parts that stay are only garbage.
        await vault.forget_parts(item.id, part_count(item.size_bytes))
        done += 1
    return done
