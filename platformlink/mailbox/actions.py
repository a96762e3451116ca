"""Taking messages in, filing them, and setting aside what is about no request."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.errors import FieldError, Refusal
from platformlink.evidence import actions as evidence
from platformlink.evidence.rules import PART_BYTES, EvidenceIn
from platformlink.mailbox import messages, queries, rules
from platformlink.mailbox.messages import Message
from platformlink.mailbox.rules import (
    ONLY_ONE,
    REFERENCE,
    THEIR_REFERENCE,
    THREAD,
    Clue,
    MailInvalid,
    MailSettled,
    State,
)
from platformlink.mailbox.tables import ReceivedMail
from platformlink.permissions import Actor
from platformlink.ports import Fetched, Runtime, Vault
from platformlink.protocols.lookalikes import Doorkeeper, host_of
from platformlink.protocols.shelf import Library
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import actions as responses
from platformlink.responses.codes import Kind
from platformlink.responses.schemas import ResponseIn
from platformlink.values import Phrase

LONGEST_NOTE = 2000


async def _clues(
    session: AsyncSession, message: Message, prefix: str, platform: str
) -> AsyncIterator[Clue]:
    for request_id, name in await queries.by_thread(session, message.thread):
        why = Phrase("It answers our message %(id)s", {"id": name})
        yield Clue(request_id, THREAD, why)
    ours = rules.references(message, prefix)
    for request_id, name in await queries.by_our_reference(session, ours):
        yield Clue(request_id, REFERENCE, Phrase("It names %(ref)s", {"ref": name}))
    still_open = await queries.open_at(session, platform) if platform else []
    words = f"{message.subject}\n{message.text}"
    # A file has no sender, so any platform's reference may stand in it.
    named = still_open if message.sender else await queries.named_in(session, words)
    for one in named:
        if one.platform_reference and one.platform_reference in words:
            text = "It names their reference %(ref)s"
            why = Phrase(text, {"ref": one.platform_reference})
            yield Clue(one.id, THEIR_REFERENCE, why)
    if len(still_open) == 1:
        why = Phrase("It is the only request that is open there")
        yield Clue(still_open[0].id, ONLY_ONE, why)


def _platform_of(library: Library, sender: str) -> tuple[str, bool]:
    """Return whose domain a sender has, and whether it only imitates one."""
    host, keeper = host_of(sender), Doorkeeper(library.all())
    owner = keeper.owner(host)
    slug = next((one.slug for one in library.all() if one.name == owner), "")
    return slug, bool(host and keeper.resembles(host))


class Came(msgspec.Struct, frozen=True):
    """What came, as it is and as it reads; by mail, or dropped here by somebody."""

    raw: bytes
    message: Message
    received_at: datetime
    file_name: str = ""
    dropped_by_id: int | None = None


async def take_in(
    session: AsyncSession,
    runtime: Runtime,
    library: Library,
    fetched: Fetched,
    *,
    now: datetime,
) -> ReceivedMail | None:
    """
    Return a message that is new, filed where that is certain; None if it is known.

    Its bytes are kept whatever they are: what cannot be read waits to be looked at.
    """
    came = Came(fetched.raw, messages.read(fetched.raw), fetched.received_at)
    return await keep(session, runtime, library, came, now=now)


async def keep(
    session: AsyncSession,
    runtime: Runtime,
    library: Library,
    came: Came,
    *,
    now: datetime,
) -> ReceivedMail | None:
    """Return what came, if it is new, matched and filed as a message is."""
    sha256 = hashlib.sha256(came.raw).hexdigest()
    if await queries.is_known(session, sha256):
        return None
    message = came.message
    platform, is_forged = _platform_of(library, message.sender)
    prefix = runtime.authority.prefix
    found = [one async for one in _clues(session, message, prefix, platform)]
    matched = rules.match(found)
    suggestion = rules.suggest_file(came.file_name, message)
    mail = ReceivedMail(
        sha256=sha256,
        received_at=min(came.received_at, now),
        recorded_at=now,
        message_id=message.message_id,
        sender=message.sender[:320],
        subject=message.subject,
        text=message.text,
        files=list(message.files),
        trust=rules.trust(message, is_dropped=bool(came.file_name)),
        is_forged=is_forged,
        kind=suggestion.kind,
        why=msgspec.to_builtins(suggestion.why),
        request_id=matched.request_id,
        is_certain=matched.is_certain,
        reasons=msgspec.to_builtins(matched.reasons),
        state=State.WAITING,
        file_name=came.file_name,
        dropped_by_id=came.dropped_by_id,
        raw=came.raw,
    )
    session.add(mail)
    await session.flush()
    if rules.is_filed_at_once(message, suggestion, matched, is_forged=is_forged):
        request = await session.get_one(
            PlatformRequest, matched.request_id, with_for_update=True
        )
        with suppress(Refusal):  # then a person says what it is
            async with session.begin_nested():
                await _record(session, runtime, mail, request, actor=None, now=now)
    return mail


async def _record(
    session: AsyncSession,
    runtime: Runtime,
    mail: ReceivedMail,
    request: PlatformRequest,
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    fields = ResponseIn(
        kind=mail.kind,
        received_at=mail.received_at,
        channel="e-mail" if mail.sender else "file",
        sender=mail.sender,
        note=f"{mail.subject}\n{mail.text}"[:LONGEST_NOTE].strip(),
    )
    await responses.record(
        session, runtime.authority, request, fields, actor=actor, now=now
    )
    mail.request_id, mail.state, mail.settled_at = request.id, State.FILED, now
    mail.settled_by_id = actor.id if actor else None


async def file(
    session: AsyncSession,
    runtime: Runtime,
    mail: ReceivedMail,
    request: PlatformRequest,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Record a message as a response to a request, and put its bytes into the vault.

    The caller has locked both. Without a vault the bytes stay with the message.

    Raises: MailSettled, MailInvalid, MayNot, NotSentYet, ResponseInvalid, Upstream.
    """
    if mail.state != State.WAITING:
        raise MailSettled
    if kind not in set(Kind):
        message = "Say what it is."
        raise MailInvalid("", FieldError("/kind", "required", message))
    mail.kind = kind
    await _record(session, runtime, mail, request, actor=actor, now=now)
    if runtime.ports.vault.is_open:
        await _into_vault(session, runtime.ports.vault, mail, request, actor, now)


async def _into_vault(
    session: AsyncSession,
    vault: Vault,
    mail: ReceivedMail,
    request: PlatformRequest,
    actor: Actor,
    now: datetime,
) -> None:
    given = EvidenceIn(
        name=mail.file_name or f"{mail.subject[:200] or 'message'}.eml",
        size_bytes=len(mail.raw),
        received_at=mail.received_at,
    )
    item = await evidence.add(session, vault, request.id, given, actor=actor, now=now)
    for number, at in enumerate(range(0, len(mail.raw) or 1, PART_BYTES), start=1):
        part = mail.raw[at : at + PART_BYTES]
        await evidence.keep_part(session, vault, item, number, part)
    mail.raw = b""


def set_aside(
    session: AsyncSession, mail: ReceivedMail, *, actor: Actor, now: datetime
) -> None:
    """
    Say that a message is about no request; it stays readable in the records.

    Raises: MailSettled.
    """
    if mail.state != State.WAITING:
        raise MailSettled
    mail.state, mail.settled_at, mail.settled_by_id = State.SET_ASIDE, now, actor.id
    audit.record(
        session,
        actor_id=actor.id,
        verb="mail.set_aside",
        subject=f"mail/{mail.id}",
        now=now,
    )
