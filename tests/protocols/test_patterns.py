import pytest

from platformlink.protocols.patterns import fault


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+",
        r"(?:a*)*b",
        r"(?:[a-z]{1,50}){1,50}",
        r"(?:a|a)*c",
        r"(?:a|ab){0,90}",
        r"(?:\w+\s?)*!",
        r"(?:[a-z.]{1,9}\.){1,9}",
        r"x(?:y(?:z+)*)+",
    ],
)
def test_what_can_backtrack_for_seconds_is_named(pattern: str) -> None:
    assert "seconds" in (fault(pattern) or "")


@pytest.mark.parametrize(
    "pattern",
    [
        r"[a-z0-9._]{1,23}[a-z0-9_]",
        r"[a-z0-9]{1,50}(?:\.[a-z0-9]{1,50}){0,10}",
        r"(?:www\.|m\.)?tiktok\.com/@(?P<value>[A-Za-z0-9._]{2,24})",
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        r"(?:[A-Za-z0-9_=.%-]{0,100}&){0,10}id=(?P<value>\d{4,20})",
        r"https?://(?:x|twitter)\.com/\w+",
    ],
)
def test_what_is_bounded_is_fine(pattern: str) -> None:
    assert fault(pattern) is None


def test_what_does_not_compile_is_named() -> None:
    assert "cannot be read" in (fault("(") or "")
