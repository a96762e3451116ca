"""The web application: routers, what handlers may ask for, how errors leave."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import structlog
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.static_files import create_static_files_router
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink import ports, wiring
from platformlink.adapters import litter
from platformlink.audit import api as audit_api
from platformlink.audit import pages as audit_pages
from platformlink.authority import said
from platformlink.cases import api as cases_api
from platformlink.cases import pages as cases_pages
from platformlink.clocks import api as clocks_api
from platformlink.clocks import pages as clocks_pages
from platformlink.desk import api as desk_api
from platformlink.desk import (
    away,
    board,
    calendar,
    calls,
    detail,
    emergency,
    feed,
    handover,
    living,
    platforms,
    reminding,
    restdays,
    searching,
    together,
    tour,
    views,
    watching,
)
from platformlink.desk import evidence as desk_evidence
from platformlink.desk import pages as desk
from platformlink.desk.living import Watch
from platformlink.dispatch import api as dispatch_api
from platformlink.dispatch import following
from platformlink.dispatch import pages as dispatch_pages
from platformlink.errors import Refusal
from platformlink.exports import api as exports_api
from platformlink.exports import pages as exports_pages
from platformlink.identity import api as identity_api
from platformlink.identity import pages as identity_pages
from platformlink.identity.guards import identify_if_any, is_secure
from platformlink.identity.once import Once, provide_once
from platformlink.identity.rules import NotSignedIn
from platformlink.letters import gallery
from platformlink.letters import pages as letters_pages
from platformlink.mailbox import pages as mailbox_pages
from platformlink.notices import queries as notices
from platformlink.permissions import Actor
from platformlink.protocols import api as protocols_api
from platformlink.protocols import pages as protocols_pages
from platformlink.protocols import reviewing
from platformlink.protocols.shelf import Library
from platformlink.reports import api as reports_api
from platformlink.reports import pages as reports_pages
from platformlink.requests import api as requests_api
from platformlink.requests import editing
from platformlink.requests import pages as requests_pages
from platformlink.responses import api as responses_api
from platformlink.responses import evidence
from platformlink.responses import pages as responses_pages
from platformlink.retention import pages as retention_pages
from platformlink.web import docs, problems, refusals, shield, styleguide
from platformlink.web.pages import STATIC, Shell
from platformlink.web.words import Words, choose_language

log = structlog.get_logger()
MOST_BYTES = 25_000_000
MOST_FIELDS = 2000  # of one form


async def provide_session(
    runtime: NamedDependency[ports.Runtime],
) -> AsyncGenerator[AsyncSession, None]:
    """One request is one transaction; it is kept before the answer leaves."""
    async with runtime.sessions.begin() as session:
        yield session


async def provide_visitor(
    request: Request[Any, Any, Any],
    session: NamedDependency[AsyncSession],
    runtime: NamedDependency[ports.Runtime],
    now: NamedDependency[datetime],
) -> Actor | None:
    """
    Return who is signed in, if anybody.

    What a handler asks for is made at the same time where it can be, and a session
    does one thing at a time: so whoever needs the session stands in one line, visitor
    before shell before once.
    """
    return await identify_if_any(request, session, runtime, now)


async def provide_actor(visitor: NamedDependency[Actor | None]) -> Actor:
    """Return who is signed in."""
    if visitor is None:
        raise NotSignedIn
    return visitor


async def provide_form(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """Return the fields of a posted form; blanks are kept."""
    body = (await request.body()).decode("utf-8", errors="replace").replace("%00", "")
    try:
        return parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise refusals.TooLarge from None


async def given_once(
    request: Request[Any, Any, Any],
    session: NamedDependency[AsyncSession],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    shell: NamedDependency[Shell],
) -> Once:
    """Return the key of a write that may come twice."""
    return await provide_once(request, session, actor, now)


def make_shell(
    request: Request[Any, Any, Any], runtime: ports.Runtime, *, unread: int = 0
) -> Shell:
    """Return what surrounds a page for this reader."""
    actor: Actor | None = request.state.get("actor")
    wanted = actor.language if actor else ""
    language = choose_language(request.headers.get("accept-language", ""), wanted)
    return Shell(
        actor=actor,
        words=Words(language, runtime.authority.tz),
        path=request.url.path,
        csrf_token=shield.csrf_token(request),
        authority_name=said(runtime.authority.name, language),
        is_demonstration=runtime.authority.is_demonstration,
        is_fragment=bool(request.headers.get("hx-request")),
        theme=request.state.get("theme", "auto"),
        density=request.state.get("density", "comfortable"),
        unread=unread,
    )


async def provide_shell(
    request: Request[Any, Any, Any],
    session: NamedDependency[AsyncSession],
    runtime: NamedDependency[ports.Runtime],
    visitor: NamedDependency[Actor | None],
) -> Shell:
    """Return the shell; pages that are open to anybody have no actor in it."""
    is_whole_page = problems.wants_page(request) and not request.headers.get(
        "hx-request"
    )
    unread = (
        await notices.unread(session, visitor.id) if visitor and is_whole_page else 0
    )
    return make_shell(request, runtime, unread=unread)


def refused(request: Request[Any, Any, Any], error: Refusal) -> Response[Any]:
    """Answer a refusal of ours."""
    shell = make_shell(request, request.app.state.runtime)
    problem = problems.as_problem(error, shell.words, request.url.path)
    return problems.answer(request, problem, shell)


def refused_by_framework(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[Any]:
    """Answer what Litestar refused, under our own names."""
    refusal = refusals.from_framework(request, error)
    if refusal is None:
        return failed(request, error)
    answer = refused(request, refusal)
    answer.headers.update(error.headers or {})
    return answer


def not_kept(request: Request[Any, Any, Any], error: DataError) -> Response[Any]:
    """Answer what PostgreSQL cannot keep, such as a NUL character."""
    return refused(request, refusals.not_kept(request))


def database_away(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer while the database cannot be reached; the next try may find it."""
    log.error("database.away", error=type(error).__name__)
    answer = refused(request, refusals.DatabaseAway(refusals.DatabaseAway.mend))
    answer.headers["Retry-After"] = "5"
    return answer


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a mistake of ours; the log bears the trace that the answer names."""
    log.error("web.failed", exc_info=error)
    trace = str(structlog.contextvars.get_contextvars().get("trace", ""))
    text = "Tell the administrator this number: %(trace)s"
    return refused(request, refusals.Failed(text, params={"trace": trace}))


@get("/healthz", include_in_schema=False, media_type=MediaType.TEXT)
async def healthz() -> str:
    """Say that the process is alive."""
    return "alive"


@get("/readyz", include_in_schema=False, media_type=MediaType.TEXT)
async def readyz(runtime: NamedDependency[ports.Runtime]) -> str:
    """Say that the database answers, and that our clock agrees with it."""
    await wiring.require_right_clock(runtime)
    return "ready"


@get("/metrics", include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Return the process's figures for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


ROUTERS: tuple[Router, ...] = (
    *(refusals.router, styleguide.router),
    *(identity_api.router, identity_pages.router, cases_api.router, cases_pages.router),
    *(
        protocols_api.router,
        protocols_pages.router,
        reviewing.router,
        platforms.router,
        calls.router,
        watching.router,
        requests_api.router,
        requests_pages.router,
        editing.router,
    ),
    *(dispatch_api.router, dispatch_pages.router, following.router),
    *(responses_api.router, responses_pages.router, evidence.router),
    mailbox_pages.router,
    *(clocks_api.router, clocks_pages.router, letters_pages.router, gallery.router),
    *(reports_api.router, reports_pages.router, audit_api.router, audit_pages.router),
    *(
        board.router,
        living.router,
        reminding.router,
        together.router,
        views.router,
        desk.router,
        desk_api.router,
        detail.router,
        desk_evidence.router,
        handover.router,
        away.router,
        searching.router,
        emergency.router,
        calendar.router,
        restdays.router,
        feed.router,
        tour.router,
    ),
    *(exports_api.router, exports_pages.router, retention_pages.router),
)


# Styles and scripts go out packed. Pages do not: each bears the token of its forms
# beside what a stranger may have written, whose length would then tell of it (BREACH).
PACKED = DefineMiddleware(
    CompressionMiddleware,
    config=CompressionConfig(backend="gzip", exclude=r"\.woff2$"),
)


@litter.left()
def build(runtime: ports.Runtime, library: Library) -> Litestar:
    """Return the application; what it serves from stands in its state."""
    is_https = is_secure(runtime)

    def provide_now() -> datetime:
        now: datetime = app.state.runtime.clock()
        return now

    def provide_library(now: NamedDependency[datetime]) -> Library:
        """Return the library as it is in force today."""
        in_force: Library = app.state.library.on(now.date())
        return in_force

    app = Litestar(
        route_handlers=[
            *(healthz, readyz, metrics),
            *ROUTERS,
            create_static_files_router(
                "/static",
                directories=[STATIC],
                include_in_schema=False,
                middleware=[PACKED],
            ),
        ],
        dependencies={
            "runtime": Provide(lambda: app.state.runtime, sync_to_thread=False),
            "watch": Provide(lambda: app.state.watch, sync_to_thread=False),
            "library": Provide(provide_library, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
            "session": Provide(provide_session),
            "visitor": Provide(provide_visitor),
            "actor": Provide(provide_actor),
            "shell": Provide(provide_shell),
            "form": Provide(provide_form),
            "once": Provide(given_once),
        },
        exception_handlers={
            Refusal: refused,
            HTTPException: refused_by_framework,
            DataError: not_kept,
            OperationalError: database_away,
            InterfaceError: database_away,
            Exception: failed,
        },
        middleware=[
            shield.cross_site(runtime.settings.secret, is_secure=is_https),
        ],
        openapi_config=OpenAPIConfig(
            title="PlatformLink",
            version="1",
            path="/api",
            use_handler_docstrings=True,
            operation_id_creator=docs.operation_id,
            render_plugins=[
                docs.Schema(path="/openapi.json"),
                docs.Docs(lambda request: make_shell(request, app.state.runtime)),
            ],
        ),
        request_max_body_size=MOST_BYTES,
        logging_config=None,  # the log is set up by the command, once for all
    )
    app.state.update({"runtime": runtime, "library": library, "watch": Watch()})
    # Around everything: what no route answers needs its headers and its line too.
    app.asgi_handler = shield.Surround(app.asgi_handler, is_secure=is_https)
    return app
