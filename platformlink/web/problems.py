"""Refusals as responses: RFC 9457 for programs, a page for people."""

from typing import Any, TypedDict
from urllib.parse import urlencode

import msgspec
import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.response import Redirect

from platformlink import errors
from platformlink.errors import FieldError, Refusal
from platformlink.values import Phrase
from platformlink.web.pages import Page, Shell
from platformlink.web.words import Words

log = structlog.get_logger()

STATUS: dict[type[Refusal], int] = {
    errors.Invalid: 422,
    errors.Denied: 403,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.NotTaken: 503,
    errors.Upstream: 502,
}
BY_CODE = {
    "refused": 400,
    "not-json": 400,
    "not-signed-in": 401,
    "wrong-password": 401,
    "wrong-method": 405,
    "changed-meanwhile": 412,
    "too-large": 413,
    "account-rests": 429,
    "too-many": 429,
    "failed": 500,
    "database-away": 503,
}
MEDIA_TYPE = "application/problem+json"


class WrongField(TypedDict):
    """A field of the input (a JSON pointer), a stable code, and how to mend it."""

    pointer: str
    code: str
    message: str


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What went wrong, as RFC 9457 says it."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[WrongField] = []


class ProblemPage(Page, frozen=True):
    """A refusal that a person reads."""

    template = "web/problem.html"
    problem: Problem


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    if refusal.code in BY_CODE:
        return BY_CODE[refusal.code]
    return next(code for base, code in STATUS.items() if isinstance(refusal, base))


def field_error(error: FieldError, words: Words) -> WrongField:
    """Return a wrong field with its message in the reader's language."""
    message = words.say(Phrase(error.message, dict(error.params)))
    return {"pointer": error.pointer, "code": error.code, "message": message}


def as_problem(refusal: Refusal, words: Words, instance: str) -> Problem:
    """Return a refusal as a problem in the reader's language."""
    return Problem(
        type=f"/problems/{refusal.code}",
        title=words.say(refusal.title),
        status=status_of(refusal),
        detail=words.say(Phrase(refusal.detail, dict(refusal.params))),
        instance=instance,
        errors=[field_error(error, words) for error in refusal.errors],
    )


def in_a_line(refusal: Refusal, words: Words) -> str:
    """Return why something was refused, each wrong field included, in one line."""
    problem = as_problem(refusal, words, "")
    lines = [problem.detail or problem.title]
    lines += [one["message"] for one in problem.errors]
    return " ".join(dict.fromkeys(lines))


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Say whether a person's browser asks, rather than a program."""
    if request.url.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or bool(
        request.headers.get("hx-request")
    )


def answer(
    request: Request[Any, Any, Any], problem: Problem, shell: Shell
) -> Response[Any]:
    """Return a problem as JSON, as a page, or as the way to the sign-in."""
    if not wants_page(request):
        return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE)
    if problem.type.endswith("/not-signed-in"):
        return to_sign_in(request)
    page = ProblemPage(title=problem.title, problem=problem)
    return Response(
        shell.text(page), status_code=problem.status, media_type=MediaType.HTML
    )


def to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """
    Send a person to the sign-in, and back afterwards.

    A part of a page is only told so: the page stays, and what was typed with it.
    """
    if request.headers.get("hx-request"):
        return Response("", status_code=401)
    back = request.url.path
    if request.url.query:
        back += f"?{request.url.query}"
    place = "/sign-in?" + urlencode({"next": back})
    return Redirect(place, status_code=303)
