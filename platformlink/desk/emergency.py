"""An emergency: six questions on one screen, and one button that names its effect."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases import actions as cases
from platformlink.cases import queries as case_queries
from platformlink.cases.rules import CaseFields, Urgency
from platformlink.cases.tables import Case
from platformlink.errors import FieldError, Refusal
from platformlink.permissions import Actor, Right, may, require
from platformlink.protocols.identifiers import kinds_of
from platformlink.protocols.protocol import Category
from platformlink.protocols.shelf import Library
from platformlink.requests import actions, sealing
from platformlink.requests.rules import (
    ConfidentialityIn,
    Kind,
    PeriodIn,
    RequestIn,
    RequestInvalid,
    TargetIn,
)
from platformlink.web.forms import text
from platformlink.web.handed import Form, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go
from platformlink.web.problems import as_problem

Protocols = NamedDependency[Library]
LAST_DAYS = 7  # what an emergency asks for, unless a draft is written for more
SECRET_DAYS = 90


class EmergencyPage(Page, frozen=True, kw_only=True):
    """The questions; what was typed stays."""

    template: ClassVar[str] = "desk/emergency.html"
    platforms: list[tuple[str, str]]
    typed: dict[str, str]
    wrong: dict[str, str]
    refusal: str
    may_seal: bool
    ratify_hours: int


TYPED = ("account", "platform", "danger", "averts", "offence", "case")


def _page(
    shell: Shell,
    library: Library,
    authority: Authority,
    actor: Actor,
    *,
    typed: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> EmergencyPage:
    problem = as_problem(refusal, shell.words, "") if refusal else None
    return EmergencyPage(
        title="Emergency",
        platforms=[(one.slug, one.name) for one in library.all()],
        typed=typed or {},
        wrong={one["pointer"]: one["message"] for one in problem.errors}
        if problem
        else {},
        refusal=(problem.detail or problem.title) if problem else "",
        may_seal=may(actor, Right.EMERGENCY),
        ratify_hours=authority.leads.ratification_hours,
    )


@get("/emergency", include_in_schema=False)
async def show(
    shell: Shell, runtime: Runtime, library: Protocols, actor: Who
) -> Response[str]:
    """Show the questions of an emergency."""
    if not may(actor, Right.EMERGENCY):
        require(actor, Right.WRITE)
    return shell.show(_page(shell, library, runtime.authority, actor))


def _target(library: Library, typed: dict[str, str]) -> tuple[str, TargetIn]:
    """
    Return platform and account, from a link or from what was chosen.

    Raises: RequestInvalid.
    """
    account = typed["account"]
    if not typed["platform"]:
        found = library.recogniser.find(account)
        if len({(one.platform, one.kind, one.normalised) for one in found}) == 1:
            return found[0].platform, TargetIn(found[0].kind, found[0].value)
        message = "Choose the platform: the account alone does not say it."
        raise RequestInvalid("", FieldError("/platform", "required", message))
    protocol = library.get(typed["platform"])
    kinds = kinds_of(protocol, account)
    if not kinds:
        message = "This is no account that the platform knows."
        raise RequestInvalid("", FieldError("/account", "wrong-identifier", message))
    return protocol.slug, TargetIn(kinds[0], account)


async def _case(
    session: AsyncSession,
    typed: dict[str, str],
    *,
    title: str,
    actor: Actor,
    now: datetime,
) -> Case:
    """
    Return the case that was named, or a new one for this emergency.

    Two officers may press in one second; one officer who presses twice meant it once.
    """
    if typed["case"]:
        return await case_queries.by_reference(session, typed["case"], actor=actor)
    fields = CaseFields(
        reference=f"E-{now:%Y%m%d-%H%M%S}-{actor.id}",
        title=title,
        offence=typed["offence"] or "Danger to life or limb",
        urgency=Urgency.EMERGENCY,
    )
    return await cases.open_case(session, fields, actor=actor, now=now)


def _fields(
    library: Library,
    authority: Authority,
    typed: dict[str, str],
    case: Case,
    now: datetime,
) -> RequestIn:
    """
    Return the request of an emergency: the last week, all that identifies a person.

    Raises: RequestInvalid.
    """
    slug, target = _target(library, typed)
    protocol = library.get(slug)
    instrument = next(
        (x.code for x in authority.instruments if Kind.EMERGENCY_DISCLOSURE in x.kinds),
        "",
    )
    identifying = (
        Category.SUBSCRIBER,
        Category.USER_IDENTIFICATION,
        Category.TRAFFIC,
    )
    until = now.astimezone(authority.tz).date() + timedelta(days=SECRET_DAYS)
    seen = msgspec.structs.replace(target, seen_on=now.astimezone(authority.tz).date())
    return RequestIn(
        case=case.reference,
        platform=slug,
        kind=Kind.EMERGENCY_DISCLOSURE,
        targets=(seen,),
        period=PeriodIn(from_=now - timedelta(days=LAST_DAYS), to=now),
        data=tuple(
            x.code
            for x in protocol.data
            if x.category in identifying and x.is_available
        ),
        instrument=instrument,
        urgency=Urgency.EMERGENCY,
        urgency_reason=typed["danger"],
        confidentiality=ConfidentialityIn(
            non_disclosure=True,
            until=until,
            reason="A warning could heighten the danger.",
        ),
        danger=typed["danger"],
        averts=typed["averts"],
        narrative=typed["danger"],
        nexus=typed["danger"],
        necessity=typed["averts"],
        holder_country=authority.country,
    )


@post("/emergency", include_in_schema=False)
async def file(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    form: Form,
) -> Response[Any]:
    """File the emergency; a duty officer's is sealed at once and ready to send."""
    typed = {name: text(form, name) for name in TYPED}
    try:
        async with session.begin_nested():
            title = shell.words.gettext("Emergency")
            case = await _case(session, typed, title=title, actor=actor, now=now)
            fields = _fields(library, runtime.authority, typed, case, now)
            request = await actions.file(session, library, fields, actor=actor, now=now)
            if not may(actor, Right.EMERGENCY):
                await sealing.submit(
                    session, runtime, request, case, actor=actor, now=now
                )
                return go(f"/requests/{request.draft_id}")
            letter = await sealing.seal_alone(
                session, runtime, request, case, actor=actor, now=now
            )
    except Refusal as refusal:
        page = _page(
            shell, library, runtime.authority, actor, typed=typed, refusal=refusal
        )
        return shell.show(page, status=422)
    return go(f"/requests/{letter.reference}/send")


router = Router("/", route_handlers=[show, file])
