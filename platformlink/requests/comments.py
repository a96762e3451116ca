"""What colleagues write to each other beside a request; it goes into no letter."""

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.cases.tables import Case
from platformlink.errors import FieldError, Invalid
from platformlink.identity import queries as identity
from platformlink.identity.tables import User
from platformlink.notices import actions as notices
from platformlink.permissions import Actor, Right, may
from platformlink.requests import queries
from platformlink.requests.tables import PlatformRequest, RequestComment
from platformlink.values import Phrase

LONGEST_CHARACTERS = 4000
MENTION = re.compile(r"(?<![\w@])@([\w.-]*\w)")


class CommentWrong(Invalid):
    """A comment is a text, and no longer than a page."""

    code = "comment-wrong"
    title = "The comment cannot be kept like this"


class Written(msgspec.Struct, frozen=True):
    """One comment and who wrote it."""

    comment: RequestComment
    author: str


def handle(user: User) -> str:
    """Return by what a person is mentioned: the address before its @."""
    return user.email.partition("@")[0].lower()


def mentioned(text: str, readers: Iterable[User]) -> list[User]:
    """
    Return who of the readers is mentioned, each once.

    Any other @name is an account that somebody writes about.
    """
    named = {one.lower() for one in MENTION.findall(text)}
    return [one for one in readers if handle(one) in named]


async def readers(
    session: AsyncSession, request: PlatformRequest, case: Case
) -> list[User]:
    """Return all who may read a request, by name."""
    subject = await queries.subject(session, request, case)
    people = await identity.people(session)
    return [one for one in people if may(identity.as_actor(one), Right.READ, subject)]


async def of_request(session: AsyncSession, request_id: int) -> list[Written]:
    """Return the comments of a request, the oldest first."""
    query = (
        select(RequestComment, User.name)
        .join(User, col(User.id) == col(RequestComment.author_id))
        .where(RequestComment.request_id == request_id)
        .order_by(col(RequestComment.id))
    )
    return [Written(one, name) for one, name in await session.exec(query)]


async def write(
    session: AsyncSession,
    request: PlatformRequest,
    case: Case,
    text: str,
    *,
    actor: Actor,
    now: datetime,
) -> RequestComment:
    """
    Keep a comment of somebody who reads the request; tell its author and the mentioned.

    Raises: CommentWrong.
    """
    said = text.strip()
    if not said:
        raise CommentWrong("", FieldError("/text", "required", "Write something."))
    if len(said) > LONGEST_CHARACTERS:
        error = FieldError("/text", "too-long", "Write at most 4,000 characters.")
        raise CommentWrong("", error)
    comment = RequestComment(
        request_id=request.id, author_id=actor.id, written_at=now, text=said
    )
    session.add(comment)
    await session.flush()
    audit.record(
        session,
        actor_id=actor.id,
        verb="request.comment",
        subject=f"request/{request.id}",
        now=now,
        detail={"comment": comment.id, "text": said},
    )
    await _tell(session, request, case, comment, actor=actor, now=now)
    return comment


async def _tell(
    session: AsyncSession,
    request: PlatformRequest,
    case: Case,
    comment: RequestComment,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    may_read = await readers(session, request, case)
    named = {one.id for one in mentioned(comment.text, may_read)} - {actor.id}
    author = {one.id for one in may_read if one.id == request.author_id} - {actor.id}
    name = request.reference or request.draft_id
    words: dict[str, str | int | datetime] = {"who": actor.name, "reference": name}
    for told, phrase in (
        (named, Phrase("%(who)s mentions you beside %(reference)s", words)),
        (author - named, Phrase("%(who)s wrote beside %(reference)s", words)),
    ):
        await notices.tell(
            session,
            told,
            phrase,
            key=f"comment/{comment.id}",
            path=f"/requests/{name}#comments",
            now=now,
        )
