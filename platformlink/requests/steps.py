"""The steps that a person takes by name: one table for the API and the pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.errors import Missing
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.requests import actions, sealing
from platformlink.requests.tables import PlatformRequest


class NoSuchStep(Missing):
    """No step has this name."""

    code = "no-such-step"
    title = "No step has this name"


@dataclass(frozen=True)
class Doing:
    """One person about to take one step."""

    session: AsyncSession
    runtime: Runtime
    request: PlatformRequest
    case: Case
    actor: Actor
    now: datetime
    reason: str = ""

    @property
    def with_case(self) -> tuple[AsyncSession, Runtime, PlatformRequest, Case]:
        """Return what sealing needs first."""
        return self.session, self.runtime, self.request, self.case

    @property
    def acting(self) -> dict[str, Any]:
        """Return who acts, and when."""
        return {"actor": self.actor, "now": self.now}


STEPS: dict[str, Callable[[Doing], Awaitable[object]]] = {
    "submit": lambda d: sealing.submit(*d.with_case, **d.acting),
    "approve": lambda d: sealing.approve(*d.with_case, **d.acting),
    "seal": lambda d: sealing.seal_alone(*d.with_case, **d.acting),
    "withdraw": lambda d: sealing.withdraw(*d.with_case, d.reason, **d.acting),
    "edit": lambda d: sealing.edit(d.session, d.request, d.reason, **d.acting),
    "return": lambda d: actions.send_back(d.session, d.request, d.reason, **d.acting),
    "cancel": lambda d: actions.cancel(d.session, d.request, **d.acting),
    "reopen": lambda d: actions.reopen(d.session, d.request, d.reason, **d.acting),
    "ratify": lambda d: actions.ratify(d.session, d.request, **d.acting),
}


async def do(name: str, doing: Doing) -> None:
    """
    Take a step by its name.

    Raises: NoSuchStep, and what the step itself refuses.
    """
    if name not in STEPS:
        raise NoSuchStep
    await STEPS[name](doing)
