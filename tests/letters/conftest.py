"""A desk that really renders and seals, with a seal that is thrown away."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink import authority
from platformlink.adapters import db, mail, pdf, seal
from platformlink.adapters.queue import QueueBell
from platformlink.adapters.workers import Workers
from platformlink.audit import actions as audit
from platformlink.identity.tables import Unit, User
from platformlink.letters import paper
from platformlink.letters.rules import Issue, LetterFields, LetterKind
from platformlink.ports import Ports, Runtime
from platformlink.settings import Settings

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "letter_templates"
SECRET = "a secret that is long enough for it"


def sample(
    kind: LetterKind = LetterKind.PRESERVATION, **changed: object
) -> LetterFields:
    """An invented letter, not yet issued."""
    return msgspec.structs.replace(paper.sample(TEMPLATES, kind), **changed)


def issue(now: datetime) -> Issue:
    return Issue(
        reference="PL-2026-000123",
        code="7KQ4M2XDR9TBV6HC",
        dated_on=now.date(),
        verify_url="https://dcu.example/verify",
        sealed_at=now,
        certificate="ab" * 32,
    )


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    started = Workers(count=2)
    yield started
    started.close()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        data_dir=tmp_path_factory.mktemp("desk"),
        secret=SECRET,
        base_url="https://dcu.example",
        is_demonstration=True,
    )


@pytest.fixture(scope="session")
def sealer(settings: Settings, workers: Workers) -> seal.PadesSealer:
    return seal.from_settings(settings, workers)


@pytest.fixture
def runtime(
    engine: AsyncEngine,
    settings: Settings,
    workers: Workers,
    sealer: seal.PadesSealer,
    now: datetime,
) -> Runtime:
    return Runtime(
        settings=settings,
        authority=authority.load(ROOT / "platformlink/demo/authority.yaml"),
        sessions=db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        ),
        ports=Ports(
            renderer=pdf.WeasyRenderer(TEMPLATES, workers),
            sealer=sealer,
            mailer=mail.NoMailer(),
            bell=QueueBell("redis://127.0.0.1:1"),
        ),
        clock=lambda: now,
        templates=TEMPLATES,
        protocols=ROOT / "protocols",
    )


@pytest.fixture
async def ann(session: AsyncSession, now: datetime) -> User:
    """Ann, who seals."""
    unit = Unit(code="letters-test")
    session.add(unit)
    await session.flush()
    person = User(
        email="ann.letters@dcu.example",
        name="Ann",
        unit_id=unit.id,
        roles=["liaison"],
        password_hash="-",
        created_at=now,
    )
    session.add(person)
    await session.flush()
    return person
