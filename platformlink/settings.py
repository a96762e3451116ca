"""Every knob, once. `load` is a pure function from an environment to `Settings`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from platformlink.errors import FieldError, Invalid

PREFIX = "PLATFORMLINK_"
UNPREFIXED = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url"}
SHORTEST_SECRET = 32
MOST_SECRETS = 2  # of one receiver: while it changes


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
    seal_roots: Path | None = None
    tsa_url: str = ""
    smtp_url: str = ""
    smime: str = ""
    smime_passphrase: str = ""
    imap_url: str = ""
    webhook_secrets: str = ""
    storage_url: str = ""
    protocols: Path | None = None
    letter_templates: Path | None = None
    log_format: str = "json"
    trusted_proxies: str = ""
    is_demonstration: bool = False

    @property
    def secrets_by_receiver(self) -> dict[str, tuple[str, ...]]:
        """Return the secrets of receivers of webhooks by their names, newest first."""
        return {name: tuple(rest) for name, *rest in _lines(self.webhook_secrets)}


def _lines(text: str) -> list[list[str]]:
    """Return the words of each line that has any."""
    return [one.split() for one in text.splitlines() if one.strip()]


def _read(
    environ: Mapping[str, str], name: str, errors: list[FieldError]
) -> str | None:
    """Return a setting, from itself or from the file it names; None if it has none."""
    file = environ.get(f"{name}_FILE")
    if not file:
        return environ.get(name) or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        message = "The file %(file)s cannot be read: %(reason)s"
        reason = {"file": file, "reason": type(error).__name__}
        errors.append(FieldError(f"/{name}_FILE", "unreadable", message, reason))
        return None


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
    errors = [
        FieldError(f"/{name}", "unknown", "No setting has this name.")
        for name in sorted(environ)
        if name.startswith(PREFIX) and name.removesuffix("_FILE") not in known
    ]
    made = {}
    for name, field in known.items():
        text = _read(environ, name, errors)
        if text is not None:
            made[field] = _converted(name, field, text, errors)
    if 0 < len(made.get("secret", "")) < SHORTEST_SECRET:
        message = "Give at least 32 characters, for example from: openssl rand -hex 32"
        errors.append(FieldError(f"/{PREFIX}SECRET", "too-short", message))
    if not _is_secrets(made.get("webhook_secrets", "")):
        message = (
            "Write a line for each receiver: its name and its secret of at least 32"
            " characters, and while that changes the one before it."
        )
        errors.append(FieldError(f"/{PREFIX}WEBHOOK_SECRETS", "unusable", message))
    if errors:
        told = ", ".join(
            f"{one.pointer.strip('/')} ({one.message % one.params})" for one in errors
        )
        raise SettingsWrong(f"These settings are wrong: {told}", *errors)
    return Settings(**made)


def _is_secrets(text: str) -> bool:
    """Say whether each line names another receiver, and one secret or two."""
    lines = _lines(text)
    return len({one[0] for one in lines}) == len(lines) and all(
        1 <= len(secrets) <= MOST_SECRETS
        and all(len(one) >= SHORTEST_SECRET for one in secrets)
        for _, *secrets in lines
    )


def _converted(name: str, field: str, text: str, errors: list[FieldError]) -> Any:  # noqa: ANN401 - of the field's type
    """Return the value of a setting; one that cannot be used is noted."""
    kind = next(x.type for x in msgspec.structs.fields(Settings) if x.name == field)
    try:
        return msgspec.convert(text, kind, strict=False, dec_hook=lambda k, v: k(v))
    except msgspec.ValidationError:
        message = "This cannot be used here: %(text)s."
        errors.append(FieldError(f"/{name}", "unusable", message, {"text": text}))
        return None
