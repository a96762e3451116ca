"""Keeping items: a part at a time, then as a whole; and every line of custody."""

import hashlib
from datetime import datetime

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.errors import FieldError
from platformlink.evidence import queries, rules
from platformlink.evidence.rules import (
    EvidenceIn,
    EvidenceInvalid,
    HandOverIn,
    NotComplete,
    NoVault,
    PurposeMissing,
    State,
    Verb,
    Way,
)
from platformlink.evidence.tables import (
    CustodyEvent,
    EvidenceGrant,
    EvidenceItem,
    EvidencePart,
)
from platformlink.permissions import Actor
from platformlink.ports import Vault


def _note(
    session: AsyncSession,
    item: EvidenceItem,
    verb: Verb,
    *,
    actor_id: int | None,
    now: datetime,
    purpose: str = "",
    to_whom: str = "",
    authority: str = "",
) -> None:
    """Add a line of custody, and one of the audit log."""
    session.add(
        CustodyEvent(
            item_id=item.id,
            verb=verb,
            at=now,
            actor_id=actor_id,
            purpose=purpose,
            to_whom=to_whom,
            authority=authority,
        )
    )
    audit.record(
        session,
        actor_id=actor_id,
        verb=f"evidence.{verb}",
        subject=f"evidence/{item.id}",
        now=now,
        purpose=purpose,
        detail={"sha256": item.sha256, "kept_sha256": item.kept_sha256},
    )


async def add(
    session: AsyncSession,
    vault: Vault,
    request_id: int,
    fields: EvidenceIn,
    *,
    actor: Actor,
    now: datetime,
) -> EvidenceItem:
    """
    Return the new item: registered at once, or waiting for its parts.

    Raises: EvidenceInvalid, NoVault.
    """
    rules.check(fields, now)
    is_here = fields.way == Way.VAULTED
    if is_here and not vault.is_open:
        raise NoVault
    item = EvidenceItem(
        request_id=request_id,
        way=fields.way,
        state=State.ARRIVING if is_here else State.KEPT,
        name=fields.name.strip(),
        size_bytes=fields.size_bytes,
        sha256="" if is_here else fields.sha256.lower(),
        upload_key=vault.new_key() if is_here else "",
        place=fields.place.strip(),
        custodian=fields.custodian.strip(),
        note=fields.note.strip(),
        received_at=fields.received_at or now,
        recorded_at=now,
        recorded_by_id=actor.id,
    )
    session.add(item)
    await session.flush()
    if not is_here:
        _note(session, item, Verb.REGISTERED, actor_id=actor.id, now=now)
    return item


async def keep_part(
    session: AsyncSession, vault: Vault, item: EvidenceItem, number: int, content: bytes
) -> bool:
    """
    Keep one part of an item that the caller has locked; return whether all are here.

    The same part may come twice; another in its place is refused.

    Raises: EvidenceInvalid, Upstream.
    """
    rules.check_part(item.size_bytes, number, len(content))
    digest = hashlib.sha256(content).hexdigest()
    known = await session.get(EvidencePart, (item.id, number))
    if known is not None or item.state != State.ARRIVING:
        if known is None or known.sha256 != digest:
            message = "This part came before, with other bytes."
            raise EvidenceInvalid("", FieldError("/number", "other-part", message))
        return item.state != State.ARRIVING
    await vault.put_part(item.id, number, content, item.upload_key)
    session.add(EvidencePart(item_id=item.id, number=number, sha256=digest))
    await session.flush()
    if await queries.missing(session, item):
        return False
    item.state = State.ARRIVED
    return True


async def seal_whole(
    session: AsyncSession, vault: Vault, item: EvidenceItem, *, now: datetime
) -> None:
    """
    Hash an arrived item and encrypt it to the recipients; forget its upload's key.

    Raises: Upstream.
    """
    count = rules.part_count(item.size_bytes)
    kept = await vault.assemble(item.id, count, item.upload_key)
    item.sha256, item.kept_sha256 = kept.sha256, kept.kept_sha256
    item.upload_key, item.state, item.checked_at = "", State.KEPT, now
    await session.exec(delete(EvidencePart).where(col(EvidencePart.item_id) == item.id))
    _note(session, item, Verb.RECEIVED, actor_id=item.recorded_by_id, now=now)


def open_item(
    session: AsyncSession,
    item: EvidenceItem,
    purpose: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Note who opens a kept item and for what, before its bytes are given.

    Raises: PurposeMissing, NotComplete.
    """
    if not purpose.strip():
        message = "Say for what you open it."
        raise PurposeMissing("", FieldError("/purpose", "required", message))
    if item.way != Way.VAULTED or item.state not in (State.KEPT, State.DAMAGED):
        raise NotComplete
    _note(
        session, item, Verb.OPENED, actor_id=actor.id, now=now, purpose=purpose.strip()
    )


def hand_over(
    session: AsyncSession,
    item: EvidenceItem,
    fields: HandOverIn,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Note to whom an item was given.

    Raises: EvidenceInvalid, NotComplete.
    """
    errors = [
        FieldError(f"/{name}", "required", "Say to whom, and for what.")
        for name, value in (("to", fields.to), ("purpose", fields.purpose))
        if not value.strip()
    ]
    if errors:
        raise EvidenceInvalid("", *errors)
    if item.state != State.KEPT:
        raise NotComplete
    _note(
        session,
        item,
        Verb.HANDED_OVER,
        actor_id=actor.id,
        now=now,
        purpose=fields.purpose.strip(),
        to_whom=fields.to.strip(),
        authority=fields.authority.strip(),
    )


async def grant(
    session: AsyncSession,
    request_id: int,
    user_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a person open the evidence of a request; twice is once."""
    if await queries.is_granted(session, request_id, user_id):
        return
    session.add(
        EvidenceGrant(
            request_id=request_id,
            user_id=user_id,
            granted_by_id=actor.id,
            granted_at=now,
        )
    )
    audit.record(
        session,
        actor_id=actor.id,
        verb="evidence.granted",
        subject=f"request/{request_id}",
        now=now,
        detail={"user": user_id},
    )


async def check_kept(
    session: AsyncSession, vault: Vault, item: EvidenceItem, *, now: datetime
) -> bool:
    """
    Read what is kept again; return whether it is what was kept.

    Raises: Upstream, where the store does not answer: that says nothing of the item.
    """
    found = await vault.fingerprint(item.id)
    is_whole = found == item.kept_sha256
    item.state, item.checked_at = State.KEPT if is_whole else State.DAMAGED, now
    verb = Verb.CHECKED if is_whole else Verb.DAMAGED
    _note(session, item, verb, actor_id=None, now=now)
    return is_whole
