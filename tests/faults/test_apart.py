"""Web and workers apart, on servers that stop and come back, and a real mail server."""

import asyncio
import email
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from platformlink.adapters import db, postgres, valkey
from platformlink.adapters.seal import make_demonstration_seal
from platformlink.audit import actions as audit
from platformlink.identity import actions as identity
from platformlink.identity.actions import NewUser
from platformlink.permissions import Role
from tests.faults.conftest import Desk, Program, free_port, own_folder, wait_until

ROOT = Path(__file__).parent.parent.parent
AUTHORITY = ROOT / "platformlink" / "demo" / "authority.yaml"
PASSWORD = "correct horse battery staple"


class Sink:
    """A mail server that keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 2.0.0 taken as 4711"

    def about(self, reference: str) -> list[Any]:
        """The messages that bear a letter's reference."""
        read = [email.message_from_bytes(one) for one in self.taken]
        return [one for one in read if one["Subject"] == reference]


class Stage:
    """Servers started by hand, a web process, and two workers."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.sink = Sink()
        self.mail = Controller(self.sink, hostname="127.0.0.1", port=free_port())
        self.mail.start()
        secret, passphrase = "0123456789abcdef" * 3, "a passphrase of the seal"
        seal = folder / "seal.p12"
        make_demonstration_seal(seal, passphrase, name="Test", now=datetime.now(UTC))
        self.environment = {
            "DATABASE_URL": postgres.start(self.data),
            "REDIS_URL": valkey.start(self.data),
            "PLATFORMLINK_SECRET": secret,
            "PLATFORMLINK_AUTHORITY": str(AUTHORITY),
            "PLATFORMLINK_SEAL": str(seal),
            "PLATFORMLINK_SEAL_PASSPHRASE": passphrase,
            "PLATFORMLINK_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "PLATFORMLINK_DATA_DIR": str(folder / "empty"),
        }
        self.folder = folder
        self.run("migrate")
        words = ["--name", "Ana", "--unit", "tirana", "--password", PASSWORD]
        words += ["--role", "investigator", "--rank", "Inspector", "--badge", "4471"]
        words += ["--phone", "+355 4 000 0001"]
        self.run("user", "add", "ana@dcu.example", *words)
        asyncio.run(self.add_others())
        self.programs: list[Program] = []

    def running(self) -> Desk:
        """The web process, started with both workers where nothing runs."""
        if not any(one.process.poll() is None for one in self.programs):
            started, given = str(time.monotonic()), self.environment
            web, *logs = (self.folder / f"{one}-{started}" for one in ("web", 1, 2))
            self.desk = Desk(web, free_port(), "serve", **given)
            self.desk.password = PASSWORD
            workers = (Program(log, "worker", **given) for log in logs)
            self.programs = [self.desk, *workers]
            self.desk.wait()
            self.desk.confirm_channel()
        return self.desk

    def run(self, *words: str) -> str:
        program = Program(self.folder / "commands", *words, **self.environment)
        assert program.process.wait(timeout=60) == 0, program.said()
        return program.said()

    async def add_others(self) -> None:
        engine = db.connect(self.environment["DATABASE_URL"])
        maker = db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        )
        async with maker.begin() as session:
            for name, role in (("besa", Role.APPROVER), ("luan", Role.LIAISON)):
                email = f"{name}@dcu.example"
                new = NewUser(
                    email=email,
                    name=name,
                    password=PASSWORD,
                    unit="tirana",
                    roles=(role,),
                )
                now = datetime.now(UTC)
                await identity.add_user(session, new, actor_id=None, now=now)
        await engine.dispose()

    def all_said(self) -> str:
        return "".join(one.said() for one in self.programs)

    def end(self) -> None:
        for one in self.programs:
            if one.process.poll() is None:
                one.terminate()
        self.mail.stop()


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with own_folder() as folder:
        made = Stage(folder)
        yield made
        made.end()


def test_a_letter_reaches_the_mail_server_once_though_two_workers_listen(
    stage: Stage,
) -> None:
    desk = stage.running()
    reference = desk.dispatched("K-1")

    wait_until(lambda: desk.status(reference) == ["delivered"])
    (message,) = stage.sink.about(reference)

    pdf = next(one for one in message.walk() if one.get_filename()).get_payload(
        decode=True
    )
    checked = httpx.post(f"{desk.url}/verify", content=pdf, timeout=30)
    (letter,) = desk.read("luan", f"/requests/{reference}/letters")
    (dispatch,) = desk.read("luan", f"/requests/{reference}/dispatches")
    assert letter["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert message["To"] == "lawenforcement@snapchat.com"
    assert "250" in dispatch["proof"]
    assert "taken as 4711" in dispatch["proof"]
    assert checked.json()["finding"] == "genuine"


def test_while_the_database_is_away_the_answer_is_503_and_then_it_works_again(
    stage: Stage,
) -> None:
    desk = stage.running()
    draft = desk.filed("K-2")
    postgres.stop(stage.data)

    answers = [
        desk.call("ana", *asked)
        for asked in (
            ("GET", f"/requests/{draft}"),
            ("POST", f"/requests/{draft}/submit"),
            ("GET", "/me"),
        )
    ]

    assert {one.status_code for one in answers} == {503}
    assert {one.headers["Retry-After"] for one in answers} == {"5"}
    assert answers[0].json()["type"] == "/problems/database-away"
    assert not desk.ready()

    postgres.start(stage.data)
    assert desk.done("ana", f"/requests/{draft}/submit")["state"] == "in_review"
    reference = desk.done("besa", f"/requests/{draft}/approve")["reference"]
    desk.done("luan", f"/requests/{reference}/dispatches", {"channel": "email"})
    wait_until(lambda: desk.status(reference) == ["delivered"])
    assert len(stage.sink.about(reference)) == 1


def test_while_the_queue_is_away_letters_still_go_out_and_the_workers_recover(
    stage: Stage,
) -> None:
    desk = stage.running()
    valkey.stop(stage.data)
    away = desk.dispatched("K-3")
    wait_until(lambda: desk.status(away) == ["delivered"])

    valkey.start(stage.data)
    back = desk.dispatched("K-4")
    wait_until(lambda: desk.status(back) == ["delivered"])

    assert [len(stage.sink.about(one)) for one in (away, back)] == [1, 1]
    assert all(one.process.poll() is None for one in stage.programs)


def test_stopped_by_a_service_manager_all_of_them_end_in_order(stage: Stage) -> None:
    stage.running()

    codes = [one.terminate() for one in stage.programs]

    assert codes == [0, 0, 0]
    assert "Traceback" not in stage.all_said()
