"""Sending: queue, claim, confirm; put back, fail, or leave it to a person."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.dispatch import rules
from platformlink.dispatch.rules import (
    AlreadySending,
    ChannelUnconfirmed,
    DispatchIn,
    DispatchInvalid,
    NothingToSend,
    NotUncertain,
    Proof,
    Resolution,
    Status,
)
from platformlink.dispatch.tables import Dispatch
from platformlink.errors import FieldError
from platformlink.letters import archive
from platformlink.letters.tables import Letter, LetterVersion
from platformlink.permissions import Actor, Right
from platformlink.ports import Runtime
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import Channel
from platformlink.requests import actions as requests
from platformlink.requests import sending
from platformlink.requests.rules import is_emergency
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase


async def _channel(
    session: AsyncSession, request: PlatformRequest, letter: Letter, code: str
) -> Channel:
    """
    Return a channel of a letter: open in the pinned protocol, or to a State.

    Raises: DispatchInvalid, which says which are open.
    """
    protocol = await protocols.pinned(session, request.protocol_version)
    found = sending.channels_of(protocol, request, letter)
    channels = {one.code: one for one in found}
    if code not in channels:
        message = "Choose a channel that the protocol opens: %(channels)s."
        known = {"channels": ", ".join(channels) or "–"}
        raise DispatchInvalid("", FieldError("/channel", "not-open", message, known))
    return channels[code]


async def _require_free(session: AsyncSession, letter: Letter) -> None:
    query = select(Dispatch.id).where(
        Dispatch.letter_id == letter.id, Dispatch.status != Status.FAILED
    )
    if (await session.exec(query)).first() is not None:
        raise AlreadySending


async def _require_known(
    session: AsyncSession,
    request: PlatformRequest,
    channel: Channel,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Let pass a channel that the file, or another person here, knows as theirs.

    An emergency always passes: it is marked, and the liaison officers are told.

    Raises: ChannelUnconfirmed.
    """
    slug, address = request.platform, channel.address or channel.name
    is_ours = channel.code == sending.STATE_CHANNEL  # from the authority's own file
    is_known = (
        is_ours
        or channel.verified is not None
        or await protocols.is_confirmed(session, slug, channel, sender_id=actor.id)
    )
    if is_known:
        return
    params = {"address": address, "path": f"/platforms/{slug}"}
    if not is_emergency(request.kind, request.urgency):
        text = "Nobody else has confirmed %(address)s. Let a colleague do it: %(path)s"
        error = FieldError("/channel", "unconfirmed", text, params)
        raise ChannelUnconfirmed(text, error, params=params)
    phrase = Phrase("Nobody had confirmed the channel: %(address)s", {**params})
    requests.note(session, request, "unconfirmed", phrase, actor=actor, now=now)
    await sending.tell_liaisons(
        session, request, phrase, key=f"channel/{slug}/{channel.code}", now=now
    )


async def countersign(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    letter: Letter,
    content: bytes,
    *,
    actor: Actor,
    now: datetime,
) -> LetterVersion:
    """
    File a letter that others signed after us; that version goes out.

    Raises: MayNot, AlreadyEnded, NotCountersigned.
    """
    await requests.require_right(session, request, Right.SEND, actor)
    return await archive.countersign(
        session, runtime, letter, content, actor=actor, now=now
    )


async def send(
    session: AsyncSession,
    authority: Authority,
    request: PlatformRequest,
    letter: Letter,
    given: DispatchIn,
    *,
    actor: Actor,
    now: datetime,
) -> Dispatch:
    """
    Queue a letter for the mail server, or record what was sent by hand.

    Raises: MayNot, NothingToSend, AlreadySending, ChannelUnconfirmed,
    DispatchInvalid, StepNotPossible.
    """
    await sending.require_sendable(session, request, letter, actor=actor)
    if not sending.is_in_force(letter):
        raise NothingToSend
    channel = await _channel(session, request, letter, given.channel)
    await _require_free(session, letter)
    await _require_known(session, request, channel, actor=actor, now=now)
    dispatch = Dispatch(
        request_id=request.id,
        letter_id=letter.id,
        channel=channel.code,
        channel_kind=channel.kind,
        address=channel.address or "",
        status=Status.QUEUED,
        queued_at=now,
        queued_by_id=actor.id,
        next_try_at=now,
    )
    if channel.kind == "email":
        await _queue(session, dispatch, letter, authority)
        phrase = Phrase("Waits for the mail server")
        requests.note(session, request, "queue", phrase, actor=actor, now=now)
    else:
        proof = given.proof or Proof()
        sent_at = rules.check_proof(proof, approved_at=letter.sealed_at, now=now)
        dispatch.proof, dispatch.note = proof.reference.strip(), proof.note.strip()
        session.add(dispatch)
        await _deliver(
            session,
            authority,
            dispatch,
            proof=dispatch.proof or dispatch.note,
            at=sent_at,
            actor=actor,
            now=now,
        )
    await session.flush()
    return dispatch


async def _queue(
    session: AsyncSession, dispatch: Dispatch, letter: Letter, authority: Authority
) -> None:
    session.add(dispatch)
    await session.flush()
    dispatch.message_id = rules.message_id(
        dispatch.id, letter.code, authority.mail_domain
    )


async def claim_next(session: AsyncSession, now: datetime) -> Dispatch | None:
    """
    Return the next letter to go out, now in flight, or None. Commit, then send.

    What was taken back while it waited has failed instead.
    """
    query = (
        select(Dispatch)
        .where(Dispatch.status == Status.QUEUED, col(Dispatch.next_try_at) <= now)
        .order_by(col(Dispatch.next_try_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (dispatch := (await session.exec(query)).first()) is not None:
        request = await _request_of(session, dispatch)
        letter = await session.get_one(Letter, dispatch.letter_id)
        if sending.may_go_out(request, letter):
            dispatch.status, dispatch.claimed_at = Status.SENDING, now
            dispatch.attempts += 1
            return dispatch
        dispatch.status, dispatch.next_try_at = Status.FAILED, None
        phrase = Phrase("It did not go out: it was taken back while it waited")
        requests.note(session, request, "fail", phrase, actor=None, now=now)
        await session.flush()
    return None


async def _request_of(session: AsyncSession, dispatch: Dispatch) -> PlatformRequest:
    """Return the request of a sending, locked and as it is now."""
    return await session.get_one(
        PlatformRequest,
        dispatch.request_id,
        with_for_update=True,
        populate_existing=True,
    )


async def _locked(
    session: AsyncSession, dispatch_id: int
) -> tuple[Dispatch, PlatformRequest]:
    """Return a sending and its request, locked: the request first, as everywhere."""
    dispatch = await session.get_one(Dispatch, dispatch_id)
    request = await _request_of(session, dispatch)
    await session.refresh(dispatch, with_for_update=True)
    return dispatch, request


async def put_back(
    session: AsyncSession, dispatch_id: int, reason: str, *, now: datetime
) -> None:
    """
    Queue again what surely took nothing; after the last try it has failed.

    Written down twice, since a database went away in between, it is so once.
    """
    dispatch, _ = await _locked(session, dispatch_id)
    if dispatch.status != Status.SENDING:
        return
    again = rules.next_try(dispatch.attempts, now)
    if again is None:
        await fail(session, dispatch_id, reason, now=now)
        return
    dispatch.status, dispatch.next_try_at, dispatch.note = Status.QUEUED, again, reason


async def fail(
    session: AsyncSession, dispatch_id: int, reason: str, *, now: datetime
) -> None:
    """Note that a sending was refused for good."""
    dispatch, request = await _locked(session, dispatch_id)
    if dispatch.status != Status.SENDING:
        return
    dispatch.status, dispatch.note, dispatch.next_try_at = Status.FAILED, reason, None
    phrase = Phrase(
        "The mail server refused the letter: %(reason)s", {"reason": reason}
    )
    requests.note(session, request, "fail", phrase, actor=None, now=now)
    await _tell(session, request, dispatch, "refused", now=now)


async def doubt(
    session: AsyncSession, dispatch_id: int, reason: str, *, now: datetime
) -> None:
    """Leave to a person what broke off, unless it was decided meanwhile."""
    dispatch, _ = await _locked(session, dispatch_id)
    if dispatch.status == Status.SENDING:
        await mark_uncertain(session, dispatch, reason, now=now)


async def mark_uncertain(
    session: AsyncSession, dispatch: Dispatch, reason: str, *, now: datetime
) -> None:
    """Leave to a person what may or may not have gone out."""
    dispatch.status, dispatch.note = Status.UNCERTAIN, reason
    request = await session.get_one(PlatformRequest, dispatch.request_id)
    phrase = Phrase("We do not know if this letter went out")
    requests.note(session, request, "doubt", phrase, actor=None, now=now, proof=reason)
    await _tell(session, request, dispatch, "doubt", now=now)


TOLD = {
    "refused": "%(name)s: the mail server refused the letter. Send it another way.",
    "doubt": "%(name)s: nobody knows whether the letter went out. Decide it.",
    "too-late": "%(name)s: the letter went out, although it had been taken back.",
}

URGENT = ("doubt", "too-late")  # told at any hour


async def _tell(
    session: AsyncSession,
    request: PlatformRequest,
    dispatch: Dispatch,
    what: str,
    *,
    now: datetime,
) -> None:
    """Tell the liaison officers that a sending needs a person."""
    phrase = Phrase(TOLD[what], {"name": request.reference or request.draft_id})
    key = f"dispatch/{dispatch.id}/{what}/{dispatch.attempts}"
    is_urgent = what in URGENT
    await sending.tell_liaisons(
        session, request, phrase, key=key, now=now, is_urgent=is_urgent
    )


async def confirm(
    session: AsyncSession,
    authority: Authority,
    dispatch_id: int,
    answer: str,
    *,
    now: datetime,
) -> None:
    """Keep the mail server's answer as proof, and start the clocks."""
    dispatch, request = await _locked(session, dispatch_id)
    if dispatch.status in (Status.SENDING, Status.UNCERTAIN):
        await _went_out(
            session, authority, dispatch, request, proof=answer, at=now, now=now
        )


async def _went_out(
    session: AsyncSession,
    authority: Authority,
    dispatch: Dispatch,
    request: PlatformRequest,
    *,
    proof: str,
    at: datetime,
    now: datetime,
    actor: Actor | None = None,
) -> None:
    """Note the delivery; of a letter that was taken back meanwhile, that alone."""
    letter = await session.get_one(Letter, dispatch.letter_id)
    if sending.may_go_out(request, letter):
        await _deliver(
            session, authority, dispatch, proof=proof, at=at, actor=actor, now=now
        )
        return
    dispatch.status, dispatch.proof = Status.DELIVERED, proof
    dispatch.delivered_at, dispatch.next_try_at = at, None
    phrase = Phrase("This letter went out, although it had been taken back")
    requests.note(
        session,
        request,
        "follow",
        phrase,
        actor=actor,
        now=now,
        occurred_at=at,
        proof=proof,
    )
    await _tell(session, request, dispatch, "too-late", now=now)


async def resolve(
    session: AsyncSession,
    authority: Authority,
    dispatch: Dispatch,
    resolution: Resolution,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Decide about an uncertain sending: it went out, send it again, or give it up.

    Raises: NotUncertain, MayNot; NothingToSend where it was taken back meanwhile.
    """
    locked, request = await _locked(session, dispatch.id)
    if locked.status != Status.UNCERTAIN:
        raise NotUncertain
    await requests.require_right(session, request, Right.SEND, actor)
    locked.resolved_by_id = actor.id
    if resolution is Resolution.WENT_OUT:
        proof = f"confirmed by {actor.name}"
        at = locked.claimed_at or now
        await _went_out(
            session,
            authority,
            locked,
            request,
            proof=proof,
            at=at,
            now=now,
            actor=actor,
        )
        return
    is_again = resolution is Resolution.SEND_AGAIN
    letter = await session.get_one(Letter, locked.letter_id)
    if is_again and not sending.may_go_out(request, letter):
        raise NothingToSend
    locked.status = Status.QUEUED if is_again else Status.FAILED
    locked.next_try_at = now if is_again else None
    phrase = Phrase("Will be sent again" if is_again else "Given up: it did not go out")
    requests.note(session, request, "resolve", phrase, actor=actor, now=now)


async def _deliver(
    session: AsyncSession,
    authority: Authority,
    dispatch: Dispatch,
    *,
    proof: str,
    at: datetime,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Note the delivery, and tell the request what became of its letter."""
    dispatch.status, dispatch.proof = Status.DELIVERED, proof
    dispatch.delivered_at, dispatch.next_try_at = at, None
    session.add(dispatch)
    request = await session.get_one(PlatformRequest, dispatch.request_id)
    letter = await session.get_one(Letter, dispatch.letter_id)
    await sending.delivered(
        session, authority, request, letter, at=at, proof=proof, actor=actor, now=now
    )
