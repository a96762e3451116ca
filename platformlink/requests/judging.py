"""What stands against a draft: by its protocol, the authority, the form, the letter."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import Authority
from platformlink.cases.tables import Case
from platformlink.errors import FieldError
from platformlink.identity.queries import as_actor
from platformlink.identity.tables import User
from platformlink.letters import forms
from platformlink.ports import Runtime
from platformlink.protocols import queries as protocols
from platformlink.protocols import rules as protocol_rules
from platformlink.protocols import shelf
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.rules import Draft, Finding, Given, Severity
from platformlink.requests import gathering, queries
from platformlink.requests.composing import Matter, request_fields
from platformlink.requests.rules import Kind, RequestInvalid
from platformlink.requests.tables import PlatformRequest, Target
from platformlink.values import Phrase

ORDERS = {
    frozenset({"court"}): "This data needs a court order. Record its number and date.",
    frozenset({"prosecutor"}): (
        "This data needs a prosecutor’s order. Record its number and date."
    ),
    frozenset({"court", "prosecutor"}): (
        "Some of this data needs a court order, some a prosecutor’s. Record the number"
        " and date of the order."
    ),
}


async def findings(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    now: datetime,
) -> list[Finding]:
    """Return what the pinned protocol says of a draft: the same for page and API."""
    protocol = await protocols.pinned(session, request.protocol_version)
    draft = draft_of(
        request,
        case,
        await queries.targets_of(session, request.id),
        authority=runtime.authority,
        author=await session.get_one(User, request.author_id),
    )
    own = [
        *authority_findings(request, runtime.authority, protocol),
        *await _form_findings(session, runtime, request, case, now),
    ]
    others = shelf.at(runtime.protocols).recogniser
    version = request.protocol_version
    reviewed = await protocols.reviewed_on(session, [version])
    checked = protocol_rules.check(
        protocol, draft, now, others=others, reviewed_on=reviewed.get(version)
    )
    found = [*checked, *own]
    return list({(one.pointer, one.code): one for one in reversed(found)}.values())[
        ::-1
    ]


async def _form_findings(
    session: AsyncSession,
    runtime: Runtime,
    request: PlatformRequest,
    case: Case,
    now: datetime,
) -> list[Finding]:
    """Return what the form lacks that the instrument prescribes, if it does."""
    instrument = runtime.authority.instrument(request.instrument)
    if instrument is None or not instrument.form:
        return []
    author = as_actor(await session.get_one(User, request.author_id))
    matter = await gathering.matter_of(
        session, runtime, request, case, signed_by=author, now=now
    )
    return list(form_findings(matter, runtime.templates))


def refuse_errors(found: list[Finding]) -> None:
    """
    Let pass what has no finding that must be mended.

    Raises: RequestInvalid, which names each field.
    """
    errors = [
        FieldError(one.pointer, one.code, one.message.text, _plain(one))
        for one in found
        if one.severity is Severity.ERROR
    ]
    if errors:
        raise RequestInvalid("Mend what is marked, then submit again.", *errors)


def _plain(finding: Finding) -> dict[str, str]:
    return {name: str(value) for name, value in finding.message.params.items()}


def form_findings(matter: Matter, folder: Path) -> Iterator[Finding]:
    """Yield each mandatory field of the prescribed form that has no value yet."""
    if matter.form is None:
        return
    for gap in forms.gaps(matter.form, request_fields(matter), folder):
        code = f"form-{gap.params.get('id', gap.code)}"
        yield _error(gap.pointer, code, gap.message, **dict(gap.params))


def draft_of(
    request: PlatformRequest,
    case: Case,
    targets: Sequence[Target],
    *,
    authority: Authority,
    author: User,
) -> Draft:
    """Return what of a request its protocol judges."""
    instrument = authority.instrument(request.instrument)
    return Draft(
        kind=request.kind,
        requester=authority.country,
        holder_country=request.holder_country,
        entity=request.entity,
        entity_reason=request.entity_reason,
        targets=tuple(
            Given(kind=t.kind, value=t.typed, seen_on=t.seen_on) for t in targets
        ),
        from_at=request.period_from_at,
        to_at=request.period_to_at,
        data=tuple(request.data),
        instrument=request.instrument,
        legal_basis=next(iter(instrument.citation.values()), "") if instrument else "",
        offence=case.offence,
        narrative=request.narrative,
        nexus=request.nexus,
        necessity=request.necessity,
        urgency=request.urgency,
        urgency_reason=request.urgency_reason,
        language=request.language,
        non_disclosure=request.non_disclosure,
        non_disclosure_until_on=request.non_disclosure_until_on,
        non_disclosure_reason=request.non_disclosure_reason,
        report_number=request.report_number,
        has_authorisation=request.authorisation is not None,
        danger=request.danger,
        averts=request.averts,
        officer_name=author.name,
        officer_badge=author.badge,
        officer_email=author.email,
        officer_phone=author.phone,
        case_reference=case.reference,
    )


def _error(pointer: str, code: str, text: str, **params: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        pointer=pointer,
        code=code,
        message=Phrase(text, {**params}),
    )


def authority_findings(
    request: PlatformRequest, authority: Authority, protocol: CooperationProtocol
) -> Iterator[Finding]:
    """Yield what the authority's own rules and the letter itself ask of a request."""
    instrument = authority.instrument(request.instrument)
    if instrument is None or request.kind not in instrument.kinds:
        fitting = [x.code for x in authority.instruments if request.kind in x.kinds]
        text = "Choose the footing on which this is asked: %(codes)s."
        yield _error("/instrument", "required", text, codes=", ".join(fitting))
        return
    categories = {one.code: one.category for one in protocol.data}
    needed = {
        instrument.authorisation.get(categories[code], "approval")
        for code in request.data
        if code in categories
    }
    outside = frozenset(needed & {"prosecutor", "court"})
    if outside and request.authorisation is None:
        yield _error("/authorisation", "required", ORDERS[outside])
    yield from _letter_needs(request)


def _letter_needs(request: PlatformRequest) -> Iterator[Finding]:
    is_emergency = request.kind == Kind.EMERGENCY_DISCLOSURE
    texts = (
        (("danger", "Say who is in danger, of what, and when."),
         ("averts", "Say how the data averts the danger."))
        if is_emergency
        else (("narrative", "Say what happened, in a few sentences."),)
    )  # fmt: skip
    for name, text in texts:
        if not getattr(request, name).strip():
            yield _error(f"/{name}", "required", text)
