"""A desk in pieces: servers, a web process, two workers, and a mail server."""

import asyncio
import email
import time
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from platformlink.adapters import db, postgres, valkey
from platformlink.adapters.seal import make_demonstration_seal
from platformlink.audit import actions as audit
from platformlink.identity import actions as identity
from platformlink.identity.actions import NewUser
from platformlink.permissions import Role
from tests.faults.conftest import Desk, Program, free_port

ROOT = Path(__file__).parent.parent.parent
AUTHORITY = ROOT / "platformlink" / "demo" / "authority.yaml"
PASSWORD = "correct horse battery staple"
WORKERS = 2


class Sink:
    """
    A mail server that keeps what it took, and stalls where it is told to.

    At "greeting" it has taken nothing yet; at "answer" it has, and does not say so.
    """

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.stalls_at = ""

    async def _stand(self, place: str) -> None:
        while self.stalls_at == place:  # noqa: ASYNC110 - another thread ends it
            await asyncio.sleep(0.1)

    async def handle_EHLO(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        await self._stand("greeting")
        session.host_name = hostname
        return responses

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        await self._stand("answer")
        return "250 2.0.0 taken as 4711"

    def read(self) -> list[Message]:
        """All messages, in the order in which they came."""
        return [email.message_from_bytes(one) for one in list(self.taken)]

    def about(self, reference: str) -> list[Message]:
        """The messages that bear a letter's reference."""
        return [one for one in self.read() if one["Subject"] == reference]


class Stage:
    """Servers started by hand, a web process, and two workers."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.folder = folder
        self.port = free_port()
        self.sink = Sink()
        self.mail = Controller(self.sink, hostname="127.0.0.1", port=free_port())
        self.mail.start()
        self.environment = self._environment()
        self.run("migrate")
        words = ["--name", "Ana", "--unit", "tirana", "--password", PASSWORD]
        words += ["--role", "investigator", "--rank", "Inspector", "--badge", "4471"]
        words += ["--phone", "+355 4 000 0001"]
        self.run("user", "add", "ana@dcu.example", *words)
        asyncio.run(self._add_others())
        self.workers: list[Program] = []
        self.desk: Desk | None = None

    def _environment(self) -> dict[str, str]:
        passphrase, seal = "a passphrase of the seal", self.folder / "seal.p12"
        make_demonstration_seal(seal, passphrase, name="Test", now=datetime.now(UTC))
        return {
            "DATABASE_URL": postgres.start(self.data),
            "REDIS_URL": valkey.start(self.data),
            "PLATFORMLINK_SECRET": "0123456789abcdef" * 3,
            "PLATFORMLINK_AUTHORITY": str(AUTHORITY),
            "PLATFORMLINK_SEAL": str(seal),
            "PLATFORMLINK_SEAL_PASSPHRASE": passphrase,
            "PLATFORMLINK_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "PLATFORMLINK_DATA_DIR": str(self.folder / "empty"),
        }

    @property
    def programs(self) -> list[Program]:
        return [*([self.desk] if self.desk else []), *self.workers]

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}-{time.monotonic()}"

    def serve(self) -> Desk:
        """Start the web process, on the same port each time."""
        kept, log = self.desk, self._log("web")
        self.desk = Desk(log, self.port, "serve", **self.environment)
        self.desk.password = PASSWORD
        self.desk.tokens = kept.tokens if kept else {}
        return self.desk

    def work(self) -> Program:
        """Start a worker."""
        return Program(self._log("worker"), "worker", **self.environment)

    def running(self) -> Desk:
        """The web process, started with both workers where nothing runs."""
        if self.desk is None or self.desk.process.poll() is not None:
            self.desk = self.serve()
            self.workers = [self.work() for _ in range(WORKERS)]
            self.desk.wait()
            self.desk.confirm_channel()
        return self.desk

    def run(self, *words: str) -> str:
        program = Program(self.folder / "commands", *words, **self.environment)
        assert program.process.wait(timeout=60) == 0, program.said()
        return program.said()

    async def _add_others(self) -> None:
        engine = db.connect(self.environment["DATABASE_URL"])
        maker = db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        )
        async with maker.begin() as session:
            for name, role in (("besa", Role.APPROVER), ("luan", Role.LIAISON)):
                new = NewUser(
                    email=f"{name}@dcu.example",
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

    def terminate(self) -> list[int]:
        """End all programs, as a service manager does; return their exit codes."""
        for one in self.programs:
            one.process.terminate()
        return [one.process.wait(timeout=30) for one in self.programs]

    def end(self) -> None:
        self.terminate()
        self.mail.stop()
