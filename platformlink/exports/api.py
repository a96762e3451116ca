"""Packages, for programs."""

from litestar import Router, post
from litestar.response import Stream

from platformlink.exports.packing import Taken, take_case, take_request
from platformlink.exports.rules import TakeIn
from platformlink.web.handed import (
    FromPath,
    JSONBody,
    Now,
    Runtime,
    Session,
    Shell,
    Who,
)


@post("/requests/{reference:str}/export", status_code=200)
async def request_package(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    data: JSONBody[TakeIn],
) -> Stream:
    """Return all there is of a request as a ZIP; who took it and for what is kept."""
    taken = Taken(shell, session, runtime, actor, now, data)
    return await take_request(taken, reference)


@post("/cases/{reference:str}/export", status_code=200)
async def case_package(
    shell: Shell,
    session: Session,
    runtime: Runtime,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    data: JSONBody[TakeIn],
) -> Stream:
    """Return all there is of a case as a ZIP; who took it and for what is kept."""
    taken = Taken(shell, session, runtime, actor, now, data)
    return await take_case(taken, reference)


router = Router("/api/v1", route_handlers=[request_package, case_package])
