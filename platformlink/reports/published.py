"""What platforms publish of our country, beside what we counted of them ourselves."""

from collections.abc import Iterator
from datetime import date

import msgspec

from platformlink.protocols.protocol import CooperationProtocol, Published
from platformlink.protocols.protocol import Source as Text
from platformlink.protocols.shelf import UnknownPlatform
from platformlink.reports.estimates import Share
from platformlink.reports.shown import Shown

MOST = 4  # periods of one platform: the newest


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """
    One published figure of our country, and ours of the report's own period.

    ``produced`` is "" where they tell no rate; ``read_on`` None where nobody noted it.
    """

    slug: str
    name: str
    from_on: date
    until_on: date
    requests: int
    produced: str
    ours: Share
    our_percent: str
    confidence: str
    source: str
    url: str
    read_on: date | None
    note: str


def mirrors(shown: Shown) -> list[Mirror]:
    """
    Return what the platforms of a report publish, each one's newest period first.

    One that is not told apart by platform alone has no figure of ours to stand beside.
    """
    if shown.report.by != ("platform",):
        return []
    return [
        _mirror(shown, protocol, one, row.figures.disclosure)
        for row in shown.report.rows
        for protocol in _known(shown, row.key["platform"])
        for one in newest(protocol, shown.authority.country)
    ]


def _known(shown: Shown, slug: str) -> Iterator[CooperationProtocol]:
    try:
        yield shown.library.get(slug)
    except UnknownPlatform:
        return


def newest(protocol: CooperationProtocol, country: str) -> list[Published]:
    """Return what is published of a country, the newest periods, newest first."""
    found = [one for one in protocol.published if one.country == country]
    return sorted(found, key=lambda one: one.until_on, reverse=True)[:MOST]


def _mirror(
    shown: Shown, protocol: CooperationProtocol, one: Published, ours: Share
) -> Mirror:
    texts = [text for text in protocol.sources if text.id in one.source]
    percent = one.produced_percent
    return Mirror(
        slug=protocol.slug,
        name=protocol.name,
        from_on=one.from_on,
        until_on=one.until_on,
        requests=one.requests,
        produced="" if percent == "unknown" else shown.words.percent(percent / 100),
        ours=ours,
        our_percent=shown.words.percent(ours.value or 0),
        confidence=one.confidence,
        source="; ".join(text.title for text in texts),
        url=next((text.url for text in texts if text.url), ""),
        read_on=one.checked_on or _copied_on(texts),
        note=one.note or "",
    )


def _copied_on(texts: list[Text]) -> date | None:
    return max((text.copied_on for text in texts if text.copied_on), default=None)
