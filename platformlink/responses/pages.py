"""Recording a response by hand: one form, quick by keyboard, nothing typed is lost."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response as Answer
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from platformlink.errors import FieldError, Refusal
from platformlink.permissions import Right
from platformlink.protocols.shelf import Library
from platformlink.requests import actions as requests
from platformlink.requests import queries as request_queries
from platformlink.requests.rules import CloseIn
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import actions, next_steps, rules
from platformlink.responses.actions import Asked
from platformlink.responses.codes import (
    KIND_NAMES,
    OUTCOME_NAMES,
    WANTED,
    WHY_NO_DATA,
    WHY_PARTIAL,
    WHY_REFUSED,
)
from platformlink.responses.rules import ItemIn
from platformlink.responses.schemas import ResponseIn
from platformlink.values import Phrase
from platformlink.web.forms import Fields, by_pointer, instant, several, text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go

Protocols = NamedDependency[Library]

CATEGORY_NAMES = {
    "": "The account as a whole",
    "subscriber": "Subscriber data",
    "user_identification": "Data to identify the user",
    "traffic": "Traffic data",
    "content": "Content",
}
REASON_GROUPS = {
    "Why only a part": WHY_PARTIAL,
    "Why no data": WHY_NO_DATA,
    "Why refused or returned": WHY_REFUSED,
}


class Cell(msgspec.Struct, frozen=True):
    """One choice of the grid: what we got of one account in one category."""

    name: str
    label: str
    outcome: str


class Account(msgspec.Struct, frozen=True):
    """One row of the grid."""

    typed: str
    cells: list[Cell]


class RecordPage(Page, frozen=True, kw_only=True):
    """The form; what was typed stays."""

    template: ClassVar[str] = "responses/record.html"
    reference: str
    platform: str
    accounts: list[Account]
    kinds: list[tuple[str, str]]
    outcomes: list[tuple[str, str]]
    groups: list[tuple[str, list[tuple[str, str]]]]
    wanted: list[tuple[str, str]]
    typed: dict[str, str]
    chosen: tuple[str, ...]
    wrong: dict[str, str]
    refusal: str


TYPED = (
    *("kind", "received_at", "channel", "sender"),
    *("platform_reference", "until", "arrived", "note"),
)


def _cell_name(target_id: int, category: str) -> str:
    return f"item-{target_id}-{category}"


def _items(form: Fields, asked: Asked) -> tuple[ItemIn, ...]:
    """Return the items that were told; a blank choice tells nothing."""
    return tuple(
        ItemIn(one.id, outcome, category)
        for one in asked.targets
        for category in asked.categories or [""]
        if (outcome := text(form, _cell_name(one.id, category)))
    )


def _until(text_: str, zone: ZoneInfo) -> str:
    """Return a day as it is, and a time of day with the offset of the zone."""
    try:
        found = datetime.fromisoformat(text_)
    except ValueError:
        return text_
    is_day = len(text_) <= len("2026-12-01")
    return text_ if is_day or found.tzinfo else found.replace(tzinfo=zone).isoformat()


def _fields(
    form: Fields, asked: Asked, received_at: datetime, zone: ZoneInfo
) -> ResponseIn:
    return ResponseIn(
        kind=text(form, "kind"),
        received_at=received_at,
        channel=text(form, "channel"),
        sender=text(form, "sender"),
        platform_reference=text(form, "platform_reference"),
        items=_items(form, asked),
        until=_until(text(form, "until"), zone),
        arrived=_until(text(form, "arrived"), zone),
        note=text(form, "note"),
        reasons=several(form, "reasons"),
        wanted=several(form, "wanted"),
    )


def _page(
    shell: Shell,
    request: PlatformRequest,
    asked: Asked,
    form: Fields,
    refusal: Refusal | None = None,
) -> RecordPage:
    """Return the form as it was typed, with what is wrong beside its fields."""
    say = shell.words.say
    wrong = by_pointer(refusal.errors) if refusal else {}
    return RecordPage(
        title="Record a response",
        reference=request.reference or request.draft_id,
        platform=asked.platform,
        accounts=[
            _account(one.id, one.typed, asked, form, say) for one in asked.targets
        ],
        kinds=[(code, say(name)) for code, name in KIND_NAMES.items()],
        outcomes=[(code, say(name)) for code, name in OUTCOME_NAMES.items()],
        groups=[
            (say(name), [(code, say(one.name)) for code, one in group.items()])
            for name, group in REASON_GROUPS.items()
        ],
        wanted=[(code, say(name)) for code, name in WANTED.items()],
        typed={name: text(form, name) for name in TYPED},
        chosen=several(form, "reasons") + several(form, "wanted"),
        wrong={
            at.split("/")[1]: say(Phrase(one.message, dict(one.params)))
            for at, one in wrong.items()
        },
        refusal=say(refusal.title) if refusal else "",
    )


def _account(
    target_id: int,
    typed: str,
    asked: Asked,
    form: Fields,
    say: Any,  # noqa: ANN401 - Words.say
) -> Account:
    cells = [
        Cell(
            _cell_name(target_id, category),
            say(CATEGORY_NAMES[category]),
            text(form, _cell_name(target_id, category)),
        )
        for category in asked.categories or [""]
    ]
    return Account(typed, cells)


@get("/requests/{reference:str}/responses/new", include_in_schema=False)
async def new(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Answer[str]:
    """Show the form, with this moment as that of the arrival."""
    request, _ = await request_queries.by_reference(session, reference, actor=actor)
    await requests.require_right(session, request, Right.SEND, actor)
    local = now.astimezone(runtime.authority.tz)
    form = {"received_at": [f"{local:%Y-%m-%dT%H:%M}"]}
    asked = await actions.asked_of(session, request)
    return shell.show(_page(shell, request, asked, form))


@post("/requests/{reference:str}/responses", include_in_schema=False)
async def record(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    form: Form,
    actor: Who,
    now: Now,
    reference: FromPath[str],
) -> Answer[Any]:
    """Record the response, and go back to the request."""
    request, _ = await request_queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    asked = await actions.asked_of(session, request)
    try:
        # What a refusal leaves behind is undone, though the page is answered.
        async with session.begin_nested():
            errors: list[FieldError] = []
            zone = runtime.authority.tz
            received_at = instant(form, "received_at", zone, errors) or now
            if errors:
                raise rules.ResponseInvalid("", *errors)
            await actions.record(
                session,
                runtime.authority,
                request,
                _fields(form, asked, received_at, zone),
                actor=actor,
                now=now,
            )
    except Refusal as refusal:
        page = _page(shell, request, asked, form, refusal)
        return shell.show(page, status=422)
    return go(f"/requests/{reference}")


@post("/requests/{reference:str}/close", include_in_schema=False)
async def close(
    session: Session, actor: Who, now: Now, reference: FromPath[str], form: Form
) -> Redirect:
    """Close the request, and show it."""
    request, _ = await request_queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    closing = CloseIn(
        text(form, "outcome"), several(form, "reasons"), text(form, "usefulness")
    )
    await actions.close(session, request, closing, actor=actor, now=now)
    return go(f"/requests/{reference}")


@post("/requests/{reference:str}/follow-ups", include_in_schema=False)
async def follow_up(
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    now: Now,
    shell: Shell,
    reference: FromPath[str],
    form: Form,
) -> Redirect:
    """Make the draft of a proposal, and go to it: its author to its form."""
    request, _ = await request_queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    draft = await next_steps.follow(
        session,
        runtime,
        library,
        request,
        text(form, "key"),
        shell.words,
        actor=actor,
        now=now,
    )
    is_own = draft.author_id == actor.id
    return go(f"/requests/{draft.draft_id}{'/edit' if is_own else ''}")


router = Router("/", route_handlers=[new, record, close, follow_up])
