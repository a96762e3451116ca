"""
The embedded servers of a desk without its own: started, joined, migrated.

Several processes may use those of one data directory at once: a web process, a worker,
a command in the shell. The last one to leave stops them; one that was killed has left.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import msgspec

from platformlink import wiring
from platformlink.adapters import files, postgres, schema, valkey
from platformlink.ports import Runtime
from platformlink.settings import Settings


def _with_database(settings: Settings, *, is_new: bool) -> Settings:
    if settings.database_url:
        return settings
    is_demonstration = settings.is_demonstration or settings.authority is None
    settings = msgspec.structs.replace(settings, is_demonstration=is_demonstration)
    secret = wiring.secret_of(settings)
    url = postgres.start(settings.data_dir)
    if not is_new:
        schema.upgrade(url)
    return msgspec.structs.replace(settings, database_url=url, secret=secret)


def _with_queue(settings: Settings) -> Settings:
    if settings.redis_url:
        return settings
    return msgspec.structs.replace(settings, redis_url=valkey.start(settings.data_dir))


@contextmanager
def servers(
    settings: Settings, *, has_queue: bool = True, is_new: bool = False
) -> Iterator[Settings]:
    """
    Yield the settings with the embedded servers where none are named.

    The schema is brought up to date, unless the database is to be filled anew.

    Raises: NotStarted.
    """
    if settings.database_url and (settings.redis_url or not has_queue):
        yield settings
        return
    folder = settings.data_dir
    changing, users = folder / "changing.lock", files.Users(folder / "users.lock")
    try:
        with files.alone(changing):
            settings = _with_database(settings, is_new=is_new)
            settings = _with_queue(settings) if has_queue else settings
        yield settings
    finally:
        with files.alone(changing):
            if users.leave():
                postgres.stop(folder)
                valkey.stop(folder)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """Yield the runtime of a command: on its own database, or the embedded one."""
    with servers(settings, has_queue=False) as settled:
        async with wiring.opened(settled) as runtime:
            yield runtime
