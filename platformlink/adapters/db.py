"""The way to PostgreSQL."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import Session as SqlmodelSession
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

APP_ROLE = "platformlink_app"
# A page reads few rows: to start processes that help would take longer than it saves.
NO_HELPERS = "-c max_parallel_workers_per_gather=0"


def psycopg_url(url: str) -> str:
    """Return a PostgreSQL URL of any spelling as one for psycopg 3."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def connect(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """
    Return an engine whose connections act as the application's role.

    That role may not change or delete what is append-only, whoever logged in.
    """
    return create_async_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # an error that is logged names no person
        connect_args={
            "options": f"-c role={APP_ROLE} -c timezone=UTC {NO_HELPERS}",
            "application_name": "platformlink",
            "connect_timeout": 5,
        },
    )


def sessions(
    engine: AsyncEngine,
    *,
    before_commit: Callable[[Session], None],
    after_rollback: Callable[[Session, SessionTransaction], None],
) -> async_sessionmaker[AsyncSession]:
    """Return a maker of sessions; `before_commit` runs in each transaction's end."""

    class Kept(SqlmodelSession):
        """A class of its own, so that the hooks concern these sessions alone."""

    event.listen(Kept, "before_commit", before_commit)
    event.listen(Kept, "after_soft_rollback", after_rollback)
    return async_sessionmaker(
        engine, class_=AsyncSession, sync_session_class=Kept, expire_on_commit=False
    )


async def clock(session: AsyncSession) -> datetime:
    """Return what the database's own clock says."""
    found: datetime = (await session.exec(select(func.clock_timestamp()))).one()
    return found
