"""The official sets: each cell counts what its definition says, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.reports import official, standards
from platformlink.reports.asked import Asked
from platformlink.reports.official import Cell, Issued
from platformlink.requests.rules import Outcome

DAY = timedelta(days=1)
ISSUED = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = ISSUED + 60 * DAY


def issued(
    kind: str = "disclosure",
    outcome: Outcome | None = Outcome.FULL,
    reasons: tuple[str, ...] = (),
    platform: str = "meta",
    **more: object,
) -> Issued:
    done = ISSUED + 4 * DAY if outcome else None
    asked = Asked(
        platform=platform,
        kind=kind,
        month="2026-11",
        sent_at=ISSUED + DAY,
        until_at=NOW,
        substance_at=done,
        completed_at=done,
        outcome=outcome or Outcome.NOT_ASSESSED,
        reasons=frozenset(reasons),
        returned_at=done if reasons else None,
    )
    data = frozenset({"subscriber"})
    fields = {"case_id": 1, "issued_at": ISSUED, "data": data} | more
    return Issued(asked=asked, **fields)  # type: ignore[arg-type]


def cells(code: str, *some: Issued, before: int = 0) -> dict[tuple[str, ...], Cell]:
    found = official.measures(some, lambda one: 3.0, emergencies_before=before)
    measure = next(one for one in found if one.code == code)
    return {tuple(cell.key.values()): cell for cell in measure.cells}


def counts(code: str, *some: Issued) -> dict[tuple[str, ...], int]:
    return {key: cell.count for key, cell in cells(code, *some).items()}


def test_an_extension_is_no_new_order() -> None:
    found = counts(
        "28-2-a", issued(), issued("preservation"), issued("preservation_extension")
    )

    assert found["other", "production"] == 1
    assert found["other", "preservation"] == 1


def test_certificates_are_counted_apart_from_other_footings() -> None:
    found = counts("28-2-a", issued(form="epoc"), issued())

    assert found["certificate", "production"] == found["other", "production"] == 1


def test_a_request_for_two_types_of_data_is_counted_in_each_and_once_in_all() -> None:
    both = issued(data=frozenset({"subscriber", "content"}))

    found = counts("28-2-a", both)

    assert found["other", "production"] == 1
    for data in ("subscriber", "content"):
        assert found["other", "production", data, "meta", "routine"] == 1


def test_what_is_undecided_is_not_unfulfilled() -> None:
    found = counts(
        "28-2-c", issued(), issued(outcome=Outcome.REFUSED), issued(outcome=None)
    )

    for result in ("fulfilled", "unfulfilled", "undecided"):
        assert found["other", "production", result] == 1


def test_a_preservation_is_fulfilled_when_it_is_confirmed() -> None:
    kept = issued("preservation", Outcome.PRESERVED_ONLY, preserved_at=ISSUED + DAY)
    refused = issued("preservation", Outcome.REFUSED)

    found = counts("28-2-c", kept, refused, issued("preservation", None))

    for result in ("fulfilled", "unfulfilled", "undecided"):
        assert found["other", "preservation", result] == 1


def test_a_refusal_is_counted_under_each_ground_but_once_in_all() -> None:
    grounds = ("policy", "too_broad")
    found = counts("28-2-d", issued(outcome=Outcome.REFUSED, reasons=grounds))

    assert found["other",] == 1
    assert found["other", "policy"] == found["other", "too_broad"] == 1


def test_the_mean_time_is_of_fulfilled_orders_whose_data_has_a_date() -> None:
    found = cells(
        "28-2-e",
        issued(delivered_at=ISSUED + 2 * DAY),
        issued(delivered_at=ISSUED + 5 * DAY),
        issued(),
        issued(outcome=None),
    )["other",]

    assert (found.count, found.timed, found.days) == (3, 2, 3.5)


def test_the_way_from_preservation_to_production_is_measured() -> None:
    kept = issued(
        "preservation",
        Outcome.PRESERVED_ONLY,
        preserved_at=ISSUED + DAY,
        produced_at=ISSUED + 10 * DAY,
    )

    assert cells("28-2-f", kept)["other",].days == 10


def test_what_nobody_approved_afterwards_is_counted_of_what_was_sealed_alone() -> None:
    alone = {"kind": "emergency_disclosure", "is_sealed_alone": True}
    some = (issued(**alone, is_ratified=True), issued(**alone), issued())  # type: ignore[arg-type]

    before, after = cells("28-2-b", *some)["other",], cells("28-2-i", *some)["other",]

    assert (before.count, before.of) == (2, 2)
    assert (after.count, after.of) == (1, 2)


def test_success_is_given_of_answered_and_of_sent() -> None:
    some = (issued(), issued(outcome=Outcome.NO_DATA), issued(outcome=None))

    answered, sent = cells("success", *some)[()], cells("success-of-sent", *some)[()]

    assert (answered.count, answered.of) == (1, 2)
    assert (sent.count, sent.of) == (1, 3)


def test_volume_is_each_platforms_part_of_all() -> None:
    found = cells("volume", issued(), issued(), issued(platform="tiktok"))

    assert (found["meta",].count, found["meta",].of) == (2, 3)


def test_requests_identifiers_accounts_and_cases_are_four_things() -> None:
    account, other = ("username", "one"), ("username", "two")
    found = counts(
        "units",
        issued(accounts=frozenset({account, other})),
        issued(accounts=frozenset({account}), case_id=2),
        issued(accounts=frozenset({account}), platform="tiktok"),
    )

    assert [*found.values()] == [3, 4, 3, 2]


def test_emergencies_stand_beside_those_of_the_period_before() -> None:
    found = cells("growth", issued("emergency_disclosure"), issued(), before=7)

    assert (found["now",].count, found["before",].count) == (1, 7)


def test_what_nothing_is_known_of_has_no_cell_and_says_why() -> None:
    found = official.measures([issued()], lambda one: 3.0, emergencies_before=0)

    silent = [one for one in found if one.code in standards.WHY_NOT]
    assert [one.cells for one in silent] == [()] * len(standards.WHY_NOT)
    assert not set(standards.WHY_NOT) & set(official.RULES)


def test_every_measure_has_a_name_and_a_definition() -> None:
    codes = {code for some in official.SETS.values() for code in some} | {
        *official.UNITS
    }

    assert codes == set(standards.NAMES) == set(standards.DEFINITIONS)


@pytest.mark.parametrize(("code", "told"), [("28-2-a", [6, 5]), ("volume", [5])])
def test_a_small_cell_that_names_an_addressee_is_left_out_with_its_key(
    code: str, told: list[int]
) -> None:
    some = [issued() for _ in range(5)] + [issued(platform="tiktok")]
    found = official.measures(some, lambda one: 3.0, emergencies_before=0)

    kept = next(one for one in official.discreet(found) if one.code == code)

    assert [cell.count for cell in kept.cells] == told
    assert "tiktok" not in {cell.key.get("platform") for cell in kept.cells}


SOME = st.lists(
    st.builds(
        issued,
        st.sampled_from(["disclosure", "emergency_disclosure", "preservation"]),
        st.sampled_from([None, Outcome.FULL, Outcome.REFUSED, Outcome.NO_DATA]),
        st.sampled_from([(), ("policy",), ("policy", "too_broad")]),
        st.sampled_from(["meta", "tiktok"]),
        data=st.frozensets(st.sampled_from(["subscriber", "traffic", "content"])),
        is_sealed_alone=st.booleans(),
        is_delayed=st.booleans(),
    ),
    max_size=12,
)


@given(SOME)
def test_each_cell_counts_just_the_requests_behind_it(some: list[Issued]) -> None:
    for one in official.measures(some, lambda one: 3.0, emergencies_before=0):
        for cell in one.cells if one.code in official.RULES else ():
            counted = cell.count if cell.timed is None else cell.timed
            assert len(official.behind(one.code, cell.key, some)) == counted
            whole = len(official.whole(one.code, cell.key, some))
            assert cell.of in {None, whole}
