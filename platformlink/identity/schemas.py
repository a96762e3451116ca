"""What goes in and out of the sign-in."""

from datetime import datetime

import msgspec


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """E-mail address and password; `otp` is for a second factor, where one is set."""

    email: str
    password: str
    otp: str | None = None


class Me(msgspec.Struct, frozen=True):
    """Who one is."""

    id: int
    name: str
    email: str
    unit: str
    roles: list[str]
    language: str


class Token(msgspec.Struct, frozen=True):
    """A bearer token, until when it lives (UTC), and whose it is."""

    token: str
    expires_at: datetime
    user: Me
