import stat
from pathlib import Path

from platformlink.adapters import files


def test_only_one_holds_what_only_one_may(tmp_path: Path) -> None:
    file = tmp_path / "new" / "demo.lock"

    with files.only(file) as first, files.only(file) as second:
        pass
    with files.only(file) as third:
        pass

    assert (first, second, third) == (True, False, True)


def test_the_last_to_leave_knows_it(tmp_path: Path) -> None:
    file = tmp_path / "users.lock"
    first, second = files.Users(file), files.Users(file)

    assert (first.leave(), second.leave()) == (False, True)


def test_a_private_file_is_whole_and_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old, and readable by all")

    files.write_private(file, b"new")

    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
