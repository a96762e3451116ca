"""
Where the seal's key lies, for the sealing processes: a PKCS#12 file or a PKCS#11 token.

A token is named by a URI such as
``pkcs11:token=desk;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so``.
"""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from asn1crypto import x509
from pkcs11 import PKCS11Error, Session
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer, SimpleSigner

from platformlink.adapters.seal import Key, SealUnusable

SESSIONS: list[Session] = []  # a token lets one log in once: they are closed in order


class Loaded(NamedTuple):
    """A signer and its certificate."""

    signer: Signer
    certificate: x509.Certificate


class Token(NamedTuple):
    """A key on a token: the module that speaks to it, and both their labels."""

    module: str
    label: str
    key: str


def read_uri(uri: str) -> Token:
    """
    Return what a PKCS#11 URI names; what it says beyond that is not needed.

    Raises: SealUnusable.
    Source: RFC 7512, section 2.3.
    """
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    parts = [*path.split(";"), *query.split("&")]
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    try:
        names = (named["module-path"], named["token"], named["object"])
    except KeyError:
        raise SealUnusable from None
    return Token(*map(unquote, names))


def _open_token(token: Token, pin: str) -> Signer:
    """
    Return the signer of a token; its PIN is given once, and its session stays open.

    Raises: SealUnusable.
    """
    try:
        session = open_pkcs11_session(
            token.module,
            token_criteria=TokenCriteria(label=token.label),
            user_pin=pin or None,
        )
        SESSIONS.append(session)
        signer = PKCS11Signer(
            session,
            cert_label=token.key,
            key_label=token.key,
            other_certs_to_pull=None,
            use_raw_mechanism=True,  # every token can do that; not all can hash
        )
        signer.cert_registry  # noqa: B018 - read now, while a failure is understood
        signer.signing_cert  # noqa: B018
    except (PKCS11Error, RuntimeError, OSError):
        forget()
        raise SealUnusable from None
    return signer


@lru_cache(maxsize=4)
def _load(place: str, passphrase: str, version: int) -> Loaded:
    signer: Signer | None
    if place.startswith("pkcs11:"):
        signer = _open_token(read_uri(place), passphrase)
    else:
        signer = SimpleSigner.load_pkcs12(place, passphrase=passphrase.encode())
    if signer is None or signer.signing_cert is None:
        raise SealUnusable
    return Loaded(signer, signer.signing_cert)


def loaded(key: Key) -> Loaded:
    """
    Return the signer, read again only when its file has changed.

    Raises: SealUnusable.
    """
    is_file = not key.place.startswith("pkcs11:")
    try:
        version = Path(key.place).stat().st_mtime_ns if is_file else 0
        return _load(key.place, key.passphrase, version)
    except OSError:
        raise SealUnusable from None


def forget() -> None:
    """Open the token anew next time: its session has ended."""
    _load.cache_clear()
    while SESSIONS:
        with suppress(PKCS11Error):
            SESSIONS.pop().close()
