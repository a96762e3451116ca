"""The bell: it wakes a worker, and may be out of order without any harm."""

import structlog
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings
from redis.exceptions import RedisError

log = structlog.get_logger()


def settings(url: str) -> RedisSettings:
    """Return arq's settings for a Redis or Valkey URL."""
    made = RedisSettings.from_dsn(url)
    made.conn_timeout, made.conn_retries = 2, 1
    return made


class QueueBell:
    """Fills the port `Bell`: rings for a job that also comes by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool: ArqRedis | None = None

    async def ring(self, job: str) -> None:
        """Wake a worker for a job; a queue that is away, or none, is no error."""
        if not self.url:
            return
        try:
            if self.pool is None:
                self.pool = await create_pool(settings(self.url))
            await self.pool.enqueue_job(job, _job_id=f"ring-{job}")
        except (RedisError, OSError) as error:
            log.warning("queue.away", job=job, error=type(error).__name__)

    async def close(self) -> None:
        """Let go of the connection."""
        if self.pool is not None:
            await self.pool.aclose()
