import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from platformlink.ports import Runtime
from platformlink.protocols import shelf
from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import ProtocolVersion
from platformlink.requests.cli import diff
from tests import factories

STEAM = Path("protocols/steam.yaml").read_text(encoding="utf-8")


def test_a_difference_is_told_in_words(tmp_path: Path) -> None:
    older = tmp_path / "older.yaml"
    older.write_text(STEAM.replace("98009", "98008", 1), encoding="utf-8")

    result = CliRunner().invoke(diff, ["steam", "--against", str(older)])

    assert result.exit_code == 0
    assert "gone: P.O. Box 1688, Bellevue, WA 98008, USA" in result.stdout
    assert "new: P.O. Box 1688, Bellevue, WA 98009, USA" in result.stdout


def test_an_unknown_platform_is_an_error() -> None:
    result = CliRunner().invoke(diff, ["nowhere"])

    assert result.exit_code == 1
    assert "No protocol is known for nowhere" in result.stderr


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_requests_that_rest_on_an_older_version_are_named(
    runtime: Runtime, library: Library
) -> None:
    older = library.content("signal").replace("name: Signal", "name: Signals", 1)

    async def given() -> str:
        async with runtime.sessions.begin() as session:
            row = ProtocolVersion(
                version=shelf.version_of(older),
                slug="signal",
                content=older,
                first_seen_at=factories.NOW,
            )
            session.add(row)
            await session.flush()
            ann = await factories.person(session, "ann")
            request, _ = await factories.filed(
                session, library, ann, platform="signal", targets=(), data=()
            )
            request.protocol_version = row.version
            return request.draft_id

    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        yield runtime

    draft_id = asyncio.run(given())
    result = CliRunner().invoke(diff, ["signal"], obj=opened)

    assert "name: was Signals, is now Signal" in result.stdout
    assert f"rests on it: {draft_id}" in result.stdout
