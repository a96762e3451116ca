from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from platformlink.protocols import rules
from platformlink.protocols.drafts import Draft, Finding, Given, Severity
from platformlink.protocols.protocol import CooperationProtocol, Kind
from platformlink.protocols.recognition import Recogniser
from tests.shipped import LIBRARY

RECOGNISER = Recogniser(LIBRARY.all())
TIKTOK, META = LIBRARY.get("tiktok"), LIBRARY.get("meta")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WHOLE = Draft(
    kind="preservation",
    requester="AL",
    holder_country="AL",
    service="tiktok",
    targets=(Given(kind="username", value="@some.name", seen_on=date(2026, 11, 20)),),
    from_at=datetime(2026, 10, 1, tzinfo=UTC),
    to_at=datetime(2026, 11, 1, tzinfo=UTC),
    data=("subscriber", "logins"),
    instrument="national",
    legal_basis="CPC 299/a",
    offence="Penal Code 84",
    narrative="A threat was sent.",
    nexus="The threat came by TikTok.",
    necessity="To find who sent it.",
    urgency="routine",
    non_disclosure=True,
    non_disclosure_until_on=date(2027, 5, 24),
    non_disclosure_reason="The suspect would delete the messages.",
    officer_name="Ann",
    officer_badge="4471",
    officer_email="ann@dcu.example",
    officer_phone="+355 4 000 0001",
)


def check(  # the fields of a draft that differ from the whole one
    protocol: CooperationProtocol = TIKTOK,
    **changes: Any,  # noqa: ANN401 - any field of a draft
) -> list[Finding]:
    draft = msgspec.structs.replace(WHOLE, **changes)
    return rules.check(protocol, draft, NOW, others=RECOGNISER)


def at(found: list[Finding], pointer: str) -> set[str]:
    return {one.code for one in found if one.pointer == pointer}


def target(kind: str, value: str) -> tuple[Given, ...]:
    return (Given(kind=kind, value=value, seen_on=date(2026, 11, 20)),)


def test_a_whole_draft_has_no_error() -> None:
    errors = [one for one in check() if one.severity is Severity.ERROR]

    assert errors == []


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"from_at": None}, "/period", "required"),
        ({"to_at": datetime(2026, 9, 1, tzinfo=UTC)}, "/period/to", "reversed"),
        (
            {
                "from_at": datetime(2026, 12, 1, tzinfo=UTC),
                "to_at": datetime(2026, 12, 2, tzinfo=UTC),
            },
            "/period/from",
            "in-the-future",
        ),
        ({"to_at": datetime(2027, 1, 1, tzinfo=UTC)}, "/period/to", "in-the-future"),
        ({"from_at": datetime(2026, 10, 1)}, "/period/from", "no-zone"),  # noqa: DTZ001
        ({"from_at": datetime(2024, 1, 1, tzinfo=UTC)}, "/period", "long-period"),
        ({"data": ()}, "/data", "required"),
        ({"data": ("all",)}, "/data", "unknown"),
        ({"narrative": ""}, "/narrative", "required"),
        ({"offence": ""}, "/case", "required"),
        ({"nexus": ""}, "/nexus", "required"),
        ({"officer_badge": ""}, "/officer/badge", "required"),
        ({"language": "sq"}, "/language", "wrong-language"),
        ({"holder_country": ""}, "/holder_country", "required"),
        ({"entity": "ireland"}, "/entity_reason", "required"),
        ({"entity": "mars"}, "/entity", "unknown"),
        ({"targets": ()}, "/targets", "required"),
        ({"targets": target("nickname", "a")}, "/targets/0/kind", "unknown"),
        (
            {"targets": target("username", "a b")},
            "/targets/0/value",
            "wrong-identifier",
        ),
        ({"targets": target("shop_seller", "x")}, "/targets", "not-enough"),
        (
            {"targets": target("username", "https://x.com/Safety")},
            "/targets/0/value",
            "other-platform",
        ),
        (
            {"targets": target("username", "sоme.name")},
            "/targets/0/value",
            "look-alike",
        ),
        (
            {"targets": target("username", "some\u200b.name")},
            "/targets/0/value",
            "look-alike",
        ),
        ({"non_disclosure_reason": ""}, "/confidentiality/reason", "required"),
        ({"non_disclosure_until_on": None}, "/confidentiality/until", "required"),
        (
            {"non_disclosure_until_on": date(2026, 11, 24)},
            "/confidentiality/until",
            "in-the-past",
        ),
    ],
)
def test_what_is_amiss_stands_at_its_field(
    changes: dict[str, Any], pointer: str, code: str
) -> None:
    assert code not in at(check(), pointer)
    assert code in at(check(**changes), pointer)


def test_everything_without_a_period_is_too_broad() -> None:
    every = tuple(item.code for item in TIKTOK.data)

    found = check(data=every, from_at=None)

    assert "over-broad" in at(found, "/data")


def test_an_instagram_name_needs_the_day_on_which_it_was_seen() -> None:
    given = (Given(kind="instagram_username", value="nat.geo"),)

    found = check(META, service="instagram", targets=given, data=("subscriber",))

    (seen,) = [one for one in found if one.pointer == "/targets/0/seen_on"]
    assert (seen.severity, seen.code) == (Severity.ERROR, "seen-on")


def test_an_instagram_name_with_its_day_identifies_an_account() -> None:
    given = target("instagram_username", "nat.geo")

    found = check(META, service="instagram", targets=given, data=("subscriber",))

    assert at(found, "/targets") == set()
    assert at(found, "/targets/0/seen_on") == set()


def test_a_finding_says_what_it_rests_on() -> None:
    (found,) = [one for one in check(language="sq") if one.code == "wrong-language"]

    assert found.source is not None
    assert found.source.params == {
        "title": "TikTok Law Enforcement Guidelines",
        "read_on": "2026-07-24",
    }


def test_a_link_is_as_good_as_the_name_in_it() -> None:
    found = check(targets=target("username", "https://www.tiktok.com/@some.name"))

    assert at(found, "/targets/0/value") == set()


def test_a_platform_that_tells_of_a_preservation_is_warned_of() -> None:
    found = check(LIBRARY.get("wordpress-com"), service="")

    (notice,) = [one for one in found if one.code == "user-notice"]
    assert notice.severity is Severity.WARNING


def test_an_emergency_asks_for_what_is_given_in_one() -> None:
    protocol = LIBRARY.get("tiktok")
    known = protocol.requests.emergency_disclosure
    given = msgspec.structs.replace(known, gives=("subscriber",))
    requests = msgspec.structs.replace(protocol.requests, emergency_disclosure=given)
    protocol = msgspec.structs.replace(protocol, requests=requests)
    data = tuple(one.code for one in protocol.data)

    found = check(protocol, kind="emergency_disclosure", data=data)

    beyond = {one.code for one in found if one.code.startswith("beyond-emergency")}
    others = {one.category for one in protocol.data} - {"subscriber"}
    assert beyond == {f"beyond-emergency-{one}" for one in others} > set()


def test_a_platform_that_may_tell_is_not_called_unknown() -> None:
    protocol = LIBRARY.get("wordpress-com")
    (stated, *_) = protocol.notice
    may = msgspec.structs.replace(stated, default="may")
    found = check(msgspec.structs.replace(protocol, notice=(may,)), service="")

    (notice,) = [one for one in found if one.code == "user-notice"]
    assert notice.message.text.startswith("%(platform)s may tell")


def test_a_platform_that_never_tells_of_a_preservation_is_not() -> None:
    found = check(LIBRARY.get("snapchat"), service="")

    assert [one for one in found if one.code == "user-notice"] == []


def test_a_side_effect_comes_with_what_to_ask() -> None:
    found = check(LIBRARY.get("uber"), service="", kind="disclosure")

    (effect,) = [one for one in found if one.code.startswith("side-effect")]
    assert effect.mend is not None
    assert "not to act" in str(effect.mend.params["text"])


def test_a_closed_platform_takes_nothing() -> None:
    found = check(LIBRARY.get("omegle"), service="")

    assert "closed" in at(found, "/platform")
    assert "not-taken" in at(found, "/kind")


def test_data_that_is_gone_is_told_before_it_is_asked_for() -> None:
    found = check(
        LIBRARY.get("apple"),
        service="account",
        data=("mail_logs",),
        to_at=datetime(2026, 10, 20, tzinfo=UTC),
    )

    (gone,) = [one for one in found if one.code == "data-gone-mail_logs"]
    assert gone.message.params["until_on"] == "2026-11-14"


def test_data_that_soon_goes_is_told_with_its_day() -> None:
    found = check(
        LIBRARY.get("apple"),
        service="account",
        data=("mail_logs",),
        to_at=datetime(2026, 11, 5, tzinfo=UTC),
    )

    (soon,) = [one for one in found if one.code == "data-soon-mail_logs"]
    assert soon.message.params["until_on"] == "2026-11-30"


def test_content_that_goes_from_state_to_state_is_warned_of() -> None:
    found = check(META, service="facebook", kind="disclosure", data=("content",))

    assert "legal-assistance-content" in at(found, "/data")


def test_encrypted_content_is_asked_for_in_vain() -> None:
    found = check(
        LIBRARY.get("whatsapp"),
        service="whatsapp",
        kind="disclosure",
        data=("messages",),
    )

    assert "in-vain" in at(found, "/data")


def test_a_channel_that_nobody_verified_is_warned_of() -> None:
    found = check(LIBRARY.get("kik"), service="", kind="emergency_disclosure")

    assert "no-verified-channel" in at(found, "/platform")


def test_many_accounts_need_an_editable_list() -> None:
    many = target("username", "milliemanillie") * 11

    found = check(LIBRARY.get("snapchat"), service="", targets=many)

    assert "many-targets" in at(found, "/targets")


@pytest.mark.parametrize("protocol", LIBRARY.all(), ids=lambda one: one.slug)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_protocol_judges_every_kind(
    protocol: CooperationProtocol, kind: Kind
) -> None:
    found = check(protocol, kind=kind, service="")

    for one in found:
        assert one.message.text % one.message.params
        if one.mend:
            assert one.mend.text % one.mend.params


def test_rules_that_do_not_hold_yet_are_told() -> None:
    later = msgspec.structs.replace(TIKTOK, effective_on=date(2027, 1, 1))

    assert "not-yet" in at(check(later), "/platform")
    assert "not-yet" not in at(check(), "/platform")
