"""Every wrong field of a body is told, and only wrong ones."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from platformlink.clocks.schemas import Calculate
from platformlink.requests.rules import RequestIn
from platformlink.responses.schemas import ResponseIn
from platformlink.web.bodies import unkept_fields, wrong_fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


def like(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies that have some of a struct's fields, with anything in them."""
    names = [one.encode_name for one in msgspec.structs.fields(kind)]
    return st.dictionaries(st.sampled_from([*names, "zzz"]), JSON, max_size=8)


def is_readable(value: object, kind: type[msgspec.Struct]) -> bool:
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return False
    return True


@given(st.one_of(JSON, like(RequestIn)))
def test_a_request_is_wrong_where_it_cannot_be_read(value: object) -> None:
    assert is_readable(value, RequestIn) == (not list(wrong_fields(value, RequestIn)))


@given(st.one_of(JSON, like(ResponseIn)))
def test_a_response_is_wrong_where_it_cannot_be_read(value: object) -> None:
    assert is_readable(value, ResponseIn) == (not list(wrong_fields(value, ResponseIn)))


@given(st.one_of(JSON, like(Calculate)))
def test_a_question_of_time_is_wrong_where_it_cannot_be_read(value: object) -> None:
    assert is_readable(value, Calculate) == (not list(wrong_fields(value, Calculate)))


def told(value: object, kind: Any) -> dict[str, str]:  # noqa: ANN401 - any annotation
    return {one.pointer: one.message % one.params for one in wrong_fields(value, kind)}


class Odd(msgspec.Struct, forbid_unknown_fields=True):
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    names: list[str] = []
    more: "Odd | None" = None


def test_what_it_needs_is_said_in_words() -> None:
    value = {"at": "2026-11-24T10:00:00", "names": ["a", 3], "more": {"al": 1}}

    assert told(value, Odd) == {
        "/at": "Give a time with its offset, such as 2026-11-24T10:30+01:00.",
        "/names/1": "Give text.",
        "/more/al": "No field has this name. Known here: at, names, more.",
        "/more/at": "This field must be given.",
    }


def test_what_may_be_chosen_is_listed() -> None:
    value = {
        "start": "2026-11-24T10:00:00Z",
        "amount": 1,
        "unit": "moons",
        "zone": "UTC",
    }

    assert told(value | {"duty": "theirs"}, Calculate) == {
        "/unit": "Choose one of: hours, days, working_days, weeks, months, years."
    }


def test_texts_that_cannot_be_kept_are_found_at_any_depth() -> None:
    value = {"a": "\0", "b": [{"c": "x"}, {"c": "y\0"}], "d": 3}

    assert [one.pointer for one in unkept_fields(value)] == ["/a", "/b/1/c"]
