"""Workers crash and hang; the desk goes on."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from platformlink.adapters.workers import RENEWED_AFTER, WorkerLost, Workers

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def workers() -> Iterator[Workers]:
    started = Workers(count=1, longest_seconds=2)
    yield started
    started.close()


def refuse() -> None:
    message = "not this"
    raise ValueError(message)


def swallow_memory() -> int:
    return len(bytearray(8 * 1024**3))


async def test_work_is_done_in_another_process(workers: Workers) -> None:
    assert await workers.run(os.getpid) != os.getpid()


async def test_what_the_work_raises_arrives(workers: Workers) -> None:
    with pytest.raises(ValueError, match="not this"):
        await workers.run(refuse)


async def test_a_crashed_worker_is_told_and_replaced(workers: Workers) -> None:
    with pytest.raises(WorkerLost):
        await workers.run(os._exit, 7)

    assert await workers.run(abs, -1) == 1


async def test_a_stuck_worker_is_ended_and_replaced(workers: Workers) -> None:
    with pytest.raises(WorkerLost):
        await workers.run(time.sleep, 60)

    assert await workers.run(abs, -1) == 1


async def test_a_worker_takes_no_more_than_its_share_of_memory(
    workers: Workers,
) -> None:
    with pytest.raises(MemoryError):
        await workers.run(swallow_memory)


async def test_processes_are_renewed_so_that_memory_stays_flat(
    workers: Workers,
) -> None:
    first = await workers.run(os.getpid)

    work = [workers.run(os.getpid) for _ in range(RENEWED_AFTER)]
    done = await asyncio.gather(*work)

    assert len(done) == RENEWED_AFTER
    assert {first} < set(done)


PARENT = """
import asyncio, os
from platformlink.adapters.workers import Workers

async def main():
    workers = Workers(count=1)
    print(await workers.run(os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_workers_of_a_killed_parent_end_too(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        server = worker.parent()
        parent.kill()

    gone, alive = psutil.wait_procs([worker, server], timeout=5)

    assert (len(gone), alive) == (2, [])


async def test_closing_waits_for_no_work_that_nobody_waits_for() -> None:
    made = Workers(count=1)
    worker = psutil.Process(await made.run(os.getpid))
    slow = asyncio.create_task(made.run(time.sleep, 120))
    await asyncio.sleep(0.2)
    slow.cancel()

    made.close()
    gone, _ = psutil.wait_procs([worker], timeout=60)

    assert gone == [worker]
