"""A ZIP that is streamed opens, lists its hashes, and takes no memory to speak of."""

import asyncio
import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.web.zipping import MANIFEST, File, of_bytes, zipped

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PIECE, PIECES = bytes(1 << 20), 48
NAMES = st.text("abcdefghijklmnopqrstuvwxyz/", min_size=1, max_size=20).map(
    lambda one: f"f{one}".replace("//", "/x/").strip("/")
)


async def whole(folder: str, *files: File) -> bytes:
    return b"".join([piece async for piece in zipped(folder, files, at=AT)])


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5))
def test_what_goes_in_comes_out_with_its_hash(files: dict[str, bytes]) -> None:
    given_ = [of_bytes(path, content) for path, content in files.items()]

    content = asyncio.run(whole("PL-1", *given_))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = archive.read(f"PL-1/{MANIFEST}").decode()
        found = {
            name.removeprefix("PL-1/"): archive.read(name)
            for name in archive.namelist()
        }
    del found[MANIFEST]
    assert found == files
    assert listed.splitlines() == [
        f"{hashlib.sha256(held).hexdigest()}  {path}" for path, held in files.items()
    ]
    assert asyncio.run(whole("PL-1", *given_)) == content


def test_a_large_file_takes_little_memory() -> None:
    async def read() -> AsyncIterator[bytes]:
        for _ in range(PIECES):
            yield PIECE

    async def size() -> int:
        large = File("evidence/1.age", read, "0" * 64, 2 << 30, is_packed=True)
        return sum([len(piece) async for piece in zipped("x", [large], at=AT)])

    tracemalloc.start()
    length = asyncio.run(size())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert length > PIECES * len(PIECE)
    assert most < 12 * len(PIECE)


def test_what_breaks_off_opens_nowhere() -> None:
    async def read() -> AsyncIterator[bytes]:
        yield b"a beginning"
        raise ConnectionResetError

    got: list[bytes] = []

    async def take() -> None:
        async for piece in zipped("x", [File("1.age", read, "0" * 64)], at=AT):
            got.append(piece)  # noqa: PERF401 - what came before it broke off counts

    with pytest.raises(ConnectionResetError):
        asyncio.run(take())
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(got)))
