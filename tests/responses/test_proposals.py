"""After a refusal something is proposed that is known to help, or nothing."""

from datetime import date
from typing import Any

import msgspec
import pytest

from platformlink.protocols.protocol import CooperationProtocol
from platformlink.requests.repeating import TOLD_APART_BY
from platformlink.responses.codes import REASONS, Kind
from platformlink.responses.proposals import (
    NEXT,
    Asked,
    Known,
    NotProposed,
    Proposal,
    Way,
    chosen,
    propose,
)
from tests.shipped import AUTHORITY, LIBRARY

ON = date(2026, 11, 24)
# What nobody can mend: it does not exist, cannot be given, or comes later.
HOPELESS = {
    *("redacted", "partly_expired", "later_instalment", "deleted_before"),
    *("retention_expired", "never_collected", "end_to_end_encrypted"),
    *("preservation_lapsed", "privileged_person", "technically_impossible"),
    "duplicate",
}
EMERGENCY = {"kind": "emergency_disclosure", "instrument": "emergency"}
PROTOCOLS = sorted(LIBRARY.all(), key=lambda one: one.slug)


def asked(protocol: CooperationProtocol, **changes: Any) -> Asked:  # noqa: ANN401 - its fields
    whole = Asked(
        kind="disclosure",
        entity=protocol.entities[0].code,
        instrument="national-order",
        language="en",
        data=tuple(one.code for one in protocol.data),
        identifiers=frozenset({"username"}),
        answers=(Kind.REFUSAL,),
        reasons=(),
    )
    return msgspec.structs.replace(whole, **changes)


def found(slug: str = "tiktok", **changes: Any) -> list[Proposal]:  # noqa: ANN401 - its fields
    protocol = LIBRARY.get(slug)
    known = asked(protocol, **changes)
    return propose(Known(known, protocol, AUTHORITY.instruments, "en", ON))


def ways(*reasons: str, **changes: Any) -> list[Way]:  # noqa: ANN401 - its fields
    return list(dict.fromkeys(x.way for x in found(reasons=reasons, **changes)))


def test_each_reason_proposes_something_or_is_known_to_be_hopeless() -> None:
    assert set(NEXT) | HOPELESS == set(REASONS)
    assert set(NEXT) & HOPELESS == set()


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda one: one.slug)
def test_whatever_they_say_each_proposal_has_a_name_of_its_own(
    protocol: CooperationProtocol,
) -> None:
    for kind in ("preservation", "disclosure", "emergency_disclosure"):
        every = asked(protocol, kind=kind, reasons=tuple(REASONS))
        made = propose(Known(every, protocol, AUTHORITY.instruments, "sq", ON))

        keys = [one.key for one in made]
        assert len(keys) == len(set(keys))
        assert all(set(one.changes) <= set(TOLD_APART_BY) for one in made)
        assert all(one.what.text for one in made)


def test_the_wrong_entity_leads_to_each_other_one_that_is_in_force() -> None:
    (first, *others) = LIBRARY.get("tiktok").entities

    made = found(reasons=("wrong_entity",), entity=first.code)

    assert {one.changes["entity"] for one in made} <= {one.code for one in others}
    assert made
    assert {one.why for one in made} == {("Wrong legal entity",)}


def test_a_redirect_without_a_reason_leads_there_too() -> None:
    made = found(answers=(Kind.REDIRECT,))

    assert {one.way for one in made} == {Way.OTHER_ENTITY, Way.ASSISTANCE}


def test_legal_assistance_is_asked_by_each_instrument_between_states() -> None:
    made = found(reasons=("legal_assistance_required",))

    instruments = [one.changes["instrument"] for one in made]
    assert instruments == ["budapest-31", "mla-sheet"]
    assert "Preparation sheet" in str(made[-1].what.params["name"])


def test_what_was_asked_between_states_already_is_not_proposed_again() -> None:
    made = found(reasons=("legal_assistance_required",), instrument="mla-sheet")

    assert [one.changes["instrument"] for one in made] == ["budapest-31"]


def test_too_broad_leaves_out_what_is_most_intrusive() -> None:
    protocol = LIBRARY.get("tiktok")
    content = {one.code for one in protocol.data if one.category == "content"}
    assert content

    (one,) = found(reasons=("too_broad",))

    assert not content & set(one.changes["data"])
    assert set(one.changes["data"]) | content == {x.code for x in protocol.data}


def test_too_broad_with_one_category_asks_for_a_shorter_period() -> None:
    protocol = LIBRARY.get("tiktok")
    data = tuple(x.code for x in protocol.data if x.category == "subscriber")

    (one,) = found(reasons=("too_broad",), data=data)

    assert one.changes == {"period_from_at": None, "period_to_at": None}


def test_an_emergency_that_is_none_becomes_an_ordinary_disclosure() -> None:
    (one,) = found(reasons=("no_emergency",), **EMERGENCY)

    assert one.changes == {"kind": "disclosure", "instrument": "national-order"}


def test_another_language_is_one_that_the_platform_reads() -> None:
    (one,) = found(reasons=("wrong_language",), language="sq")

    accepted = LIBRARY.get("tiktok").form.languages.accepted
    assert one.changes == {"language": accepted[0]}


def test_a_better_identifier_is_named_with_where_it_is_found() -> None:
    (one,) = found("meta", reasons=("account_not_found",), identifiers=frozenset())

    preferred = [
        x for x in LIBRARY.get("meta").identifiers if x.accepted == "preferred"
    ]
    assert preferred
    assert all(x.name in str(one.what.params["kinds"]) for x in preferred)
    assert one.mend is not None


def test_a_warrant_is_avoided_by_leaving_out_the_content() -> None:
    assert ways("warrant_required") == [Way.WITHOUT_CONTENT, Way.ASSISTANCE]


def test_a_refusal_without_a_reason_is_escalated_by_a_letter_not_a_draft() -> None:
    made = found()

    assert [(one.way, one.is_draft) for one in made] == [(Way.ESCALATE, False)]
    with pytest.raises(NotProposed):
        chosen(made, made[0].key)


def test_what_is_gone_proposes_nothing() -> None:
    assert ways(*HOPELESS) == []
