"""
Finding what was misspelt: PostgreSQL's trigrams, as conditions and scores.

Source: PostgreSQL 18, F.35 pg_trgm; its GIN indexes serve both operators used here.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, func, literal, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

LIKENESS = 0.6  # of the trigrams of what is sought, the share that must be found
SHORTEST = 3  # signs: what is shorter has no trigram of its own
Columns = Sequence[str | None]  # of a table class, which is what its attributes claim


async def allow_mistakes(session: AsyncSession) -> None:
    """Let `near` take what is as like as `LIKENESS`, until the transaction ends."""
    name = "pg_trgm.word_similarity_threshold"
    await session.exec(select(func.set_config(name, str(LIKENESS), true())))


def _contains(column: str | None, sought: str) -> ColumnElement[bool]:
    escaped = sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return col(column).ilike(f"%{escaped}%", escape="\\")


def near(columns: Columns, sought: str) -> ColumnElement[bool]:
    """Return the condition that one of the columns has what is sought, or nearly."""
    found = [col(one).op("%>", is_comparison=True)(sought) for one in columns]
    return or_(*found, *(_contains(one, sought) for one in columns))


def score(columns: Columns, sought: str) -> ColumnElement[float]:
    """Return how near the best of the columns is: 2 where it is all, 0 at least."""
    each = [
        func.coalesce(func.word_similarity(sought, col(one)), 0)
        + case((func.lower(col(one)) == sought.lower(), 1), else_=0)
        for one in columns
    ]
    return func.greatest(*each, literal(0.0))
