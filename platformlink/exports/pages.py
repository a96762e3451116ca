"""Packages, for people: where each is taken, and the public check of one."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.response import Stream

from platformlink.authority import said
from platformlink.exports import queries, rules
from platformlink.exports.packing import Taken, take_case, take_request
from platformlink.exports.rules import ListMissing, TakeIn
from platformlink.web.forms import Fields, text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who
from platformlink.web.limits import few_a_minute
from platformlink.web.pages import Page
from platformlink.web.zipping import MANIFEST

CHECKS_A_MINUTE = 30
MOST_BYTES = 8 * 1024 * 1024  # the list of some 50,000 files


class CheckPage(Page, frozen=True, kw_only=True):
    """Where the list of a package is handed in, and whether we made it."""

    template: ClassVar[str] = "exports/check.html"
    authority: str
    sha256: str  # of the list; empty before one came
    made_at: list[datetime]
    manifest: str = MANIFEST
    phone: str


def _asked(form: Fields) -> TakeIn:
    return TakeIn(text(form, "purpose"), evidence=text(form, "evidence") == "yes")


@post("/requests/{reference:str}/export", include_in_schema=False, status_code=200)
async def request_package(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Stream:
    """Give the package of a request."""
    taken = Taken(shell, session, runtime, actor, now, _asked(form))
    return await take_request(taken, reference)


@post("/cases/{reference:str}/export", include_in_schema=False, status_code=200)
async def case_package(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    form: Form,
) -> Stream:
    """Give the package of a case."""
    taken = Taken(shell, session, runtime, actor, now, _asked(form))
    return await take_case(taken, reference)


def _page(
    shell: Shell, runtime: Runtime, sha256: str, made_at: list[datetime]
) -> CheckPage:
    return CheckPage(
        title="Check a package",
        authority=said(runtime.authority.name, shell.words.language),
        sha256=sha256,
        made_at=made_at,
        phone=runtime.authority.contact.phone,
    )


@get("/verify/package", include_in_schema=False)
async def check_page(shell: Shell, runtime: Runtime) -> Response[str]:
    """Ask for the list of hashes of a package."""
    return shell.show(_page(shell, runtime, "", []))


@post(
    "/verify/package",
    include_in_schema=False,
    status_code=200,
    middleware=[few_a_minute(CHECKS_A_MINUTE, "verify-package")],
    request_max_body_size=MOST_BYTES,
)
async def check(
    request: Request[Any, Any, Any], shell: Shell, runtime: Runtime, session: Session
) -> Response[str]:
    """Say whether a list of hashes is one that we recorded; nothing else of it."""
    file = (await request.form()).get("list")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        raise ListMissing
    subject = rules.subject(content)
    made_at = await queries.made_at(session, subject)
    page = _page(shell, runtime, subject.rpartition("/")[2], made_at)
    return shell.show(page, status=200 if made_at else 404)


router = Router("/", route_handlers=[request_package, case_package, check_page, check])
