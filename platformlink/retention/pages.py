"""The page of what is emptied soon, and of the records that wait for a decision."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from litestar import Response, Router, get, post

from platformlink.authority import Authority
from platformlink.cases.tables import Case
from platformlink.clocks.rules import day_of
from platformlink.errors import FieldError, Invalid
from platformlink.permissions import Actor, MayNot, Right, may
from platformlink.requests.tables import PlatformRequest
from platformlink.retention import actions, queries, rules
from platformlink.retention.queries import Due
from platformlink.retention.tables import CaseReview
from platformlink.values import Phrase
from platformlink.web.forms import by_pointer, day, several, text
from platformlink.web.handed import Form, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page, go

PROPOSED_DAYS = 365
MOST_DIGITS = 18  # what fits a bigint


class RetentionPage(Page, frozen=True, kw_only=True):
    """What waits for a decision, what is emptied soon, and what was decided."""

    template: ClassVar[str] = "retention/review.html"
    waiting: list[Due]
    drafts: list[tuple[PlatformRequest, str, date]]
    kept: Sequence[tuple[CaseReview, Case, str]]
    draft_days: int
    closed_days: int
    typed: dict[str, str]
    wrong: dict[str, str]


def _require(actor: Actor) -> None:
    """
    Let pass who administers, or may lead a case.

    Raises: MayNot.
    """
    if not (may(actor, Right.ADMINISTER) or may(actor, Right.WRITE)):
        raise MayNot


async def _page(
    shell: Shell,
    session: Session,
    authority: Authority,
    actor: Actor,
    now: datetime,
    refused: Invalid | None = None,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    today, kept_days = day_of(now, authority.zone), authority.retention.closed_days
    before_at = rules.before(now, kept_days)
    drafts = await queries.announced(session, actor=actor)
    wrong = by_pointer(refused.errors) if refused else {}
    page = RetentionPage(
        title="Records",
        waiting=await queries.due(session, before_at, today, actor=actor),
        drafts=[(one, name, _empty_on(one, authority)) for one, name in drafts],
        kept=await queries.kept(session, actor=actor),
        draft_days=authority.retention.draft_days,
        closed_days=kept_days,
        typed=typed or {"reason": "", "until": f"{_proposed(today, kept_days)}"},
        wrong={
            pointer: shell.words.say(Phrase(one.message, dict(one.params)))
            for pointer, one in wrong.items()
        },
    )
    return shell.show(page, status=422 if refused else 200)


def _proposed(today: date, closed_days: int) -> date:
    return today + timedelta(days=min(PROPOSED_DAYS, closed_days))


def _empty_on(draft: PlatformRequest, authority: Authority) -> date:
    announced_at = draft.announced_at or draft.changed_at
    return day_of(rules.emptied_at(announced_at), authority.zone)


@get("/retention", include_in_schema=False)
async def review(
    shell: Shell, session: Session, runtime: Runtime, actor: Who, now: Now
) -> Response[str]:
    """Show what waits for this person's decision."""
    _require(actor)
    return await _page(shell, session, runtime.authority, actor, now)


@post("/retention", include_in_schema=False)
async def keep(
    shell: Shell, form: Form, session: Session, runtime: Runtime, actor: Who, now: Now
) -> Response[str]:
    """Keep the records of the chosen cases."""
    _require(actor)
    errors: list[FieldError] = []
    until_on = day(form, "until", errors)
    chosen = [one for one in several(form, "case") if one.isdecimal()]
    try:
        await actions.keep(
            session,
            [int(one) for one in chosen if len(one) <= MOST_DIGITS],
            text(form, "reason"),
            until_on,
            closed_days=runtime.authority.retention.closed_days,
            zone=runtime.authority.zone,
            actor=actor,
            now=now,
        )
    except rules.KeepingInvalid as refused:
        typed = {name: text(form, name) for name in ("reason", "until")}
        authority = runtime.authority
        return await _page(shell, session, authority, actor, now, refused, typed)
    return go("/retention")


router = Router("/", route_handlers=[review, keep])
