"""Where the protocol files stand: read once, each known by the hash of its content."""

import hashlib
from functools import cache, cached_property
from pathlib import Path

import msgspec

from platformlink import documents
from platformlink.documents import DocumentWrong, Problem
from platformlink.errors import Missing
from platformlink.protocols.protocol import Agreement, CooperationProtocol
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
    Return one file; its name is its slug.

    Raises: DocumentWrong, with line and column.
    """
    content = _read(path)
    protocol = decode(content, file=path.name)
    if protocol.slug != path.stem:
        line, column = documents.line_of(content, "/slug")
        message = f"slug: the file's own name is expected here: {path.stem}"
        raise DocumentWrong(Problem(path.name, line, column, "/slug", message))
    return Entry(protocol, content, version_of(content))


def _agreement(path: Path) -> Agreement:
    return documents.decode(path.read_bytes(), Agreement, file=path.name)


class Library:
    """All protocols by slug, and the agreements of this authority with them."""

    def __init__(
        self, entries: dict[str, Entry], agreements: dict[str, Agreement]
    ) -> None:
        self._entries = entries
        self._agreements = agreements

    @classmethod
    def load(cls, path: Path, overlay: Path | None = None) -> "Library":
        """
        Return the library of a directory; ``overlay`` holds agreements, by slug.

        Raises: DocumentWrong with the problems of all files, not of the first alone.
        """
        entries: dict[str, Entry] = {}
        agreements: dict[str, Agreement] = {}
        problems: list[Problem] = []
        for file in sorted(path.glob("*.yaml")):
            try:
                entries[file.stem] = read(file)
            except DocumentWrong as wrong:
                problems += wrong.problems
        for file in sorted(overlay.glob("*.yaml")) if overlay else ():
            try:
                agreements[file.stem] = _agreement(file)
            except DocumentWrong as wrong:
                problems += wrong.problems
        if problems:
            raise DocumentWrong(*problems)
        return cls(entries, agreements)

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
