"""Hosts that look like a platform's own: fake police portals and mail domains. Pure."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from platformlink.protocols.protocol import CooperationProtocol
from platformlink.values import Phrase

HOST = re.compile(
    r"(?<![\w.@-])(?:[^\s/@<>\"'()]{1,64}@)?"
    r"((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?![\w-])"
)
SHORTEST = 5  # letters; below, one letter more or less makes another word
MOST_HOSTS = 200
# Letters and pairs that the eye takes for another one.
CONFUSABLE = str.maketrans(
    {
        **dict(zip("аеорсухікјѕԁɡո", "aeopcyxikjsdgn", strict=True)),
        **dict(zip("αοριυνκτ", "aopiuvkt", strict=True)),
        **dict(zip("0134578", "oleastb", strict=True)),
        **dict(zip("éèêáàâíìîóòôúùûıł", "eeeaaaiiiooouuuil", strict=True)),
    }
)
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


class Lookalike(msgspec.Struct, frozen=True):
    """A host, the one it looks like, and whose that is."""

    host: str
    like: str
    platform: str

    @property
    def words(self) -> Phrase:
        """Return it in words."""
        text = (
            "%(host)s looks like %(like)s of %(platform)s; "
            "it is no known host of theirs."
        )
        host = (
            self.host if self.host.isascii() else f"{self.host} ({spelled(self.host)})"
        )
        params = {"host": host, "like": self.like, "platform": self.platform}
        return Phrase(text, dict(params))


def host_of(address: str) -> str:
    """Return the host of an address: of a page or a mailbox; "" where it has none."""
    bare = re.sub(r"^\w+://", "", address.strip()).partition("/")[0]
    host = bare.rpartition("@")[2].partition(":")[0].lower().strip(".")
    return host if "." in host and " " not in host else ""


def hosts_of(protocol: CooperationProtocol) -> set[str]:
    """Return the hosts that are a platform's own: of its channels too."""
    found = set(protocol.hosts)
    for one in protocol.channels:
        if one.status != "refused":
            found |= {host_of(text) for text in (one.address or "", *one.aliases)}
    return found - {""}


def spelled(host: str) -> str:
    """Return a host as machines write it, so that letters of other scripts show."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode()


def mail_hosts_of(protocol: CooperationProtocol) -> set[str]:
    """Return the hosts at which a platform's users have their mailboxes."""
    return {host for one in protocol.identifiers for host in one.mail_domains}


def _readable(host: str) -> str:
    """Return a host with its letters, where it is written in punycode."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def skeleton(text: str) -> str:
    """Return what the eye reads: confusable letters and pairs as one."""
    plain = text.lower().translate(CONFUSABLE)
    for pair, letter in PAIRS:
        plain = plain.replace(pair, letter)
    return plain.replace("-", "")


def is_near(one: str, other: str) -> bool:
    """Say whether two words differ by one letter: other, missing, or swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    at = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    rest, other_rest = one[at:], other[at:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )


def _domain(host: str) -> str:
    """Return the part of a host that somebody registered: example.co.uk."""
    *names, ending = host.split(".")
    is_country = len(ending) == len("uk")
    if len(names) > 1 and is_country and len(names[-1]) <= len("com"):
        ending = f"{names.pop()}.{ending}"
    return f"{names[-1]}.{ending}" if names else host


def _label(host: str) -> str:
    """Return the part of a host that bears its name: before the ending."""
    return _domain(host).partition(".")[0]


class Doorkeeper:
    """Knows the hosts of all platforms, and tells what only looks like one."""

    def __init__(
        self,
        protocols: Iterable[CooperationProtocol],
        *,
        with_channels: bool = True,
        shortest: int = SHORTEST,
        names: tuple[str, ...] = (),
    ) -> None:
        """
        Know the hosts of platforms, and ``names`` that a forged host could bear.

        ``shortest``: names with fewer letters are also words, and left alone.
        """
        known = list(protocols)
        self._given = {
            skeleton(name): (next(iter(one.hosts), name), one.name)
            for one in known
            for name in names
            if len(name) >= shortest
        }
        self._shortest = shortest
        self._own = {
            _domain(host): one.name
            for one in known
            for host in (hosts_of(one) if with_channels else one.hosts)
        }
        self._mail = {
            _domain(host): one.name for one in known for host in mail_hosts_of(one)
        }

    @cached_property
    def _names(self) -> dict[str, tuple[str, str]]:
        """Return what the eye reads of each name -> host and platform."""
        return self._given | {
            skeleton(_label(host)): (host, platform)
            for host, platform in (self._mail | self._own).items()
            if len(_label(host)) >= self._shortest
        }

    def owner(self, host: str) -> str | None:
        """Return the name of the platform in whose domain a host stands, if any."""
        return self._own.get(_domain(host))

    def is_own(self, host: str) -> bool:
        """Say whether a host stands in a domain of a platform."""
        return self.owner(host) is not None

    def resembles(self, host: str) -> Lookalike | None:
        """Return what a host looks like, if it looks like one and is not."""
        if self.is_own(host) or _domain(host) in self._mail:
            return None
        shown = _readable(host)
        for label in shown.split(".")[:-1]:
            for name, (like, platform) in self._names.items():
                if self._is_like(label, name, shown):
                    return Lookalike(host, like, platform)
        return None

    def _is_like(self, label: str, name: str, host: str) -> bool:
        read = skeleton(label)
        is_long = len(name) >= SHORTEST
        if is_long and label == _label(host) and is_near(read, name):
            return True
        parts = {skeleton(part) for part in label.split("-")}
        return name in parts or name == read

    def look(self, text: str) -> Iterator[Lookalike]:
        """Yield each deceptive host in a text, once."""
        hosts = (match[1].lower() for match in HOST.finditer(text))
        for host in list(dict.fromkeys(hosts))[:MOST_HOSTS]:
            if found := self.resembles(host):
                yield found
