"""What a reviewer looks for: mistakes in a file, with their places."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import fields

from platformlink.documents import DocumentWrong, Places, Problem
from platformlink.protocols import shelf
from platformlink.protocols.changes import TOLD
from platformlink.protocols.identifiers import address_of, canonical, fits, in_link
from platformlink.protocols.lookalikes import Doorkeeper, host_of
from platformlink.protocols.patterns import fault
from platformlink.protocols.protocol import (
    Address,
    Confidence,
    CooperationProtocol,
    Fact,
    Identifier,
    Kind,
    Regex,
    Support,
    Text,
)
from platformlink.protocols.rules import addressees, support_of

Found = Iterator[tuple[str, str]]  # JSON pointer, what is wrong and allowed
UNKNOWN_WORD = "'unknown' would be taken for the answer: if nobody has published it"
SAMPLE = ("US", "GB", "DE", "CH", "NO", "AL", "RS", "TR", "IN", "BR", "AU")
IF_SEVERAL = (
    "part them by regions, services or, where it follows the country that asks, by"
    " requesters and requesters_except; if nobody knows it, write unknown in"
    " addressing, by"
)
FROM_TEXTS = (Confidence.SOURCED, Confidence.SECONDARY, Confidence.UNREAD)
NAMED_REGIONS = ("EU", "EEA", "anywhere", "elsewhere")


def walk(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any part of a protocol
    """Yield every struct inside a value, with its JSON pointer."""
    if isinstance(value, msgspec.Struct):
        yield at, value
        for name in value.__struct_fields__:
            yield from walk(getattr(value, name), f"{at}/{name}")
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from walk(one, f"{at}/{place}")


def _provenance(protocol: CooperationProtocol) -> Found:
    known = {one.id for one in protocol.sources}
    for at, fact in walk(protocol):
        if not isinstance(fact, Fact):
            continue
        for place, name in enumerate(fact.source):
            if name not in known:
                yield (
                    f"{at}/source/{place}",
                    f"no source is called {name!r}; known: {', '.join(sorted(known))}",
                )
        if fact.confidence in FROM_TEXTS and not fact.source:
            text = f"a fact that is {fact.confidence} names its source"
            yield f"{at}/confidence", text


@cache
def _free(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a struct's own type
    """Return the fields of a type that may be left out, or hold any words."""
    found = (
        one.name for one in fields(kind) if one.type in (Text | None, Regex | None)
    )
    return (*found, "text") if kind is Address else tuple(found)


def _unknowns(protocol: CooperationProtocol) -> Found:
    """Find the word `unknown` where a page or a letter would show it as the answer."""
    for at, one in walk(protocol):
        kind: Any = type(one)
        for name in _free(kind):
            if str(getattr(one, name)).strip(" .").lower() == "unknown":
                what = "address" if isinstance(one, Address) else name
                text = (
                    f"{name}: {UNKNOWN_WORD}, leave `{what}` out and say so in `note`"
                )
                yield f"{at}/{name}", text


def _identifiers(protocol: CooperationProtocol) -> Found:
    for place, one in enumerate(protocol.identifiers):
        at = f"/identifiers/{place}"
        broken = list(_patterns(one, at))
        yield from broken
        if not broken:
            yield from _examples(one, at)
            yield from _link_example(protocol, one, at)
        if one.links and not protocol.hosts:
            yield f"{at}/links", "links need the platform's own hosts (field: hosts)"


def _patterns(one: Identifier, at: str) -> Found:
    if one.pattern and (wrong := fault(one.pattern)):
        yield f"{at}/pattern", wrong
    for place, link in enumerate(one.links):
        if wrong := fault(link):
            yield f"{at}/links/{place}", wrong
        elif "(?P<value>" not in link:
            yield f"{at}/links/{place}", "a link has its value in a group (?P<value>…)"
        elif "//" in link.replace("\\", ""):
            yield f"{at}/links/{place}", "a link is written without https://"


def _examples(one: Identifier, at: str) -> Found:
    if one.pattern and one.accepted != "never" and not one.example:
        yield f"{at}/kind", "a kind with a pattern has an example"
    if one.example and not fits(one, canonical(one, one.example)):
        yield f"{at}/example", "the pattern does not match this example"


def _link_example(protocol: CooperationProtocol, one: Identifier, at: str) -> Found:
    if not one.link_example:
        return
    address, value = address_of(one.link_example), canonical(one, one.link_example)
    host = host_of(address)
    if not any(f".{host}".endswith(f".{own}") for own in protocol.hosts):
        known = ", ".join(protocol.hosts)
        yield f"{at}/link_example", f"its host {host!r} is not in hosts: {known}"
    elif in_link(one, address) is None:
        text = f"no link matches this example; it is read as: {address}"
        yield f"{at}/link_example", text
    elif not fits(one, value):
        text = f"the link gives {value!r}, which the pattern does not match"
        yield f"{at}/link_example", text


def _channels(protocol: CooperationProtocol) -> Found:
    if protocol.lifecycle.status in ("closed", "merged"):
        return
    own = Doorkeeper([protocol], with_channels=False)
    for place, one in enumerate(protocol.channels):
        found = own.resembles(host_of(one.address or "")) if protocol.hosts else None
        if found and one.status != "refused":
            yield f"/channels/{place}/address", found.words.text % found.words.params
    usable = [one for one in protocol.channels if one.status in ("open", "unverified")]
    for kind in Kind:
        if support_of(protocol, kind) in (Support.NONE, Support.UNKNOWN):
            continue
        if not any(not one.kinds or kind in one.kinds for one in usable):
            yield f"/requests/{kind}", "it is taken, but no channel leads there"


def _coverage(protocol: CooperationProtocol) -> Found:
    """Find who asks in vain, or would be offered several without being asked."""
    if protocol.lifecycle.status in ("closed", "merged"):
        return
    on = protocol.review.last_on
    for service in protocol.services:
        for requester, country in product(_requesters(protocol), SAMPLE):
            found = addressees(
                protocol, country, service.code, on, requester=requester, facts=(on, on)
            )
            place = f"the service {service.code!r}, account holder in {country}"
            place += f", police of {requester}" if requester else ""
            if not found:
                yield "/entities", f"nobody is addressed for {place}"
                break
            if len(found) > 1 and protocol.addressing.by != "unknown":
                names = ", ".join(one.code for one in found)
                text = f"several are addressed for {place}: {names}; {IF_SEVERAL}"
                yield "/entities", text
                break


def _requesters(protocol: CooperationProtocol) -> tuple[str, ...]:
    """Return countries that ask, where entities tell them apart, else "" for any."""
    entities = protocol.entities
    if not any(one.requesters or one.requesters_except for one in entities):
        return ("",)
    named = {c for one in entities for c in (*one.requesters, *one.requesters_except)}
    return tuple(sorted({*SAMPLE, *named}))


def _order(protocol: CooperationProtocol) -> Found:
    pairs = (
        ("valid_from", "valid_until"),
        ("facts_from", "facts_until"),
        ("last_on", "next_on"),
        ("from_on", "until_on"),
    )
    for at, one in walk(protocol):
        for first, last in pairs:
            begin, end = getattr(one, first, None), getattr(one, last, None)
            if begin and end and end < begin:
                yield f"{at}/{last}", f"{end} lies before {first} {begin}"


def _name_of(one: Any) -> str:  # noqa: ANN401 - any entry of a list
    return next((str(getattr(one, name)) for name in TOLD if hasattr(one, name)), "")


def _names(protocol: CooperationProtocol) -> Found:
    """Find doubled names, and names that point nowhere."""
    for field in ("services", "regions", "channels", "identifiers", "data", "sources"):
        seen: set[str] = set()
        for place, one in enumerate(getattr(protocol, field)):
            name = _name_of(one)
            if name in seen:
                yield f"/{field}/{place}", f"{name!r} stands here twice"
            seen.add(name)
    yield from _entities(protocol)
    yield from _references(protocol)


def _entities(protocol: CooperationProtocol) -> Found:
    regions = {one.code for one in protocol.regions}
    for place, one in enumerate(protocol.entities):
        for name in (*one.regions, *one.regions_except):
            is_country = len(name) == len("AL") and name.isupper()
            if not is_country and name not in NAMED_REGIONS and name not in regions:
                allowed = ", ".join((*NAMED_REGIONS, *sorted(regions)))
                text = f"{name!r} is no country code and no region; known: {allowed}"
                yield f"/entities/{place}/regions", text
        for other in protocol.entities[:place]:
            if other.code == one.code and _overlap(one, other):
                text = f"{one.code!r} stands here twice for the same time"
                yield f"/entities/{place}", text


def _overlap(one: Any, other: Any) -> bool:  # noqa: ANN401 - anything with validity dates
    is_before = one.valid_until and other.valid_from
    is_after = other.valid_until and one.valid_from
    return not (
        (is_before and one.valid_until < other.valid_from)
        or (is_after and other.valid_until < one.valid_from)
    )


def _references(protocol: CooperationProtocol) -> Found:
    known = {
        "services": {one.code for one in protocol.services},
        "items": {one.code for one in protocol.data},
        "entities": {one.code for one in protocol.entities},
    }
    for at, one in walk(protocol):
        for field, names in known.items():
            used = getattr(one, field, ()) if at else ()
            for name in used:
                if name not in names:
                    allowed = ", ".join(sorted(names))
                    yield f"{at}/{field}", f"{name!r} is not known; known: {allowed}"
    kinds = {one.kind for one in protocol.identifiers}
    for place, rule in enumerate(protocol.identification):
        for name in (name for group in rule.any_of for name in group):
            if " " not in name and name not in kinds:
                allowed = ", ".join(sorted(kinds))
                text = f"{name!r} is no kind of identifier here; known: {allowed}"
                yield f"/identification/{place}/any_of", text


CHECKS = (_provenance, _unknowns, _identifiers, _channels, _coverage, _order, _names)


def faults(protocol: CooperationProtocol) -> list[tuple[str, str]]:
    """Return what is wrong with a protocol: JSON pointer and sentence."""
    return [found for check in CHECKS for found in check(protocol)]


def _hints(protocol: CooperationProtocol) -> Found:
    """Find what is no mistake, but was hardly meant."""
    named = {
        name
        for _, one in walk(protocol)
        if isinstance(one, Fact)
        for name in one.source
    }
    for place, one in enumerate(protocol.sources):
        if one.id not in named:
            yield f"/sources/{place}", f"no fact names the source {one.id!r}"


class Looked(NamedTuple):
    """What is wrong with a file, and what may be meant otherwise."""

    problems: tuple[Problem, ...]
    hints: tuple[Problem, ...] = ()


def problems(path: Path) -> tuple[Problem, ...]:
    """Return all mistakes of a file, with line and column; none: it may be used."""
    return look(path).problems


def look(path: Path) -> Looked:
    """Return all mistakes and hints of a file, with line and column."""
    try:
        entry = shelf.read(path)
    except DocumentWrong as wrong:
        return Looked(wrong.problems)
    found = faults(entry.protocol)
    if "@" in path.stem and not path.with_name(f"{entry.protocol.slug}.yaml").is_file():
        found.append(("/effective_on", "no file is in force until then"))
    hints = list(_hints(entry.protocol))
    if not found and not hints:
        return Looked(())
    places = Places(entry.content)
    return Looked(_placed(path.name, places, found), _placed(path.name, places, hints))


def _placed(
    file: str, places: Places, found: list[tuple[str, str]]
) -> tuple[Problem, ...]:
    """Return what was found with its places, in the order of lines."""
    told = [Problem(file, *places.of(at), at, text) for at, text in found]
    return tuple(sorted(told, key=lambda one: (one.line, one.column)))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a protocol file."""
    found = msgspec.json.schema(CooperationProtocol)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
