"""Sending, for people: by e-mail at a press, or by a portal with all it asks for."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.background_tasks import BackgroundTask
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.dispatch import actions, queries
from platformlink.dispatch.rules import (
    DispatchIn,
    DispatchInvalid,
    Proof,
    resolution_of,
)
from platformlink.errors import FieldError, Invalid, Refusal
from platformlink.identity.tables import User
from platformlink.letters import queries as letter_queries
from platformlink.letters.rules import Origin
from platformlink.letters.tables import Letter, LetterVersion
from platformlink.permissions import Actor
from platformlink.protocols import queries as protocols
from platformlink.protocols.protocol import Channel
from platformlink.protocols.tables import ChannelConfirmation
from platformlink.requests import queries as requests
from platformlink.requests import sealing, sending, showing
from platformlink.requests.rules import KIND_NAMES, Kind, NoReminder
from platformlink.requests.tables import PlatformRequest
from platformlink.web.forms import instant, text
from platformlink.web.handed import (
    Form,
    FromPath,
    FromQuery,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)
from platformlink.web.pages import Page, go
from platformlink.web.problems import in_a_line
from platformlink.web.uploads import MOST_BYTES, pdf_of

JOB = "send_queued"


class Value(msgspec.Struct, frozen=True):
    """One value that a portal asks for, ready to copy."""

    label: str
    text: str


class SendPage(Page, frozen=True, kw_only=True):
    """One letter about to go out: channels, values to copy, and the proof."""

    template: ClassVar[str] = "dispatch/send.html"
    request: PlatformRequest
    case: Case
    platform: str
    letter: Letter
    channels: tuple[Channel, ...]
    channel: Channel | None
    is_known: bool  # the file, or somebody else here, says that it is theirs
    confirmed: list[tuple[ChannelConfirmation, str]]
    values: list[Value]
    level: str
    countersigned: list[LetterVersion]
    reference: str = ""
    sent_at: str = ""
    note: str = ""
    refusal: str = ""


def _values(
    request: PlatformRequest, case: Case, letter: Letter, author: User
) -> list[Value]:
    """Return what the portals ask for, from the letter's own fields."""
    fields = letter.fields
    found = [
        Value("Our reference", letter.reference),
        Value("Agency", fields.sender.name.get("en", "")),
        Value("Officer", author.name),
        Value("Badge number", author.badge),
        Value("E-mail address", author.email),
        Value("Phone", author.phone or fields.sender.contact_phone),
        Value("Request type", KIND_NAMES[Kind(request.kind)]),
        *(Value("Account", one.identifier) for one in fields.items),
        Value("Case number", case.reference),
        Value("Offence", ", ".join(filter(None, (case.offence, case.offence_article)))),
        Value("Facts", request.narrative),
        Value("Use of the platform", request.nexus),
        Value("Data", "; ".join(one.name.get("en", "") for one in fields.data)),
        Value("Danger", request.danger),
        Value("NCMEC report", request.report_number),
    ]
    if fields.period:
        found += [
            Value("From (UTC)", f"{fields.period.from_at:%d %B %Y %H:%M}"),
            Value("To (UTC)", f"{fields.period.to_at:%d %B %Y %H:%M}"),
        ]
    return [one for one in found if one.text]


def is_known(channel: Channel) -> bool:
    """Say whether a file of ours already says whose channel it is."""
    return channel.verified is not None or channel.code == sending.STATE_CHANNEL


async def _page(
    session: AsyncSession,
    request: PlatformRequest,
    case: Case,
    letter: Letter,
    channel: str,
    actor: Actor,
) -> SendPage:
    protocol = await protocols.pinned(session, request.protocol_version)
    channels = sending.channels_of(protocol, request, letter)
    chosen = next((one for one in channels if one.code == channel), None)
    chosen = chosen or (channels[0] if channels else None)
    words = await protocols.confirmations(session, request.platform)
    confirmed = [
        (word, by)
        for word, by in words
        if chosen
        and (word.channel, word.address) == (chosen.code, chosen.address or "")
    ]
    others = [word for word, _ in confirmed if word.confirmed_by_id != actor.id]
    author = await session.get_one(User, request.author_id)
    return SendPage(
        title=f"Send {letter.reference}",
        request=request,
        case=case,
        platform=protocol.name,
        letter=letter,
        channels=channels,
        channel=chosen,
        is_known=bool(others or (chosen and is_known(chosen))),
        confirmed=confirmed,
        values=_values(request, case, letter, author),
        level=await letter_queries.level_of(session, letter.id),
        countersigned=[
            one
            for one in await letter_queries.versions_of(session, letter.id)
            if one.origin == Origin.COUNTERSIGNED
        ],
    )


@get("/requests/{reference:str}/send", include_in_schema=False)
async def send_page(
    shell: Shell,
    session: Session,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    channel: FromQuery[str] = "",
) -> Response[Any]:
    """Show how the letter goes out."""
    request, case = await requests.by_reference(session, reference, actor=actor)
    letter = await showing.letter_named(session, request, reference)
    showing.audit_read(session, request, actor, now, verb="hand_off")
    return shell.show(await _page(session, request, case, letter, channel, actor))


@post("/requests/{reference:str}/send", include_in_schema=False)
async def send(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Response[Any]:
    """Send the letter, or record that it was sent."""
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await showing.letter_named(session, request, reference)
    channel = text(form, "channel")
    try:
        given = DispatchIn(channel=channel, proof=_proof(form, runtime.authority.tz))
        await actions.send(
            session, runtime.authority, request, letter, given, actor=actor, now=now
        )
    except Refusal as refused:
        page = await _page(session, request, case, letter, channel, actor)
        page = msgspec.structs.replace(
            page,
            reference=text(form, "reference"),
            sent_at=text(form, "sent_at"),
            note=text(form, "note"),
            refusal=in_a_line(refused, shell.words),
        )
        return shell.show(page, status=422)
    answer = go(f"/requests/{request.reference}")
    answer.background = BackgroundTask(runtime.ports.bell.ring, JOB)
    return answer


def _proof(form: dict[str, list[str]], zone: ZoneInfo) -> Proof:
    errors: list[FieldError] = []
    proof = Proof(
        reference=text(form, "reference"),
        sent_at=instant(form, "sent_at", zone, errors),
        note=text(form, "note"),
    )
    if errors:
        raise DispatchInvalid("", *errors)
    return proof


@post(
    "/requests/{reference:str}/countersignature",
    include_in_schema=False,
    request_max_body_size=MOST_BYTES,
)
async def countersign(
    request: Request[Any, Any, Any],
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Response[Any]:
    """File the letter that others signed after us; that version goes out."""
    found, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await showing.letter_named(session, found, reference)
    try:
        content = await pdf_of(request)
        await actions.countersign(
            session, runtime, found, letter, content, actor=actor, now=now
        )
    except Invalid as refused:
        page = await _page(session, found, case, letter, "", actor)
        line = shell.words.say(f"{refused.title}. {refused.mend}")
        return shell.show(msgspec.structs.replace(page, refusal=line), status=422)
    return go(f"/requests/{letter.reference}/send")


@post(
    "/requests/{reference:str}/dispatches/{number:int}/resolve",
    include_in_schema=False,
)
async def resolve(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    number: FromPath[int],
    form: Form,
) -> Redirect:
    """Decide about a sending of which nobody knows whether it went out."""
    request, _ = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    dispatch = await queries.of_request_by_id(session, request.id, number)
    resolution = resolution_of(text(form, "resolution"))
    await actions.resolve(
        session, runtime.authority, dispatch, resolution, actor=actor, now=now
    )
    return go(f"/requests/{request.reference}")


@post("/requests/{reference:str}/remind", include_in_schema=False)
async def remind(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Redirect:
    """Seal the drafted reminder, and go to its sending."""
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    level = text(form, "level")
    wanted = int(level) if level in ("1", "2", "3") else None
    try:
        reminder = await requests.reminder_drafted(session, request.id, wanted, now=now)
    except NoReminder:  # pressed twice: the page shows what became of it
        return go(f"/requests/{request.reference}")
    letter = await sealing.remind(
        session, runtime, request, case, reminder, actor=actor, now=now
    )
    return go(f"/requests/{letter.reference}/send")


@post("/requests/{reference:str}/supplement", include_in_schema=False)
async def supplement(
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Redirect:
    """Seal our answer to what they asked, and go to its sending."""
    request, case = await requests.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    letter = await sealing.supplement(
        session,
        runtime,
        request,
        case,
        question=text(form, "question"),
        answer=text(form, "answer"),
        actor=actor,
        now=now,
    )
    return go(f"/requests/{letter.reference}/send")


router = Router(
    "/", route_handlers=[send_page, send, countersign, resolve, remind, supplement]
)
