"""Cases, for programs."""

from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.cases import actions, queries
from platformlink.cases.queries import Filter
from platformlink.cases.rules import CaseFields
from platformlink.cases.schemas import CaseOut, Listed, MemberIn, MemberOut
from platformlink.cases.tables import Case
from platformlink.identity.once import Once
from platformlink.lists import Sort, sort_of
from platformlink.web.handed import FromPath, FromQuery, JSONBody, Now, Session, Who
from platformlink.web.versions import IfMatch, require_version, tagged

MOST = 200


def shown(case: Case) -> CaseOut:
    """Return a case as its struct."""
    return CaseOut(**case.model_dump(include=set(CaseOut.__struct_fields__)))


@get("/cases")
async def listed(
    session: Session,
    actor: Who,
    q: FromQuery[str] = "",
    unit: FromQuery[str] = "",
    sort: FromQuery[str] = "",
    cursor: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
) -> Listed:
    """Return the cases that the caller may see; the first part says how many."""
    wanted = Filter(
        q=q,
        unit=unit,
        sort=sort_of(sort, Sort.NEWEST, Sort.OLDEST),
        cursor=cursor,
        limit=max(1, min(limit, MOST)),
    )
    found = await queries.listed(session, wanted, actor=actor)
    return Listed(
        items=[shown(one) for one in found],
        next_cursor=str(found[-1].id) if len(found) == wanted.limit else None,
        total=None if cursor else await queries.counted(session, wanted, actor=actor),
    )


@post("/cases")
async def open_case(
    session: Session,
    actor: Who,
    now: Now,
    once: NamedDependency[Once],
    data: JSONBody[CaseFields],
) -> Response[CaseOut]:
    """Return the new case."""
    if once.answer is not None:
        return once.answer
    case = await actions.open_case(session, data, actor=actor, now=now)
    return tagged(once.keep(shown(case), 201), case.version)


@get("/cases/{reference:str}")
async def read(
    session: Session, actor: Who, now: Now, reference: FromPath[str]
) -> Response[CaseOut]:
    """Return one case."""
    case = await queries.by_reference(session, reference, actor=actor)
    audit.record(
        session,
        actor_id=actor.id,
        verb="case.read",
        subject=f"case/{case.id}",
        now=now,
        purpose="case work",
    )
    return tagged(Response(shown(case)), case.version)


@patch("/cases/{reference:str}")
async def change(
    session: Session,
    actor: Who,
    now: Now,
    once: NamedDependency[Once],
    reference: FromPath[str],
    data: JSONBody[CaseFields],
    if_match: IfMatch = None,
) -> Response[CaseOut]:
    """Return the changed case; its reference stays."""
    if once.answer is not None:
        return once.answer
    case = await queries.by_reference(
        session, reference, actor=actor, is_to_change=True
    )
    require_version(case.version, if_match)
    await actions.change_case(session, case, data, actor=actor, now=now)
    return tagged(once.keep(shown(case), 200), case.version)


async def _members(session: AsyncSession, case: Case) -> list[MemberOut]:
    return [
        MemberOut(one.name, one.email) for one in await queries.members(session, case)
    ]


@get("/cases/{reference:str}/members")
async def members(
    session: Session, actor: Who, reference: FromPath[str]
) -> list[MemberOut]:
    """Return who was named for a case; a restricted one is seen by them alone."""
    case = await queries.by_reference(session, reference, actor=actor)
    return await _members(session, case)


@post("/cases/{reference:str}/members", status_code=200)
async def add_member(
    session: Session,
    actor: Who,
    now: Now,
    reference: FromPath[str],
    data: JSONBody[MemberIn],
) -> list[MemberOut]:
    """Let one more person see a restricted case; twice is once."""
    case = await queries.by_reference(session, reference, actor=actor)
    await actions.add_member(session, case, data.email, actor=actor, now=now)
    await session.flush()
    return await _members(session, case)


router = Router(
    "/api/v1", route_handlers=[listed, open_case, read, change, members, add_member]
)
