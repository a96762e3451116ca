"""Telling other programs what happened."""

from datetime import datetime

import structlog

from platformlink.authority import Webhook
from platformlink.errors import Upstream
from platformlink.ports import Runtime
from platformlink.webhooks import actions
from platformlink.webhooks.actions import Claimed
from platformlink.webhooks.rules import HEADER, body_of, signature

MOST = 100  # to one receiver at a time
log = structlog.get_logger()


async def deliver_webhooks(runtime: Runtime, now: datetime) -> int:
    """
    Tell each receiver what it has not taken yet; return how many were taken.

    A receiver that does not take one is left alone until the next time, and holds
    nobody else up.
    """
    taken = 0
    for hook in runtime.authority.webhooks:
        async with runtime.sessions.begin() as session:
            await actions.collect(session, hook, now=now)
        taken += await _deliver(runtime, hook, now)
    return taken


async def _deliver(runtime: Runtime, hook: Webhook, now: datetime) -> int:
    for taken in range(MOST):
        async with runtime.sessions.begin() as session:
            claimed = await actions.claim(session, hook.url, now=now)
        if claimed is None or not await _post(runtime, hook, claimed):
            return taken
        async with runtime.sessions.begin() as session:
            await actions.confirm(session, claimed.id, now=now)
    return MOST


async def _post(runtime: Runtime, hook: Webhook, claimed: Claimed) -> bool:
    body = body_of(claimed.told)
    secrets = runtime.settings.secrets_by_receiver[hook.name]
    headers = {
        "Content-Type": "application/json",
        HEADER: signature(secrets, body, runtime.clock()),
    }
    try:
        await runtime.ports.poster.post(hook.url, body, headers)
    except Upstream as error:
        log.warning("webhook.not_taken", delivery=claimed.id, reason=error.code)
        return False
    return True
