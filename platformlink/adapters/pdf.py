"""
Fills the port Renderer with WeasyPrint, in processes of its own.

This process never loads that library: the functions here run in the others.
"""

from pathlib import Path

from platformlink.adapters.workers import Workers
from platformlink.ports import Attachment
from platformlink.values import Html, Pdf

STYLE = "letter.css"


def render(
    folder: Path,
    html: Html,
    style: str,
    attachments: tuple[Attachment, ...],
    most_pages: int | None,
) -> Pdf:
    """
    Return the archival PDF, in this process.

    Raises: PagesExceeded.
    """
    from platformlink.adapters import typesetting  # noqa: PLC0415 - large, see above

    return typesetting.render(folder, html, style, attachments, most_pages)


def preview(folder: Path, html: Html, style: str) -> Pdf:
    """Return a PDF to look at, in this process."""
    from platformlink.adapters import typesetting  # noqa: PLC0415 - large, see above

    return typesetting.preview(folder, html, style)


def picture(pdf: Pdf) -> bytes:
    """Return the first page as a PNG, in this process."""
    from platformlink.adapters import typesetting  # noqa: PLC0415 - large, see above

    return typesetting.picture(pdf)


def strip(pdf: Pdf) -> bytes:
    """Return all pages side by side as a PNG, in this process."""
    from platformlink.adapters import typesetting  # noqa: PLC0415 - large, see above

    return typesetting.strip(pdf)


def warm_up(folder: Path) -> None:
    """Load the fonts and parse the styles before anybody waits for them."""
    from platformlink.adapters import typesetting  # noqa: PLC0415 - large, see above

    typesetting.warm_up(folder)


class WeasyRenderer:
    """Renders in worker processes, which keep fonts and styles warm."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self._folder = folder
        self._workers = workers

    async def render(
        self,
        html: Html,
        *,
        style: str = STYLE,
        attachments: tuple[Attachment, ...] = (),
        most_pages: int | None = None,
    ) -> Pdf:
        """
        Return the archival, tagged PDF.

        Raises: PagesExceeded, WorkerLost.
        """
        return await self._workers.run(
            render, self._folder, html, style, attachments, most_pages
        )

    async def preview(self, html: Html, *, style: str = STYLE) -> Pdf:
        """
        Return a PDF to look at.

        Raises: WorkerLost.
        """
        return await self._workers.run(preview, self._folder, html, style)

    async def picture(self, pdf: Pdf) -> bytes:
        """
        Return the first page as a PNG.

        Raises: WorkerLost.
        """
        return await self._workers.run(picture, pdf)

    async def strip(self, pdf: Pdf) -> bytes:
        """
        Return all pages side by side as a PNG.

        Raises: WorkerLost.
        """
        return await self._workers.run(strip, pdf)
