"""A platform's published texts: what changed, and what of ours rests on that."""

import asyncio
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.desk import resting
from platformlink.desk.resting import TemplateTouched
from platformlink.errors import FieldError
from platformlink.permissions import Actor
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols import actions, caring, guidelines, queries
from platformlink.protocols.actions import Act
from platformlink.protocols.guidelines import Dated, Line, TextWrong, Touched
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import GuidelineText
from platformlink.requests import queries as requests
from platformlink.requests.rules import State
from platformlink.requests.tables import PlatformRequest
from platformlink.web.forms import day, text
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

Protocols = NamedDependency[Library]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One text beside the one before it, and what of ours rests on the difference."""

    text: GuidelineText
    before: GuidelineText | None
    changed: list[Line]
    touched: list[Touched]
    templates: list[TemplateTouched]
    drafts: list[PlatformRequest]


class GuidelinesPage(Page, frozen=True, kw_only=True):
    """The texts of a platform by day, what one changed, and what rests on that."""

    template: ClassVar[str] = "desk/guidelines.html"
    protocol: CooperationProtocol
    source: str
    texts: list[GuidelineText]
    seen: Seen | None


def _compare(
    protocol: CooperationProtocol, after: GuidelineText, before: GuidelineText | None
) -> tuple[list[Line], list[Touched]]:
    changed = guidelines.changed(before.content if before else None, after.content)
    return changed, guidelines.touched(protocol, after.source, changed)


async def seen(
    session: AsyncSession,
    runtime: PlainRuntime,
    protocol: CooperationProtocol,
    number: int,
    *,
    actor: Actor,
) -> Seen:
    """
    Return what a text changed, and which facts, templates and drafts rest on that.

    Raises: NoSuchText.
    """
    after, before = await queries.text_of(session, protocol.slug, number)
    # Two long texts take a while: other readers must not wait for them.
    changed, touched = await asyncio.to_thread(_compare, protocol, after, before)
    places = [one.pointer for one in touched]
    mine = await requests.pinned_open(session, protocol.slug, actor=actor)
    written = [one for one in mine if one.state == State.DRAFT]
    return Seen(
        text=after,
        before=before,
        changed=changed,
        touched=touched,
        templates=resting.templates(runtime.templates, protocol, places),
        drafts=resting.drafts(protocol, written, places),
    )


@get("/platforms/{slug:str}/guidelines", include_in_schema=False)
async def show(
    slug: FromPath[str],
    shell: Shell,
    session: Session,
    runtime: Runtime,
    library: Protocols,
    actor: Who,
    source: FromQuery[str] = "",
    number: FromQuery[int] = 0,
) -> Response[Any]:
    """Show what a text changed, and what of ours rests on that."""
    protocol = library.get(slug)
    chosen = caring.source_id(protocol, source)
    texts = await queries.texts(session, slug, source=chosen)
    wanted = number or next((one.id for one in texts), 0)
    page = GuidelinesPage(
        title=f"{protocol.name}: guidelines",
        protocol=protocol,
        source=chosen,
        texts=texts,
        seen=await seen(session, runtime, protocol, wanted, actor=actor)
        if wanted
        else None,
    )
    return shell.show(page)


@post("/platforms/{slug:str}/guidelines", include_in_schema=False)
async def take(
    slug: FromPath[str],
    session: Session,
    library: Protocols,
    actor: Who,
    now: Now,
    form: Form,
) -> Redirect:
    """Keep a pasted text as it stood on a day."""
    errors: list[FieldError] = []
    dated_on = day(form, "dated_on", errors) or now.date()
    pasted = (form.get("text") or [""])[0]
    if errors:
        raise TextWrong("", *errors)
    content = guidelines.clean("text", pasted.encode())
    source = text(form, "source")
    given, act = Dated(dated_on, content), Act(actor, now)
    await actions.take_text(session, library, slug, source, given, act=act)
    return go(f"/platforms/{slug}/guidelines?source={source}")


router = Router("/", route_handlers=[show, take])
