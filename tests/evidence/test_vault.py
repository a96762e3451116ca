"""The vault: what comes is hashed and encrypted, and nobody here can read it."""

import asyncio
import hashlib
import socket
from pathlib import Path

import pyrage
import pytest

from platformlink.adapters import vault as vaults
from platformlink.adapters.vault import AgeVault, StoreAway
from platformlink.settings import Settings

pytestmark = pytest.mark.anyio

READER = pyrage.x25519.Identity.generate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def vault(folder: Path) -> AgeVault:
    settings = Settings(storage_url=f"file://{folder}", data_dir=folder)
    folder.mkdir()
    return vaults.from_settings(settings, (str(READER.to_public()),))


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*.age")]


def contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


def change_last_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


async def fill(vault: AgeVault, *parts: bytes) -> str:
    key = vault.new_key()
    for number, part in enumerate(parts, start=1):
        await vault.put_part(7, number, part, key)
    return key


async def read(vault: AgeVault) -> bytes:
    return b"".join([piece async for piece in vault.read(7)])


async def test_the_whole_is_hashed_and_only_a_recipient_can_read_it(
    vault: AgeVault,
) -> None:
    parts = [hashlib.sha256(bytes([n])).digest() * 10_000 for n in range(4)]
    key = await fill(vault, *parts)

    kept = await vault.assemble(7, 4, key)

    encrypted = await read(vault)
    assert kept.sha256 == hashlib.sha256(b"".join(parts)).hexdigest()
    assert kept.kept_sha256 == hashlib.sha256(encrypted).hexdigest()
    assert pyrage.decrypt(encrypted, [READER]) == b"".join(parts)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(encrypted, [pyrage.x25519.Identity.from_str(key)])


async def test_no_byte_of_it_lies_readable_in_the_store(
    vault: AgeVault, folder: Path
) -> None:
    secret = b"the words of a message " * 1000
    key = await fill(vault, secret)
    await vault.assemble(7, 1, key)

    lying = contents(folder)

    assert len(lying) == 2
    assert not any(b"the words" in one for one in lying)


async def test_parts_are_forgotten_and_twice_is_once(
    vault: AgeVault, folder: Path
) -> None:
    key = await fill(vault, b"a", b"b")
    await vault.assemble(7, 2, key)

    await vault.forget_parts(7, 2)
    await vault.forget_parts(7, 2)

    assert names(folder) == ["7.age"]


async def test_one_changed_byte_is_another_fingerprint(
    vault: AgeVault, folder: Path
) -> None:
    kept = await vault.assemble(7, 1, await fill(vault, b"evidence"))
    assert await vault.fingerprint(7) == kept.kept_sha256

    change_last_byte(folder / "evidence" / "7.age")

    assert await vault.fingerprint(7) != kept.kept_sha256


async def test_what_is_gone_has_no_fingerprint(vault: AgeVault) -> None:
    assert await vault.fingerprint(404) == ""


async def test_a_store_that_does_not_answer_is_no_verdict(
    vault: AgeVault, folder: Path
) -> None:
    (folder / "evidence").write_text("no folder")

    with pytest.raises(StoreAway):
        await vault.fingerprint(7)


async def test_a_store_that_stalls_is_given_up_and_holds_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for name, value in (
            *(("ENDPOINT", place), ("ALLOW_HTTP", "true"), ("REGION", "any")),
            *(("ACCESS_KEY_ID", "desk"), ("SECRET_ACCESS_KEY", "secret")),
        ):
            monkeypatch.setenv(f"AWS_{name}", value)
        settings = Settings(storage_url="s3://evidence/desk", data_dir=tmp_path)
        whose = (str(READER.to_public()),)
        vault = vaults.from_settings(settings, whose, seconds=3)
        stalled = [asyncio.create_task(vault.fingerprint(x)) for x in range(8)]

        beside = await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 2.5)
        given_up = await asyncio.gather(*stalled, return_exceptions=True)

    assert beside == "done"
    assert {type(one) for one in given_up} == {StoreAway}


def test_without_recipients_there_is_no_vault(tmp_path: Path) -> None:
    assert not vaults.from_settings(Settings(data_dir=tmp_path), ()).is_open


def test_a_demonstration_has_a_key_of_its_own_that_stays(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, is_demonstration=True)
    vaults.from_settings(settings, ())
    before = vaults.identity_path(settings).read_text()

    assert vaults.from_settings(settings, ()).is_open
    assert vaults.identity_path(settings).read_text() == before
