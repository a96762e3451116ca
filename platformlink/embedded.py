"""The embedded servers of a desk without its own: started, joined, migrated."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from platformlink import wiring
from platformlink.adapters import postgres, schema, valkey
from platformlink.ports import Runtime
from platformlink.settings import Settings


def with_database(settings: Settings) -> Settings:
    """Return the settings with the embedded database, where none is named."""
    if settings.database_url:
        return settings
    is_demonstration = settings.is_demonstration or settings.authority is None
    settings = msgspec.structs.replace(settings, is_demonstration=is_demonstration)
    secret = wiring.secret_of(settings)
    url = postgres.start(settings.data_dir)
    schema.upgrade(url)
    return msgspec.structs.replace(settings, database_url=url, secret=secret)


def with_queue(settings: Settings) -> Settings:
    """Return the settings with the embedded queue, where none is named."""
    if settings.redis_url:
        return settings
    return msgspec.structs.replace(settings, redis_url=valkey.start(settings.data_dir))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """Yield the runtime of a command: on its own database, or the embedded one."""
    async with wiring.opened(with_database(settings)) as runtime:
        yield runtime
