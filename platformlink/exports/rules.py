"""What a package is asked with, what it is called, and where things lie in it. Pure."""

import hashlib
import re

import msgspec

from platformlink.errors import FieldError, Invalid

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
MADE = "package.made"  # in the audit log
INDEX, LINKED = "index.html", "case.jsonld"


class TakeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For what a package is taken, and whether the encrypted evidence goes with it."""

    purpose: str = ""
    evidence: bool = False


class ExportPurposeMissing(Invalid):
    """Whoever takes a package says for what."""

    code = "export-purpose-missing"
    title = "Say for what you take it"


class ListMissing(Invalid):
    """No list of hashes came with the question."""

    code = "list-missing"
    title = "Choose the list of hashes of a package"


def subject(listed: bytes) -> str:
    """Return how the audit log calls a package: by the hash of its list of hashes."""
    return f"package/{hashlib.sha256(listed).hexdigest()}"


def check(given: TakeIn) -> None:
    """
    Let pass what says its purpose.

    Raises: ExportPurposeMissing.
    """
    if not given.purpose.strip():
        message = "Say for what you take it."
        raise ExportPurposeMissing("", FieldError("/purpose", "required", message))


def folder(name: str) -> str:
    """Return a reference as the name of a folder or a file, on any system."""
    return UNSAFE.sub("-", name).strip("-.") or "package"


def record_path(request: str) -> str:
    """Return where the record of a request lies."""
    return f"requests/{folder(request)}/record.json"


def letter_path(request: str, letter: str) -> str:
    """Return where a letter of a request lies."""
    return f"requests/{folder(request)}/letters/{folder(letter)}.pdf"


def item_path(request: str, item_id: int) -> str:
    """Return where an item of evidence lies, encrypted."""
    return f"requests/{folder(request)}/evidence/{item_id}.age"
