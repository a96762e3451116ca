"""
What a draft need not be typed again: a template, the last such request, the case.

Only what is still empty is filled: nothing that somebody typed is ever replaced.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.errors import FieldError, Missing
from platformlink.permissions import Actor
from platformlink.protocols import queries as protocols
from platformlink.requests import queries
from platformlink.requests.rules import RequestInvalid, State
from platformlink.requests.tables import DraftTemplate, PlatformRequest

LONGEST_NAME = 60
# What is alike from case to case; of a template, that is all.
ALIKE = (
    *("instrument", "nexus", "necessity", "urgency_reason", "data"),
    *("non_disclosure", "non_disclosure_days", "non_disclosure_reason"),
)
# What is one and the same for all requests of a case.
OF_CASE = (
    *("narrative", "narrative_local", "report_number", "authorisation"),
    *("period_from_at", "period_to_at", "danger", "averts"),
    *("necessity", "non_disclosure", "non_disclosure_days", "non_disclosure_reason"),
)
FIELDS = tuple(dict.fromkeys((*OF_CASE, *ALIKE)))
LAST, CASE = "last", "case"
PERIOD = ("period_from_at", "period_to_at")

FIELD_NAMES = MappingProxyType(
    {
        "instrument": "Instrument",
        "nexus": "How the platform was used",
        "necessity": "What the data is needed for",
        "urgency_reason": "Reason for haste",
        "data": "Data",
        "non_disclosure": "Whether the account holder may be told",
        "narrative": "What happened",
        "narrative_local": "What happened, in our own language",
        "report_number": "NCMEC report number",
        "authorisation": "An order of a prosecutor or court",
        "period_from_at": "Period",
        "danger": "Who is in danger",
        "averts": "How the data averts it",
    }
)

Values = Mapping[str, Any]


class Source(msgspec.Struct, frozen=True):
    """One thing to start from: its code in the form, and the request or name."""

    code: str
    name: str
    kind: str = ""


def values_of(request: PlatformRequest, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a request says of these fields; days of silence, not their end."""
    found = {name: getattr(request, name, None) for name in names}
    if "non_disclosure_days" in names:
        until = request.non_disclosure_until_on
        begun = request.created_at.date()
        found["non_disclosure_days"] = (until - begun).days if until else None
    return found


def filling(
    kept: Values, given: Values, *, today: date, items: frozenset[str]
) -> dict[str, Any]:
    """
    Return what a draft takes over: what it lacks and the other says.

    ``items`` are the data that its platform can be asked for. A period, and whether the
    platform may tell the account holder, are taken over as a whole or not at all.
    """
    found = {
        name: value
        for name, value in given.items()
        if value and not kept.get(name) and not name.startswith("non_disclosure")
    }
    if any(kept.get(name) or not given.get(name) for name in PERIOD):
        found = {name: value for name, value in found.items() if name not in PERIOD}
    if chosen := [one for one in found.pop("data", ()) if one in items]:
        found["data"] = chosen
    is_silent = kept.get("non_disclosure_days") or kept.get("non_disclosure_reason")
    if not is_silent and given.get("non_disclosure") is not None:
        days = given.get("non_disclosure_days")
        taken = {
            "non_disclosure": given["non_disclosure"],
            "non_disclosure_reason": given.get("non_disclosure_reason") or "",
            "non_disclosure_until_on": today + timedelta(days=days) if days else None,
        }
        if days or not given["non_disclosure"]:
            found |= taken
    return found


async def sources(
    session: AsyncSession, request: PlatformRequest, *, actor: Actor
) -> list[Source]:
    """Return what a draft may start from, the nearest first."""
    found = []
    if same := await _of_case(session, request, actor):
        found.append(_source(CASE, same))
    if last := await _last(session, request, actor):
        found.append(_source(LAST, last))
    templates = await _templates(session, request)
    return [*found, *(Source(f"{one.id}", one.name) for one in templates)]


def _source(code: str, request: PlatformRequest) -> Source:
    name = request.reference or request.draft_id
    return Source(code, name, request.kind)


async def start(
    session: AsyncSession,
    request: PlatformRequest,
    code: str,
    *,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """
    Fill what a draft lacks from a source; return the names of what was filled.

    The caller has let the actor change the draft.

    Raises: Missing, where there is no such source.
    """
    given = await _given(session, request, code, actor)
    protocol = await protocols.pinned(session, request.protocol_version)
    changes = filling(
        values_of(request, FIELDS),
        given,
        today=now.date(),
        items=frozenset(one.code for one in protocol.data),
    )
    for name, value in changes.items():
        setattr(request, name, value)
    await session.flush()
    return [name for name in changes if name in FIELD_NAMES]


async def _given(
    session: AsyncSession, request: PlatformRequest, code: str, actor: Actor
) -> Values:
    if code == CASE and (same := await _of_case(session, request, actor)):
        return values_of(same, OF_CASE)
    if code == LAST and (last := await _last(session, request, actor)):
        return values_of(last, ALIKE)
    for one in await _templates(session, request):
        if code == f"{one.id}":
            return {name: one.fields.get(name) for name in ALIKE}
    raise Missing


async def _of_case(
    session: AsyncSession, request: PlatformRequest, actor: Actor
) -> PlatformRequest | None:
    """Return the newest other request of the same case that says what happened."""
    return await _newest_other(
        session,
        request,
        actor,
        PlatformRequest.case_id == request.case_id,
        PlatformRequest.narrative != "",
    )


async def _last(
    session: AsyncSession, request: PlatformRequest, actor: Actor
) -> PlatformRequest | None:
    """Return the newest of this kind that the reader filed at this platform."""
    return await _newest_other(
        session,
        request,
        actor,
        PlatformRequest.author_id == actor.id,
        PlatformRequest.platform == request.platform,
        PlatformRequest.kind == request.kind,
        col(PlatformRequest.state).not_in([State.DRAFT, State.CANCELLED]),
    )


async def _newest_other(
    session: AsyncSession,
    request: PlatformRequest,
    actor: Actor,
    *which: ColumnElement[bool] | bool,
) -> PlatformRequest | None:
    query = (
        select(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(*which, PlatformRequest.id != request.id, queries.seen_by(actor))
        .order_by(col(PlatformRequest.id).desc())
    )
    return (await session.exec(query.limit(1))).first()


async def _templates(
    session: AsyncSession, request: PlatformRequest
) -> list[DraftTemplate]:
    """Return the templates of the draft's unit for its kind, by name."""
    query = select(DraftTemplate).where(
        DraftTemplate.unit_id == request.unit_id, DraftTemplate.kind == request.kind
    )
    return list(await session.exec(query.order_by(col(DraftTemplate.name))))


async def keep_template(
    session: AsyncSession,
    request: PlatformRequest,
    name: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """
    Keep what is alike from case to case under a name; one of the same name is replaced.

    Raises: RequestInvalid.
    """
    if not 0 < len(name) <= LONGEST_NAME:
        message = "Give a name of at most 60 characters."
        raise RequestInvalid("", FieldError("/template", "length", message))
    values = {
        "fields": values_of(request, ALIKE),
        "written_by_id": actor.id,
        "written_at": now,
    }
    key = {"unit_id": request.unit_id, "kind": request.kind, "name": name}
    made = insert(DraftTemplate).values(**key, **values)
    await session.exec(made.on_conflict_do_update(index_elements=[*key], set_=values))


async def forget_template(
    session: AsyncSession, request: PlatformRequest, code: str
) -> None:
    """
    Forget a template of the draft's unit.

    Raises: Missing.
    """
    for one in await _templates(session, request):
        if f"{one.id}" == code:
            await session.delete(one)
            return
    raise Missing
