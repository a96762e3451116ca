"""What waits, what may be lost, what was done and what came: after an absence."""

from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
from litestar import Response as Answer
from litestar import Router, get
from litestar.di import NamedDependency
from sqlalchemy import and_, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks.sentences import chip
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.desk import absence, ends, queries, rules
from platformlink.desk.absence import Came, Commented, Did, Kept, Last
from platformlink.desk.board import platform_names
from platformlink.desk.ends import Pressing
from platformlink.desk.rules import SPAN_NAMES, Group, Span
from platformlink.dispatch.rules import STATUS_NAMES, Status
from platformlink.identity import queries as identity
from platformlink.mailbox import queries as mail
from platformlink.notices.tables import Notice
from platformlink.permissions import Actor, Right, may, require
from platformlink.protocols.shelf import Library
from platformlink.requests.rules import KIND_NAMES, Kind, State
from platformlink.requests.tables import PlatformRequest
from platformlink.responses.codes import KIND_NAMES as ANSWER_NAMES
from platformlink.responses.codes import Kind as AnswerKind
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page
from platformlink.web.pages import Shell as PlainShell

Protocols = NamedDependency[Library]
LONG = timedelta(days=3650)
LOST = (AnswerKind.PRESERVATION_ENDED, AnswerKind.PRESERVATION_REFUSED)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person must do, in the reader's words."""

    what: str
    path: str
    name: str
    platform: str
    note: str = ""
    at: datetime | None = None  # since when it waits
    urgency: str = ""
    left: str = ""
    due_at: datetime | None = None
    verb: str = ""  # what to press, where it is not as for the others


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, in the reader's words; `by` is empty for the desk."""

    at: datetime
    what: str
    path: str
    platform: str = ""
    note: str = ""
    by: str = ""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """All that happened to one request, the newest first."""

    path: str
    name: str
    platform: str
    lines: list[Happened]


class AwayPage(Page, frozen=True, kw_only=True):
    """All that waits for a person, and all that happened since an instant."""

    template: ClassVar[str] = "desk/away.html"
    chosen: Span
    spans: dict[Span, str]
    since: datetime
    until: datetime
    waiting: list[tuple[str, list[Waiting]]]  # by what is to be done
    waits: int
    mails: int
    at_risk: list[Waiting]
    lost: list[Story]
    done: list[Story]
    done_count: int
    came_in: list[Story]
    came_in_count: int
    is_cut: bool
    most: int


class Looking(msgspec.Struct, frozen=True):
    """Who looks, when, how far back, and the words for it."""

    session: AsyncSession
    shell: PlainShell
    actor: Actor
    now: datetime
    since: datetime
    soon_days: int
    names: dict[str, str]

    def platform(self, request: PlatformRequest) -> str:
        """Return the name of a request's platform."""
        return self.names.get(request.platform, request.platform)


def _name(request: PlatformRequest) -> str:
    return request.reference or request.draft_id


def _path(request: PlatformRequest) -> str:
    return f"/requests/{_name(request)}"


def _own(look: Looking, one: Last) -> Waiting:
    """Return what one wrote, with what happened to it last."""
    words = look.shell.words
    return Waiting(
        what=words.gettext(KIND_NAMES[Kind(one.request.kind)]),
        path=_path(one.request),
        name=_name(one.request),
        platform=look.platform(one.request),
        note=words.say(one.event.phrase),
        at=one.event.recorded_at,
    )


def _plain(
    look: Looking, request: PlatformRequest, at: datetime | None, note: str = ""
) -> Waiting:
    return Waiting(
        what=look.shell.words.gettext(KIND_NAMES[Kind(request.kind)]),
        path=_path(request),
        name=_name(request),
        platform=look.platform(request),
        note=note,
        at=at,
    )


def _clock(look: Looking, one: Pressing) -> Waiting:
    words, end = look.shell.words, one.end
    path = f"/requests/{end.reference}"
    shown = chip(end.facts, look.now, zone=words.zone.key, soon_days=look.soon_days)
    step = rules.next_step(end.kind, path, one.reminders)
    return Waiting(
        what=words.gettext(rules.CLOCK_NAMES[end.kind]),
        path=path,
        name=end.reference,
        platform=look.names.get(end.platform, end.platform),
        note=one.case,
        urgency=shown.urgency,
        left=words.say(shown.words),
        due_at=end.due_at,
        verb=words.gettext(step.words),
    )


async def _running(look: Looking) -> list[Pressing]:
    """Return the clocks that end soon, and the questions that wait for our answer."""
    mine = absence.concerns(look.actor)
    soon_at = look.now + timedelta(days=look.soon_days + 1)
    is_asked = col(Clock.kind) == ClockKind.SUPPLEMENT
    is_later = col(Clock.safe_due_at) >= soon_at
    found: list[Pressing] = []
    for is_wanted, until_at in (
        (true(), soon_at),
        (is_asked & is_later, look.now + LONG),
    ):
        found += await ends.soon(
            look.session,
            actor=look.actor,
            until_at=until_at,
            only=and_(mine, is_wanted),
            most=absence.MOST + 1,
        )
    return found


async def _to_send(look: Looking) -> list[PlatformRequest]:
    """Return the sealed letters that a person may send."""
    found = await queries.ready_to_send(
        look.session, actor=look.actor, most=absence.MOST + 1
    )
    return [request for request, _ in found.rows]


async def _unsent(look: Looking) -> list[Waiting]:
    say = look.shell.words.gettext
    return [
        _plain(
            look,
            one.request,
            one.dispatch.queued_at,
            say(STATUS_NAMES[Status(one.dispatch.status)]),
        )
        for one in await absence.unsent(look.session, actor=look.actor)
    ]


async def _to_review(look: Looking) -> list[Waiting]:
    found = await queries.to_review(
        look.session, actor=look.actor, most=absence.MOST + 1
    )
    return [_plain(look, request, request.submitted_at) for request, _ in found.rows]


async def _waiting(
    look: Looking, clocks: list[Waiting]
) -> list[tuple[str, list[Waiting]]]:
    """Return what waits, by what is to be done; what presses most comes first."""
    unsent = await _unsent(look)
    known = {one.name for one in unsent}
    ready = [
        _plain(look, one, one.approved_at)
        for one in await _to_send(look)
        if _name(one) not in known
    ]
    drafts = await absence.own(look.session, State.DRAFT, actor=look.actor)
    answered = await absence.own(look.session, State.ANSWERED, actor=look.actor)
    groups = [
        ("unsent", unsent),
        ("due", clocks),
        ("review", await _to_review(look)),
        ("ready", ready),
        ("drafts", [_own(look, one) for one in drafts]),
        ("answered", [_own(look, one) for one in answered]),
    ]
    return [(code, rows) for code, rows in groups if rows]


def _did(look: Looking, one: Did) -> Happened:
    return Happened(
        at=one.at,
        what=look.shell.words.say(one.phrase),
        path=f"/requests/{one.name}",
        platform=look.names.get(one.platform, one.platform),
        by=one.by,
    )


def _escalated(look: Looking, one: Notice) -> Happened:
    return Happened(
        at=one.told_at, what=look.shell.words.say(one.phrase), path=one.path
    )


def _commented(look: Looking, one: Commented) -> Happened:
    return Happened(
        at=one.comment.written_at,
        what=look.shell.words.gettext("Wrote to colleagues"),
        note=one.comment.text,
        path=_path(one.request),
        platform=look.platform(one.request),
        by=one.by,
    )


def _kept(look: Looking, one: Kept) -> Happened:
    return Happened(
        at=one.item.recorded_at,
        what=look.shell.words.gettext("A file came"),
        note=one.item.name,
        path=_path(one.request),
        platform=look.platform(one.request),
        by=one.by,
    )


def _came(look: Looking, one: Came) -> Happened:
    return Happened(
        at=one.at,
        what=look.shell.words.gettext(ANSWER_NAMES[AnswerKind(one.kind)]),
        note=one.note,
        path=f"/requests/{one.name}",
        platform=look.names.get(one.platform, one.platform),
        by=one.by,
    )


def _stories(found: list[Happened]) -> list[Story]:
    """Return what happened by request; what happened last stands first."""
    lines: dict[str, list[Happened]] = {}
    for one in sorted(found, key=lambda one: one.at, reverse=True):
        lines.setdefault(one.path, []).append(one)
    return [
        Story(
            path=path,
            name=path.rpartition("/")[2],
            platform=next((one.platform for one in told if one.platform), ""),
            lines=told,
        )
        for path, told in lines.items()
    ]


async def _done(look: Looking) -> list[Happened]:
    """Return what others, and the desk itself, did for a person."""
    session, actor, since = look.session, look.actor, look.since
    did = await absence.done(session, actor=actor, since=since)
    steps = await absence.escalated(session, actor=actor, since=since)
    comments = await absence.written(session, actor=actor, since=since)
    return [
        *(_did(look, one) for one in did),
        *(_escalated(look, one) for one in steps),
        *(_commented(look, one) for one in comments),
    ]


async def _came_in(look: Looking) -> tuple[list[Happened], list[Happened]]:
    """Return what came in, and what of it says that no hold is left."""
    answers = await absence.came(look.session, actor=look.actor, since=look.since)
    lost = [_came(look, one) for one in answers if one.kind in LOST]
    files = await absence.kept(look.session, actor=look.actor, since=look.since)
    found = [_came(look, one) for one in answers]
    found += [_kept(look, one) for one in files]
    return found, lost


@get("/away", include_in_schema=False)
async def page(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    span: FromQuery[Span] = Span.LAST,
) -> Answer[str]:
    """Show all that waits, and all that happened."""
    require(actor, Right.READ)
    last_at = await identity.last_here(session, actor.id, now=now)
    look = Looking(
        session=session,
        shell=shell,
        actor=actor,
        now=now,
        since=rules.begins(span, now, runtime.authority.tz, last_at),
        soon_days=runtime.authority.leads.soon_days,
        names=platform_names(library),
    )
    return shell.show(await _page(look, span))


async def _page(look: Looking, chosen: Span) -> AwayPage:
    rows = await _running(look)
    by_group: dict[Group, list[Waiting]] = {}
    for row in rows:
        one = _clock(look, row)
        group = rules.group_of(row.end.kind, one.urgency)
        is_asked = row.end.kind == ClockKind.SUPPLEMENT
        place = Group.ANSWERS if is_asked or group is Group.DECIDE else group
        by_group.setdefault(place, []).append(one)
    waiting = await _waiting(look, by_group.get(Group.ANSWERS, []))
    is_sender = may(look.actor, Right.SEND)
    mails = await mail.count_waiting(look.session, actor=look.actor) if is_sender else 0
    came_in, lost = await _came_in(look)
    done = await _done(look)
    at_risk = by_group.get(Group.LOSS, [])
    sizes = [len(rows) for _, rows in waiting]
    say = look.shell.words.gettext
    return AwayPage(
        title="What happened, and what waits",
        chosen=chosen,
        spans={one: say(name) for one, name in SPAN_NAMES.items()},
        since=look.since,
        until=look.now,
        waiting=waiting,
        waits=sum(sizes) + bool(mails),
        mails=mails,
        at_risk=at_risk,
        lost=_stories(lost),
        done=_stories(done),
        done_count=len(done),
        came_in=_stories(came_in),
        came_in_count=len(came_in),
        is_cut=max(*sizes, len(at_risk), len(done), len(came_in)) > absence.MOST,
        most=absence.MOST,
    )


router = Router("/", route_handlers=[page])
