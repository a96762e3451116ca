"""Files of a data directory: private ones, and locks that end with their process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def _opened(file: Path) -> IO[bytes]:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.open("ab")


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Hold a lock that only one may hold; wait for it."""
    with _opened(file) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def only(file: Path) -> Iterator[bool]:
    """Hold a lock that only one may hold; yield whether we are that one."""
    with _opened(file) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


class Users:
    """Who uses what a file stands for, each in a process of its own."""

    def __init__(self, file: Path) -> None:
        self._held = _opened(file)
        fcntl.flock(self._held, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Use it no more; return whether nobody else does. Call it under a lock."""
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_last = False
        else:
            is_last = True
        self._held.close()
        return is_last


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only we may read: whole, or not at all."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.replace(file)
