"""Parts of a file add up to it, and an item says what it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.evidence import rules
from platformlink.evidence.rules import EvidenceIn, EvidenceInvalid, Way

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SIZES = st.integers(0, rules.PART_BYTES * 40)


def pointers(item: EvidenceIn) -> set[str]:
    with pytest.raises(EvidenceInvalid) as refused:
        rules.check(item, NOW)
    return {one.pointer for one in refused.value.errors}


@given(SIZES)
def test_the_parts_of_a_file_add_up_to_it(size_bytes: int) -> None:
    count = rules.part_count(size_bytes)

    sizes = [rules.part_bytes(size_bytes, n) for n in range(1, count + 1)]

    assert sum(sizes) == size_bytes
    assert all(one == rules.PART_BYTES for one in sizes[:-1])


@given(SIZES, st.integers(-3, 50), st.integers(0, rules.PART_BYTES + 1))
def test_only_a_whole_part_of_the_file_is_taken(
    size_bytes: int, number: int, got_bytes: int
) -> None:
    fits = 1 <= number <= rules.part_count(size_bytes) and (
        got_bytes == rules.part_bytes(size_bytes, number)
    )

    try:
        rules.check_part(size_bytes, number, got_bytes)
    except EvidenceInvalid:
        assert not fits
    else:
        assert fits


def test_a_registered_item_needs_hash_place_and_custodian() -> None:
    item = EvidenceIn(name="a.zip", size_bytes=1, way=Way.REGISTERED, sha256="abc")

    assert pointers(item) == {"/sha256", "/place", "/custodian"}


def test_every_wrong_field_is_named_at_once() -> None:
    item = EvidenceIn(
        name=" ", size_bytes=-1, way="mailed", received_at=NOW + timedelta(hours=1)
    )

    assert pointers(item) == {"/name", "/size_bytes", "/way", "/received_at"}
