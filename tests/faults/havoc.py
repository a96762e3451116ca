"""What goes wrong while people work: at random moments, but the same for a seed."""

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

from redis import Redis

from platformlink.adapters import postgres, valkey
from tests.faults.conftest import running_in
from tests.faults.stage import Stage

CALM_SECONDS = (0.5, 10.0)
AWAY_SECONDS = (0.0, 1.5)
STALLED_SECONDS = (2.0, 30.0)  # the desk gives a mail server twenty


class Havoc(threading.Thread):
    """Does harm to a stage until it is told to stop; whatever it kills comes back."""

    def __init__(self, stage: Stage, seed: int) -> None:
        super().__init__(daemon=True)
        self.stage = stage
        self.random = random.Random(seed)  # noqa: S311 - a drill, no secret
        self.done: Counter[str] = Counter()
        self.failed: Exception | None = None
        self._over = threading.Event()

    def run(self) -> None:
        faults = (
            *(self.kill_web, self.kill_worker, self.kill_database, self.kill_queue),
            *(self.kill_everything, self.empty_queue, self.third_worker),
            *(self.stall_greeting, self.stall_answer),
        )
        try:
            while not self._over.wait(self.random.uniform(*CALM_SECONDS)):
                fault = self.random.choice(faults)
                fault()
                self.done[fault.__name__] += 1
        except Exception as error:  # noqa: BLE001 - the drill tells of it
            self.failed = error

    def stop(self) -> None:
        """End, once what was broken is mended."""
        self._over.set()
        self.join()
        self._let_go_on()

    def _away(self) -> None:
        time.sleep(self.random.uniform(*AWAY_SECONDS))

    def kill_web(self) -> None:
        assert self.stage.desk is not None
        self.stage.desk.kill()
        self._away()
        self.stage.serve()
        self.stage.desk.wait()

    def kill_worker(self) -> None:
        at = self.random.randrange(len(self.stage.workers))
        self.stage.workers[at].kill()
        self._away()
        self.stage.workers[at] = self.stage.work()

    def kill_database(self) -> None:
        self._kill_server("postgres")
        self._away()
        postgres.start(self.stage.data)

    def kill_queue(self) -> None:
        self._kill_server("valkey")
        self._away()
        valkey.start(self.stage.data)

    def kill_everything(self) -> None:
        for name in ("postgres", "valkey"):
            self._kill_server(name)
        for one in self.stage.programs:
            one.kill()
        postgres.start(self.stage.data)
        valkey.start(self.stage.data)
        self.stage.workers = [self.stage.work() for _ in self.stage.workers]
        self.stage.serve().wait()

    def _kill_server(self, name: str) -> None:
        """Kill every process of a server: none may go on by itself."""
        for one in running_in(self.stage.data / name):
            with suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)

    def empty_queue(self) -> None:
        url = self.stage.environment["REDIS_URL"]
        with Redis(unix_socket_path=url.removeprefix("unix://")) as client:
            client.flushall()

    def third_worker(self) -> None:
        another = self.stage.work()
        self._away()
        time.sleep(STALLED_SECONDS[0])
        another.kill()

    def stall_greeting(self) -> None:
        self._stall("greeting")

    def stall_answer(self) -> None:
        self._stall("answer")

    def _stall(self, place: str) -> None:
        """Let it stall while other things go wrong."""
        self.stage.sink.stalls_at = place
        seconds = self.random.uniform(*STALLED_SECONDS)
        going_on = threading.Timer(seconds, self._let_go_on)
        going_on.daemon = True
        going_on.start()

    def _let_go_on(self) -> None:
        self.stage.sink.stalls_at = ""
