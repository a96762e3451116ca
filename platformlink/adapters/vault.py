"""
Fills the port Vault: age encryption (pyrage) into an object store (obstore).

Reading, hashing and encrypting run in threads; what is held in memory is one part.
"""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import obstore
import pyrage
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from platformlink.adapters import files
from platformlink.errors import Upstream
from platformlink.ports import KeptWhole
from platformlink.settings import Settings

PIECE_BYTES = 1024 * 1024
THREADS = 4
SECONDS = 60  # of silence; a part must be sent in it
LONGEST = timedelta(days=1)  # of one request: ten gigabytes over a slow line
P = ParamSpec("P")
T = TypeVar("T")


class StoreAway(Upstream):
    """The store of the vault does not answer, or is full."""

    code = "store-away"
    title = "The vault does not answer; nothing was lost, try it again"


class NotAssembled(Upstream):
    """A part is harmed, or the store broke off while the whole was written."""

    code = "not-assembled"
    title = "The file could not be put together; it is tried again"


class _Parts:
    """The decrypted parts of an upload as one file to read, hashed on the way."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._held = memoryview(b"")
        self.hash = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; none at the end."""
        while not self._held:
            part = next(self._parts, None)
            if part is None:
                return b""
            self.hash.update(part)
            self._held = memoryview(part)
        given, self._held = self._held[:size], self._held[size:]
        return bytes(given)


class _Hashed:
    """What is written, hashed on its way to the store."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self.hash = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Pass the bytes on."""
        self.hash.update(content)
        self._write(content)
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""


def _part(item: int, number: int) -> str:
    return f"parts/{item}/{number:07d}.age"


def _whole(item: int) -> str:
    return f"evidence/{item}.age"


class AgeVault:
    """Encrypts to recipients (`age1…`) whose keys are elsewhere, and stores."""

    def __init__(self, store: ObjectStore, recipients: Iterable[str]) -> None:
        self._store = store
        self._recipients = [pyrage.x25519.Recipient.from_str(x) for x in recipients]
        # Its own: a store that stalls holds up nobody who signs in meanwhile.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="vault")

    @property
    def is_open(self) -> bool:
        """Say whether there is anybody to encrypt to."""
        return bool(self._recipients)

    def new_key(self) -> str:
        """Return a key for the parts of one upload."""
        return str(pyrage.x25519.Identity.generate())

    async def put_part(self, item: int, number: int, content: bytes, key: str) -> None:
        """
        Keep a part, encrypted to the upload's own key.

        Raises: StoreAway.
        """

        def put() -> None:
            own = pyrage.x25519.Identity.from_str(key).to_public()
            sealed = pyrage.encrypt(content, [own])
            obstore.put(self._store, _part(item, number), sealed)

        await self._in_thread(put)

    async def assemble(self, item: int, count: int, key: str) -> KeptWhole:
        """
        Hash the parts in order and keep them as one file.

        Raises: StoreAway, NotAssembled.
        """
        return await self._in_thread(self._assemble, item, count, key)

    def _assemble(self, item: int, count: int, key: str) -> KeptWhole:
        own = pyrage.x25519.Identity.from_str(key)
        parts = _Parts(
            pyrage.decrypt(self._bytes(_part(item, number)), [own])
            for number in range(1, count + 1)
        )
        with obstore.open_writer(self._store, _whole(item)) as opened:
            written = _Hashed(opened.write)
            try:
                pyrage.encrypt_io(parts, written, self._recipients)
            except pyrage.EncryptError as error:  # whatever reading or writing raised
                raise NotAssembled(str(error)) from error
        return KeptWhole(parts.hash.hexdigest(), written.hash.hexdigest())

    def _bytes(self, path: str) -> bytes:
        return bytes(obstore.get(self._store, path).bytes())

    async def forget_parts(self, item: int, count: int) -> None:
        """Remove the parts of an item that is kept."""

        def forget() -> None:
            for number in range(1, count + 1):
                with contextlib.suppress(FileNotFoundError):
                    obstore.delete(self._store, _part(item, number))

        await self._in_thread(forget)

    async def fingerprint(self, item: int) -> str:
        """
        Return the SHA-256 of what is kept, or nothing where nothing is.

        Raises: StoreAway.
        """

        def read() -> str:
            try:
                found = obstore.get(self._store, _whole(item))
            except FileNotFoundError:
                return ""
            digest = hashlib.sha256()
            for piece in found.stream(min_chunk_size=PIECE_BYTES):
                digest.update(piece)
            return digest.hexdigest()

        return await self._in_thread(read)

    async def _in_thread(
        self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._threads, partial(work, *args, **kwargs)
            )
        except (OSError, BaseError) as error:
            raise StoreAway from error

    async def read(self, item: int) -> AsyncIterator[bytes]:
        """
        Yield the encrypted file, a piece at a time.

        Raises: StoreAway.
        """
        try:
            found = await obstore.get_async(self._store, _whole(item))
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)
        except (OSError, BaseError) as error:
            raise StoreAway from error


def identity_path(settings: Settings) -> Path:
    """Return where a demonstration keeps the key that a real desk never has."""
    return settings.data_dir / "vault-identity.txt"


def _demonstration_recipient(settings: Settings) -> str:
    """Return the recipient of a demonstration; its key is made when first needed."""
    path = identity_path(settings)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = pyrage.x25519.Identity.generate()
        files.write_private(path, f"{made}\n".encode("ascii"))
    kept = pyrage.x25519.Identity.from_str(path.read_text(encoding="ascii").strip())
    return str(kept.to_public())


def _store(settings: Settings, *, seconds: float = SECONDS) -> ObjectStore:
    """
    Return the store; one on a network that is silent for so long is given up.

    The whole of a request may last: evidence is large.
    """
    url = settings.storage_url
    if not url:
        return LocalStore(settings.data_dir / "vault", mkdir=True)
    if url.startswith("file:"):
        local: ObjectStore = from_url(url)
        return local
    silent = timedelta(seconds=seconds)
    opened: ObjectStore = from_url(
        url,
        client_options={
            "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true"),
            "connect_timeout": silent,
            "read_timeout": silent,
            "timeout": LONGEST,
        },
        retry_config={"max_retries": 2, "retry_timeout": silent},
    )
    return opened


def _paths(store: ObjectStore) -> Iterator[str]:
    for batch in obstore.list(store):
        yield from (one["path"] for one in batch)


def is_empty(settings: Settings) -> bool:
    """Say whether nothing lies in the store of a desk."""
    return next(_paths(_store(settings)), None) is None


def copy_out(settings: Settings, folder: Path) -> None:
    """
    Write what lies in the store into a folder, as it is: encrypted.

    What is there already is left, since nothing in the store ever changes.

    Raises: StoreAway.
    """
    store = _store(settings)
    try:
        for path in _paths(store):
            if not (folder / path).exists():
                _copy(store, path, folder / path)
    except (OSError, BaseError) as error:
        raise StoreAway from error


def _copy(store: ObjectStore, path: str, file: Path) -> None:
    try:
        found = obstore.get(store, path)
    except FileNotFoundError:
        return  # a part whose whole has been kept since it was listed
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        for piece in found.stream(min_chunk_size=PIECE_BYTES):
            opened.write(piece)


def copy_in(settings: Settings, folder: Path) -> None:
    """
    Put the files of a folder into the store.

    Raises: StoreAway.
    """
    store = _store(settings)
    try:
        for file in sorted(folder.rglob("*.age")):
            obstore.put(store, file.relative_to(folder).as_posix(), file)
    except (OSError, BaseError) as error:
        raise StoreAway from error


def from_settings(
    settings: Settings, recipients: tuple[str, ...], *, seconds: float = SECONDS
) -> AgeVault:
    """Return the vault of a desk: its store, and to whom it encrypts."""
    store = _store(settings, seconds=seconds)
    if not recipients and settings.is_demonstration:
        recipients = (_demonstration_recipient(settings),)
    return AgeVault(store, recipients)
