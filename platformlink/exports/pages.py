"""Packages, for people: one form on the page of a request, and of a case."""

from litestar import Router, post
from litestar.response import Stream

from platformlink.exports.packing import Taken, take_case, take_request
from platformlink.exports.rules import TakeIn
from platformlink.web.forms import Fields, text
from platformlink.web.handed import Form, FromPath, Now, Runtime, Session, Shell, Who


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


router = Router("/", route_handlers=[request_package, case_package])
