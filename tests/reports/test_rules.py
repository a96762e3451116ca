"""Fair figures: their time only, nothing dropped, nothing flattered."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks.terms import Source
from platformlink.reports import rules
from platformlink.reports.asked import Asked
from platformlink.reports.estimates import Share
from platformlink.requests.rules import Outcome
from platformlink.responses.codes import Fault

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SENT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def elapsed(one: Asked, end_at: datetime) -> float:
    return max((end_at - one.sent_at) / DAY, 0)


def asked(
    done_after: int | None = None,
    due_after: int | None = 10,
    outcome: Outcome = Outcome.FULL,
    reasons: tuple[str, ...] = (),
    platform: str = "meta",
) -> Asked:
    done = SENT + done_after * DAY if done_after is not None else None
    return Asked(
        platform=platform,
        kind="disclosure",
        month="2026-11",
        sent_at=SENT,
        until_at=NOW,
        acknowledged_at=done,
        substance_at=done,
        completed_at=done,
        due_at=SENT + due_after * DAY if due_after is not None else None,
        source=Source.STATED,
        outcome=outcome if done else Outcome.NOT_ASSESSED,
        reasons=frozenset(reasons),
        returned_at=SENT + 3 * DAY if reasons else None,
    )


def figures(*some: Asked) -> rules.Figures:
    return rules.figures(some, elapsed, NOW)


def test_open_requests_are_open_not_dropped() -> None:
    found = figures(asked(2), asked(4), asked(), asked(due_after=30))

    assert (found.sent, found.answered, found.open, found.overdue) == (4, 2, 2, 1)
    assert (found.completion.count, found.completion.happened) == (4, 2)
    assert found.completion.median.days == 4
    assert found.completion.p90.days is None


def test_what_is_not_due_yet_is_left_out_of_the_share() -> None:
    found = figures(asked(2), asked(12), asked(), asked(due_after=30))

    assert found.in_time == {Source.STATED: Share(1, 3)}


def test_an_answer_at_the_very_end_is_late() -> None:
    assert figures(asked(10)).in_time == {Source.STATED: Share(0, 1)}


def test_sources_of_the_expected_time_are_never_added_up() -> None:
    own = msgspec.structs.replace(asked(2), source=Source.OWN)

    assert figures(asked(2), own).in_time == {
        Source.OWN: Share(1, 1),
        Source.STATED: Share(1, 1),
    }


def test_what_was_withdrawn_before_it_was_due_is_nobodys_delay() -> None:
    withdrawn = msgspec.structs.replace(
        asked(), is_withdrawn=True, until_at=SENT + 3 * DAY
    )

    found = figures(withdrawn)

    assert (found.open, found.overdue, found.in_time) == (0, 0, {})
    assert (found.completion.count, found.completion.happened) == (1, 0)


def test_the_disclosure_rate_is_given_twice() -> None:
    found = figures(
        asked(2, outcome=Outcome.PARTIAL),
        asked(2, outcome=Outcome.NO_DATA),
        asked(2, outcome=Outcome.REFUSED, reasons=("policy",)),
        asked(2, outcome=Outcome.REFUSED, reasons=("wrong_entity",)),
        asked(2, outcome=Outcome.PRESERVED_ONLY),
        asked(),
    )

    assert found.disclosure == Share(1, 4)
    assert found.disclosure_without_our_returns == Share(1, 3)


def test_data_that_nobody_assessed_yet_is_data() -> None:
    delivered = msgspec.structs.replace(
        asked(2, outcome=Outcome.NOT_ASSESSED), was_delivered=True
    )

    assert figures(delivered).disclosure == Share(1, 1)


def test_avoidable_returns_are_of_all_that_went_out() -> None:
    found = figures(
        asked(2, outcome=Outcome.REFUSED, reasons=("wrong_entity", "policy")), asked()
    )

    assert found.avoidable_returns == Share(1, 2)
    assert found.faults[Fault.OURS] == 1
    assert found.faults[Fault.THEIRS] == 1


def test_two_reasons_of_one_side_are_one_request_of_it() -> None:
    found = figures(asked(2, reasons=("wrong_entity", "too_broad")), asked())

    assert found.faults[Fault.OURS] == 1


def test_a_reason_of_ours_that_did_not_return_it_is_no_return() -> None:
    kept = msgspec.structs.replace(
        asked(2, reasons=("identifier_missing",)), returned_at=None
    )

    assert figures(kept).avoidable_returns == Share(0, 1)


def test_groups_stand_in_the_order_of_their_keys() -> None:
    some = [asked(2, platform="tiktok"), asked(2, platform="meta"), asked(3)]

    found = rules.report(
        some,
        elapsed,
        from_on=date(2026, 11, 1),
        to_on=date(2026, 11, 30),
        as_of=NOW,
        by=("platform", "kind"),
    )

    assert [row.key for row in found.rows] == [
        {"platform": "meta", "kind": "disclosure"},
        {"platform": "tiktok", "kind": "disclosure"},
    ]
    assert found.total.sent == 3
    assert found.rows[0].figures.is_small


def test_the_same_input_has_the_same_digest() -> None:
    def made(*some: Asked) -> str:
        return rules.digest(
            rules.report(
                some,
                elapsed,
                from_on=date(2026, 11, 1),
                to_on=date(2026, 11, 30),
                as_of=NOW,
                by=("platform",),
            )
        )

    assert made(asked(2), asked()) == made(asked(), asked(2))
    assert made(asked(2)) != made(asked(3))


@pytest.mark.parametrize(
    ("to_on", "by", "pointer"),
    [(date(2026, 10, 1), (), "/to"), (date(2026, 11, 30), ("officer",), "/by")],
)
def test_a_wrong_report_names_its_field(
    to_on: date, by: tuple[str, ...], pointer: str
) -> None:
    with pytest.raises(rules.ReportInvalid) as refused:
        rules.check(date(2026, 11, 1), to_on, by)

    assert [error.pointer for error in refused.value.errors] == [pointer]


everything = st.lists(
    st.builds(
        asked,
        st.none() | st.integers(0, 21),
        st.none() | st.integers(1, 60),
        st.sampled_from(Outcome),
        st.sampled_from([(), ("policy",), ("too_broad",), ("redacted",)]),
        st.sampled_from(["meta", "tiktok"]),
    ),
    max_size=30,
)


@given(everything)
def test_figures_add_up(some: list[Asked]) -> None:
    found = figures(*some)

    assert found.answered + found.open == found.sent
    assert sum(found.outcomes.values()) == found.sent
    assert found.overdue <= found.open
    assert found.disclosure.numerator == found.disclosure_without_our_returns.numerator
    assert sum(one.denominator for one in found.in_time.values()) <= found.sent


@given(everything)
def test_another_open_request_never_improves_the_median(some: list[Asked]) -> None:
    before = figures(*some).completion.median.days
    after = figures(*some, asked()).completion.median.days

    assert after is None or (before is not None and after >= before)


def test_a_month_has_its_own_figures() -> None:
    some = [asked(2), msgspec.structs.replace(asked(3), month="2026-10")]

    found = rules.report(
        some,
        elapsed,
        from_on=date(2026, 10, 1),
        to_on=date(2026, 11, 30),
        as_of=NOW,
        by=(),
    )

    assert [row.key["month"] for row in found.months] == ["2026-10", "2026-11"]
    assert [row.figures.sent for row in found.months] == [1, 1]


def test_what_came_back_through_us_cost_their_days_until_it_came_back() -> None:
    found = figures(
        asked(5, outcome=Outcome.REFUSED, reasons=("identifier_missing",)),
        asked(5, outcome=Outcome.REFUSED, reasons=("legal_bar",)),
    )

    assert (found.avoidable_returns.numerator, found.days_lost) == (1, 3)
