"""What goes into a package, and who takes it: noted, opened, told, and streamed."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec
from litestar.response import Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.authority import said
from platformlink.cases import queries as cases
from platformlink.cases.tables import Case
from platformlink.clocks.sentences import ENDED_WORDS
from platformlink.desk.rules import CLOCK_NAMES, SOURCE_WORDS
from platformlink.dispatch.rules import STATUS_NAMES
from platformlink.evidence import actions as evidence
from platformlink.evidence import queries as kept
from platformlink.evidence.rules import VERB_NAMES, NotGranted
from platformlink.exports import linked, queries, records, rules
from platformlink.exports.rules import TakeIn
from platformlink.exports.schemas import CaseOut, LetterOut, Record
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.requests import queries as requests
from platformlink.requests.rules import KIND_NAMES, STATE_NAMES
from platformlink.requests.tables import PlatformRequest
from platformlink.responses import evidence as opening
from platformlink.responses.codes import KIND_NAMES as ANSWER_NAMES
from platformlink.responses.codes import OUTCOME_NAMES, REASONS
from platformlink.web import zipping
from platformlink.web.pages import STATIC, Page, Shell
from platformlink.web.zipping import File

LOOKS = ("app.css", "vendor/inter.woff2", "vendor/inter-ext.woff2")


NAMES: Mapping[str, Mapping[Any, Any]] = MappingProxyType(
    {
        "kinds": KIND_NAMES,
        "states": STATE_NAMES,
        "statuses": STATUS_NAMES,
        "answers": ANSWER_NAMES,
        "outcomes": OUTCOME_NAMES,
        "reasons": REASONS,
        "clocks": CLOCK_NAMES,
        "ends": ENDED_WORDS,
        "sources": SOURCE_WORDS,
        "verbs": dict(VERB_NAMES),
    }
)


class IndexPage(Page, frozen=True, kw_only=True):
    """What is in a package, for people; it needs nothing but the files beside it."""

    template: ClassVar[str] = "exports/index.html"
    authority: str
    case: CaseOut
    told: list[Record]
    manifest: str = zipping.MANIFEST
    linked: str = rules.LINKED
    names: Mapping[str, Mapping[Any, Any]] = NAMES


@dataclass(frozen=True)
class Taken:
    """Who takes what, for what; what every door here begins with."""

    shell: Shell
    session: AsyncSession
    runtime: Runtime
    actor: Actor
    now: datetime
    given: TakeIn


async def take(
    taken: Taken, name: str, subject: str, case: Case, found: list[PlatformRequest]
) -> Stream:
    """
    Return the package of requests of a case; who takes it and for what is kept.

    Raises: ExportPurposeMissing, NotGranted.
    """
    rules.check(taken.given)
    audit.record(
        taken.session,
        actor_id=taken.actor.id,
        verb=f"{subject.split('/', maxsplit=1)[0]}.exported",
        subject=subject,
        now=taken.now,
        purpose=taken.given.purpose.strip(),
        detail={"evidence": taken.given.evidence, "requests": [x.id for x in found]},
    )
    if taken.given.evidence:
        for request in found:
            await _open(taken, request)
    told_case = await records.case_out(taken.session, case)
    told = [
        await records.record(
            taken.session,
            request,
            told_case,
            taken.shell.words,
            has_evidence=taken.given.evidence,
        )
        for request in found
    ]
    at = max((one.changed_at for one in found), default=case.opened_at)
    files = list(_files(taken.shell, taken.runtime, told_case, told))
    audit.record(
        taken.session,
        actor_id=taken.actor.id,
        verb=rules.MADE,
        subject=rules.subject(zipping.listed(files)),
        now=taken.now,
        purpose=taken.given.purpose.strip(),
        detail={"of": subject},
    )
    return zipping.download(rules.folder(name), files, at=at)


async def _open(taken: Taken, request: PlatformRequest) -> None:
    """
    Open every item of a request that goes into the package.

    Raises: NotGranted.
    """
    items = await kept.of_request(taken.session, request.id)
    here = [one for one in items if records.has_bytes(one)]
    if here and not await opening.may_open(taken.session, request, taken.actor):
        raise NotGranted
    for item in here:
        purpose = taken.given.purpose
        evidence.open_item(
            taken.session, item, purpose, actor=taken.actor, now=taken.now
        )
    await taken.session.flush()


def _files(
    shell: Shell, runtime: Runtime, case: CaseOut, told: list[Record]
) -> Iterator[File]:
    """Yield what is in a package; letters and evidence are read in their turn."""
    authority = said(runtime.authority.name, shell.words.language)
    page = IndexPage(title=case.reference, authority=authority, case=case, told=told)
    yield zipping.of_bytes(rules.INDEX, shell.text(page).encode())
    whole = linked.investigation(runtime.settings.base_url, authority, told, case)
    yield zipping.of_bytes(rules.LINKED, whole)
    for one in told:
        content = msgspec.json.format(msgspec.json.encode(one), indent=2)
        yield zipping.of_bytes(rules.record_path(one.request.name), content)
        for letter in one.letters:
            read = partial(_letter, runtime, letter)
            yield File(letter.file, read, letter.file_sha256, is_packed=True)
        for each in one.evidence:
            if each.file:
                read = partial(runtime.ports.vault.read, each.item.id)
                item = each.item
                yield File(
                    each.file, read, item.kept_sha256, item.size_bytes, is_packed=True
                )
    for look in LOOKS:
        yield zipping.of_bytes(f"style/{look}", (STATIC / look).read_bytes())


async def _letter(runtime: Runtime, letter: LetterOut) -> AsyncIterator[bytes]:
    """Yield the letter's bytes, read when it is its turn."""
    async with runtime.sessions() as session:
        yield await queries.letter_bytes(session, letter.id, letter.version)


async def take_request(taken: Taken, reference: str) -> Stream:
    """
    Return the package of one request.

    Raises: NoSuchRequest, ExportPurposeMissing, NotGranted.
    """
    request, case = await requests.by_reference(
        taken.session, reference, actor=taken.actor
    )
    name = request.reference or request.draft_id
    return await take(taken, name, f"request/{request.id}", case, [request])


async def take_case(taken: Taken, reference: str) -> Stream:
    """
    Return the package of a case: every request of it that its reader may see.

    Raises: NoSuchCase, ExportPurposeMissing, NotGranted.
    """
    case = await cases.by_reference(taken.session, reference, actor=taken.actor)
    found = await queries.requests_of(taken.session, case, actor=taken.actor)
    return await take(taken, case.reference, f"case/{case.id}", case, found)
