"""The public check of a letter: genuine or not, in force or not."""

from typing import Any, ClassVar

from litestar import MediaType, Request, Response, Router, get, post
from litestar.response import Redirect

from platformlink.authority import said
from platformlink.letters import actions, codes, queries, rules, schemas
from platformlink.letters.actions import Verdict
from platformlink.letters.rules import Finding, Means
from platformlink.letters.schemas import VerdictOut
from platformlink.web.handed import FromPath, FromQuery, Now, Runtime, Session, Shell
from platformlink.web.limits import few_a_minute
from platformlink.web.pages import Page, go
from platformlink.web.problems import wants_page
from platformlink.web.uploads import MOST_BYTES, pdf_of

CHECKS_A_MINUTE = 30

HEADLINES = {
    Finding.GENUINE: "Genuine and in force",
    Finding.ADDED_TO: "Genuine and in force, with later signatures on it",
    Finding.WITHDRAWN: "Genuine, but withdrawn: do not act on it",
    Finding.SUPERSEDED: "Genuine, but replaced by a later letter",
    Finding.EXPIRED: "Genuine, but the hold that it asked for is over",
    Finding.UNREGISTERED: "Our seal, but no letter that we issued: do not act on it",
    Finding.ALTERED: "Altered after sealing: do not act on it",
    Finding.FOREIGN: "Sealed by somebody else: do not act on it",
    Finding.UNKNOWN: "Not a letter of ours: do not act on it",
}


class VerifyPage(Page, frozen=True, kw_only=True):
    """Where a code is typed or a letter is handed in."""

    template: ClassVar[str] = "letters/verify.html"
    authority: str
    phone: str
    domain: str
    fingerprint: str


class VerdictPage(Page, frozen=True, kw_only=True):
    """What a check found."""

    template: ClassVar[str] = "letters/verdict.html"
    headline: str
    verdict: VerdictOut
    authority: str


def _certificate(fingerprint: str) -> str:
    """Return a fingerprint in groups of four, as people compare it."""
    text = fingerprint.upper()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


async def _told(runtime: Runtime, shell: Shell, verdict: Verdict) -> VerdictOut:
    """Return what a check found, its reason in the reader's language."""
    seal = await runtime.ports.sealer.info()
    return VerdictOut(
        finding=verdict.finding,
        is_genuine=verdict.finding in schemas.OURS,
        is_in_force=verdict.finding in schemas.IN_FORCE,
        reason=shell.words.say(verdict.reason),
        letter=(
            queries.public(verdict.letter, verdict.versions) if verdict.letter else None
        ),
        authority=schemas.authority_out(runtime.authority, seal),
    )


async def _answer(
    request: Request[Any, Any, Any], shell: Shell, runtime: Runtime, verdict: Verdict
) -> Response[Any]:
    """Return a verdict as a page or as JSON; a code that nobody bears is a 404."""
    out = await _told(runtime, shell, verdict)
    status = 404 if verdict.finding is Finding.UNKNOWN else 200
    if not wants_page(request):
        headers = {"Cache-Control": "no-store"}
        return Response(out, status_code=status, headers=headers)
    page = VerdictPage(
        title="Check of a letter",
        headline=HEADLINES[verdict.finding],
        verdict=out,
        authority=said(runtime.authority.name, shell.words.language),
    )
    return shell.show(page, status=status)


@get("/verify", include_in_schema=False)
async def verify_page(
    shell: Shell, runtime: Runtime, code: FromQuery[str | None] = None
) -> Response[str] | Redirect:
    """Show the check, or go to what a code typed here means."""
    if code:
        return go(f"/verify/{_plain(code)}")
    seal = await runtime.ports.sealer.info()
    page = VerifyPage(
        title="Check a letter",
        authority=said(runtime.authority.name, shell.words.language),
        phone=runtime.authority.contact.phone,
        domain=runtime.authority.mail_domain,
        fingerprint=_certificate(seal.fingerprint),
    )
    return shell.show(page)


def _plain(code: str) -> str:
    """Return a typed code as a path can bear it."""
    try:
        return codes.grouped(codes.read_code(code))
    except codes.CodeUnknown:
        return "unknown"


# QR codes hold the address in upper case, where they need fewer modules.
@get(
    ["/verify/{code:str}", "/VERIFY/{code:str}"],
    middleware=[few_a_minute(CHECKS_A_MINUTE, "verify-code")],
)
async def verify_code(
    request: Request[Any, Any, Any],
    shell: Shell,
    runtime: Runtime,
    session: Session,
    now: Now,
    code: FromPath[str],
) -> Response[Any]:
    """Say whether a code is on one of our letters, and whether that is in force."""
    verdict = await actions.verify_code(session, code, now=now)
    return await _answer(request, shell, runtime, verdict)


@post(
    "/verify",
    status_code=200,
    middleware=[few_a_minute(CHECKS_A_MINUTE, "verify-pdf")],
    request_max_body_size=MOST_BYTES,
)
async def verify_pdf(
    request: Request[Any, Any, Any],
    shell: Shell,
    runtime: Runtime,
    session: Session,
    now: Now,
) -> Response[Any]:
    """Say whether a PDF is one of our letters, unaltered and in force."""
    content = await pdf_of(request)
    verdict = await actions.verify_pdf(
        session, runtime, content, means=Means.UPLOAD, now=now
    )
    return await _answer(request, shell, runtime, verdict)


@get("/verify/request.schema.json", media_type=MediaType.JSON)
async def request_schema() -> dict[str, Any]:
    """Return the JSON Schema of the request.json that each letter carries."""
    return rules.schema()


router = Router(
    path="/", route_handlers=[verify_page, request_schema, verify_code, verify_pdf]
)
