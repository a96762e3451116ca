"""A write that is sent twice with the same Idempotency-Key is done once."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response
from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.errors import FieldError
from platformlink.identity.rules import KeyUsed
from platformlink.identity.tables import AnsweredKey
from platformlink.permissions import Actor

LONGEST_KEY = 200


class Once:
    """The key of one write, and the answer it got before, if any."""

    def __init__(
        self,
        session: AsyncSession,
        key: str,
        digest: str,
        actor: Actor,
        now: datetime,
        kept: AnsweredKey | None,
    ) -> None:
        self._session, self._key, self._digest = session, key, digest
        self._actor, self._now, self._kept = actor, now, kept

    @property
    def answer(self) -> Response[Any] | None:
        """Return the answer that this write got before, or None."""
        if self._kept is None:
            return None
        answer = Response(self._kept.answer, status_code=self._kept.status)
        if version := self._kept.answer.get("version"):
            answer.headers["ETag"] = f'"{version}"'
        return answer

    def keep(self, answer: Any, status: int) -> Response[Any]:  # noqa: ANN401 - any struct that is answered
        """Return an answer, kept with the write in the same transaction."""
        if self._key:
            self._session.add(
                AnsweredKey(
                    user_id=self._actor.id,
                    key=self._key,
                    body_sha256=self._digest,
                    status=status,
                    answer=msgspec.to_builtins(answer),
                    answered_at=self._now,
                )
            )
        return Response(answer, status_code=status)


async def provide_once(
    request: Request[Any, Any, Any], session: AsyncSession, actor: Actor, now: datetime
) -> Once:
    """
    Return the key of a write; two at once with the same key wait for each other.

    Raises: KeyUsed, if the same key came with another body or to another address.
    """
    key = request.headers.get("idempotency-key", "")[:LONGEST_KEY]
    path = f"{request.method} {request.url.path}\n".encode()
    digest = hashlib.sha256(path + await request.body()).hexdigest()
    if not key:
        return Once(session, key, digest, actor, now, None)
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"{actor.id}/{key}", 0))
    await session.exec(select(lock))
    query = select(AnsweredKey).where(
        AnsweredKey.user_id == actor.id, AnsweredKey.key == key
    )
    kept = (await session.exec(query)).one_or_none()
    if kept is not None and kept.body_sha256 != digest:
        message = "Use a fresh Idempotency-Key for another request."
        raise KeyUsed(message, FieldError("/Idempotency-Key", "used", message))
    return Once(session, key, digest, actor, now, kept)
