"""A database whose disk is full: it is told, nothing is half kept, and it goes on."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from platformlink.evidence.jobs import keep_arrived
from platformlink.notices.tables import Notice
from platformlink.requests.jobs import notice_due
from tests.desks import Desk

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
# What PostgreSQL says of a write that no longer fits (class 53, disk_full).
FULL = """
    create function disk_is_full() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$"""


@contextmanager
def full_disk(database_url: str, table: str) -> Iterator[None]:
    """Let no row come into a table, as on a full disk."""
    trigger = (
        "create trigger disk_is_full before insert or update on {} execute function {}"
    )
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(FULL)
        names = sql.Identifier(table), sql.SQL("disk_is_full()")
        owner.execute(sql.SQL(trigger).format(*names))
        try:
            yield
        finally:
            owner.execute("drop function disk_is_full() cascade")


@pytest.mark.parametrize("table", ["letter", "audit_entry", "request_event"])
async def test_on_a_full_disk_nothing_is_half_approved(
    desk: Desk, database_url: str, table: str
) -> None:
    name = await desk.in_review()

    with full_disk(database_url, table):
        refused = await desk.bob.post(f"{API}/{name}/approve")
    kept = (await desk.ann.get(f"{API}/{name}")).json()
    approved = await desk.bob.post(f"{API}/{name}/approve")

    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/database-away"
    assert (kept["state"], kept["reference"]) == ("in_review", None)
    assert approved.json()["state"] == "ready"


async def test_a_clock_that_could_not_ring_on_a_full_disk_rings_afterwards(
    desk: Desk, database_url: str
) -> None:
    name = await desk.sent()
    late = desk.clock.now + timedelta(days=400)

    with full_disk(database_url, "notice"), pytest.raises(OperationalError):
        await notice_due(desk.runtime, late)
    rung = await notice_due(desk.runtime, late)

    async with desk.runtime.sessions() as session:
        query = select(Notice).where(Notice.path == f"/requests/{name}")
        assert rung > 0
        assert (await session.exec(query)).first() is not None


async def test_a_part_that_finds_no_room_in_the_vault_is_sent_again_afterwards(
    desk: Desk,
) -> None:
    name, content = await desk.sent(), b"everything they gave us"
    announced = {"name": "takeout.zip", "size_bytes": len(content)}
    item = (await desk.lea.post(f"{API}/{name}/evidence", announced)).json()["id"]
    part = f"{API}/{name}/evidence/{item}/parts/1"
    # A file where its folder must be: the system refuses the write, as a full disk.
    place = desk.runtime.settings.data_dir / "vault" / "parts" / str(item)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()

    refused = await desk.lea.call("PUT", part, content=content)
    place.unlink()
    taken = await desk.lea.call("PUT", part, content=content)
    await keep_arrived(desk.runtime, desk.clock.now)

    assert refused.status_code >= 500
    assert refused.json()["type"] == "/problems/store-away"
    assert taken.json()["state"] == "arrived"
    (kept,) = (await desk.lea.get(f"{API}/{name}/evidence")).json()
    assert kept["state"] == "kept"
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
