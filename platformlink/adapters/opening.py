"""
What a file says that a person dropped here, read in a process of its own.

A PDF and an Outlook message are read for their words alone, within bounds of time,
memory and length; nothing in them is run, drawn or kept.
"""

import io
from collections.abc import Callable, Iterator
from email import policy
from email.parser import HeaderParser
from typing import TypeVar

import olefile

from platformlink.adapters.workers import WorkerLost, Workers
from platformlink.ports import OutlookMessage

T = TypeVar("T")

MOST_PAGES = 20
MOST_CHARACTERS = 20_000
MOST_FILES = 100
SECONDS = 10

# What a property is called in the file. Source: [MS-OXMSG] 2.1, [MS-OXPROPS] 2.
SUBJECT, BODY, HEADERS = "0037", "1000", "007D"
FILE_NAMES = ("3707", "3704", "3001")  # long, short, or only as shown: a message in it
SENDER = ("5D01", "0C1F")  # the address in SMTP's form; or in whatever form
ORIGINS = (("Message-ID", "1035"), ("In-Reply-To", "1042"), ("References", "1039"))
TEXTS = (("001F", "utf-16-le"), ("001E", "cp1252"))  # how a text may be kept
ATTACHMENT = "__attach_version1.0_#"


def pdf_text(content: bytes) -> str:
    """Return the words of the first pages, in this process; nothing where none are."""
    import pypdfium2  # noqa: PLC0415 - large, and only that process needs it

    try:
        document = pypdfium2.PdfDocument(content)
        found = ""
        for number in range(min(len(document), MOST_PAGES)):
            found += f"{document[number].get_textpage().get_text_bounded()}\n"
            if len(found) >= MOST_CHARACTERS:
                break
        document.close()
    except Exception:  # noqa: BLE001 - whatever hostile bytes provoke in a parser
        return ""
    return found[:MOST_CHARACTERS]


def outlook(content: bytes) -> OutlookMessage | None:
    """Return an Outlook message as mail, in this process; None where it is none."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as opened:
            return _message(opened)
    except Exception:  # noqa: BLE001 - whatever hostile bytes provoke in a parser
        return None


def _message(opened: olefile.OleFileIO) -> OutlookMessage | None:
    headers = list(_headers(opened))
    body = _text(opened, BODY)
    if not headers and not body:
        return None
    kind = (
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    lines = [*headers, *kind, "", body[:MOST_CHARACTERS]]
    raw = "\n".join(lines).encode("utf-8", "replace")
    return OutlookMessage(raw, tuple(_files(opened)))


def _text(opened: olefile.OleFileIO, tag: str, within: str = "") -> str:
    """Return a property that is text, or nothing."""
    for kind, encoding in TEXTS:
        path = [*([within] if within else []), f"__substg1.0_{tag}{kind}"]
        if opened.exists(path):
            found: bytes = opened.openstream(path).read()
            return found.decode(encoding, "replace").rstrip("\0")
    return ""


def _line(text: str) -> str:
    """Return a text as one line: no header may bring another with it."""
    return " ".join(text.split())


def _headers(opened: olefile.OleFileIO) -> Iterator[str]:
    """Yield those that came with it; else what Outlook itself kept of them."""
    came = HeaderParser(policy=policy.compat32).parsestr(_text(opened, HEADERS))
    for name, value in came.items():
        if not name.lower().startswith(("content-", "mime-version")):
            yield f"{name}: {_line(str(value))}"
    if came.items():
        return
    sender = next((one for tag in SENDER if "@" in (one := _text(opened, tag))), "")
    origins = [(name, _text(opened, tag)) for name, tag in ORIGINS]
    kept = [("From", sender), ("Subject", _text(opened, SUBJECT)), *origins]
    yield from (f"{name}: {_line(value)}" for name, value in kept if value)


def _files(opened: olefile.OleFileIO) -> Iterator[str]:
    folders = {one[0] for one in opened.listdir() if one[0].startswith(ATTACHMENT)}
    for folder in sorted(folders)[:MOST_FILES]:
        names = (_text(opened, tag, folder) for tag in FILE_NAMES)
        if name := next((one for one in names if one), ""):
            yield _line(name)[:255]


class BoundedReader:
    """Reads in one process that dies of what takes too long, and is replaced."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self._workers = Workers(count=1, longest_seconds=seconds)

    async def pdf_text(self, content: bytes) -> str:
        """Return the words of a PDF's first pages; nothing where it says nothing."""
        return await self._bounded(pdf_text, content) or ""

    async def outlook(self, content: bytes) -> OutlookMessage | None:
        """Return an Outlook message as mail, or None where it cannot be read."""
        return await self._bounded(outlook, content)

    async def _bounded(self, read: Callable[[bytes], T], content: bytes) -> T | None:
        try:
            return await self._workers.run(read, content)
        except WorkerLost:
            return None

    def close(self) -> None:
        """End the process."""
        self._workers.close()
