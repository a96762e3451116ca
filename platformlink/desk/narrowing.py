"""By what the board can be narrowed: what there is of each, and where it stands."""

from collections.abc import Mapping, Sequence

import msgspec

from platformlink.desk.rules import AGE_NAMES, FIELDS, board_path
from platformlink.requests.rules import KIND_NAMES, STATE_NAMES
from platformlink.web.words import Words

FILTER_NAMES = {
    "platform": ("Platform", "All platforms"),
    "unit": ("Unit", "All units"),
    "kind": ("Kind", "All kinds"),
    "age": ("Age", "Any age"),
    "state": ("State", "Any state"),
}


class Choice(msgspec.Struct, frozen=True):
    """One thing to narrow the board to; without a code, everything."""

    code: str
    name: str
    path: str
    count: int
    is_chosen: bool


class Filter(msgspec.Struct, frozen=True):
    """One sort of narrowing, with its choices."""

    field: str
    name: str
    choices: list[Choice]


def filters(
    tally: Sequence[tuple[tuple[str, ...], int]],
    narrowed: dict[str, str],
    words: Words,
    *,
    platforms: Mapping[str, str],
    units: Mapping[str, str],
) -> list[Filter]:
    """Return all filters; ``tally`` counts by FIELDS, in their order."""
    names: dict[str, Mapping[str, str]] = {
        "platform": platforms,
        "unit": units,
        "kind": {code: words.gettext(name) for code, name in KIND_NAMES.items()},
        "age": {code: words.gettext(name) for code, name in AGE_NAMES.items()},
        "state": {code: words.gettext(name) for code, name in STATE_NAMES.items()},
    }
    return [
        _filter(field, _counts(tally, place), narrowed, words, names[field])
        for place, field in enumerate(FIELDS)
    ]


def _counts(tally: Sequence[tuple[tuple[str, ...], int]], place: int) -> dict[str, int]:
    """Return the number for each code, the largest first."""
    found: dict[str, int] = {}
    for codes, count in tally:
        found[codes[place]] = found.get(codes[place], 0) + count
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _filter(
    field: str,
    counts: dict[str, int],
    narrowed: dict[str, str],
    words: Words,
    names: Mapping[str, str],
) -> Filter:
    """Return one filter: what there is, and what is chosen though there is none."""
    name, everything = FILTER_NAMES[field]
    chosen = narrowed.get(field, "")
    codes = list(counts)
    if field not in {"platform", "unit"}:  # the others have an order of their own
        codes = [code for code in names if code in counts]
    if chosen and chosen not in counts:
        codes.append(chosen)
    told = {"": words.gettext(everything)} | {x: names.get(x, x) for x in codes}
    counted = {"": sum(counts.values())} | counts
    return Filter(
        field,
        words.gettext(name),
        [
            Choice(
                code,
                said,
                board_path(narrowed | {field: code}),
                counted.get(code, 0),
                code == chosen,
            )
            for code, said in told.items()
        ],
    )
