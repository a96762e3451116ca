"""
Every refusal has a page: what it means, and how to mend it.

The framework's own refusals get their names here, so that a program meets one kind of
answer, whoever refused.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from litestar import Request, Response, Router, get
from litestar.exceptions import (
    HTTPException,
    SerializationException,
    ValidationException,
)
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from platformlink.errors import Denied, FieldError, Invalid, Missing, Refusal, Upstream
from platformlink.web.bodies import unkept_fields, wrong_fields
from platformlink.web.handed import FromPath, Shell
from platformlink.web.pages import Page


class Malformed(Invalid):
    """A field is of another sort, is missing, or has no place here."""

    code = "malformed"
    title = "Some fields cannot be read"


class NotJson(Invalid):
    """The body is no JSON."""

    code = "not-json"
    title = "The body is no JSON"
    mend = "Send one JSON object in UTF-8, with Content-Type: application/json."


class NotKept(Invalid):
    """A text or number is of a sort that the database cannot keep."""

    code = "not-kept"
    title = "A text or a number here cannot be kept"
    mend = "Take out NUL characters, and numbers of more than 18 digits."


class WrongMethod(Refusal):
    """The address exists, but not for this method."""

    code = "wrong-method"
    title = "This address does not take that method"
    mend = "The methods of each address stand at /api/docs."


class TooLarge(Invalid):
    """The body is larger than anything that is taken here."""

    code = "too-large"
    title = "This is larger than 25 MB"
    mend = "Send less at once."


class TooMany(Denied):
    """One address knocked too often."""

    code = "too-many"
    title = "Too many questions in one minute"
    mend = "Wait a minute, then try again."


class CrossSite(Denied):
    """A form came without the token of its page."""

    code = "cross-site"
    title = "This form is too old, or comes from somewhere else"
    mend = "Go back, reload the page, and send the form again."


class DatabaseAway(Upstream):
    """The database cannot be reached; nothing was changed."""

    code = "database-away"
    title = "The database does not answer; nothing was changed"
    mend = "Try again in a moment. What you typed is still on your page: go back to it."


class Failed(Refusal):
    """A mistake of ours."""

    code = "failed"
    title = "This failed, and it is our fault"
    mend = "Tell the administrator the number that the answer bears as X-Request-Id."


class NoSuchProblem(Missing):
    """No refusal has this code."""

    code = "no-such-problem"
    title = "No refusal has this code"


BY_STATUS: dict[int, type[Refusal]] = {
    403: CrossSite,
    404: Missing,
    405: WrongMethod,
    413: TooLarge,
    429: TooMany,
}


def body_of(request: Request[Any, Any, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON body that was read before, or None."""
    found = ScopeState.from_scope(request.scope).json
    return None if found is Empty else found


def _wrong(request: Request[Any, Any, Any], error: ValidationException) -> Refusal:
    """Return what of body or address could not be read: all wrong fields at once."""
    told = error.extra if isinstance(error.extra, list) else []
    data = request.route_handler.parsed_fn_signature.parameters.get("data")
    found = []
    if data is not None and any(one.get("source") == "body" for one in told):
        found = list(wrong_fields(body_of(request), data.annotation))
    found += [
        FieldError(
            "/" + str(one.get("key", "")).replace(".", "/"),
            "malformed",
            str(one.get("message", "")),
        )
        for one in told
        if not (found and one.get("source") == "body")
    ]
    return Malformed("", *found)


def from_framework(
    request: Request[Any, Any, Any], error: HTTPException
) -> Refusal | None:
    """Return what Litestar refused under our own names; None for a mistake of ours."""
    if isinstance(error, ValidationException):
        return _wrong(request, error)
    if isinstance(error.__cause__, SerializationException):
        return NotJson(error.detail)
    if error.status_code in BY_STATUS:
        return BY_STATUS[error.status_code]()
    is_ours = error.status_code >= 500  # noqa: PLR2004 - RFC 9110, section 15.6
    return None if is_ours else Refusal(error.detail)


def not_kept(request: Request[Any, Any, Any]) -> Refusal:
    """Return what the database refused, by its fields where the body shows them."""
    return NotKept("", *unkept_fields(body_of(request)))


def all_refusals(base: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Yield every refusal of the program, the general ones first."""
    yield base
    for one in base.__subclasses__():
        yield from all_refusals(one)


class RefusalPage(Page, frozen=True, kw_only=True):
    """One refusal: what it means, and how to mend it."""

    template: ClassVar[str] = "web/refusal.html"
    code: str
    meaning: str
    mend: str


@get("/problems/{code:str}", include_in_schema=False)
async def explain(shell: Shell, code: FromPath[str]) -> Response[str]:
    """Show what a refusal means; its code is the `type` of the problem document."""
    found = next((one for one in all_refusals() if one.code == code), None)
    if found is None:
        raise NoSuchProblem
    meaning = (found.__doc__ or "").strip().split("\n\n", 1)[0]
    page = RefusalPage(title=found.title, code=code, meaning=meaning, mend=found.mend)
    return shell.show(page)


router = Router("/", route_handlers=[explain])
