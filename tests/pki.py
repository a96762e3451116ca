"""A PKI on loopback: issues the seal, stamps time, tells what is revoked."""

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from asn1crypto import pem
from certomancer.integrations.aiohttp_animator import build_animator_app
from certomancer.registry import (
    ArchLabel,
    CertLabel,
    CertomancerConfig,
    PKIArchitecture,
)
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

ARCH = "desk"
PASSPHRASE = "passphrase"
KEYS = ("root", "issuing", "seal", "revoked", "prosecutor", "tsa", "ocsp")
ALWAYS = {
    "valid-from": "2020-01-01T00:00:00+0000",
    "valid-to": "2060-01-01T00:00:00+0000",
}
SIGNS = {"digital_signature", "non_repudiation"}


def _extension(name: str, schema: str, params: Any, **more: bool) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {"id": name, "smart-value": {"schema": schema, "params": params}, **more}


def _certificate(subject: str, issuer: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {"subject": subject, "subject-key": subject, "issuer": issuer} | {
        "validity": ALWAYS,
        **more,
    }


def _signer(subject: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    usage = _extension("key_usage", "key-usage", sorted(SIGNS), critical=True)
    return _certificate(subject, "issuing", extensions=[usage], **more)


def _stamper() -> dict[str, Any]:
    return _certificate(
        "tsa",
        "root",
        extensions=[
            _extension("key_usage", "key-usage", ["digital_signature"], critical=True),
            {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
        ],
    )


def _architecture() -> dict[str, Any]:
    told_by = {"crl-repo": "issuing", "ocsp-service": "issuing"}
    root = {"id": "simple-ca", "params": {"crl-repo": "root"}}
    issuing = {"id": "simple-ca", "params": told_by}
    revoked = {"revoked-since": "2020-12-01T00:00:00+0000", "reason": "key_compromise"}
    return {
        "keyset": "keys",
        "entity-defaults": {"country-name": "AL", "organization-name": "Tests"},
        "entities": {name: {"common-name": name.title()} for name in KEYS},
        "certs": {
            "root": _certificate("root", "root", profiles=[root]),
            "issuing": _certificate("issuing", "root", profiles=[issuing]),
            "seal": _signer("seal"),
            "revoked": _signer("revoked", revocation=revoked),
            "prosecutor": _signer("prosecutor"),
            "tsa": _stamper(),
            "ocsp": _certificate(
                "ocsp", "issuing", profiles=[{"id": "ocsp-responder"}]
            ),
        },
        "services": {
            "ocsp": {"issuing": {"for-issuer": "issuing", "responder-cert": "ocsp"}},
            "crl-repo": {
                name: {"for-issuer": name, "simulated-update-schedule": "P90D"}
                for name in ("root", "issuing")
            },
            "time-stamping": {"tsa": {"signing-cert": "tsa"}},
        },
    }


def _write_keys(folder: Path) -> None:
    for name in KEYS:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)


def _configured(folder: Path, url: str) -> PKIArchitecture:
    _write_keys(folder)
    config = {
        "external-url-prefix": url,
        "keysets": {"keys": {"keys": {one: {"path": f"{one}.pem"} for one in KEYS}}},
        "pki-architectures": {ARCH: _architecture()},
    }
    made = CertomancerConfig(config, key_search_dir=str(folder))
    return made.get_pki_arch(ArchLabel(ARCH))


@dataclass
class Pki:
    """The certificates, their files, and the services, which can be switched off."""

    folder: Path
    url: str = ""
    off: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    dripping: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    architecture: PKIArchitecture = field(init=False)

    @property
    def tsa_url(self) -> str:
        return f"{self.url}/{ARCH}/tsa/tsa"

    @property
    def roots(self) -> Path:
        """The trust anchor, as PEM."""
        return self.folder / "roots.pem"

    def certificate(self, name: str) -> bytes:
        """A certificate, as DER."""
        return bytes(self.architecture.get_cert(CertLabel(name)).dump())

    def pkcs12(self, name: str) -> Path:
        """A key with its certificate and those of its issuers."""
        path = self.folder / f"{name}.p12"
        if not path.exists():
            content = self.architecture.package_pkcs12(
                CertLabel(name), password=PASSPHRASE.encode()
            )
            path.write_bytes(content)
        return path

    async def sign(self, content: bytes, field: str, name: str = "prosecutor") -> bytes:
        """What a signer's own program makes of a letter, in that field."""
        signer = signers.SimpleSigner.load_pkcs12(
            str(self.pkcs12(name)), passphrase=PASSPHRASE.encode()
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        known = [name for name, _, _ in fields.enumerate_sig_fields(writer.prev)]
        if field not in known:
            fields.append_signature_field(writer, fields.SigFieldSpec(field))
        meta = signers.PdfSignatureMetadata(field_name=field)
        made = await signers.PdfSigner(meta, signer).async_sign_pdf(writer)
        return bytes(made.getvalue())

    def application(self) -> web.Application:
        """Issue all certificates; return what serves them."""
        self.architecture = _configured(self.folder, self.url)
        self.roots.write_bytes(pem.armor("CERTIFICATE", self.certificate("root")))
        app = build_animator_app(
            {ArchLabel(ARCH): self.architecture}, with_web_ui=False
        )
        app.middlewares.append(self._gate)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401 - as aiohttp has it
        service = request.path.split("/")[2]
        self.asked.append(service)
        if service in self.off:
            raise web.HTTPServiceUnavailable
        while service in self.silent:  # noqa: ASYNC110 - a set, told from another thread
            await asyncio.sleep(0.02)
        if service in self.dripping:
            return await self._drip(request, service)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _drip(self, request: web.Request, service: str) -> web.StreamResponse:
        """Answer byte by byte, as long as that is wanted."""
        answer = web.StreamResponse()
        await answer.prepare(request)
        with suppress(ConnectionError):
            while service in self.dripping:
                await answer.write(b"0")
                await asyncio.sleep(0.02)
        return answer

    def mend(self) -> None:
        """Let all services answer again."""
        for fault in (self.off, self.silent, self.dripping):
            fault.clear()


async def _serve(app: web.Application, door: socket.socket) -> None:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, door).start()


@contextmanager
def opened(folder: Path) -> Iterator[Pki]:
    """Yield the PKI, its services answering on loopback."""
    door = socket.create_server(("127.0.0.1", 0))
    pki = Pki(folder, f"http://127.0.0.1:{door.getsockname()[1]}")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(_serve(pki.application(), door), loop).result(10)
    yield pki
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()
    door.close()
