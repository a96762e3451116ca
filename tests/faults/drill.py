"""
The fault drill: people work, everything is killed under them, and then we count.

    python -m tests.faults.drill --runs 500 --seed 7

Ctrl-C ends it early, and what was promised until then is judged.

A run files, approves, seals, sends and records an answer, through the API of real
processes. Only what the server confirmed is a promise. It exits with 1 where one is
broken.
"""

import hashlib
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import click
import httpx
import psycopg

from tests.faults.conftest import FIELDS, Program, own_folder, wait_until
from tests.faults.havoc import Havoc
from tests.faults.judge import Found, Promised, Rung, Taken, Verdict, judge
from tests.faults.stage import Stage

PEOPLE = 16  # who work at once: most wait for a mail server that stalls
PATIENCE_SECONDS = 600  # a loaded machine and much harm: somebody tries on
SOON_SECONDS = 20
DUE_AFTER = timedelta(seconds=25)
SETTLED_SECONDS = 900  # what nobody knows is told after two minutes, and tried in five
AGAIN = (401, 429, 500, 502, 503, 504)


class Refused(Exception):
    """The desk said no to what it should have done."""


class Drill:
    """One desk, its people, and what was promised to them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.promised = Promised()
        self.answered: Counter[str] = Counter()  # how often with which status
        self.resolved: Counter[str] = Counter()  # what a person decided
        self.failed: list[str] = []  # what was answered with a mistake of the desk's
        self.is_over = False

    def _asked(
        self, name: str, method: str, path: str, body: object, key: str
    ) -> httpx.Response | None:
        """Return the answer, or None where nobody knows what became of it."""
        assert self.stage.desk is not None
        try:
            answer = self.stage.desk.call(name, method, path, body, key=key)
        except (httpx.HTTPError, AssertionError):  # also a sign-in that was refused
            self.answered["none"] += 1
            return None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.stage.desk.tokens.pop(name, None)
        self.answered[str(answer.status_code)] += 1
        if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
            self.failed.append(f"{method} {path}: {answer.text[:300]}")
        return answer

    def insist(
        self, name: str, method: str, path: str, body: object = None, *, key: str = ""
    ) -> Any:  # noqa: ANN401 - any JSON
        """Ask until there is an answer: with the same key, a write is done once."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            answer = self._asked(name, method, path, body, key)
            if answer is not None and answer.is_success:
                return answer.json()
            if answer is not None and answer.status_code not in AGAIN:
                raise Refused(f"{method} {path}: {answer.text[:300]}")
            time.sleep(0.3)
        raise Refused(f"{method} {path}: no answer in {PATIENCE_SECONDS} s")

    def begin(self, case: str) -> str:
        """File, approve, seal and queue one request; return its reference."""
        opened = {"reference": case, "title": "extortion", "offence": "Extortion"}
        opened["offence_article"] = "Criminal Code, article 151"
        self.insist("ana", "POST", "/cases", opened, key=f"case-{case}")
        filed = self.insist(
            "ana", "POST", "/requests", FIELDS | {"case": case}, key=f"file-{case}"
        )
        self.promised.filed[case] = draft = filed["id"]
        self.insist("ana", "POST", f"/requests/{draft}/submit", key=f"submit-{case}")
        approved = self.insist(
            "besa", "POST", f"/requests/{draft}/approve", key=f"approve-{case}"
        )
        reference = str(approved["reference"])
        (letter,) = self.insist("luan", "GET", f"/requests/{reference}/letters")
        self.promised.sealed[reference] = letter["sha256"]
        path, by = f"/requests/{reference}/dispatches", {"channel": "email"}
        self.insist("luan", "POST", path, by, key=f"send-{case}")
        self.promised.queued.add(reference)
        return reference

    def is_delivered(self, reference: str) -> bool:
        """Say whether a letter went out; decide, as a person, what nobody knows."""
        (one,) = self.insist("luan", "GET", f"/requests/{reference}/dispatches")
        if one["status"] == "uncertain":
            taken = {message["Message-ID"] for message in self.stage.sink.read()}
            said = "went_out" if one["message_id"] in taken else "send_again"
            path = f"/requests/{reference}/dispatches/{one['id']}/resolve"
            answer = self._asked("luan", "POST", path, {"resolution": said}, "")
            if answer is not None and answer.is_success:
                self.resolved[said] += 1
        return bool(one["status"] == "delivered")

    def answer(self, reference: str) -> None:
        """Record an answer whose link dies soon: a clock that will be due."""
        now = datetime.now(UTC)
        due_at = now + DUE_AFTER
        given = {
            "kind": "delivery",
            "received_at": now.isoformat(),
            "until": due_at.isoformat(),
        }
        path = f"/requests/{reference}/responses"
        made = self.insist("luan", "POST", path, given, key=f"answer-{reference}")
        self.promised.answers[reference] = made["id"]
        self.promised.due[reference] = due_at

    def run(self, number: int) -> None:
        """Do one run; what has not gone out soon is answered at the end."""
        if self.is_over:
            return
        reference = self.begin(f"K-{number}")
        ends = time.monotonic() + SOON_SECONDS
        while time.monotonic() < ends:
            if self.is_delivered(reference):
                self.answer(reference)
                return
            time.sleep(0.5)

    def settle(self) -> None:
        """Answer what went out late, and wait for the last clock."""
        ends = time.monotonic() + SETTLED_SECONDS
        waiting = sorted(self.promised.queued - set(self.promised.answers))
        while waiting and time.monotonic() < ends:
            for one in list(waiting):
                if self.is_delivered(one):
                    self.answer(one)
                    waiting.remove(one)
            time.sleep(1)
        last = max(self.promised.due.values(), default=datetime.now(UTC))
        left = (last - datetime.now(UTC)).total_seconds()
        time.sleep(max(0, left) + 45)  # the job looks twice a minute

    def found(self) -> Found:
        """Return what stands in the database and on the mail server."""
        read = self.stage.sink.read()
        found = Found(taken=[one for message in read for one in _letters(message)])
        said = self._audit()
        entries, broken = (
            re.search(r"(\d+) entries", said),
            re.search(r"at entry (\d+)", said),
        )
        found.entries = int(entries[1]) if entries else 0
        found.broken_entry = int(broken[1]) if broken else None
        found.asked = self.answered.total() - self.answered["none"]
        found.failed = list(self.failed)
        with psycopg.connect(self.stage.environment["DATABASE_URL"]) as connection:
            _read(connection, found)
        return found

    def _audit(self) -> str:
        """Return what `platformlink audit verify` says, whether it holds or not."""
        log = self.stage.folder / "audit"
        program = Program(log, "audit", "verify", **self.stage.environment)
        program.process.wait(timeout=120)
        return program.said()


def _letters(message: Message) -> Iterator[Taken]:
    for part in message.walk():
        if part.get_content_type() == "application/pdf":
            pdf = part.get_payload(decode=True)
            assert isinstance(pdf, bytes)
            sha256 = hashlib.sha256(pdf).hexdigest()
            yield Taken(message["Subject"], message["Message-ID"], sha256)


DRAFTS = """
    select case_file.reference, draft_id from platform_request
    join case_file on case_file.id = case_id"""
LETTERS = "select reference, encode(sha256(pdf), 'hex') from letter"
DELIVERED = """
    select letter.reference from dispatch join letter on letter.id = letter_id
    where status = 'delivered'"""
ANSWERS = """
    select reference, response.id from response
    join platform_request on platform_request.id = request_id"""
RUNG = """
    select distinct platform_request.reference, notice.key, notice.told_at from notice
    join clock on notice.key like 'clock/' || clock.id || '/%'
    join platform_request on platform_request.id = clock.request_id
    where clock.kind = 'download_expiry'"""


def _read(connection: psycopg.Connection, found: Found) -> None:
    for case, draft in connection.execute(DRAFTS):
        found.drafts.setdefault(case, []).append(draft)
    found.letters = dict(connection.execute(LETTERS).fetchall())
    found.delivered = {one for (one,) in connection.execute(DELIVERED)}
    for reference, number in connection.execute(ANSWERS):
        found.answers.setdefault(reference, []).append(number)
    found.rung = [Rung(*row) for row in connection.execute(RUNG)]


def hold(stage: Stage, runs: int, seed: int) -> tuple[Drill, Havoc]:
    """Let people work while everything is killed; return when all is quiet again."""
    stage.running()
    drill, havoc = Drill(stage), Havoc(stage, seed)
    for name in ("ana", "besa", "luan"):
        drill.insist(name, "GET", "/me")
    havoc.start()
    with ThreadPoolExecutor(PEOPLE) as people:
        done = [people.submit(drill.run, number) for number in range(runs)]
        with suppress(KeyboardInterrupt):  # ended early: so far it is judged
            wait(done)
        drill.is_over = True
    havoc.stop()
    for one in done:
        one.result()
    if havoc.failed is not None:
        raise havoc.failed
    wait_until(lambda: stage.desk is not None and stage.desk.ready(), seconds=60)
    drill.settle()
    return drill, havoc


def _counted(what: str, counts: Counter[str]) -> None:
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    print(f"{what}: {told or 'none'}")


def tell(verdicts: list[Verdict]) -> bool:
    """Print the table; return whether every promise was kept."""
    print(f"{'what was promised':<56} promised     kept")
    for one in verdicts:
        print(f"{one.promise:<56} {one.promised:>8} {one.kept:>8}")
        for name in one.broken[:10]:
            print(f"  BROKEN: {name}")
    return not any(one.broken for one in verdicts)


@click.command()
@click.option("--runs", default=60, show_default=True)
@click.option("--seed", default=7, show_default=True)
def main(runs: int, seed: int) -> None:
    """Hold the drill, print what was promised and what was kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.monotonic()
    with own_folder() as folder:
        stage = Stage(folder)
        drill, havoc = hold(stage, runs, seed)
        verdicts = judge(drill.promised, drill.found())
        stage.end()
    runs = len(drill.promised.filed)
    print(f"{runs} runs, seed {seed}, {time.monotonic() - begun:.0f} s")
    _counted("harm done", havoc.done)
    _counted("answers by status", drill.answered)
    _counted("decided by a person", drill.resolved)
    sys.exit(0 if tell(verdicts) else 1)


if __name__ == "__main__":
    main()
