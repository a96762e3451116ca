"""Which clocks a request starts, and by which rule. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from babel.core import get_global
from holidays.utils import list_supported_countries

from platformlink.authority import Authority, Target
from platformlink.clocks.terms import (
    Duty,
    Kind,
    Length,
    Source,
    Term,
    Unit,
    parse,
)
from platformlink.protocols.agreement import Agreement
from platformlink.protocols.protocol import (
    CooperationProtocol,
    Entity,
    Hold,
    applies,
)
from platformlink.requests.ladder import ladder

UNITS = {
    "hour": Unit.HOURS,
    "day": Unit.DAYS,
    "working day": Unit.WORKING_DAYS,
    "week": Unit.WEEKS,
    "month": Unit.MONTHS,
    "year": Unit.YEARS,
}
NUDGE_HOURS = 48
CHASE_HOURS = (1, 0, -1, -4, -24)  # where an answer is due within hours


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A clock to start: what ends, by which rule, and when somebody hears of it."""

    kind: Kind
    term: Term
    notice_hours: tuple[int, ...]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which clocks run: kind, where, who, and what stays silent."""

    kind: str
    protocol: CooperationProtocol
    agreement: Agreement | None
    authority: Authority
    entity: Entity | None
    non_disclosure_until_on: date | None


def length_of(span: str) -> Length:
    """Return a protocol's span in words, such as `10 working days`, as a length."""
    amount, _, unit = span.partition(" ")
    return Length(int(amount), UNITS[unit.removesuffix("s")])


def zone_of(country: str, duty: Duty, at: datetime, *, default: str) -> str:
    """
    Return the zone in which a country's days end.

    Where it has several, what we may lose ends with the first of them, and what they
    owe us with the last.
    """
    zones = [ZoneInfo(name) for name in get_global("territory_zones").get(country, ())]
    if not zones:
        return default
    choose = max if duty is Duty.OURS else min
    found = choose(
        zones, key=lambda zone: at.astimezone(zone).utcoffset() or timedelta()
    )
    return found.key


def _expected(facts: Facts, what: str) -> tuple[Length, Source, str]:
    """Return how soon an answer is due, by whose word: agreed, stated, or our own."""
    agreed = facts.agreement.times if facts.agreement else ()
    stated = [one for one in facts.protocol.times if one.within != "unknown"]
    for times, source in ((agreed, Source.AGREED), (stated, Source.STATED)):
        for one in times:
            if one.what == what and (not one.kinds or facts.kind in one.kinds):
                return length_of(one.within), source, facts.protocol.name
    own = facts.authority.targets.get(facts.kind, Target())
    return parse(getattr(own, what)), Source.OWN, ""


def _theirs(facts: Facts, kind: Kind, at: datetime, hours: Iterable[int]) -> Wanted:
    length, source, rule = _expected(facts, kind)
    country = facts.entity.country if facts.entity else ""
    is_in_hours = length.unit is Unit.HOURS
    hours = CHASE_HOURS if is_in_hours and kind is Kind.RESPONSE else hours
    term = Term(
        length=length,
        zone=zone_of(country, Duty.THEIRS, at, default=facts.authority.zone),
        calendar=None if is_in_hours else known_calendar(country),
        duty=Duty.THEIRS,
        source=source,
        rule=rule,
    )
    return Wanted(kind=kind, term=term, notice_hours=tuple(hours))


def known_calendar(country: str) -> str | None:
    """Return a country whose holidays are known, or None: it is then said so."""
    return country if country in list_supported_countries() else None


def hold_of(protocol: CooperationProtocol, kind: str, requester: str) -> Hold | None:
    """Return how long a platform holds data for us, or None where it names no days."""
    rules = protocol.requests
    is_extension = kind == "preservation_extension"
    holds = (
        rules.preservation_extension.holds if is_extension else rules.preservation.holds
    )
    return next(
        (
            one
            for one in holds
            if applies(one, requester=requester) and one.days != "unknown"
        ),
        None,
    )


def hold_term(facts: Facts, at: datetime) -> Term:
    """
    Return how long the platform keeps the copy, counted from its receipt.

    Without a figure of the platform's the authority's own cautious one is assumed.
    """
    found = hold_of(facts.protocol, facts.kind, facts.authority.country)
    days = found.days if found and isinstance(found.days, int) else None
    country = facts.entity.country if facts.entity else ""
    return Term(
        length=Length(days or facts.authority.leads.assumed_hold_days, Unit.DAYS),
        zone=zone_of(country, Duty.OURS, at, default=facts.authority.zone),
        calendar=facts.authority.calendar,
        duty=Duty.OURS,
        source=Source.STATED if days else Source.OWN,
        rule=facts.protocol.name,
    )


def promised_until(facts: Facts, until_on: date) -> Term:
    """Return the term of a hold whose last day the platform named."""
    country = facts.entity.country if facts.entity else ""
    noon = datetime.combine(until_on, time(12), ZoneInfo(facts.authority.zone))
    return Term(
        until_on=until_on,
        zone=zone_of(country, Duty.OURS, noon, default=facts.authority.zone),
        calendar=facts.authority.calendar,
        duty=Duty.OURS,
        source=Source.PROMISED,
        rule=facts.protocol.name,
    )


def _before(facts: Facts, kind: Kind, hold_on: date, days: int) -> Wanted:
    """Return a clock of ours that ends some days before the hold does."""
    term = Term(
        until_on=hold_on - timedelta(days=days),
        zone=facts.authority.zone,
        duty=Duty.OURS,
        source=Source.OWN,
        rule=facts.protocol.name,
    )
    return Wanted(kind=kind, term=term, notice_hours=(72, 0, -72))


def renewal_days(facts: Facts) -> int:
    """Return how many days before a hold's end the extension must be under way."""
    window = facts.protocol.requests.preservation_extension.file_days_before or 0
    return max(window + 1, facts.authority.leads.renewal_days)


def _of_hold(facts: Facts, hold_on: date, start_on: date) -> Iterator[Wanted]:
    """Yield what must happen before a hold ends, where there is time for it."""
    leads = facts.authority.leads
    for kind, days in (
        (Kind.RENEWAL, renewal_days(facts)),
        (Kind.LEGAL_PROCESS, leads.legal_process_days),
    ):
        if hold_on - timedelta(days=days) > start_on:
            yield _before(facts, kind, hold_on, days)


def hold_clock(facts: Facts, at: datetime) -> Wanted:
    """Return the clock of the hold itself, with the authority's warnings."""
    warn = facts.authority.leads.hold_warn_days
    hours = (*(24 * days for days in warn), 0)
    return Wanted(kind=Kind.HOLD_EXPIRY, term=hold_term(facts, at), notice_hours=hours)


def after_hold(facts: Facts, hold_ends_at: datetime, at: datetime) -> list[Wanted]:
    """Return the clocks that run up to a hold's end (an exclusive midnight)."""
    zone = ZoneInfo(facts.authority.zone)
    hold_on = (hold_ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return list(_of_hold(facts, hold_on, at.astimezone(zone).date()))


def after_sending(facts: Facts, at: datetime) -> list[Wanted]:
    """Return the clocks that a sending starts, without those of a hold."""
    steps = ladder(facts.authority, facts.protocol.slug, facts.kind)
    chase = [-one.after_hours for one in steps]
    found = [
        _theirs(facts, Kind.ACKNOWLEDGEMENT, at, (0,)),
        _theirs(facts, Kind.RESPONSE, at, (NUDGE_HOURS, 0, *chase)),
    ]
    until = facts.non_disclosure_until_on
    if (
        until is not None
        and until > at.astimezone(ZoneInfo(facts.authority.zone)).date()
    ):
        term = Term(
            until_on=until, zone=facts.authority.zone, duty=Duty.OURS, source=Source.OWN
        )
        hours = (24 * 7, 24, 0)
        found.append(Wanted(kind=Kind.NOTICE_DELAY, term=term, notice_hours=hours))
    return found


def ratification(authority: Authority) -> Wanted:
    """Return the clock of an emergency that one officer sealed alone."""
    hours = authority.leads.ratification_hours
    term = Term(
        length=Length(hours, Unit.HOURS),
        zone=authority.zone,
        duty=Duty.OURS,
        source=Source.OWN,
    )
    return Wanted(
        kind=Kind.RATIFICATION, term=term, notice_hours=(hours // 2, 1, 0, -1)
    )


def supplement(authority: Authority) -> Wanted:
    """Return our own clock while a platform waits for our answer."""
    term = Term(
        length=Length(authority.leads.supplement_days, Unit.DAYS),
        zone=authority.zone,
        calendar=authority.calendar,
        duty=Duty.OURS,
        source=Source.OWN,
    )
    return Wanted(kind=Kind.SUPPLEMENT, term=term, notice_hours=(24, 0, -24))
