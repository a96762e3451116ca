"""Playing the scenes with the desk's own actions, at the instants they happened."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from functools import partial

import msgspec
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases import actions as cases
from platformlink.cases import queries as case_queries
from platformlink.cases.rules import CaseFields
from platformlink.cases.tables import Case
from platformlink.demo.scenes import STORIES, Fate, Scene, scenes
from platformlink.dispatch import actions as dispatch
from platformlink.dispatch.rules import DispatchIn, Proof
from platformlink.evidence import actions as evidence
from platformlink.evidence.rules import EvidenceIn, Way
from platformlink.letters import queries as letters
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.protocols import actions as protocols
from platformlink.protocols.actions import Act
from platformlink.protocols.protocol import Category
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, sealing, sending
from platformlink.requests import jobs as request_jobs
from platformlink.requests.rules import (
    AuthorisationIn,
    CloseIn,
    ConfidentialityIn,
    PeriodIn,
    RequestIn,
    TargetIn,
)
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import actions as responses
from platformlink.responses.rules import ItemIn
from platformlink.responses.schemas import ResponseIn

AT_ONCE = 5
SENT = tuple(
    fate
    for fate in Fate
    if fate
    not in (
        *(Fate.DRAFT, Fate.RETURNED, Fate.IN_REVIEW, Fate.READY, Fate.CANCELLED),
        Fate.UNRATIFIED,
    )
)


class Stage(msgspec.Struct, frozen=True):
    """Who plays, where, and what the present is."""

    runtime: Runtime
    library: Library
    people: dict[str, Actor]
    now: datetime


async def is_empty(session: AsyncSession) -> bool:
    """Say whether nothing was filed here yet."""
    counted = select(func.count()).select_from(PlatformRequest)
    return (await session.exec(counted)).one() == 0


async def play(stage: Stage) -> int:
    """Play all scenes, some at once; return how many."""
    references = await _open_cases(stage)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(scene: Scene) -> None:
        async with gate:
            await _scene(stage, scene, references[scene.case])

    played = scenes({one.slug for one in stage.library.all()})
    await asyncio.gather(*(one(scene) for scene in played))
    await request_jobs.notice_due(stage.runtime, stage.now)
    return len(played)


async def confirm_channels(stage: Stage) -> None:
    """Let the head of unit confirm every open channel, before anything is sent."""
    act = Act(stage.people["besa"], stage.now - timedelta(days=190))
    how = "Invented for the demonstration: compared with the platform's own page"
    async with stage.runtime.sessions.begin() as session:
        for protocol in stage.library.all():
            for one in protocol.channels:
                if one.status == "open" and one.verified is None:
                    await protocols.confirm_channel(
                        session, stage.library, protocol.slug, one.code, how, act=act
                    )


async def _open_cases(stage: Stage) -> list[str]:
    found = []
    async with stage.runtime.sessions.begin() as session:
        for number, story in enumerate(STORIES, start=1):
            fields = CaseFields(
                reference=f"K-{stage.now.year}-{100 + number * 7:04d}",
                title=story.title,
                offence=story.offence,
                offence_article=story.article,
                urgency=story.urgency,
            )
            at = stage.now - timedelta(days=190)
            actor = stage.people[story.author]
            case = await cases.open_case(session, fields, actor=actor, now=at)
            found.append(case.reference)
    return found


def _working_hour(moment: datetime) -> datetime:
    """Return a moment of the same day at which people are at work."""
    return moment.replace(hour=8 + moment.minute % 6, second=0, microsecond=0)


def _fields(stage: Stage, scene: Scene, case: str, at: datetime) -> RequestIn:
    story = STORIES[scene.case]
    protocol = stage.library.get(scene.platform)
    is_emergency = scene.kind == "emergency_disclosure"
    urgency = "emergency" if is_emergency else story.urgency
    wanted = (Category.SUBSCRIBER, Category.TRAFFIC)
    instrument = {
        "preservation": "national-preservation",
        "disclosure": "national-order",
        "emergency_disclosure": "emergency",
    }[scene.kind]
    return RequestIn(
        case=case,
        platform=scene.platform,
        kind=scene.kind,
        targets=(
            TargetIn(
                scene.account_kind, scene.account, (at - timedelta(days=1)).date()
            ),
        ),
        period=PeriodIn(from_=at - timedelta(days=60), to=at - timedelta(days=1)),
        data=tuple(
            x.code for x in protocol.data if x.category in wanted and x.is_available
        ),
        instrument=instrument,
        urgency=urgency,
        urgency_reason="" if urgency == "routine" else "The threat goes on.",
        confidentiality=ConfidentialityIn(
            non_disclosure=True,
            until=(stage.now + timedelta(days=120)).date(),
            reason="The suspect could destroy evidence.",
        ),
        narrative=story.narrative,
        nexus=f"The suspect acted through the account named here at {protocol.name}.",
        necessity="To identify the person behind the account.",
        danger="A girl of 15 wrote that she will end her life tonight."
        if is_emergency
        else "",
        averts="Her last address lets a patrol reach her." if is_emergency else "",
        holder_country=stage.runtime.authority.country,
        authorisation=AuthorisationIn(
            "Prosecution Office, Tirana", f"{scene.case + 11}/2026", at.date()
        )
        if scene.kind == "disclosure"
        else None,
    )


async def _scene(stage: Stage, scene: Scene, case_reference: str) -> None:
    """Play one request, in one transaction."""
    at = stage.now - timedelta(days=scene.days_ago)
    if scene.days_ago > 1:
        at = _working_hour(at)
    is_alone = scene.kind == "emergency_disclosure"
    author = stage.people["luan" if is_alone else scene.author]
    async with stage.runtime.sessions.begin() as session:
        case = await case_queries.by_reference(
            session, case_reference, actor=stage.people["luan"]
        )
        fields = _fields(stage, scene, case.reference, at)
        request = await actions.file(
            session, stage.library, fields, actor=author, now=at
        )
        await _prepare(stage, session, request, case, scene, author, at)
        if scene.fate in SENT or scene.fate is Fate.UNRATIFIED:
            await _send(stage, session, request, scene, at)
        if scene.fate in SENT:
            await _answer(stage, session, request, case, scene, author, at)


async def _prepare(
    stage: Stage,
    session: AsyncSession,
    request: PlatformRequest,
    case: Case,
    scene: Scene,
    author: Actor,
    at: datetime,
) -> None:
    """Bring a draft as far as its letter."""
    approver = stage.people["besa"]
    do = partial(_later, at)
    if scene.kind == "emergency_disclosure":
        await sealing.seal_alone(
            session, stage.runtime, request, case, actor=author, now=do(minutes=1)
        )
        return
    if scene.fate is Fate.DRAFT:
        return
    if scene.fate is Fate.CANCELLED:
        await actions.cancel(session, request, actor=author, now=do(minutes=30))
        return
    await sealing.submit(
        session, stage.runtime, request, case, actor=author, now=do(minutes=20)
    )
    if scene.fate is Fate.RETURNED:
        await actions.send_back(
            session,
            request,
            "Name the period more narrowly.",
            actor=approver,
            now=do(minutes=50),
        )
    elif scene.fate is not Fate.IN_REVIEW:
        await sealing.approve(
            session, stage.runtime, request, case, actor=approver, now=do(minutes=80)
        )


def _later(at: datetime, **span: float) -> datetime:
    return at + timedelta(**span)


async def _send(
    stage: Stage,
    session: AsyncSession,
    request: PlatformRequest,
    scene: Scene,
    at: datetime,
) -> None:
    (letter,) = await letters.of_request(session, request.id)
    protocol = stage.library.get(scene.platform)
    channel = sending.open_channels(protocol, request.kind)[0]
    proof = Proof(reference=f"{scene.platform[:2].upper()}-{880000 + request.id}")
    await dispatch.send(
        session,
        stage.runtime.authority,
        request,
        letter,
        DispatchIn(channel=channel.code, proof=proof),
        actor=stage.people["luan"],
        now=min(_later(at, hours=2), stage.now),
    )


# What came back, and after what part of the time since: kind, share, reasons, note.
ANSWERS: dict[Fate, tuple[tuple[str, float, tuple[str, ...], str], ...]] = {
    Fate.AUTO_REPLY: (("auto_reply", 0.01, (), "Your request was received."),),
    Fate.ACKNOWLEDGED: (("ack", 0.3, (), "A case was opened."),),
    Fate.CONFIRMED: (("preservation_confirmed", 0.03, (), "Preserved."),),
    Fate.NEEDS_US: (
        ("ack", 0.1, (), ""),
        ("need_more_info", 0.5, (), "Please state the offence and its provision."),
    ),
    Fate.PARTLY: (
        ("ack", 0.1, (), ""),
        ("delivery", 0.6, ("later_instalment",), "The rest will follow."),
    ),
    Fate.ANSWERED: (("ack", 0.1, (), ""), ("delivery", 0.7, (), "")),
    Fate.RATIFIED: (("delivery", 0.02, (), ""),),
    Fate.CLOSED_FULL: (("ack", 0.08, (), ""), ("delivery", 0.35, (), "")),
    Fate.CLOSED_NONE: (("no_data", 0.3, ("account_not_found",), ""),),
    Fate.CLOSED_REFUSED: (("ack", 0.1, (), ""), ("refusal", 0.4, ("too_broad",), "")),
    Fate.CLOSED_POLICY: (("ack", 0.2, (), ""), ("refusal", 0.5, ("policy",), "")),
}
OUTCOMES = {
    Fate.CLOSED_FULL: "full",
    Fate.CLOSED_NONE: "no_data",
    Fate.CLOSED_REFUSED: "refused",
    Fate.CLOSED_POLICY: "refused",
}


async def _items(
    session: AsyncSession, request: PlatformRequest, scene: Scene
) -> tuple[ItemIn, ...]:
    """Return what a delivery held: all of it, or the less intrusive half."""
    asked = await responses.asked_of(session, request)
    is_part = scene.fate is Fate.PARTLY
    return tuple(
        ItemIn(target=target.id, category=category, outcome="full")
        for target in asked.targets
        for category in asked.categories[: 1 if is_part else None]
    )


async def _answer(
    stage: Stage,
    session: AsyncSession,
    request: PlatformRequest,
    case: Case,
    scene: Scene,
    author: Actor,
    at: datetime,
) -> None:
    """Record what the platform did, then what we did about it."""
    liaison = stage.people["luan"]
    sent_at = request.sent_at or at
    span = stage.now - sent_at
    for kind, share, reasons, note in ANSWERS.get(scene.fate, ()):
        received_at = sent_at + span * share
        fields = ResponseIn(
            kind=kind,
            received_at=received_at,
            reasons=reasons,
            items=await _items(session, request, scene) if kind == "delivery" else (),
            note=note,
            platform_reference=f"C{request.id:06d}" if kind == "ack" else "",
        )
        await responses.record(
            session,
            stage.runtime.authority,
            request,
            fields,
            actor=liaison,
            now=min(received_at + timedelta(hours=1), stage.now),
        )
    if scene.fate is Fate.ANSWERED:
        await _register(stage, session, request, case)
    if scene.fate in OUTCOMES:
        closing = CloseIn(OUTCOMES[scene.fate], (), "")
        now = sent_at + span * 0.6
        await responses.close(session, request, closing, actor=liaison, now=now)
    if scene.fate is Fate.RATIFIED:
        now = _later(at, hours=3)
        await actions.ratify(session, request, actor=stage.people["besa"], now=now)
    if scene.fate is Fate.WITHDRAWN:
        await sealing.withdraw(
            session,
            stage.runtime,
            request,
            case,
            "The account holder was identified by other means.",
            actor=liaison,
            now=_later(at, days=5),
        )


async def _register(
    stage: Stage, session: AsyncSession, request: PlatformRequest, case: Case
) -> None:
    """Register what a platform gave; it lies elsewhere, as it would."""
    name = f"{request.platform}-production.zip"
    await evidence.add(
        session,
        stage.runtime.ports.vault,
        request.id,
        EvidenceIn(
            name=name,
            size_bytes=148_212_004,
            way=Way.REGISTERED,
            sha256=hashlib.sha256(name.encode()).hexdigest(),
            place=f"Evidence store, shelf {case.id}",
            custodian="Forensic laboratory",
        ),
        actor=stage.people["luan"],
        now=stage.now - timedelta(days=2),
    )
