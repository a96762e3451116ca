"""Ports filled by hand, where the real one cannot be made to fail, or to count."""

from platformlink.errors import NotTaken, TurnedAway, Upstream
from platformlink.ports import Mail


class SilentBell:
    """Rings nowhere."""

    async def ring(self, job: str) -> None:
        return None


class TakingMailer:
    """Takes every message, and keeps it."""

    def __init__(self) -> None:
        self.taken: list[Mail] = []

    async def send(self, mail: Mail) -> str:
        self.taken.append(mail)
        return "250 OK"


class ShutMailer:
    """Cannot be reached: it surely takes nothing."""

    async def send(self, mail: Mail) -> str:
        raise NotTaken("connection refused")


class RefusingMailer:
    """Says no for good."""

    async def send(self, mail: Mail) -> str:
        raise TurnedAway("550 no such mailbox")


class DyingMailer:
    """Breaks off after it was given the message: nobody knows."""

    async def send(self, mail: Mail) -> str:
        raise Upstream("reset by peer")
