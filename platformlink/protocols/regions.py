"""For whose account holders an entity answers, whom a letter addresses, and where."""

from datetime import date

from platformlink.protocols.protocol import CooperationProtocol, Entity, applies

# Source: Treaty on European Union, art. 52; the members on 1 July 2013 less the
# United Kingdom.
EU_MEMBERS = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
)
EU = frozenset(EU_MEMBERS.split())
# Source: Agreement on the European Economic Area.
EEA = EU | {"IS", "LI", "NO"}


def countries_of(protocol: CooperationProtocol, name: str) -> frozenset[str]:
    """Return the countries of a region: one of ours, of the file's, or a country."""
    if name in ("EU", "EEA"):
        return EU if name == "EU" else EEA
    own = {one.code: frozenset(one.countries) for one in protocol.regions}
    return own.get(name, frozenset({name}))


def _named(protocol: CooperationProtocol, entity: Entity) -> frozenset[str]:
    found: set[str] = set()
    for region in entity.regions:
        found |= countries_of(protocol, region)
    for region in entity.regions_except:
        found -= countries_of(protocol, region)
    return frozenset(found)


def serves(
    protocol: CooperationProtocol,
    entity: Entity,
    country: str,
    *,
    requester: str,
    service: str,
) -> bool:
    """
    Say whether an entity answers for an account holder in a country.

    `elsewhere` is every country that no other entity names of the same service and
    for the same country that asks.
    """
    excepted = {
        code for name in entity.regions_except for code in countries_of(protocol, name)
    }
    if country in excepted:
        return False
    if "anywhere" in entity.regions or country in _named(protocol, entity):
        return True
    if "elsewhere" not in entity.regions:
        return False
    others = (
        one
        for one in protocol.entities
        if one is not entity
        and one.role == entity.role
        and applies(one, requester=requester, service=service)
    )
    return all(country not in _named(protocol, one) for one in others)


def addressees(
    protocol: CooperationProtocol,
    country: str,
    service: str,
    on: date,
    *,
    requester: str,
    facts: tuple[date, date] | None = None,
) -> tuple[Entity, ...]:
    """
    Return who must be addressed for an account holder in a country, on a day.

    ``requester`` is the country whose police asks; "" is any. ``facts`` are the first
    and last day of what happened, where an entity answers for some time only. None is
    a gap; more than one is a question for a person, never a guess.
    """
    return tuple(
        one
        for one in protocol.entities
        if one.role in ("process", "authority")
        and applies(one, requester=requester, service=service)
        and _overlaps(one.valid_from, one.valid_until, (on, on))
        and (facts is None or _overlaps(one.facts_from, one.facts_until, facts))
        and serves(protocol, one, country, requester=requester, service=service)
    )


def address_of(entity: Entity, on: date) -> tuple[str, ...]:
    """Return attention and lines of the address that is valid on a day, if any is."""
    for address in entity.addresses:
        begun = address.valid_from is None or address.valid_from <= on
        if begun and (address.valid_until is None or on <= address.valid_until):
            parts = address.text.split(", ")
            return (*([entity.attention] if entity.attention else []), *parts)
    return ()


def _overlaps(begin: date | None, end: date | None, days: tuple[date, date]) -> bool:
    first, last = days
    return (begin is None or begin <= last) and (end is None or first <= end)
