"""How often one address may knock at a door that is open to anybody."""

from typing import Any

from litestar import Request
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig


def few_a_minute(count: int, door: str) -> DefineMiddleware:
    """
    Return a limit of so many requests a minute from one address, in this process.

    Several web processes each count for themselves: the limit slows a guesser down,
    the codes and passwords themselves are what nobody guesses.
    """

    def who(request: Request[Any, Any, Any]) -> str:
        address = request.client.host if request.client else "nobody"
        return f"{door}:{address}"

    return RateLimitConfig(
        rate_limit=("minute", count),
        set_rate_limit_headers=False,
        identifier_for_request=who,
    ).middleware
