"""The board stays fresh by itself: one look at the record for all who have it open."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import ClassVar

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent, ServerSentEventMessage
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import queries as audit
from platformlink.errors import NotTaken
from platformlink.permissions import Right, require
from platformlink.web.handed import Runtime, Who

Sessions = async_sessionmaker[AsyncSession]
RETRY_MS = 1000


class TooManyBoards(NotTaken):
    """More boards are open than one process keeps fresh."""

    code = "too-many-boards"
    title = "Too many boards are open"
    mend = "This one looks by itself once a minute. Close those that nobody reads."


class Pace(msgspec.Struct, frozen=True):
    """How often the record is looked at, and how long a stream lives."""

    look_seconds: float = 2.0
    beat_seconds: float = 15.0  # less than any proxy waits for a word
    life_seconds: float = 600.0  # then the browser comes again, and must be signed in


class Watch:
    """Tells each open board of this process that something was recorded, not what."""

    MOST: ClassVar[int] = 200
    MOST_OF_ONE: ClassVar[int] = 4  # browsers keep no more than six to one host

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._boards: dict[asyncio.Event, int] = {}  # whose board it is
        self._looking: asyncio.Task[None] | None = None
        self._is_over = False

    @property
    def count(self) -> int:
        """Return how many boards are open."""
        return len(self._boards)

    def require_room(self, user_id: int) -> None:
        """
        See that one more board may be kept fresh.

        Raises: TooManyBoards.
        """
        owners = list(self._boards.values())
        is_full = len(owners) >= self.MOST or owners.count(user_id) >= self.MOST_OF_ONE
        if self._is_over or is_full:
            raise TooManyBoards(TooManyBoards.mend)

    def end(self) -> None:
        """End all streams at once: the process is told to stop."""
        self._is_over = True
        for bell in self._boards:
            bell.set()

    async def changes(
        self, sessions: Sessions, user_id: int
    ) -> AsyncGenerator[ServerSentEventMessage]:
        """Yield a message for each change and a comment in between, for a while."""
        bell = asyncio.Event()
        self._boards[bell] = user_id
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(sessions))
        ends_at = time.monotonic() + self._pace.life_seconds
        try:
            yield ServerSentEventMessage(data=None, comment="open", retry=RETRY_MS)
            while time.monotonic() < ends_at:
                with suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), self._pace.beat_seconds)
                if self._is_over:
                    return
                has_changed = bell.is_set()
                bell.clear()  # before the message leaves: it may take a while
                yield _message(has_changed=has_changed)
        finally:
            del self._boards[bell]

    async def _look(self, sessions: Sessions) -> None:
        """Look at the end of the record for as long as anybody has a board open."""
        known = await _end_of_record(sessions)
        while self._boards:
            await asyncio.sleep(self._pace.look_seconds)
            found = await _end_of_record(sessions)
            if found != known:
                for bell in self._boards:
                    bell.set()
            known = found


def _message(*, has_changed: bool) -> ServerSentEventMessage:
    if has_changed:
        return ServerSentEventMessage(data="changed")
    return ServerSentEventMessage(data=None, comment="beat")


async def _end_of_record(sessions: Sessions) -> int:
    """Return the number of the last entry; 0 while the database is away."""
    with suppress(SQLAlchemyError):
        async with sessions() as session:
            return await audit.last_seq(session)
    return 0


@get("/board/events", include_in_schema=False)
async def events(
    runtime: Runtime, actor: Who, watch: NamedDependency[Watch]
) -> ServerSentEvent:
    """
    Say that the board changed; what changed each page fetches with its own rights.

    Raises: TooManyBoards.
    """
    require(actor, Right.READ)
    watch.require_room(actor.id)
    return ServerSentEvent(watch.changes(runtime.sessions, actor.id))


router = Router("/", route_handlers=[events])
