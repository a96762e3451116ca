"""Every wrong field of a JSON body: a decoder stops at the first, people should not."""

import types
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from platformlink.errors import FieldError

SAID: dict[object, str] = {
    str: "Give text.",
    int: "Give a whole number.",
    bool: "Give true or false.",
    datetime: "Give a time with its offset, such as 2026-11-24T10:30+01:00.",
    date: "Give a date, such as 2026-11-24.",
    list: "Give a list.",
    tuple: "Give a list.",
}


def wrong_fields(value: object, kind: Any, at: str = "") -> Iterator[FieldError]:  # noqa: ANN401 - any annotation
    """Yield what in a decoded JSON value cannot become `kind`, each by its pointer."""
    inner = _inner(kind, value)
    if isinstance(value, dict) and _is_struct(inner):
        yield from _wrong_in_struct(value, inner, at)
    elif isinstance(value, list) and get_origin(inner) in (list, tuple):
        for place, one in enumerate(value):
            yield from wrong_fields(one, get_args(inner)[0], f"{at}/{place}")
    elif not _fits(value, kind):
        yield _told(inner, at)


def unkept_fields(value: object, at: str = "") -> Iterator[FieldError]:
    """Yield the texts of a JSON value that PostgreSQL cannot keep."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from unkept_fields(one, f"{at}/{name}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from unkept_fields(one, f"{at}/{place}")
    elif isinstance(value, str) and "\0" in value:
        yield FieldError(at, "control-character", "Remove the NUL character.")


def _wrong_in_struct(
    value: dict[str, Any], kind: type[msgspec.Struct], at: str
) -> Iterator[FieldError]:
    fields = {one.encode_name: one for one in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        known = {"known": ", ".join(fields)}
        message = "No field has this name. Known here: %(known)s."
        for name in value.keys() - fields.keys():
            yield FieldError(f"{at}/{name}", "unknown", message, known)
    for name, field in fields.items():
        if name in value:
            yield from wrong_fields(value[name], field.type, f"{at}/{name}")
        elif field.required:
            yield FieldError(f"{at}/{name}", "required", "This field must be given.")


def _inner(kind: Any, value: object) -> Any:  # noqa: ANN401 - any annotation
    """Return the only type that an annotation names beside None."""
    if get_origin(kind) is Annotated:
        return _inner(get_args(kind)[0], value)
    if get_origin(kind) in (Union, types.UnionType):
        named = [one for one in get_args(kind) if one is not type(None)]
        return _inner(named[0], value) if len(named) == 1 else kind
    return kind


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _fits(value: object, kind: Any) -> bool:  # noqa: ANN401 - any annotation
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def _told(kind: Any, at: str) -> FieldError:  # noqa: ANN401 - any annotation
    """Return one wrong field, with what it needs."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        allowed = {"allowed": ", ".join(str(one.value) for one in kind)}
        return FieldError(at, "unknown", "Choose one of: %(allowed)s.", allowed)
    if get_origin(kind) is Literal:
        allowed = {"allowed": ", ".join(get_args(kind))}
        return FieldError(at, "unknown", "Choose one of: %(allowed)s.", allowed)
    if _is_struct(kind):
        return FieldError(at, "malformed", "Give an object with its fields.")
    message = SAID.get(get_origin(kind) or kind, "This cannot be read.")
    return FieldError(at, "malformed", message)
