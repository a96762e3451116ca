"""Jobs of reports: the brief on the month before, and what is counted again hourly."""

import hashlib
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority, said
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.identity import queries as identity
from platformlink.identity.queries import as_actor
from platformlink.notices import actions as notices
from platformlink.permissions import Actor, Reach, Right, Role, reach
from platformlink.ports import Mail, Runtime
from platformlink.protocols.shelf import Library
from platformlink.reports import actions, files, kept, queries
from platformlink.reports.period import Period
from platformlink.reports.shown import Shown
from platformlink.values import Phrase, SealedPdf
from platformlink.web.words import Words

log = structlog.get_logger()
DAY = timedelta(days=1)
COUNTED_AGAIN = timedelta(minutes=50)  # so that nobody waits who reads it hourly
WHOLE = (Reach.ALL, Reach.COUNTS)  # may count what every unit sent
# What is mailed is counted as for management: numbers, and no restricted case.
READER = Actor(id=0, unit_id=0, name="brief", roles=frozenset({Role.MANAGER}))


def month_before(authority: Authority, now: datetime) -> tuple[date, date] | None:
    """Return the month before, its first and last day; None until the office opens."""
    here = now.astimezone(authority.tz)
    if here.day == 1 and here.time() < authority.office_opens:
        return None
    last = here.date().replace(day=1) - DAY
    return last.replace(day=1), last


async def tell_of_brief(runtime: Runtime, now: datetime) -> int:
    """
    Tell management once a month of the brief, when the office opens on its first day.

    They are given the way and not the file: whoever opens it signs in, and it is
    counted for what they may count. Late or twice it does no harm.
    """
    month = month_before(runtime.authority, now)
    if month is None:
        return 0
    first, last = month
    asked = {"from": f"{first}", "to": f"{last}", "kind": "all"}
    async with runtime.sessions.begin() as session:
        managers = await identity.people(session, role=Role.MANAGER)
        return await notices.tell(
            session,
            [one.id for one in managers],
            Phrase(
                "The brief of %(from_on)s to %(to_on)s is ready",
                {"from_on": f"{first}", "to_on": f"{last}"},
            ),
            key=f"brief/{first}",
            path=f"/reports/responsiveness.pdf?{urlencode(asked)}",
            now=now,
        )


async def mail_brief(runtime: Runtime, now: datetime) -> int:
    """
    Mail the sealed brief to the list of the authority's file; return how many went out.

    Each address is claimed before its mail is handed over, so that it gets one brief a
    month, also after a crash: what was broken off then is not sent again. What surely
    was not taken is tried again later.
    """
    month = month_before(runtime.authority, now)
    if month is None or not runtime.authority.brief_to:
        return 0
    async with runtime.sessions() as session:
        wanted = await allowed(session, runtime.authority)
        waiting = await actions.not_mailed(session, month[0], wanted, now=now)
    if not waiting:
        return 0
    if refused := len(runtime.authority.brief_to) - len(wanted):
        log.warning("brief.addresses_refused", count=refused)
    try:
        brief = await _brief(runtime, *month, now)
    except Upstream as error:
        log.warning("brief.not_made", reason=error.code)
        return 0
    return sum([await _mailed(runtime, one, month[0], brief, now) for one in waiting])


async def recount(runtime: Runtime, now: datetime) -> int:
    """
    Count again what people read lately, before its hour is over or its day has ended.

    Each has a transaction of its own: what is broken off is counted at the next call.
    """
    today = datetime.combine(
        now.astimezone(runtime.authority.tz), time(), runtime.authority.tz
    )
    async with runtime.sessions.begin() as session:
        old = max(now - COUNTED_AGAIN, today)
        due = await kept.due(session, now=now, before=old)
        people = await identity.people(session) if due else []
    readers = {one.id: as_actor(one) for one in people}
    for key in due:
        async with runtime.sessions.begin() as session:
            await kept.recount(session, runtime.authority, key, readers, now=now)
    return len(due)


async def allowed(session: AsyncSession, authority: Authority) -> list[str]:
    """
    Return those of the list who may be sent a brief.

    Whoever has an account here is judged by it, also when it is closed: the brief
    counts all units, so it goes to nobody whose right to count reaches less far. Of all
    others the authority's own domain may be sent it.
    """
    listed = [one.strip().lower() for one in authority.brief_to]
    return [one for one in listed if await _may_be_sent(session, authority, one)]


async def _may_be_sent(
    session: AsyncSession, authority: Authority, address: str
) -> bool:
    found = await identity.by_email(session, address)
    if found is None:
        return address.endswith(f"@{authority.mail_domain}".lower())
    return found.is_active and reach(as_actor(found), Right.REPORT) in WHOLE


async def _brief(runtime: Runtime, first: date, last: date, now: datetime) -> SealedPdf:
    """Return the brief of a month in the authority's own language."""
    authority = runtime.authority
    async with runtime.sessions() as session:
        report = await queries.responsiveness(
            session,
            authority,
            Period(first, last, now),
            by=("platform",),
            actor=READER,
        )
    words = Words(authority.languages[0], authority.tz)
    shown = Shown(words, Library.load(runtime.protocols), authority, report)
    return await files.as_brief(shown, runtime)


async def _mailed(
    runtime: Runtime, address: str, month_on: date, brief: SealedPdf, now: datetime
) -> bool:
    """Say whether one mail went out."""
    async with runtime.sessions.begin() as session:
        if not await actions.claim_mail(session, month_on, address, now=now):
            return False
    status = "sent"
    try:
        await runtime.ports.mailer.send(_mail(runtime, address, month_on, brief))
    except TurnedAway:
        status = "turned_away"
    except NotTaken:
        status = "not_taken"
    except Upstream as error:
        log.warning("brief.uncertain", reason=error.code)
        return False
    async with runtime.sessions.begin() as session:
        await actions.note_mail(session, month_on, address, status, now=now)
    if status != "sent":
        log.warning("brief.not_mailed", reason=status)
    return status == "sent"


def _mail(runtime: Runtime, address: str, month_on: date, brief: SealedPdf) -> Mail:
    authority = runtime.authority
    language = authority.languages[0]
    words = Words(language, authority.tz)
    text = words.gettext("The sealed brief on the answers of platforms is attached.")
    mark = hashlib.sha256(address.encode()).hexdigest()[:12]
    return Mail(
        to=address,
        subject=f"PlatformLink: {said(authority.name, language)}, {month_on:%Y-%m}",
        text=f"{text}\n",
        message_id=f"<brief-{month_on:%Y-%m}-{mark}@{authority.mail_domain}>",
        attachment=brief,
        attachment_name=f"responsiveness-{month_on:%Y-%m}.pdf",
    )
