"""Identifiers: what an account is called, in canonical form, and whether it fits."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote

from platformlink.protocols.protocol import CooperationProtocol, Identifier, Step
from platformlink.values import Phrase

LONGEST_ADDRESS = 2000  # characters; what is longer is cut before it is matched
# Zero-width, joining and direction marks: invisible, and favourites of forgers.
HIDDEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# http and https, also as they are disarmed in reports: hxxps[:]//
SCHEME = re.compile(r"h(?:tt|xx)ps?(?::|\[:\])//", re.IGNORECASE)

FRONT = re.compile(r"^(?:www|m|mobile)\.", re.IGNORECASE)


def _phone(value: str) -> str:
    """Return a number in its international form, as far as it was given."""
    digits = re.sub(r"[\s().\-/\u2010-\u2015]", "", value)
    return "+" + digits[2:] if digits.startswith("00") else digits


def _mail(value: str) -> str:
    return value.removeprefix("mailto:").lower()


def _gmail(value: str) -> str:
    """Return the mailbox that Gmail delivers to: no dots, no tag, one domain."""
    local, _, host = _mail(value).partition("@")
    if host not in ("gmail.com", "googlemail.com"):
        return f"{local}@{host}"
    return local.partition("+")[0].replace(".", "") + "@gmail.com"


STEPS: dict[Step, Callable[[str], str]] = {
    Step.STRIP_AT: lambda value: value.removeprefix("@"),
    Step.LOWER: str.lower,
    Step.UPPER: str.upper,
    Step.NO_SPACES: lambda value: re.sub(r"\s", "", value),
    Step.NO_DOTS: lambda value: value.replace(".", ""),
    Step.NO_FRAGMENT: lambda value: value.partition("#")[0],
    Step.NO_QUERY: lambda value: value.partition("?")[0],
    Step.NO_SLASH: lambda value: value.rstrip("/"),
    Step.HTTPS: lambda value: "https://" + SCHEME.sub("", value, count=1),
    Step.PHONE: _phone,
    Step.EMAIL: _mail,
    Step.GMAIL: _gmail,
    Step.HEX: lambda value: re.sub(r"[:\-\s]", "", value).lower(),
}


@lru_cache(maxsize=2048)
def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=2048)
def _link(pattern: str) -> re.Pattern[str]:
    """Return a link pattern; what it names must end where a part of a path ends."""
    return re.compile(rf"(?:{pattern})(?=[/?#&]|$)", re.IGNORECASE)


def address_of(value: str) -> str:
    """Return a web address without scheme, port, and the brackets that disarm it."""
    bare = SCHEME.sub("", value, count=1)[:LONGEST_ADDRESS].replace("[.]", ".")
    host, slash, rest = bare.partition("/")
    host = re.sub(r":\d{1,5}$", "", host)
    return host + slash + (unquote(rest) if "%" in rest else rest)


def in_link(identifier: Identifier, address: str) -> str | None:
    """
    Return the value that an address (see `address_of`) names, or None.

    An address on www., m. or mobile. is also read without that.
    """
    ways = dict.fromkeys((address, FRONT.sub("", address, count=1)))
    found = (_link(link).match(way) for way in ways for link in identifier.links)
    values = (match["value"] for match in found if match)
    return next((one for one in values if one.lower() not in identifier.reserved), None)


def visible(value: str) -> str:
    """Return a value without hidden characters and outer blanks."""
    return HIDDEN.sub("", value).strip()


def canonical(identifier: Identifier, value: str) -> str:
    """Return a value as typed in its canonical form; a link becomes what it names."""
    value = visible(value)
    inside = in_link(identifier, address_of(value)) if identifier.links else None
    if inside is not None and Step.PHONE in identifier.normal:
        inside = "+" + inside.removeprefix("+")  # addresses write numbers without it
    value = value if inside is None else inside
    for step in identifier.normal:
        value = STEPS[step](value)
    return value


def _scripts(value: str) -> set[str]:
    """Return the scripts of a value's letters, by the first word of their names."""
    return {unicodedata.name(c, "?").split()[0] for c in value if c.isalpha()}


def oddities(value: str) -> tuple[Phrase, ...]:
    """Return what about a value deceives the eye: hidden marks, mixed scripts."""
    found = []
    if hidden := HIDDEN.findall(value):
        codes = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in hidden))
        text = "It holds characters that nobody sees: %(codes)s."
        found.append(Phrase(text, {"codes": codes}))
    if len(scripts := _scripts(value)) > 1:
        strange = "".join(dict.fromkeys(c for c in value if not c.isascii()))
        text = "It mixes scripts (%(scripts)s); look at: %(letters)s"
        names = ", ".join(sorted(name.capitalize() for name in scripts))
        found.append(Phrase(text, {"scripts": names, "letters": strange}))
    return tuple(found)


def luhn(digits: str) -> bool:
    """
    Say whether the last digit is the check digit of the others.

    Source: ISO/IEC 7812-1, annex B; IMEI numbers use it by 3GPP TS 23.003, annex B.
    """
    if not (digits.isascii() and digits.isdigit()):
        return False
    weighed = (int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits)))
    return sum(sum(divmod(number, 10)) for number in weighed) % 10 == 0


def fits(identifier: Identifier, normalised: str) -> bool:
    """Say whether a canonical value has the shape that its kind demands."""
    shape = identifier.pattern
    if not normalised or (shape and not _shape(shape).fullmatch(normalised)):
        return False
    if identifier.check == "luhn" and not luhn(normalised):
        return False
    return normalised not in identifier.reserved


def born_at(identifier: Identifier, normalised: str) -> datetime | None:
    """Return the instant that an id carries inside, or None where it carries none."""
    born = identifier.born
    if born is None or not (normalised.isascii() and normalised.isdigit()):
        return None
    milliseconds = (int(normalised) >> born.shift_bits) + born.epoch_ms
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def masked(identifier: Identifier, value: str) -> str:
    """Return a value without the part that opens content, for lists and logs."""
    if not identifier.has_secret or "#" not in value:
        return value
    return value.partition("#")[0] + "#…"


def identifier_of(protocol: CooperationProtocol, kind: str) -> Identifier | None:
    """Return the identifier of a kind, or None where the protocol knows none such."""
    return next((one for one in protocol.identifiers if one.kind == kind), None)


def normalise(protocol: CooperationProtocol, kind: str, value: str) -> str:
    """
    Return the canonical form of a value; of an unknown kind, only the visible part.

    Whether it then has the right shape is said by `fits`.
    """
    identifier = identifier_of(protocol, kind)
    return canonical(identifier, value) if identifier else visible(value)


def kinds_of(protocol: CooperationProtocol, value: str) -> tuple[str, ...]:
    """Return the kinds that a value could be: those that its link names, else all."""
    address = address_of(visible(value))
    known = [one for one in protocol.identifiers if one.pattern]
    named = [one for one in known if in_link(one, address)]
    fitting = (one for one in named or known if fits(one, canonical(one, value)))
    return tuple(one.kind for one in fitting)
