"""Who acts on several requests at once, and with what; handed to the desk's doors."""

from dataclasses import dataclass
from datetime import datetime

from litestar.di import NamedDependency, Provide

from platformlink.desk.board import platform_names
from platformlink.permissions import Actor
from platformlink.ports import Runtime as PlainRuntime
from platformlink.protocols.shelf import Library
from platformlink.web.handed import Now, Runtime, Shell, Who
from platformlink.web.pages import Shell as PlainShell


@dataclass(frozen=True)
class Acting:
    """A person at the desk about to act."""

    shell: PlainShell
    runtime: PlainRuntime
    library: Library
    actor: Actor
    now: datetime

    @property
    def platforms(self) -> dict[str, str]:
        """Return the names of platforms by slug."""
        return platform_names(self.library)


async def _acting(
    shell: Shell,
    runtime: Runtime,
    library: NamedDependency[Library],
    actor: Who,
    now: Now,
) -> Acting:
    return Acting(shell, runtime, library, actor, now)


Acts = NamedDependency[Acting]
PROVIDED = {"acting": Provide(_acting)}
