"""Invented letters, and Ann, who seals them."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.letters import paper
from platformlink.letters.rules import Issue, LetterFields, LetterKind
from platformlink.permissions import Actor
from tests import factories

TEMPLATES = Path(__file__).parent.parent.parent / "letter_templates"


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
def templates() -> Path:
    """Our own letters, which are tested here."""
    return TEMPLATES


@pytest.fixture
async def ann(session: AsyncSession) -> Actor:
    return await factories.person(session, "ann")
