"""Fills the port Poster with HTTP."""

from collections.abc import Mapping

import httpx

from platformlink.errors import Upstream

SECONDS = 10


class PostNotTaken(Upstream):
    """The other program did not say that it took what was posted."""

    code = "post-not-taken"
    title = "The other program did not take it"


class HttpPoster:
    """Posts over HTTPS, straight and without redirects: no proxy, no cookies."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.seconds = seconds

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Post, and read nothing but the status. Raises: PostNotTaken."""
        try:
            async with (
                httpx.AsyncClient(timeout=self.seconds, trust_env=False) as client,
                client.stream("POST", url, content=body, headers=headers) as answer,
            ):
                is_taken = answer.is_success
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PostNotTaken from error
        if not is_taken:
            raise PostNotTaken
