"""The directory of platforms, for people."""

from datetime import date
from typing import ClassVar

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency

from platformlink.protocols import queries
from platformlink.protocols.protocol import CooperationProtocol, Kind, Support
from platformlink.protocols.rules import addressees, is_stale
from platformlink.protocols.shelf import Library
from platformlink.protocols.showing import (
    NOTICE_WORDS,
    SUPPORT_WORDS,
    hold_words,
    notice_words,
    support_word,
)
from platformlink.values import Phrase
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who
from platformlink.web.pages import Page

Protocols = NamedDependency[Library]
FILTER_NAMES = {
    "emergency": "take emergencies",
    "told": "tell of a preservation",
    "untold": "do not tell of a preservation",
    "english": "read English",
    "high": "well sourced",
    "low": "poorly sourced",
    "stale": "due for review",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One platform in the directory."""

    protocol: CooperationProtocol
    hold: Phrase
    notice: str
    emergency: str
    addressee: str
    is_stale: bool


class DirectoryPage(Page, frozen=True, kw_only=True):
    """All platforms that a search and filters leave."""

    template: ClassVar[str] = "protocols/list.html"
    rows: list[Row]
    q: str
    only: str
    filters: list[tuple[str, str, int]]
    total: int


def _row(
    protocol: CooperationProtocol,
    country: str,
    today: date,
    reviewed_on: date | None,
) -> Row:
    found = addressees(
        protocol, country, "", today, requester=country, facts=(today, today)
    )
    return Row(
        protocol=protocol,
        hold=hold_words(protocol, country),
        notice=notice_words(protocol, Kind.PRESERVATION),
        emergency=support_word(protocol, Kind.EMERGENCY_DISCLOSURE),
        addressee=", ".join(one.name for one in found),
        is_stale=is_stale(protocol, today, reviewed_on),
    )


def _passes(row: Row, only: str) -> bool:
    """Say whether a row stands under a filter; no filter lets all pass."""
    protocol = row.protocol
    tests = {
        "emergency": row.emergency == SUPPORT_WORDS[Support.ACCEPTED],
        "told": row.notice == NOTICE_WORDS["yes"],
        "untold": row.notice == NOTICE_WORDS["no"],
        "english": "en" in protocol.form.languages.accepted,
        "high": protocol.reliability.grade == "high",
        "low": protocol.reliability.grade == "low",
        "stale": row.is_stale,
    }
    return tests.get(only, True)


def _matches(protocol: CooperationProtocol, q: str) -> bool:
    names = (
        protocol.name,
        protocol.slug,
        *protocol.also_known_as,
        *(one.name for one in protocol.services),
        *(one.name for one in protocol.entities),
        *protocol.hosts,
    )
    return q.casefold() in " ".join(names).casefold()


@get("/platforms", include_in_schema=False)
async def directory(
    shell: Shell,
    session: Session,
    library: Protocols,
    runtime: Runtime,
    actor: Who,
    now: Now,
    q: FromQuery[str] = "",
    only: FromQuery[str] = "",
) -> Response[str]:
    """Show the platforms."""
    country, today = runtime.authority.country, now.date()
    versions = {one.slug: library.version(one.slug) for one in library.all()}
    reviewed = await queries.reviewed_on(session, list(versions.values()))
    every = [
        _row(one, country, today, reviewed.get(versions[one.slug]))
        for one in library.all()
    ]
    found = [row for row in every if _matches(row.protocol, q.strip())]
    page = DirectoryPage(
        title="Platforms",
        rows=[row for row in found if _passes(row, only)],
        q=q,
        only=only,
        filters=[
            (code, words, sum(_passes(row, code) for row in found))
            for code, words in FILTER_NAMES.items()
        ],
        total=len(every),
    )
    return shell.show(page)


router = Router("", route_handlers=[directory])
