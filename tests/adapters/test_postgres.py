"""The embedded PostgreSQL: what its files say, and when they cannot be made."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from platformlink.adapters import postgres
from platformlink.errors import NotStarted


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's own user can reach."""
    with tempfile.TemporaryDirectory(prefix="platformlink-postgres-") as made:
        found = Path(made)
        found.chmod(0o755)
        yield found


def test_files_that_cannot_be_made_are_told_as_such_and_leave_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")

    with pytest.raises(NotStarted, match="initdb says why"):
        postgres.start(folder)

    assert not (folder / "postgres").exists()


def test_what_a_broken_start_left_is_made_anew_with_all_settings(folder: Path) -> None:
    half = folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("half", encoding="ascii")

    url = postgres.start(folder)

    try:
        with psycopg.connect(url) as connection:
            asked = "select current_setting(%s)"
            found = {
                name: connection.execute(asked, (name,)).fetchone()
                for name in postgres.TUNING
            }
    finally:
        postgres.stop(folder)
    assert found == {name: (value,) for name, value in postgres.TUNING.items()}
