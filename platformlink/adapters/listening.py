"""The port at which browsers knock: taken before anything else is started."""

import errno
import socket
from collections.abc import Callable

import uvicorn

from platformlink.adapters import litter
from platformlink.errors import Conflict


class PortTaken(Conflict):
    """Another program listens at this port already, or it may not be ours."""

    code = "port-taken"
    title = "This port is taken"
    mend = "Stop the other program, or choose another port with --port."


def take(host: str, port: int) -> socket.socket:
    """
    Return a socket that listens; who knocks before we serve waits.

    Raises: PortTaken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, str(error))
        raise PortTaken(
            "Port %(port)s of %(host)s is taken (%(why)s). Choose another with --port.",
            params={"port": str(port), "host": host, "why": why},
        ) from error


class Server(uvicorn.Server):
    """Serves until it is told to stop; then it ends first what would never end."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, once everything is loaded."""
        litter.settle()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: it waits for answers that are on their way."""
        self._end()
        await super().shutdown(sockets)
