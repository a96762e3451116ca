"""A platform's published texts: what changed, and which drafts it touches."""

import asyncio
from typing import Any, ClassVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from platformlink.errors import FieldError
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
from platformlink.web.handed import Form, FromPath, FromQuery, Now, Session, Shell, Who
from platformlink.web.pages import Page, go

Protocols = NamedDependency[Library]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One text beside the one before it; None: there is none."""

    text: GuidelineText | None = None
    before: GuidelineText | None = None
    changed: list[Line] = []
    touched: list[Touched] = []


class GuidelinesPage(Page, frozen=True, kw_only=True):
    """The texts of a platform by day, what one changed, and what rests on that."""

    template: ClassVar[str] = "desk/guidelines.html"
    protocol: CooperationProtocol
    source: str
    texts: list[GuidelineText]
    seen: Seen
    drafts: list[PlatformRequest]


def compare(
    protocol: CooperationProtocol, texts: list[GuidelineText], number: int
) -> Seen:
    """Return what a text, or the newest, changed; it takes a while for a long one."""
    place = next((at for at, one in enumerate(texts) if one.id == number), 0)
    if not texts:
        return Seen()
    after, before = texts[place], next(iter(texts[place + 1 :]), None)
    changed = guidelines.difference(before.content, after.content) if before else []
    return Seen(
        text=after,
        before=before,
        changed=changed,
        touched=guidelines.touched(protocol, after.source, changed),
    )


@get("/platforms/{slug:str}/guidelines", include_in_schema=False)
async def show(
    slug: FromPath[str],
    shell: Shell,
    session: Session,
    library: Protocols,
    actor: Who,
    source: FromQuery[str] = "",
    number: FromQuery[int] = 0,
) -> Response[Any]:
    """Show what a text changed, which facts rest on it, and which drafts it touches."""
    protocol = library.get(slug)
    chosen = caring.source_id(protocol, source)
    texts = await queries.texts(session, slug, source=chosen)
    seen = await asyncio.to_thread(compare, protocol, texts, number)
    found = await requests.pinned_open(session, slug, actor=actor)
    page = GuidelinesPage(
        title=f"{protocol.name}: guidelines",
        protocol=protocol,
        source=chosen,
        texts=texts,
        seen=seen,
        drafts=[x for x in found if x.state == State.DRAFT] if seen.touched else [],
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
    if not pasted.strip():
        errors.append(FieldError("/text", "required", "Paste their text."))
    if errors:
        raise TextWrong("", *errors)
    content = guidelines.clean("text", pasted.encode())
    source = text(form, "source")
    given, act = Dated(dated_on, content), Act(actor, now)
    await actions.take_text(session, library, slug, source, given, act=act)
    return go(f"/platforms/{slug}/guidelines?source={source}")


router = Router("/", route_handlers=[show, take])
