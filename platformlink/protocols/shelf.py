"""
Where the protocol files stand: read once, each known by the hash of its content.

A file may wait for its day beside the one in force: tiktok@2027-01-01.yaml.
"""

import hashlib
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import msgspec

from platformlink import documents
from platformlink.documents import DocumentWrong, Problem
from platformlink.errors import Missing
from platformlink.protocols.agreement import Agreement
from platformlink.protocols.lookalikes import Doorkeeper
from platformlink.protocols.protocol import CooperationProtocol
from platformlink.protocols.recognition import Recogniser


class UnknownPlatform(Missing):
    """No protocol file has this name."""

    code = "unknown-platform"
    title = "No protocol is known for this platform"


class Entry(msgspec.Struct, frozen=True):
    """One file: what it says, its text, and its version (SHA-256, 64 hex digits)."""

    protocol: CooperationProtocol
    content: str
    version: str


def version_of(content: str) -> str:
    """Return the version of a protocol: the SHA-256 of its text in UTF-8."""
    return hashlib.sha256(content.encode()).hexdigest()


def decode(content: str, *, file: str = "protocol") -> CooperationProtocol:
    """
    Return the protocol that a text describes.

    Raises: DocumentWrong, with line and column.
    """
    return documents.decode(content, CooperationProtocol, file=file)


def shipped() -> Path:
    """Return the folder of the files that come with the program."""
    here = Path(__file__).parent.parent
    packed = here / "_shipped" / "protocols"
    return packed if packed.is_dir() else here.parent / "protocols"


def _read(path: Path) -> str:
    """Return a file's text; its line ends stay, since the version rests on them."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        problem = Problem(path.name, 1, 1, "", "this is not UTF-8 text")
        raise DocumentWrong(problem) from None


def read(path: Path) -> Entry:
    """
    Return one file; its name is its slug, after an @ the day from which it holds.

    Raises: DocumentWrong, with line and column.
    """
    content = _read(path)
    protocol = decode(content, file=path.name)
    slug, _, begins = path.stem.partition("@")
    if protocol.slug != slug:
        raise _wrong(path, content, "slug", slug)
    if begins and str(protocol.effective_on) != begins:
        raise _wrong(path, content, "effective_on", begins)
    return Entry(protocol, content, version_of(content))


def _wrong(path: Path, content: str, field: str, expected: str) -> DocumentWrong:
    """Return that a field does not agree with the file's name."""
    line, column = documents.line_of(content, f"/{field}")
    message = f"{field}: the file's own name is expected here: {expected}"
    return DocumentWrong(Problem(path.name, line, column, f"/{field}", message))


def _agreement(path: Path) -> Agreement:
    return documents.decode(path.read_bytes(), Agreement, file=path.name)


def _begins_on(entry: Entry) -> date:
    """Return from when a file holds; `read` has seen that it says so."""
    return entry.protocol.effective_on or date.max


class Library:
    """
    All protocols by slug, and the agreements of this authority with them.

    ``requester`` is the authority's own country, "" where no authority asks;
    ``coming`` wait for their day, by slug, the earliest first; see `on`.
    """

    def __init__(
        self,
        entries: dict[str, Entry],
        agreements: dict[str, Agreement],
        coming: dict[str, tuple[Entry, ...]] | None = None,
        requester: str = "",
    ) -> None:
        self.requester = requester
        self._entries = entries
        self._agreements = agreements
        self._coming = coming or {}
        self._views: dict[frozenset[str], Library] = {}

    @classmethod
    def load(
        cls, path: Path, overlay: Path | None = None, *, requester: str = ""
    ) -> "Library":
        """
        Return the library of a directory; ``overlay`` holds agreements, by slug.

        Raises: DocumentWrong with the problems of all files, not of the first alone.
        """
        entries: dict[str, Entry] = {}
        coming: dict[str, tuple[Entry, ...]] = {}
        agreements: dict[str, Agreement] = {}
        problems: list[Problem] = []
        for file in sorted(path.glob("*.yaml")):
            try:
                entry = read(file)
                if "@" in file.stem:
                    slug = entry.protocol.slug
                    coming[slug] = (*coming.get(slug, ()), entry)
                else:
                    entries[file.stem] = entry
            except DocumentWrong as wrong:
                problems += wrong.problems
        for file in sorted(overlay.glob("*.yaml")) if overlay else ():
            try:
                agreements[file.stem] = _agreement(file)
            except DocumentWrong as wrong:
                problems += wrong.problems
        if problems:
            raise DocumentWrong(*problems)
        return cls(entries, agreements, coming, requester)

    def on(self, today: date) -> "Library":
        """Return the library as it is in force on a day."""
        due = {
            slug: [one for one in waiting if _begins_on(one) <= today]
            for slug, waiting in self._coming.items()
        }
        chosen = {slug: found[-1] for slug, found in due.items() if found}
        if not chosen:
            return self
        key = frozenset(one.version for one in chosen.values())
        if key not in self._views:
            later = {
                slug: tuple(one for one in waiting if one not in due[slug])
                for slug, waiting in self._coming.items()
            }
            entries = {**self._entries, **chosen}
            view = Library(entries, self._agreements, later, self.requester)
            self._views[key] = view
        return self._views[key]

    def coming(self, slug: str) -> tuple[CooperationProtocol, ...]:
        """Return what waits for its day, the earliest first."""
        return tuple(one.protocol for one in self._coming.get(slug, ()))

    def _entry(self, slug: str) -> Entry:
        try:
            return self._entries[slug]
        except KeyError:
            raise UnknownPlatform(
                "No protocol is known for %(slug)s.", params={"slug": slug}
            ) from None

    def get(self, slug: str) -> CooperationProtocol:
        """
        Return the current protocol of a platform.

        Raises: UnknownPlatform.
        """
        return self._entry(slug).protocol

    def all(self) -> tuple[CooperationProtocol, ...]:
        """Return every protocol, by name."""
        protocols = (entry.protocol for entry in self._entries.values())
        return tuple(sorted(protocols, key=lambda one: one.name.casefold()))

    def version(self, slug: str) -> str:
        """
        Return the version of a platform's current protocol.

        Raises: UnknownPlatform.
        """
        return self._entry(slug).version

    def content(self, slug: str) -> str:
        """
        Return the text of a platform's current file.

        Raises: UnknownPlatform.
        """
        return self._entry(slug).content

    @cached_property
    def recogniser(self) -> Recogniser:
        """Return what looks for accounts of all these platforms; made once."""
        return Recogniser(self.all())

    @cached_property
    def doorkeeper(self) -> Doorkeeper:
        """Return what tells hosts that only look like a platform's; made once."""
        return Doorkeeper(self.all())

    def agreement(self, slug: str) -> Agreement | None:
        """Return what this authority and a platform agreed, or None."""
        return self._agreements.get(slug)


@cache
def at(path: Path) -> Library:
    """
    Return the library of a folder, without agreements; read once in a process.

    Raises: DocumentWrong.
    """
    return Library.load(path)
