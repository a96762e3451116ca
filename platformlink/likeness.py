"""
Finding what somebody remembers, also misspelt, by PostgreSQL's trigrams.

What has the words as they were typed comes first. Only where that is less than a page
shows is it guessed at what they meant: a guess costs more, and whoever spelt it right
needs none.

Source: PostgreSQL 18, F.35 pg_trgm; its GIN indexes serve every operator used here.
"""

import heapq
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, false, func, literal, or_, true, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

LIKENESS = 0.6  # of the trigrams of what is sought, the share that must be found
SHORTEST = 3  # signs: what is shorter has no trigram of its own
EXACT, HAS = 2.0, 1.0  # how near is what it is, and what has it; a guess is nearer 0
NUMBER = 6  # digits of a reference's number, as letters write it
MOST_WEIGHED = 400  # of each sort: a word that all have is no way to find one
MOST_LIKE = 2000  # that a guess goes through
Columns = Sequence[str | None]  # of a table class, which is what its attributes claim
Weighed = Select[Any]  # of rows `id`, `nearness`


def _pattern(sought: str) -> str:
    return sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _matches(columns: Columns, *patterns: str) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            col(one).ilike(pattern, escape="\\")
            for one in columns
            for pattern in patterns
        ),
    )


def is_all(columns: Columns, sought: str) -> ColumnElement[bool]:
    """Return the condition that one of the columns is what is sought."""
    return _matches(columns, _pattern(sought))


def has(columns: Columns, sought: str) -> ColumnElement[bool]:
    """Return the condition that one of the columns has what is sought."""
    return _matches(columns, f"%{_pattern(sought)}%")


def is_like(columns: Columns, sought: str) -> ColumnElement[bool]:
    """Return the condition that a column has nearly what is sought: a guess."""
    return or_(*(col(one).op("%>", is_comparison=True)(sought) for one in columns))


def is_numbered_like(reference: str | None, sought: str) -> ColumnElement[bool]:
    """
    Return the condition that a reference has the number that what is sought ends with.

    All references of an authority are alike but for their numbers: trigrams tell a
    misspelt one from none of them.
    """
    found = re.search(r"\d+$", sought)
    numbers = {found[0], found[0].zfill(NUMBER)} if found else set()
    return _matches([reference], *(f"%-{one}" for one in sorted(numbers)))


def weighed(identity: int, nearness: ColumnElement[float]) -> Weighed:
    """Return a query for ids, each with how near it is; to be narrowed and limited."""
    columns: list[ColumnElement[Any]] = [
        col(identity).label("id"),
        nearness.label("nearness"),
    ]
    return sa.select(*columns).limit(MOST_WEIGHED)


def score(columns: Columns, sought: str) -> ColumnElement[float]:
    """Return how near the best of the columns is, from 0 to 1."""
    each = (func.word_similarity(sought, col(one)) for one in columns)
    return func.greatest(*(func.coalesce(one, 0) for one in each), literal(0.0))


async def nearest(
    session: AsyncSession,
    known: Sequence[Weighed],
    guesses: Sequence[Weighed],
    limit: int,
) -> list[int]:
    """Return the ids of what is meant, the nearest first and the newest of those."""
    near = await _weigh(session, known, limit)
    if len(near) < limit:
        for one, nearness in (await _guessed(session, guesses, limit)).items():
            near[one] = max(nearness, near.get(one, 0))
    return heapq.nlargest(limit, near, key=lambda one: (near[one], one))


async def _guessed(
    session: AsyncSession, guesses: Sequence[Weighed], limit: int
) -> dict[int, float]:
    # Whether few rows are like it the planner can but guess, and where it guesses wrong
    # it compares every row, which takes as long as all indexes together never do.
    await _settle(session, seqscan="off")
    near = await _weigh(session, guesses, limit)
    await _settle(session, seqscan="on")
    return near


async def _settle(session: AsyncSession, *, seqscan: str) -> None:
    name = "pg_trgm.word_similarity_threshold"
    each = (name, str(LIKENESS)), ("enable_seqscan", seqscan)
    await session.exec(select(*(func.set_config(*one, true()) for one in each)))


async def _weigh(
    session: AsyncSession, parts: Sequence[Weighed], limit: int
) -> dict[int, float]:
    each = [one.subquery() for one in parts]
    every = union_all(*(select(one.c.id, one.c.nearness) for one in each)).subquery()
    nearness = func.max(every.c.nearness)
    query = (
        select(every.c.id, nearness)
        .group_by(every.c.id)
        .order_by(nearness.desc(), every.c.id.desc())
        .limit(limit)
    )
    return dict((await session.exec(query)).all())
