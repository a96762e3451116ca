"""Files as one ZIP, a piece at a time; its last file lists the hash of each other."""

import hashlib
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar.response import Stream

from platformlink.values import in_utc

MANIFEST = "manifest-sha256.txt"
MODE = 0o100644 << 16  # a plain file that its owner writes and all read
UNIX = 3
SMALL_BYTES = 1 << 30  # a file that may be larger says so in the ZIP's own long form


@dataclass(frozen=True)
class File:
    """One file: where it lies, how its bytes come, their hash, about how many."""

    path: str
    read: Callable[[], AsyncIterator[bytes]]
    sha256: str
    size_bytes: int = 0
    is_packed: bool = False  # it would not become smaller


def of_bytes(path: str, content: bytes) -> File:
    """Return a file whose bytes are here already."""

    async def read() -> AsyncIterator[bytes]:
        yield content

    return File(path, read, hashlib.sha256(content).hexdigest(), len(content))


def listed(files: Iterable[File]) -> bytes:
    """Return the list of the hashes of files, as `sha256sum` writes it."""
    return "".join(f"{one.sha256}  {one.path}\n" for one in files).encode()


class _Sink:
    """Takes what `zipfile` writes, and gives it away; it cannot go back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, content: bytes) -> int:
        self._held += content
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        """Return what came since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held


def _info(path: str, at: datetime, *, is_packed: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, in_utc(at).timetuple()[:6])
    info.create_system, info.external_attr = UNIX, MODE
    info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    return info


async def zipped(
    folder: str, files: Sequence[File], *, at: datetime
) -> AsyncIterator[bytes]:
    """
    Yield a ZIP that unpacks into one folder; the same files give the same bytes.

    `at` is the time that every file in it bears. The last file is the list of hashes:
    of what was kept, so that what has been damaged since does not fit it. Where a file
    cannot be read the ZIP breaks off, and none opens it.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # a sink that only writes is enough
        for file in files:
            info = _info(f"{folder}/{file.path}", at, is_packed=file.is_packed)
            is_large = file.size_bytes > SMALL_BYTES
            with archive.open(info, "w", force_zip64=is_large) as opened:
                async for piece in file.read():
                    opened.write(piece)
                    if written := sink.taken():
                        yield written
        last = _info(f"{folder}/{MANIFEST}", at, is_packed=False)
        archive.writestr(last, listed(files))
    yield sink.taken()


def download(name: str, files: Sequence[File], *, at: datetime) -> Stream:
    """Return a ZIP that a browser saves under a name, and no cache keeps."""
    return Stream(
        zipped(name, files, at=at),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.zip"',
            "Cache-Control": "no-store",
        },
    )
