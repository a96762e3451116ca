"""What a night does: announce, empty, and ask for decisions."""

from datetime import datetime

import structlog

from platformlink.clocks.rules import day_of
from platformlink.identity import queries as identity
from platformlink.notices import actions as notices
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.requests.emptying import empty
from platformlink.retention import actions, queries
from platformlink.retention.rules import NOTICE, before
from platformlink.values import Phrase

BATCH = 100
log = structlog.get_logger()


async def review_records(runtime: Runtime, now: datetime) -> int:
    """
    Empty and announce abandoned drafts, and ask whose records stay; return how many.

    Late, twice, in two workers or after a crash it does each thing once: a draft says
    itself what was done with it, and a question is asked once a month.
    """
    emptied = await _empty_drafts(runtime, now)
    announced = await _announce_drafts(runtime, now)
    asked = await _ask(runtime, now)
    if emptied or announced or asked:
        log.info("retention.reviewed", emptied=emptied, announced=announced)
    return emptied + announced + asked


async def _empty_drafts(runtime: Runtime, now: datetime) -> int:
    before_at = before(now, runtime.authority.retention.draft_days)
    done = 0
    while True:
        async with runtime.sessions.begin() as session:
            found = await queries.to_empty(
                session, before_at, announced_by_at=now - NOTICE, limit=BATCH
            )
            for draft in found:
                await empty(session, draft, now=now)
        done += len(found)
        if len(found) < BATCH:
            return done


async def _announce_drafts(runtime: Runtime, now: datetime) -> int:
    before_at = before(now, runtime.authority.retention.draft_days)
    done = 0
    while True:
        async with runtime.sessions.begin() as session:
            found = await queries.to_announce(session, before_at, limit=BATCH)
            for draft in found:
                zone = runtime.authority.zone
                await actions.announce(session, draft, zone=zone, now=now)
        done += len(found)
        if len(found) < BATCH:
            return done


async def _ask(runtime: Runtime, now: datetime) -> int:
    """Tell once a month who must decide; of a restricted case nobody but its lead."""
    authority = runtime.authority
    before_at = before(now, authority.retention.closed_days)
    key, path = f"retention/{now:%Y-%m}", "/retention"
    async with runtime.sessions.begin() as session:
        count, leads = await queries.due_by_lead(
            session, before_at, day_of(now, authority.zone)
        )
        told = 0
        if count:
            people = await identity.people(session, role=Role.ADMINISTRATOR)
            phrase = Phrase(
                "Cases whose records wait for a decision: %(count)s", {"count": count}
            )
            ids = [one.id for one in people]
            told += await notices.tell(
                session, ids, phrase, key=key, path=path, now=now
            )
        phrase = Phrase("A case that you lead waits for a decision on its records")
        return told + await notices.tell(
            session, leads, phrase, key=key, path=path, now=now
        )
