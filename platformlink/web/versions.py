"""ETag and If-Match: nobody overwrites what they have not read."""

import re
from typing import Annotated, Any

from litestar import Response
from litestar.params import HeaderParameter

from platformlink.errors import ChangedMeanwhile

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]
TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def tagged(answer: Response[Any], version: int) -> Response[Any]:
    """Return an answer that says which version it shows."""
    answer.headers["ETag"] = f'"{version}"'
    return answer


def version_of(if_match: str | None) -> int | None:
    """
    Return the version that a caller has read, or None where they name none.

    Raises: ChangedMeanwhile for a tag that this desk never gave.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        raise ChangedMeanwhile
    return int(found[1])


def require_version(version: int, if_match: str | None) -> None:
    """
    Let pass who has read the present version, or names none.

    Raises: ChangedMeanwhile.
    """
    if version_of(if_match) not in (None, version):
        raise ChangedMeanwhile
