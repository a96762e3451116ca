import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.letters import codes


@given(st.integers(0, 2**80 - 1))
def test_a_code_is_read_as_it_was_printed(number: int) -> None:
    code = codes.code_of(number)

    assert len(code) == 16
    assert codes.read_code(codes.grouped(code)) == code


def test_a_code_is_read_in_any_case_and_with_letters_taken_for_digits() -> None:
    assert codes.read_code("7kq4 m2xd.r9tb-v6hc") == "7KQ4M2XDR9TBV6HC"
    assert codes.read_code("OIL0-0000-0000-0000") == "0110000000000000"


@pytest.mark.parametrize("text", ["", "7KQ4-M2XD", "7KQ4-M2XD-R9TB-V6HU", "' OR 1=1"])
def test_what_is_no_code_is_unknown(text: str) -> None:
    with pytest.raises(codes.CodeUnknown):
        codes.read_code(text)


def test_a_reference_has_six_digits_at_least() -> None:
    assert codes.reference_of("PL", 2026, 123) == "PL-2026-000123"
    assert codes.reference_of("PL", 2026, 1_234_567) == "PL-2026-1234567"
