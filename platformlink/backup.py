"""
Everything in one folder, consistent and verifiable; and back into an empty desk.

The database is copied as it is at one instant, and the vault before it and after it:
what an entry names lies in the vault before the entry is written, and never changes, so
that every kept item of the copy is there; the parts of an upload, which are removed
once the whole is kept, are there from before. Secrets and the seal are not in it: they
have homes of their own.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from platformlink.adapters import dump, files, vault
from platformlink.errors import Invalid
from platformlink.settings import Settings

MANIFEST = "manifest.json"
DATABASE = "database.dump"
VAULT = "vault"
AGREEMENTS = "agreements"
PIECE_BYTES = 1024 * 1024


class BackupWrong(Invalid):
    """A file of the backup is missing, changed, or does not belong to it."""

    code = "backup-wrong"
    title = "The backup is not what was written"


class Kept(msgspec.Struct, frozen=True):
    """One file of a backup."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: its moment, the program's version, and every file."""

    made_at: datetime
    version: str
    files: dict[str, Kept]


def _kept(file: Path) -> Kept:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    return Kept(size, digest.hexdigest())


def _within(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != MANIFEST:
            yield file.relative_to(folder).as_posix(), file


def _is_empty(folder: Path) -> bool:
    return not folder.exists() or not any(folder.iterdir())


def make(settings: Settings, folder: Path, *, version: str, now: datetime) -> Manifest:
    """
    Write a backup into an empty folder; return what it holds.

    Raises: NotEmpty, NotDumped, StoreAway.
    """
    if not _is_empty(folder):
        raise dump.NotEmpty
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    vault.copy_out(settings, folder / VAULT)
    dump.dump(settings.database_url, folder / DATABASE)
    vault.copy_out(settings, folder / VAULT)
    _copy_tree(settings.data_dir / AGREEMENTS, folder / AGREEMENTS)
    found = {name: _kept(file) for name, file in _within(folder)}
    manifest = Manifest(now, version, found)
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    files.write_private(folder / MANIFEST, content)
    return manifest


def check(folder: Path) -> Manifest:
    """
    Return the manifest of a backup of which every file is as it was written.

    Raises: BackupWrong, which names the first file that is not.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupWrong(f"{MANIFEST}: {error}") from None
    present = dict(_within(folder))
    for name in sorted(manifest.files.keys() | present.keys()):
        wanted = manifest.files.get(name)
        found = _kept(present[name]) if name in present else None
        if found != wanted:
            raise BackupWrong("%(file)s is not as it was", params={"file": name})
    return manifest


def restore(settings: Settings, folder: Path) -> Manifest:
    """
    Fill an empty database and vault from a backup that was checked first.

    Raises: BackupWrong, NotEmpty, NotDumped, StoreAway.
    """
    manifest = check(folder)
    if not vault.is_empty(settings):
        raise dump.NotEmpty
    dump.restore(settings.database_url, folder / DATABASE)
    vault.copy_in(settings, folder / VAULT)
    _copy_tree(folder / AGREEMENTS, settings.data_dir / AGREEMENTS)
    return manifest


def _copy_tree(source: Path, target: Path) -> None:
    for name, file in _within(source) if source.is_dir() else ():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(file.read_bytes())
