"""A pool of processes for work that keeps a processor busy, or that may crash it."""

import asyncio
import gc
import itertools
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import forkserver, resource_tracker
from typing import ParamSpec, TypeVar

from platformlink.adapters import litter
from platformlink.errors import Upstream

P = ParamSpec("P")
T = TypeVar("T")

PRELOADED = ["platformlink.adapters.typesetting", "platformlink.adapters.signing"]
LONGEST_SECONDS = 30
MOST_MEMORY_BYTES = 2 * 1024**3
RENEWED_AFTER = 400  # pieces of work; the libraries keep some 0.1 MB of each
COLLECTED_AFTER = 50_000  # new objects; one look takes 0.1 seconds then
SWEPT_EVERY = 40  # pieces of work: half a second then, and memory stays flat
DONE = itertools.count(1)  # pieces that this process has done
NICENESS = 5  # who reads a page goes before who waits for a letter


class WorkerLost(Upstream):
    """The process that did this work crashed, or took too long."""

    code = "worker-lost"
    title = "The work took too long or broke off; try it again"


def _end_with_parent() -> None:
    """
    End this process when the one that it works for has ended, however it ended.

    The fork server is no such parent: it lives for as long as any of its children.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _settle(warm_up: Callable[[], object] | None) -> None:
    """Leave Ctrl-C to the parent, die with it, and take no more than a fair share."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    if warm_up:
        warm_up()
    # A letter makes a million objects and few cycles: looking for cycles less often
    # saves a tenth of its time.
    litter.settle()
    gc.set_threshold(COLLECTED_AFTER)


def _under_alarm(seconds: int, work: Callable[[], T]) -> T:
    """
    Do the work in this process, which dies if it takes longer.

    SIGALRM keeps its default action: it ends even a loop inside a C library.
    """
    signal.alarm(seconds)
    try:
        return work()
    finally:
        signal.alarm(0)
        if next(DONE) % SWEPT_EVERY == 0:
            gc.collect()


def preload() -> None:
    """
    Start the fork server, which loads the libraries while its parent goes on.

    It is deaf to Ctrl-C, which is its parent's to hear.

    Starting the resource tracker opens the ears of a thread again, so it comes first.
    """
    multiprocessing.set_forkserver_preload(PRELOADED)
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Workers:
    """
    Processes that start when first needed; a broken pool is replaced by a new one.

    They come from a fork server that has imported the heavy libraries once, so that
    they share that memory; ``warm_up`` runs once in each.
    """

    def __init__(
        self,
        count: int | None = None,
        *,
        warm_up: Callable[[], object] | None = None,
        longest_seconds: int = LONGEST_SECONDS,
    ) -> None:
        self._count = count or os.cpu_count() or 1
        self._warm_up = warm_up
        self._longest_seconds = longest_seconds
        self._pool: ProcessPoolExecutor | None = None
        self._begun = 0
        self._changing = threading.Lock()

    def _current(self) -> ProcessPoolExecutor:
        """Return the pool; after many pieces of work a new one takes its place."""
        with self._changing:
            if self._pool and self._begun >= RENEWED_AFTER:
                self._pool.shutdown(wait=False)  # what it has begun it still ends
                self._pool = None
            if self._pool is None:
                self._pool, self._begun = self._start(), 0
            self._begun += 1
            return self._pool

    def _start(self) -> ProcessPoolExecutor:
        preload()
        return ProcessPoolExecutor(
            self._count,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=_settle,
            initargs=(self._warm_up,),
        )

    def wake(self) -> None:
        """Start a process now, so that nobody waits for the first one; it blocks."""
        with suppress(BrokenProcessPool, EOFError, OSError):
            self._current().submit(int)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """
        Return what the work returns, or raise what it raises.

        Raises: WorkerLost.
        """
        pool = self._current()
        try:
            call = partial(work, *args, **kwargs)
            future = pool.submit(_under_alarm, self._longest_seconds, call)
            return await asyncio.wrap_future(future)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
            raise WorkerLost from None

    def close(self) -> None:
        """
        End the processes, also amid work: whoever waited for it is gone.

        Else a service that is told to stop would wait for fonts that are still read.
        """
        if self._pool:
            # From Python 3.14 on this is `terminate_workers`.
            processes = [*self._pool._processes.values()]  # noqa: SLF001
            self._pool.shutdown(wait=False, cancel_futures=True)
            for one in processes:
                one.terminate()
            self._pool = None
