"""
Accounts in any text: which platform, which kind, how sure, and why. Pure.

Linear in the length of the text: words are looked up, addresses are found by their
host, and each pattern sees one bounded piece only. Nothing is ever fetched.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

import msgspec

from platformlink.protocols.identifiers import (
    HIDDEN,
    address_of,
    canonical,
    fits,
    in_link,
)
from platformlink.protocols.protocol import CooperationProtocol, Identifier, Step
from platformlink.values import Phrase


class Certainty(StrEnum):
    """How sure a recognition is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Recognised(msgspec.Struct, frozen=True):
    """
    One account or item found in a text, between ``start`` and ``end`` (characters).

    ``platform`` is a slug; ``value`` is what stands in the text. Where several
    platforms are possible, each has an entry for the same place.
    """

    platform: str
    kind: str
    value: str
    normalised: str
    certainty: Certainty
    start: int
    end: int
    why: Phrase


class _Meant(NamedTuple):
    """One kind of identifier of one platform."""

    slug: str
    name: str
    identifier: Identifier


class _Cue(NamedTuple):
    """Words in the text that announce accounts of some platforms."""

    start: int
    end: int
    meant: tuple[_Meant, ...]


SHORT_LINK = "short_link"
LONGEST_HOST = 253  # characters, RFC 1035, 2.3.4
NEAR = 40  # characters between a cue and its value, on one line
HOST = re.compile(r"(?<![\w.@+-])[A-Za-z0-9-]++(?:(?:\.|\[\.\])[A-Za-z0-9-]++)+(?!\w)")
TAIL = re.compile(r"(?::\d{1,5})?(?:[/?#][^\s<>\"“”«»]*)?")
SCHEME_BEFORE = re.compile(r"h(?:tt|xx)ps?(?::|\[:\])//$", re.IGNORECASE)
MAIL = re.compile(
    r"(?<![\w.%+'-])[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?![\w@])"
)
PHONE = re.compile(r"(?<![\w+])(?:\+|00)[1-9](?:[ .()-]{0,2}\d){6,14}(?!\d)")
HANDLE = re.compile(r"(?<![\w@./+-])@\w[\w.·-]{1,39}(?![\w@])")
WORD = re.compile(r"[^\W_]+")
AFTER = re.compile(
    r"(?P<words>(?:[ \t]+[^\W\d_]{1,20}){0,3})[ \t]*"
    r"(?:[:=][ \t]*|(?=\d{5}))(?P<value>[^\s,;<>\"'()\[\]]{2,100})"
)
TOKEN = re.compile(r"(?<!\S)\S{9,120}(?!\S)")
OPENING, CLOSING = "([{<'\"“„«", ".,;:!?)]}>'\"”“»…"
FILLERS = {"account", "handle", "id", "is", "my", "name", "nick", "profile", "user"}
CONTACT = {Step.PHONE, Step.EMAIL, Step.GMAIL}

BY_ADDRESS = "An address on a host of %(platform)s names it: %(kind)s."
BY_SHORT_LINK = (
    "A short link of %(platform)s. It is not followed: open it on a machine for that "
    "purpose, and give the full address."
)
BY_MAIL_DOMAIN = "A mail address on a domain of %(platform)s."
BY_CUE = "The text beside it names %(platform)s: %(kind)s."
BY_SHAPE = "It has the shape of: %(kind)s."
BY_AT_SIGN = (
    "A name after an at sign. Nothing says on which platform; on %(platform)s it would "
    "be: %(kind)s."
)


class Recogniser:
    """Looks for accounts of some platforms; made once, used for many texts."""

    def __init__(self, protocols: Iterable[CooperationProtocol]) -> None:
        self.by_host: dict[str, list[_Meant]] = defaultdict(list)
        self.by_short_host: dict[str, _Meant] = {}
        self.by_mail_domain: dict[str, _Meant] = {}
        self.at_sign: list[_Meant] = []
        self.shaped: list[_Meant] = []
        cues: dict[tuple[str, ...], list[_Meant]] = defaultdict(list)
        for protocol in protocols:
            for identifier in protocol.identifiers:
                meant = _Meant(protocol.slug, protocol.name, identifier)
                self._learn(protocol.hosts, meant)
                for cue in dict.fromkeys(_announcing(protocol, identifier)):
                    cues[tuple(WORD.findall(cue.lower()))].append(meant)
        self.cues = {words: tuple(meant) for words, meant in cues.items()}
        self.first_words = {words[0] for words in self.cues}
        self.longest_cue = max(map(len, self.cues), default=0)  # words
        shapes = [one.identifier.pattern or "" for one in self.shaped]
        self.any_shape = re.compile(
            "|".join(f"(?:{one})" for one in shapes), re.IGNORECASE
        )

    def _learn(self, hosts: tuple[str, ...], meant: _Meant) -> None:
        identifier = meant.identifier
        for host in hosts if identifier.links else ():
            self.by_host[host].append(meant)
        self.by_short_host |= dict.fromkeys(identifier.short_links, meant)
        self.by_mail_domain |= dict.fromkeys(identifier.mail_domains, meant)
        if identifier.bare == "with_at":
            self.at_sign.append(meant)
        if identifier.bare == "by_shape":
            self.shaped.append(meant)

    def find(self, text: str) -> list[Recognised]:
        """Return every account in a text, in order; ambiguous ones repeatedly."""
        return _Search(self, text).run()


def _announcing(
    protocol: CooperationProtocol, identifier: Identifier
) -> tuple[str, ...]:
    """Return the words that announce a kind; a platform's name, its contacts too."""
    if identifier.bare in ("with_cue", "with_at"):
        return identifier.cues
    if identifier.accepted in ("never", "unknown") or not (
        CONTACT & set(identifier.normal)
    ):
        return identifier.cues
    others = (cue for one in protocol.identifiers for cue in one.cues)
    return (protocol.name, *identifier.cues, *others)


class _Search:
    """One walk through one text, without its hidden characters."""

    def __init__(self, known: Recogniser, text: str) -> None:
        self.known, self.original = known, text
        self.places: list[int] | None = None
        if HIDDEN.search(text):
            self.places = [at for at, c in enumerate(text) if not HIDDEN.match(c)]
        self.text = text if self.places is None else HIDDEN.sub("", text)
        self.found: dict[tuple[int, int, str, str], Recognised] = {}
        self.mails: list[tuple[int, int]] = []
        self.taken: list[tuple[int, int]] = []  # what an address or a mail covers
        self.cues: list[_Cue] = []
        self.cue_starts: list[int] = []

    def run(self) -> list[Recognised]:
        """Return what each way of looking finds, the surest way first."""
        self._addresses()
        self._mails()
        # A platform's name inside an address says nothing of what stands beside it.
        self.cues = [cue for cue in self._announcements() if self._is_free(cue.start)]
        self.cue_starts = [cue.start for cue in self.cues]
        self._near_mails()
        self._phones()
        self._handles()
        self._announced()
        self._shapes()
        return sorted(self.found.values(), key=lambda one: (one.start, one.end))

    def _keep(
        self,
        meant: _Meant,
        span: tuple[int, int],
        certainty: Certainty,
        why: str,
    ) -> bool:
        """Keep a piece of the text if it fits; say whether it did."""
        piece = self.text[slice(*span)]
        kind, normalised = meant.identifier.kind, canonical(meant.identifier, piece)
        if why == BY_SHORT_LINK:
            kind, normalised = SHORT_LINK, "https://" + address_of(piece)
        elif not fits(meant.identifier, normalised):
            return False
        start, end = self._place(*span)
        params: dict[str, str | int] = {
            "platform": meant.name,
            "kind": meant.identifier.name,
        }
        one = Recognised(
            meant.slug,
            kind,
            self.original[start:end],
            normalised,
            certainty,
            start,
            end,
            Phrase(why, {**params}),
        )
        self.found.setdefault((start, end, meant.slug, kind), one)
        return True

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece stands in the original text."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1

    def _is_free(self, start: int) -> bool:
        """Say whether nothing surer covers a place."""
        at = bisect_left(self.taken, (start + 1, 0)) - 1
        return at < 0 or self.taken[at][1] <= start

    def _announcements(self) -> Iterator[_Cue]:
        """Yield the cues of the text, the longest where several begin together."""
        firsts = self.known.first_words
        for match in WORD.finditer(self.text):
            if match.group().lower() in firsts and (cue := self._cue_at(match)):
                yield cue

    def _cue_at(self, first: re.Match[str]) -> _Cue | None:
        """Return the longest cue that begins with a word, or None."""
        words = list(
            islice(WORD.finditer(self.text, first.start()), self.known.longest_cue)
        )
        for count in range(len(words), 0, -1):
            cue = tuple(word.group().lower() for word in words[:count])
            if meant := self.known.cues.get(cue):
                return _Cue(first.start(), words[count - 1].end(), meant)
        return None

    def _addresses(self) -> None:
        for host in HOST.finditer(self.text):
            if len(host.group()) > LONGEST_HOST or not self._is_free(host.start()):
                continue
            tail = TAIL.match(self.text, host.end())
            end = tail.end() if tail else host.end()
            if self.text[end : end + 1] == "@":
                continue  # the name in a mail address, or before a foreign host
            scheme = SCHEME_BEFORE.search(
                self.text[max(0, host.start() - 10) : host.start()]
            )
            start = host.start() - (len(scheme.group()) if scheme else 0)
            piece = self.text[start:end].rstrip(CLOSING)
            is_named = self._address(start, start + len(piece), host.group())
            # A dotted word is an address only if something else says so.
            if is_named or scheme or end > host.end():
                self.taken.append((start, end))

    def _address(self, start: int, end: int, host: str) -> bool:
        """Keep what an address names, of each platform whose host it is."""
        host = host.lower().replace("[.]", ".")
        address = address_of(self.text[start:end])
        labels = host.split(".")
        suffixes = (".".join(labels[at:]) for at in range(len(labels) - 1))
        kept = [
            self._keep(meant, (start, end), Certainty.CERTAIN, BY_ADDRESS)
            for suffix in suffixes
            for meant in self.known.by_host.get(suffix, ())
            if in_link(meant.identifier, address) is not None
        ]
        if short := self.known.by_short_host.get(host):
            self._keep(short, (start, end), Certainty.POSSIBLE, BY_SHORT_LINK)
            return True
        return any(kept)

    def _mails(self) -> None:
        for match in MAIL.finditer(self.text):
            if not self._is_free(match.start()):
                continue
            self.mails.append(match.span())
            host = match.group().rpartition("@")[2].lower()
            if meant := self.known.by_mail_domain.get(host):
                self._keep(meant, match.span(), Certainty.CERTAIN, BY_MAIL_DOMAIN)
        self.taken = sorted(self.taken + self.mails)

    def _near_mails(self) -> None:
        for span in self.mails:
            self._near(span, Step.EMAIL, Step.GMAIL)

    def _phones(self) -> None:
        for match in PHONE.finditer(self.text):
            if self._is_free(match.start()):
                self._near(match.span(), Step.PHONE)

    def _handles(self) -> None:
        for match in HANDLE.finditer(self.text):
            if not self._is_free(match.start()):
                continue
            span = match.start(), match.start() + len(match.group().rstrip(".-·"))
            if not self._near(span):
                for meant in self.known.at_sign:
                    self._keep(meant, span, Certainty.POSSIBLE, BY_AT_SIGN)

    def _near(self, span: tuple[int, int], *steps: Step) -> bool:
        """Keep a piece for the platforms named beside it; say whether any took it."""
        cue = self._cue_beside(*span)
        if cue is None:
            return False
        wanted = [
            meant
            for meant in cue.meant
            if bool(CONTACT & set(meant.identifier.normal)) == bool(steps)
            and (not steps or set(steps) & set(meant.identifier.normal))
        ]
        kept = [self._keep(meant, span, Certainty.LIKELY, BY_CUE) for meant in wanted]
        return any(kept)

    def _cue_beside(self, start: int, end: int) -> _Cue | None:
        """Return the cue before a place on its line, else the one after it."""
        at = bisect_left(self.cue_starts, start)
        before, after = self.cues[max(0, at - 1) : at], self.cues[at : at + 1]
        if before and self._are_near(before[0].end, start):
            return before[0]
        if after and self._are_near(end, after[0].start):
            return after[0]
        return None

    def _are_near(self, end: int, start: int) -> bool:
        return 0 <= start - end <= NEAR and "\n" not in self.text[end:start]

    def _announced(self) -> None:
        """Keep what follows a cue and a colon, and numbers that follow a cue."""
        for cue in self.cues:
            match = AFTER.match(self.text, cue.end)
            if match is None or not self._is_free(match.start("value")):
                continue
            value = match["value"].rstrip(CLOSING)
            is_name = re.search(r"[\d._-]", value) is not None
            if not is_name and set(match["words"].lower().split()) - FILLERS:
                continue  # a sentence, such as: snap decisions are bad: never
            start = match.start("value")
            certainty = Certainty.LIKELY if is_name else Certainty.POSSIBLE
            for meant in cue.meant:
                if not CONTACT & set(meant.identifier.normal):
                    self._keep(meant, (start, start + len(value)), certainty, BY_CUE)

    def _shapes(self) -> None:
        for match in TOKEN.finditer(self.text):
            token = match.group()
            start = match.end() - len(token.lstrip(OPENING))
            end = match.start() + len(token.rstrip(CLOSING))
            if self.known.any_shape.fullmatch(self.text, start, end):
                for meant in self.known.shaped:
                    self._keep(meant, (start, end), Certainty.LIKELY, BY_SHAPE)


def recognise(protocols: Iterable[CooperationProtocol], text: str) -> list[Recognised]:
    """Return every account of some platforms in a text; see `Recogniser`."""
    return Recogniser(protocols).find(text)
