from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks import queries as clocks
from platformlink.protocols.agreement import AgreedContact, Agreement
from platformlink.protocols.drafts import Severity
from platformlink.requests.rules import State
from platformlink.responses import actions
from platformlink.responses.codes import Kind
from platformlink.responses.rules import ResponseInvalid
from platformlink.responses.schemas import ResponseIn
from platformlink.responses.senders import Senders, address_in
from tests.responses.given import SENT_AT, person, sent
from tests.shipped import AUTHORITY, LIBRARY

TIKTOK = Senders(LIBRARY.get("tiktok"), None)


@pytest.mark.parametrize(
    "sender",
    ["law@tiktok.com", "TikTok <law@mail.tiktok.com>", "LAW@TIKTOK.COM", ""],
)
def test_a_known_domain_raises_no_doubt(sender: str) -> None:
    assert TIKTOK.finding(sender) is None
    assert TIKTOK.check(sender, Kind.ACK) == []


@pytest.mark.parametrize(
    "sender",
    [
        "law@tikt0k.com",
        "law@tlktok.com",
        "law@tiktok-police.com",
        "law@tiktok.com.example.org",
        "law@tіktok.com",  # a Cyrillic letter
        "law@xn--tktok-n2e.com",  # the same, as mail servers write it
        "tiktok.com <law@tiktokk.com>",
    ],
)
def test_a_look_alike_is_named_and_moves_no_clock(sender: str) -> None:
    found = TIKTOK.finding(sender)
    (refused,) = TIKTOK.check(sender, Kind.ACK)

    assert found is not None
    assert (found.severity, found.code) == (Severity.ERROR, "lookalike")
    assert found.message.params["like"] == "tiktok.com"
    assert (refused.pointer, refused.code) == ("/sender", "lookalike")
    assert TIKTOK.check(sender, Kind.OTHER) == []


def test_a_short_name_is_known_where_its_platform_was_asked() -> None:
    meta = Senders(LIBRARY.get("meta"), None)

    assert [x.code for x in meta.check("law@meta-police.com", Kind.ACK)] == [
        "lookalike"
    ]
    assert meta.check("law@metal.com", Kind.ACK) == []


def test_a_mailbox_of_their_users_is_not_theirs() -> None:
    found = Senders(LIBRARY.get("google"), None).finding("google.police@gmail.com")

    assert found is not None
    assert found.code == "unknown-sender"


def test_a_strange_domain_is_doubted_and_recorded() -> None:
    found = TIKTOK.finding("desk@example.org")

    assert found is not None
    assert (found.severity, found.code) == (Severity.WARNING, "unknown-sender")
    assert TIKTOK.check("desk@example.org", Kind.ACK) == []


def test_an_agreed_contact_is_known() -> None:
    agreement = Agreement(
        slug="tiktok",
        agreed_on=date(2026, 3, 3),
        review_on=date(2027, 3, 3),
        contacts=(AgreedContact(name="Desk", purpose="All", email="a@tiktok-eu.org"),),
    )

    assert Senders(LIBRARY.get("tiktok"), agreement).finding("b@tiktok-eu.org") is None


@pytest.mark.parametrize("sender", ["tiktok.com", "law@", "a b@c.com", "x" * 400])
def test_what_is_no_mail_address_is_a_wrong_field(sender: str) -> None:
    (found,) = TIKTOK.check(sender, Kind.ACK)

    assert (found.pointer, found.code) == ("/sender", "unknown")


@given(st.text(max_size=80))
def test_any_text_is_judged(sender: str) -> None:
    TIKTOK.check(sender, Kind.ACK)
    assert "\n" not in address_in(sender)


@pytest.mark.anyio
async def test_a_forged_answer_is_refused_until_it_is_recorded_as_nothing(
    session: AsyncSession,
) -> None:
    lea = await person(session)
    request = await sent(session, lea)
    before = [one.state for one in await clocks.of_requests(session, [request.id])]

    async def record(kind: Kind) -> str:
        fields = ResponseIn(
            kind=kind,
            received_at=SENT_AT + timedelta(days=1),
            sender="TikTok <law@tikt0k.com>",
        )
        now = SENT_AT + timedelta(days=2)
        made = await actions.record(
            session, AUTHORITY, request, fields, actor=lea, now=now
        )
        return made.sender

    with pytest.raises(ResponseInvalid) as refused:
        await record(Kind.NO_DATA)
    kept = await record(Kind.OTHER)

    assert [one.code for one in refused.value.errors] == ["lookalike"]
    assert kept == "law@tikt0k.com"
    assert request.state == State.SENT
    assert [x.state for x in await clocks.of_requests(session, [request.id])] == before
