"""A PDF that comes in, as the body of a request or as a form's file."""

from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile

from platformlink.errors import Invalid

LARGEST_BYTES = 20 * 1024 * 1024
ENVELOPE_BYTES = 64 * 1024  # what a multipart form adds around the file
MOST_BYTES = LARGEST_BYTES + ENVELOPE_BYTES


class FileMissing(Invalid):
    """No PDF came with the question."""

    code = "file-missing"
    title = "Choose a PDF of at most 20 MB"


async def pdf_of(request: Request[Any, Any, Any]) -> bytes:
    """
    Return the PDF that came, as the body or as a form's file.

    Raises: FileMissing.
    """
    kind, _ = request.content_type
    if kind != "multipart/form-data":
        content = await request.body()
    else:
        file = (await request.form()).get("pdf")
        content = await file.read() if isinstance(file, UploadFile) else b""
    if not content or len(content) > LARGEST_BYTES:
        raise FileMissing
    return content
