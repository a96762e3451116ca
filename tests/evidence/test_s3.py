"""Evidence in an S3 store over HTTP: as in a folder, and honest when it stalls."""

import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyrage
import pytest
from obstore.store import S3Store

from platformlink.adapters.vault import AgeVault, StoreAway
from platformlink.errors import Upstream
from platformlink.evidence.jobs import keep_arrived
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import desks
from tests.conftest import ROOT
from tests.desks import Building, Desk
from tests.evidence import s3
from tests.evidence.s3 import Server, names
from tests.seats import number

pytestmark = pytest.mark.anyio

READER = pyrage.x25519.Identity.generate()
CONTENT = hashlib.sha256(b"evidence").digest() * 200_000  # 6.4 MB
API = "/api/v1/requests"
BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with s3.running() as made:
        yield made


@pytest.fixture
def store(server: Server) -> S3Store:
    """A part of the bucket for this test alone."""
    return server.store(f"test-{number()}")


@pytest.fixture
def vault(store: S3Store) -> AgeVault:
    return AgeVault(store, [str(READER.to_public())])


async def test_a_file_of_several_parts_goes_in_and_comes_out(
    vault: AgeVault, store: S3Store
) -> None:
    key = vault.new_key()
    await vault.put_part(7, 1, CONTENT, key)
    await vault.put_part(7, 2, CONTENT, key)

    kept = await vault.assemble(7, 2, key)
    await vault.forget_parts(7, 2)

    encrypted = b"".join([piece async for piece in vault.read(7)])
    assert pyrage.decrypt(encrypted, [READER]) == CONTENT * 2
    assert kept.sha256 == hashlib.sha256(CONTENT * 2).hexdigest()
    assert await vault.fingerprint(7) == kept.kept_sha256
    assert names(store) == {"evidence/7.age"}


async def test_a_store_that_is_down_is_told(server: Server) -> None:
    away = Server(f"http://127.0.0.1:{s3.free_port()}", server.process)
    vault = AgeVault(away.store("x"), [str(READER.to_public())])

    with pytest.raises(StoreAway):
        await vault.put_part(7, 1, b"x", vault.new_key())
    with pytest.raises(StoreAway):
        await vault.fingerprint(7)


async def test_a_store_that_stalls_while_it_is_put_together_keeps_no_half(
    vault: AgeVault, server: Server, store: S3Store
) -> None:
    key = vault.new_key()
    await vault.put_part(7, 1, CONTENT, key)

    with server.stalled(), pytest.raises(Upstream):
        await vault.assemble(7, 1, key)
    left = names(store)
    kept = await vault.assemble(7, 1, key)

    assert "evidence/7.age" not in left
    assert await vault.fingerprint(7) == kept.kept_sha256


async def test_an_upload_says_that_the_store_stalls_and_goes_on_afterwards(
    runtime: Runtime,
    library: Library,
    building: Building,
    vault: AgeVault,
    server: Server,
) -> None:
    ports = dataclasses.replace(runtime.ports, vault=vault)
    runtime = dataclasses.replace(runtime, ports=ports)
    async with desks.opened(runtime, library, building) as desk:
        name = await desk.sent()
        given = {"name": "takeout.zip", "size_bytes": len(CONTENT)}
        item = (await desk.lea.post(f"{API}/{name}/evidence", given)).json()
        path = f"{API}/{name}/evidence/{item['id']}"

        with server.stalled():
            stalled = await put(desk, path)
        told = stalled.json()
        between = (await desk.lea.get(path)).json()["item"]
        again = await put(desk, path)
        await keep_arrived(desk.runtime, desk.clock.now)
        after = (await desk.lea.get(path)).json()

    assert (stalled.status_code, told["type"]) == (502, "/problems/store-away")
    assert (between["state"], between["missing"]) == ("arriving", [1])
    assert again.json()["state"] == "arrived"
    assert after["item"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert [one["verb"] for one in after["custody"]] == ["received"]


async def put(desk: Desk, path: str) -> httpx.Response:
    return await desk.lea.call("PUT", f"{path}/parts/1", content=CONTENT, headers=BYTES)


def test_a_desk_finds_its_bucket_by_its_settings_alone(
    server: Server, tmp_path: Path
) -> None:
    code = """
import asyncio, json, sys
from pathlib import Path
from platformlink.adapters import vault
from platformlink.settings import Settings

async def main(url, folder, recipient):
    settings = Settings(storage_url=url, data_dir=Path(folder))
    made = vault.from_settings(settings, (recipient,))
    key = made.new_key()
    await made.put_part(1, 1, b"evidence", key)
    kept = await made.assemble(1, 1, key)
    print(json.dumps([kept.kept_sha256, await made.fingerprint(1)]))

asyncio.run(main(*sys.argv[1:]))
"""
    url = f"s3://{s3.BUCKET}/by-settings"
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, url, str(tmp_path), str(READER.to_public())],
        cwd=ROOT,
        env=server.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    kept, found = json.loads(told.stdout)
    assert kept == found
    assert names(server.store("by-settings")) >= {"evidence/1.age"}
