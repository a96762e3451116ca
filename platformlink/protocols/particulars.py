"""What the coded fields of a fact say, in words; its own text stands beside. Pure."""

from collections.abc import Iterator
from functools import singledispatch

from platformlink.protocols.protocol import (
    Category,
    Channel,
    Emergency,
    Extension,
    Fact,
    Footing,
    Languages,
    Lifecycle,
    Notice,
    Preservation,
    Service,
)
from platformlink.values import Phrase

STOP_NAMES = {
    "law": "Not told where a law forbids it",
    "court_order": "Not told where a court orders so",
    "police_order": "Not told where the police order so",
    "request": "Not told where the request asks for it",
    "child_exploitation": "Not told where a child is exploited",
    "emergency": "Not told in an emergency",
    "risk_to_person": "Not told where somebody would be in danger",
    "counterproductive": "Not told where it would harm the purpose",
    "terrorism": "Not told in cases of terrorism",
    "drugs": "Not told in cases of drugs",
    "compromised_account": "Not told where the account was taken over",
}
GIVEN_NAMES = {
    Category.SUBSCRIBER: "Gives who the user is",
    Category.USER_IDENTIFICATION: "Gives data that identify the user",
    Category.TRAFFIC: "Gives traffic data",
    Category.CONTENT: "Gives contents",
}
START_NAMES = {
    "sent": "The days count from when it is sent",
    "received": "The days count from when they receive it",
    "acknowledged": "The days count from when they confirm it",
}


@singledispatch
def _said(fact: Fact) -> Iterator[Phrase]:
    """Yield nothing: this sort of fact has no codes of its own."""
    yield from ()


def said_by(fact: Fact) -> list[Phrase]:
    """Return what the coded fields of a fact say, in the order of its fields."""
    return list(_said(fact))


@_said.register
def _(fact: Notice) -> Iterator[Phrase]:
    for code in fact.stopped_by:
        yield Phrase(STOP_NAMES[code])
    if fact.must_state_position:
        yield Phrase("Say in the request whether the user may be told")
    if fact.must_end:
        yield Phrase("A ban on telling must have an end")
    if fact.longest:
        yield Phrase("Untold for %(span)s at most", {"span": fact.longest})
    if fact.objection:
        yield Phrase("The user has %(span)s to object", {"span": fact.objection})
    if fact.is_copied:
        yield Phrase("The user gets a copy of the request")


@_said.register
def _(fact: Preservation) -> Iterator[Phrase]:
    if fact.starts in START_NAMES:
        yield Phrase(START_NAMES[fact.starts])
    if fact.is_snapshot is True:
        yield Phrase("What is there at that moment, and nothing that comes later")
    elif fact.is_snapshot is False:
        yield Phrase("What comes later is kept as well")


@_said.register
def _(fact: Extension) -> Iterator[Phrase]:
    for hold in fact.holds:
        if hold.most != "unknown":
            yield Phrase("Extensions at most: %(count)s", {"count": hold.most})
    if fact.is_separate_request:
        yield Phrase("It is a request of its own")


@_said.register
def _(fact: Emergency) -> Iterator[Phrase]:
    for category in fact.gives:
        yield Phrase(GIVEN_NAMES[category])


@_said.register
def _(fact: Channel) -> Iterator[Phrase]:
    if fact.needs_account:
        yield Phrase("It needs an account")


@_said.register
def _(fact: Footing) -> Iterator[Phrase]:
    if fact.is_discretionary:
        yield Phrase("At their discretion")


@_said.register
def _(fact: Languages) -> Iterator[Phrase]:
    if fact.or_translation:
        yield Phrase("Another language with a translation beside it")


@_said.register
def _(fact: Lifecycle) -> Iterator[Phrase]:
    if fact.since_on:
        yield Phrase("Since %(since_on)s", {"since_on": f"{fact.since_on}"})
    if fact.merged_into:
        yield Phrase("Ask %(platform)s instead", {"platform": fact.merged_into})
    if fact.last_retention_on:
        last_on = f"{fact.last_retention_on}"
        yield Phrase("Data may have existed until %(last_on)s", {"last_on": last_on})


@_said.register
def _(fact: Service) -> Iterator[Phrase]:
    if fact.sunset_on:
        ended_on = f"{fact.sunset_on}"
        yield Phrase(
            "%(name)s ended on %(ended_on)s", {"name": fact.name, "ended_on": ended_on}
        )
