"""Letters and seals from the shell."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from platformlink.adapters.seal import demonstration_path
from platformlink.letters import cli, queries
from platformlink.letters.tables import Letter
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.settings import Settings
from tests import factories

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def invoke(runtime: Runtime, command: click.Command, *words: str) -> Result:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        yield runtime

    return CliRunner().invoke(command, words, obj=opened)


@pytest.fixture
def letter(runtime: Runtime, library: Library) -> Letter:
    async def given() -> Letter:
        async with runtime.sessions.begin() as session:
            request, _, _ = await factories.ready(session, runtime, library)
            (sealed,) = await queries.of_request(session, request.id)
        return sealed

    return asyncio.run(given())


def test_the_letters_of_a_seal_are_named_however_its_fingerprint_is_grouped(
    runtime: Runtime, letter: Letter
) -> None:
    plain = letter.certificate_fingerprint.upper()
    grouped = ":".join(plain[at : at + 2] for at in range(0, 64, 2))

    result = invoke(runtime, cli.seal, "letters", grouped)

    assert f"{letter.reference} 2026-11-24" in result.stdout


def test_a_letter_is_verified_by_its_bytes(
    runtime: Runtime, letter: Letter, tmp_path: Path
) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(letter.pdf)

    result = invoke(runtime, cli.verify, str(file))

    assert (result.exit_code, result.stdout) == (0, f"genuine {letter.reference}\n")


def test_what_is_no_letter_ends_with_1(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(b"hello")

    result = invoke(runtime, cli.verify, str(file), "--json")

    assert result.exit_code == 1
    assert '"finding":"unknown"' in result.stdout


def test_a_seal_that_sealed_nothing_is_not_revoked_by_mistake(
    runtime: Runtime,
) -> None:
    result = invoke(runtime, cli.seal, "revoke", "ab" * 32, "--reason", "lost")

    assert "No letter of ours" in str(result.exception)


def offline(folder: Path, content: bytes, certificate: bytes) -> Any:  # noqa: ANN401 - of a process
    """Run the real command where there is neither a database nor a setting."""
    (folder / "letter.pdf").write_bytes(content)
    (folder / "certificate.der").write_bytes(certificate)
    words = ("letter.pdf", "--certificate", "certificate.der")
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "platformlink", "verify", *words],
        cwd=folder,
        env={"PYTHONPATH": str(Path.cwd()), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def certificate_of(settings: Settings) -> bytes:
    """The public certificate of the demonstration seal."""
    content = demonstration_path(settings).read_bytes()
    loaded = pkcs12.load_pkcs12(content, settings.secret.encode())
    assert loaded.cert is not None
    return loaded.cert.certificate.public_bytes(Encoding.DER)


def test_the_certificate_is_enough_where_there_is_no_register(
    letter: Letter, settings: Settings, tmp_path: Path
) -> None:
    result = offline(tmp_path, letter.pdf, certificate_of(settings))

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("genuine Only the register knows")
    names = sorted(one.name for one in tmp_path.iterdir())
    assert names == ["certificate.der", "letter.pdf"]
