"""Reads what only the official sets ask of each request that went out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from platformlink.authority import Authority
from platformlink.cases.tables import Case
from platformlink.protocols import queries as protocols
from platformlink.reports.asked import Asked
from platformlink.reports.official import PRODUCTION, Issued
from platformlink.requests.rules import Kind as RequestKind
from platformlink.requests.rules import Step
from platformlink.requests.tables import PlatformRequest, RequestEvent, Target
from platformlink.responses.codes import Kind
from platformlink.responses.queries import COUNTS
from platformlink.responses.tables import Response

KEEPS = (Kind.PRESERVATION_CONFIRMED, Kind.PRESERVATION_RENEWED)


async def issued(
    session: AsyncSession,
    authority: Authority,
    asked: Sequence[Asked],
    sent: SelectOfScalar[int],
    counted: ColumnElement[bool],
) -> list[Issued]:
    """
    Return each request with what the sets ask of it, in the order given.

    ``sent`` are their ids; ``counted`` is what the reader may count, joins Case.
    """
    requests = {row.id: row for row in await session.exec(_requests(sent))}
    versions = {row.protocol_version for row in requests.values()}
    categories = await _categories(session, versions)
    heard = {row.request_id: row for row in await session.exec(_heard(sent))}
    produced = {row.id: row.at for row in await session.exec(_produced(sent, counted))}
    alone = set(await session.exec(_alone(sent)))
    accounts = await _accounts(session, sent)
    return [
        _one(
            fact,
            requests[fact.id],
            authority,
            heard=heard.get(fact.id),
            data=frozenset(
                categories[requests[fact.id].protocol_version].get(code, "")
                for code in requests[fact.id].data
            )
            - {""},
            accounts=frozenset(accounts[fact.id]),
            produced_at=produced.get(fact.id),
            is_sealed_alone=fact.id in alone,
        )
        for fact in asked
    ]


def _one(
    fact: Asked,
    request: Any,  # noqa: ANN401 - a row of _requests
    authority: Authority,
    *,
    heard: Any,  # noqa: ANN401 - a row of _heard
    **known: Any,  # noqa: ANN401 - fields of Issued
) -> Issued:
    instrument = authority.instrument(request.instrument)
    return Issued(
        asked=fact,
        case_id=request.case_id,
        issued_at=request.approved_at or fact.sent_at,
        urgency=request.urgency,
        form=instrument.form if instrument else "",
        route=instrument.force if instrument else "",
        delivered_at=heard.delivered_at if heard else None,
        preserved_at=heard.preserved_at if heard else None,
        is_ratified=request.ratified_at is not None,
        is_fee_asked=bool(heard and heard.is_fee_asked),
        is_delayed=bool(heard and heard.is_delayed),
        is_undelivered=bool(heard and heard.is_undelivered),
        **known,
    )


def _requests(sent: SelectOfScalar[int]) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select what the sets ask of each request itself, and no more: it is many rows."""
    return columns(
        col(PlatformRequest.id),
        col(PlatformRequest.case_id),
        col(PlatformRequest.approved_at),
        col(PlatformRequest.ratified_at),
        col(PlatformRequest.urgency),
        col(PlatformRequest.instrument),
        col(PlatformRequest.protocol_version),
        col(PlatformRequest.data),
    ).where(col(PlatformRequest.id).in_(sent))


def _heard(sent: SelectOfScalar[int]) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select what else was heard of each request, and when first."""
    kind, at = col(Response.kind), func.min(col(Response.received_at))
    return (
        columns(
            col(Response.request_id),
            at.filter(kind == Kind.DELIVERY).label("delivered_at"),
            at.filter(kind.in_(KEEPS)).label("preserved_at"),
            func.bool_or(kind == Kind.COST_NOTICE).label("is_fee_asked"),
            func.bool_or(kind == Kind.DELAY_NOTICE).label("is_delayed"),
            func.bool_or(kind == Kind.UNDELIVERED).label("is_undelivered"),
        )
        .where(col(Response.request_id).in_(sent), COUNTS)
        .group_by(col(Response.request_id))
    )


def _produced(sent: SelectOfScalar[int], counted: ColumnElement[bool]) -> Any:  # noqa: ANN401 - a row of its own shape
    """Select when the first disclosure on what was preserved was issued after it."""
    held, account = aliased(PlatformRequest), aliased(Target)
    return (
        columns(col(held.id), func.min(col(PlatformRequest.approved_at)).label("at"))
        .select_from(held)
        .join(account, col(account.request_id) == col(held.id))
        .join(
            Target,
            (col(Target.kind) == col(account.kind))
            & (col(Target.normalised) == col(account.normalised)),
        )
        .join(PlatformRequest, col(PlatformRequest.id) == col(Target.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(held.id).in_(sent),
            col(held.kind) == RequestKind.PRESERVATION,
            col(PlatformRequest.case_id) == col(held.case_id),
            col(PlatformRequest.platform) == col(held.platform),
            col(PlatformRequest.kind).in_(PRODUCTION),
            col(PlatformRequest.sent_at).is_not(None),
            col(PlatformRequest.approved_at)
            >= func.coalesce(col(held.approved_at), col(held.sent_at)),
            counted,
        )
        .group_by(col(held.id))
    )


def _alone(sent: SelectOfScalar[int]) -> SelectOfScalar[int]:
    """Select what a duty officer sealed without a second person."""
    return select(RequestEvent.request_id).where(
        col(RequestEvent.request_id).in_(sent),
        col(RequestEvent.verb) == Step.SEAL_ALONE,
    )


async def _accounts(
    session: AsyncSession, sent: SelectOfScalar[int]
) -> dict[int, set[tuple[str, str]]]:
    """Return what each request asks about."""
    query = select(Target.request_id, Target.kind, Target.normalised)
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for request_id, kind, normalised in await session.exec(
        query.where(col(Target.request_id).in_(sent))
    ):
        found[request_id].add((kind, normalised))
    return found


async def _categories(
    session: AsyncSession, versions: set[str]
) -> dict[str, dict[str, str]]:
    """Return the category of each item of data, by protocols as they were then."""
    found = {}
    for version in versions:
        protocol = await protocols.pinned(session, version)
        found[version] = {one.code: str(one.category) for one in protocol.data}
    return found
