"""The timetable: which job runs when. The database remembers; the queue only rings."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog
from arq import cron, func
from arq.worker import Worker
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from platformlink import wiring
from platformlink.adapters import queue
from platformlink.dispatch import jobs as dispatch
from platformlink.evidence import jobs as evidence
from platformlink.identity import jobs as identity
from platformlink.letters import jobs as letters
from platformlink.mailbox import jobs as mailbox
from platformlink.notices import jobs as notices
from platformlink.ports import Runtime
from platformlink.reports import jobs as reports
from platformlink.requests import jobs as requests
from platformlink.requests import news
from platformlink.responses import jobs as responses
from platformlink.retention import jobs as retention
from platformlink.webhooks import jobs as webhooks

log = structlog.get_logger()

Job = Callable[[Runtime, datetime], Awaitable[int]]

AWAY_SECONDS = 5
ENDING_SECONDS = 8  # a container is given ten to stop
EVERY_10_SECONDS = {0, 10, 20, 30, 40, 50}
EVERY_30_SECONDS = {5, 35}
EVERY_MINUTE = {45}

TIMETABLE: tuple[tuple[Job, set[int]], ...] = (
    (dispatch.send_queued, EVERY_10_SECONDS),
    (dispatch.doubt_stuck, EVERY_30_SECONDS),
    (requests.notice_due, EVERY_30_SECONDS),
    (news.notice_changed, EVERY_30_SECONDS),
    (notices.mail_waiting, EVERY_30_SECONDS),
    (evidence.keep_arrived, EVERY_10_SECONDS),
    (mailbox.collect_mail, EVERY_30_SECONDS),
    (mailbox.watch_mailbox, EVERY_MINUTE),
    (responses.check_fixity, EVERY_MINUTE),
    (letters.complete_seals, EVERY_30_SECONDS),
    (letters.warn_of_end, EVERY_MINUTE),
    (reports.tell_of_brief, EVERY_MINUTE),
    (reports.mail_brief, EVERY_MINUTE),
    (reports.recount, EVERY_MINUTE),
    (webhooks.deliver_webhooks, EVERY_10_SECONDS),
)

# At night, and when a worker starts: one that was off at that hour makes up for it.
NIGHTLY: tuple[Job, ...] = (
    retention.review_records,
    identity.forget_ended,
    notices.forget_read,
)
NIGHT = {"hour": 1, "minute": 17, "second": 30}  # UTC


def _named(job: Job) -> str:
    return job.__name__


def as_arq(runtime: Runtime, job: Job) -> Callable[..., Coroutine[Any, Any, int]]:
    """Return a job as arq calls it: one log line, and no failure ends the worker."""

    async def run(ctx: dict[str, Any]) -> int:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            trace=f"job-{ctx.get('job_id', '')}"[:40]
        )
        try:
            await wiring.require_right_clock(runtime)
            done = await job(runtime, runtime.clock())
        except wiring.ClockWrong as refusal:
            log.error("job.refused", job=_named(job), reason=str(refusal))  # noqa: TRY400 - the reason says all
            return 0
        except (InterfaceError, OperationalError) as error:
            log.warning("database.away", job=_named(job), error=type(error).__name__)
            return 0
        except Exception:
            log.exception("job.failed", job=_named(job))
            return 0
        if done:
            log.info("job.done", job=_named(job), done=done)
        return done

    return run


def _times() -> list[tuple[Job, dict[str, Any]]]:
    """Return each job with the times of its runs, as arq names them."""
    often: list[tuple[Job, dict[str, Any]]] = [
        (job, {"second": seconds}) for job, seconds in TIMETABLE
    ]
    return [*often, *((job, dict(NIGHT)) for job in NIGHTLY)]


def build(runtime: Runtime, redis_url: str) -> Worker:
    """Return the worker; it runs with `await worker.async_run()`."""
    crons = [
        cron(
            as_arq(runtime, job),
            name=f"cron-{_named(job)}",
            **when,
            run_at_startup=True,
            unique=True,
            timeout=300,
            keep_result=0,
        )
        for job, when in _times()
    ]
    return Worker(
        functions=[
            func(as_arq(runtime, job), name=_named(job), keep_result=0)
            for job, _ in _times()
        ],
        cron_jobs=crons,
        redis_settings=queue.settings(redis_url),
        handle_signals=False,
        max_jobs=4,
        poll_delay=0.5,
        timezone=UTC,
    )


async def run_all(runtime: Runtime) -> None:
    """Run every job once: what a worker does while the queue is away."""
    for job, _ in _times():
        await as_arq(runtime, job)({})


async def keep_going(runtime: Runtime, redis_url: str) -> None:
    """Work until cancelled; while the queue is away the jobs run by themselves."""
    while True:
        worker = build(runtime, redis_url)
        try:
            await worker.async_run()
        except (RedisError, OSError) as error:
            log.warning("queue.away", error=type(error).__name__)
            await run_all(runtime)
            await asyncio.sleep(AWAY_SECONDS)
        finally:
            await _let_go(worker)


async def _let_go(worker: Worker) -> None:
    """Let the jobs end that have begun: a letter on its way is not torn off."""
    if worker.tasks:
        await asyncio.wait(worker.tasks.values(), timeout=ENDING_SECONDS)
    # What closing cancels is no cancelling of ours: that must still get through.
    await asyncio.gather(worker.close(), return_exceptions=True)
