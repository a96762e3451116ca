"""Mailing what people were told."""

from datetime import datetime

import structlog
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.authority import said
from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.identity.tables import User
from platformlink.notices.tables import Notice
from platformlink.ports import Mail, Runtime

MOST = 50
PATIENCE = 3  # with a mail server that takes nothing
log = structlog.get_logger()


async def _next(session: AsyncSession) -> tuple[Notice, User] | None:
    query = (
        select(Notice, User)
        .join(User, col(User.id) == col(Notice.user_id))
        .where(col(Notice.mailed_at).is_(None), col(User.is_active))
        .order_by(col(Notice.id))
        .limit(1)
        .with_for_update(of=Notice, skip_locked=True)
    )
    return (await session.exec(query)).first()


async def mail_waiting(runtime: Runtime, now: datetime) -> int:
    """
    Mail what nobody was mailed yet; return how many went out.

    A notice is marked before it is handed over: told twice in the application is
    impossible, and a lost mail is better than a flood of them. What surely was not
    taken is tried again next time; what was turned away for good holds nobody up.
    The mail bears no personal data, only the way to the page.
    """
    sent = 0
    untaken: list[int] = []
    for _ in range(MOST):
        async with runtime.sessions.begin() as session:
            found = await _next(session)
            if found is None:
                break
            notice, user = found
            notice.mailed_at = now
            mail = _mail(runtime, notice, user)
        try:
            await runtime.ports.mailer.send(mail)
            sent += 1
        except Upstream as error:
            log.warning("notice.not_mailed", notice=notice.id, reason=error.code)
            if isinstance(error, NotTaken) and not isinstance(error, TurnedAway):
                untaken.append(notice.id)
        if len(untaken) == PATIENCE:
            break
    await _put_back(runtime, untaken)
    return sent


async def _put_back(runtime: Runtime, notice_ids: list[int]) -> None:
    async with runtime.sessions.begin() as session:
        await session.exec(
            update(Notice).where(col(Notice.id).in_(notice_ids)).values(mailed_at=None)
        )


def _mail(runtime: Runtime, notice: Notice, user: User) -> Mail:
    name = said(runtime.authority.name, user.language)
    return Mail(
        to=user.email,
        subject=f"PlatformLink: {name}",
        text=f"{runtime.settings.base_url}{notice.path}\n",
        message_id=f"<notice-{notice.id}@{runtime.authority.mail_domain}>",
    )
