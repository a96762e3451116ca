"""What surrounds every response: security headers, one log line, cross-site checks."""

import time
import uuid
from typing import Any

import structlog
from litestar import Request
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

log = structlog.get_logger()

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-src 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000; includeSubDomains"


class CrossSite(CSRFMiddleware):
    """Litestar's check, but a bearer token needs none: no browser adds it by itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a bearer token pass; check the rest."""
        names = {name for name, _ in scope.get("headers", [])}
        if b"authorization" in names:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def cross_site(secret: str, *, is_secure: bool) -> DefineMiddleware:
    """Return the check of cross-site writes; the API and /verify take no cookie."""
    config = CSRFConfig(
        secret=secret,
        cookie_name="platformlink_csrf",
        cookie_secure=is_secure,
        cookie_httponly=True,
        exclude=["^/api/", "^/verify"],
    )
    return DefineMiddleware(CrossSite, config=config)


class Surround:
    """Binds a trace, adds the headers, and writes one line for each request."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self.app = app
        self.headers = HEADERS | (
            {"Strict-Transport-Security": HSTS} if is_secure else {}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        trace = uuid.uuid4().hex[:16]
        structlog.contextvars.bind_contextvars(trace=trace)
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(scope, message, trace)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            self._log(scope, status, time.perf_counter() - started)

    def _dress(self, scope: Scope, message: Message, trace: str) -> None:
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = trace
        if cookie := scope.get("state", {}).get("renewed_cookie"):
            headers.add("set-cookie", cookie)
        if scope["path"].startswith("/static/"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        route: Any = scope.get("path_template") or "unmatched"
        actor = scope.get("state", {}).get("actor")
        log.info(
            "web.answered",
            method=scope.get("method", ""),
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            actor=actor.id if actor else None,
        )


def csrf_token(request: Request[Any, Any, Any]) -> str:
    """Return the token that a form must carry back."""
    token = ScopeState.from_scope(request.scope).csrf_token
    kept = request.cookies.get("platformlink_csrf", "")
    return token if isinstance(token, str) else kept
