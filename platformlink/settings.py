"""Every knob, once. `load` is a pure function from an environment to `Settings`."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from platformlink.errors import FieldError, Invalid

PREFIX = "PLATFORMLINK_"
UNPREFIXED = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url"}
SHORTEST_SECRET = 32


class SettingsWrong(Invalid):
    """The environment names an unknown setting, or one that cannot be used."""

    code = "settings-wrong"
    title = "A setting is wrong"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a run needs to know. Empty means: the embedded or built-in default."""

    database_url: str = ""
    redis_url: str = ""
    secret: str = ""
    base_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path("data")
    authority: Path | None = None
    seal: str = ""
    seal_passphrase: str = ""
    tsa_url: str = ""
    smtp_url: str = ""
    imap_url: str = ""
    storage_url: str = ""
    protocols: Path | None = None
    letter_templates: Path | None = None
    log_format: str = "json"
    trusted_proxies: str = ""
    is_demonstration: bool = False


def _read(environ: Mapping[str, str], name: str) -> str:
    """Return the value of a setting, from itself or from the file it names."""
    if file := environ.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return environ[name]


def _known() -> dict[str, str]:
    """Return environment name -> field name."""
    own = {
        PREFIX + field.upper(): field
        for field in Settings.__struct_fields__
        if field not in UNPREFIXED.values()
    }
    return own | UNPREFIXED


def load(environ: Mapping[str, str]) -> Settings:
    """
    Return the settings that an environment describes.

    Raises: SettingsWrong, which names each unknown or unusable one.
    """
    known = _known()
    given = {name.removesuffix("_FILE") for name in environ}
    errors = [
        FieldError(f"/{name}", "unknown", "No setting has this name.")
        for name in sorted(given)
        if name.startswith(PREFIX) and name not in known
    ]
    raw = {
        field: _read(environ, name) for name, field in known.items() if name in given
    }
    secret = raw.get("secret", "")
    if secret and len(secret) < SHORTEST_SECRET:
        errors.append(
            FieldError(
                f"/{PREFIX}SECRET",
                "too-short",
                "Give at least 32 characters, for example from: openssl rand -hex 32",
            )
        )
    if errors:
        names = ", ".join(error.pointer.strip("/") for error in errors)
        raise SettingsWrong(f"These settings are wrong: {names}.", *errors)
    return msgspec.convert(
        {name: value for name, value in raw.items() if value},
        Settings,
        strict=False,
        dec_hook=lambda kind, value: kind(value),
    )
