"""Related requests, and one act for several: first what would happen, then it."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import structlog
from litestar import Request, Response, Router, get, post
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.desk.acting import PROVIDED, Acting, Acts
from platformlink.desk.rules import ACT_NAMES, Act
from platformlink.dispatch import actions as dispatch
from platformlink.dispatch import queries as dispatches
from platformlink.dispatch.pages import JOB
from platformlink.dispatch.rules import DispatchIn, NothingToSend
from platformlink.errors import Conflict, Invalid, Missing, Refusal
from platformlink.letters.rules import LetterKind
from platformlink.permissions import Actor, Right, require
from platformlink.protocols import queries as protocols
from platformlink.requests import actions, queries, sealing, sending, steps
from platformlink.requests.queries import Filter
from platformlink.requests.rules import (
    KIND_NAMES,
    STATE_NAMES,
    Kind,
    ReasonMissing,
    State,
    Step,
    StepNotPossible,
    move,
)
from platformlink.requests.steps import Doing
from platformlink.requests.tables import PlatformRequest
from platformlink.values import Phrase
from platformlink.web.forms import several, text
from platformlink.web.handed import Form
from platformlink.web.pages import Page
from platformlink.web.problems import Problem, as_problem, in_a_line
from platformlink.web.words import Words

log = structlog.get_logger()
MOST = 60  # that one confirmation acts on
MOST_RELATED = 50


class NoSuchAct(Missing):
    """Nothing of this name is done with several requests."""

    code = "no-such-act"
    title = "Nothing of this name is done with several requests at once"


class TooMany(Invalid):
    """One confirmation acts on so many at most."""

    code = "too-many-at-once"
    title = "These are too many at once"
    mend = "Choose fewer, and do it again for the others."


class NotByMail(Conflict):
    """The first way out of a letter is no e-mail: a person takes it there."""

    code = "not-by-mail"
    title = "It does not go out by e-mail"
    mend = "Open the request and send the letter by the way that its page names."


class Related(msgspec.Struct, frozen=True):
    """A request beside another: of the same case, or about the same account."""

    request: PlatformRequest
    is_same_case: bool


async def related(
    session: AsyncSession,
    request: PlatformRequest,
    accounts: Collection[str],
    *,
    actor: Actor,
) -> list[Related]:
    """
    Return what stands beside a request, as far as the reader may know.

    First its case, the same platform before others; then who asked about its accounts
    there in other cases. ``accounts`` are normalised.
    """
    wanted = Filter(case_id=request.case_id, limit=MOST_RELATED)
    lines = await queries.listed(session, wanted, actor=actor)
    in_case = [one.request for one in lines if one.request.id != request.id]
    in_case.sort(key=lambda one: one.platform != request.platform)
    named = [(request.platform, one) for one in accounts if one]
    before = await queries.asked_before(session, named, actor=actor, but_id=request.id)
    elsewhere = {
        one.request.id: one.request
        for known in before.values()
        for one in known
        if one.request.case_id != request.case_id
    }
    return [
        *(Related(one, is_same_case=True) for one in in_case),
        *(Related(one, is_same_case=False) for one in elsewhere.values()),
    ]


class Done(msgspec.Struct, frozen=True):
    """What an act does to a request; `letter` is what a person has yet to send."""

    told: Phrase
    letter: str = ""


Way = Callable[[Doing], Awaitable[Done]]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One request of several, and what becomes of it, or why nothing does."""

    name: str  # its reference, or a draft's id
    kind: str = ""
    platform: str = ""
    accounts: list[str] = []
    state: str = ""
    state_name: str = ""
    told: str = ""
    letter: str = ""
    problem: Problem | None = None

    @property
    def is_refused(self) -> bool:
        """Say whether nothing becomes of it."""
        return self.problem is not None


class TogetherPage(Page, frozen=True, kw_only=True):
    """One act for several requests: what it would do to each, or what it did."""

    template: ClassVar[str] = "desk/together.html"
    act: Act
    lines: list[Line]
    is_done: bool
    needs_reason: bool
    refusal: str


@dataclass(frozen=True)
class Together:
    """One act for several requests, each in a transaction of its own."""

    acting: Acting
    act: Act
    names: list[str]
    reason: str = ""

    async def tried(self) -> list[Line]:
        """Return what would become of each; nothing of it is kept."""
        opened, way = self.acting.runtime.sessions, TRIED[self.act]
        return [await self._each(opened, way, name) for name in self.names]

    async def done(self) -> list[Line]:
        """
        Return what became of each; what is refused takes no other with it.

        Raises: ReasonMissing.
        """
        if self.act is Act.WITHDRAW and not self.reason:
            raise ReasonMissing
        opened, way = self.acting.runtime.sessions.begin, DONE[self.act]
        lines = [await self._each(opened, way, name) for name in self.names]
        if self.act is Act.SEND and not all(one.is_refused for one in lines):
            await self.acting.runtime.ports.bell.ring(JOB)
        return lines

    async def _each(
        self,
        opened: Callable[[], AbstractAsyncContextManager[AsyncSession]],
        way: Way,
        name: str,
    ) -> Line:
        acting, words = self.acting, self.acting.shell.words
        line = Line(name=name)
        try:
            async with opened() as session:
                request, case = await queries.by_reference(
                    session, name, actor=acting.actor, is_to_change=True
                )
                line = await self._line(session, request)
                found = await way(
                    Doing(
                        *(session, acting.runtime, request, case),
                        *(acting.actor, acting.now, self.reason),
                    )
                )
        except Refusal as refusal:
            log.info("together.refused", code=refusal.code)
            problem = as_problem(refusal, words, f"/api/v1/requests/{name}")
            told = _why(refusal, words)
            return msgspec.structs.replace(line, told=told, problem=problem)
        told = words.say(found.told)
        return msgspec.structs.replace(line, told=told, letter=found.letter)

    async def _line(self, session: AsyncSession, request: PlatformRequest) -> Line:
        accounts = await queries.accounts_of(session, [request.id])
        gettext = self.acting.shell.words.gettext
        return Line(
            name=request.reference or request.draft_id,
            kind=gettext(KIND_NAMES[Kind(request.kind)]),
            platform=self.acting.platforms.get(request.platform, request.platform),
            accounts=accounts.get(request.id, []),
            state=request.state,
            state_name=gettext(STATE_NAMES[State(request.state)]),
        )


def _why(refusal: Refusal, words: Words) -> str:
    """Return why nothing is done; the state itself stands beside it."""
    if isinstance(refusal, StepNotPossible):
        return words.gettext("Its state does not allow this.")
    return in_a_line(refusal, words)


async def _submit(doing: Doing) -> Done:
    await steps.do("submit", doing)
    return Done(Phrase("A second person decides on it."))


async def _send(doing: Doing) -> Done:
    """
    Queue the letter that waits, where the first way out is e-mail.

    Raises: NothingToSend, NotByMail, and what sending by hand refuses.
    """
    session, request = doing.session, doing.request
    mailed = (request.kind, LetterKind.WITHDRAWAL, *sending.REMINDERS)
    waiting = await dispatches.waiting(session, request.id)
    letter = next((one for one in waiting if one.kind in mailed), None)
    if letter is None:
        raise NothingToSend
    pinned = await protocols.pinned(session, request.protocol_version)
    first = next(iter(sending.channels_of(pinned, request, letter)), None)
    if first is None or first.kind != "email":
        params = {"channel": first.name if first else "–"}
        raise NotByMail("It goes out by %(channel)s.", params=params)
    given = DispatchIn(channel=first.code)
    await dispatch.send(
        session, doing.runtime.authority, request, letter, given, **doing.acting
    )
    text = "Letter %(letter)s goes out by e-mail to %(address)s."
    address = first.address or first.name
    return Done(Phrase(text, {"letter": letter.reference, "address": address}))


async def _would_withdraw(doing: Doing) -> Done:
    """Ask all that withdrawing asks, without the sealing of a letter."""
    step = move(State(doing.request.state), Step.WITHDRAW)
    await actions.require_right(doing.session, doing.request, step.right, doing.actor)
    return Done(Phrase("A sealed letter withdraws it."))


async def _withdraw(doing: Doing) -> Done:
    letter = await sealing.withdraw(*doing.with_case, doing.reason, **doing.acting)
    told = Phrase("Letter %(letter)s withdraws it.", {"letter": letter.reference})
    return Done(told, letter.reference)


TRIED = {Act.SUBMIT: _submit, Act.SEND: _send, Act.WITHDRAW: _would_withdraw}
DONE = TRIED | {Act.WITHDRAW: _withdraw}


def together(
    acting: Acting, act: str, picked: Iterable[str], reason: str = ""
) -> Together:
    """
    Return one act for several requests, each once; reminders have a page of their own.

    Raises: MayNot, NoSuchAct, TooMany.
    """
    require(acting.actor, Right.READ)
    found = next((one for one in TRIED if one == act), None)
    if found is None:
        raise NoSuchAct
    names = list(dict.fromkeys(one.strip() for one in picked if one.strip()))
    if len(names) > MOST:
        raise TooMany("Choose at most %(most)s at once.", params={"most": str(MOST)})
    return Together(acting, found, names, reason.strip())


def _page(
    act: Act, lines: list[Line], *, is_done: bool = False, refusal: str = ""
) -> TogetherPage:
    return TogetherPage(
        title=ACT_NAMES[act],
        act=act,
        lines=lines,
        is_done=is_done,
        needs_reason=act is Act.WITHDRAW,
        refusal=refusal,
    )


@get("/requests/together", include_in_schema=False)
async def preview(request: Request[Any, Any, Any], acting: Acts) -> Response[str]:
    """Show what an act would do to each of the requests that were picked."""
    given = request.query_params
    wanted = together(acting, given.get("act", ""), given.getall("picked", []))
    return acting.shell.show(_page(wanted.act, await wanted.tried()))


@post("/requests/together", include_in_schema=False, status_code=200)
async def confirm(acting: Acts, form: Form) -> Response[str]:
    """Do it to each by itself, and say what became of it."""
    picked, reason = several(form, "picked"), text(form, "reason")
    wanted = together(acting, text(form, "act"), picked, reason)
    try:
        lines = await wanted.done()
    except ReasonMissing as refusal:
        why = in_a_line(refusal, acting.shell.words)
        page = _page(wanted.act, await wanted.tried(), refusal=why)
        return acting.shell.show(page, status=422)
    return acting.shell.show(_page(wanted.act, lines, is_done=True))


router = Router("/", route_handlers=[preview, confirm], dependencies=PROVIDED)
