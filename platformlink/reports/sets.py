"""The official sets in the reader's words: lines for the page and the brief."""

import msgspec

from platformlink.reports import official, standards
from platformlink.reports.estimates import FEWEST, Share
from platformlink.reports.official import ALL, RULES, Cell, Key, Measure
from platformlink.reports.shown import Shown

FINEST = len(ALL)
RESULTS = ("fulfilled", "unfulfilled", "undecided")
# Figures that another one opens.
OPENS: dict[tuple[str, ...], str] = {
    ("units", "requests"): "sent",
    **{("units", code): code for code in official.UNITS},
    ("growth", "now"): "emergencies",
    ("growth", "before"): "emergencies",
}


class Figure(msgspec.Struct, frozen=True):
    """
    One figure of a measure: of what, and what it is made of.

    ``code`` is that of the figure which opens to the requests, "" where none does.
    """

    label: str
    cell: Cell
    code: str
    days: str
    second: str

    @property
    def is_few(self) -> bool:
        """Say whether a share or a time rests on too few to judge."""
        is_count = self.cell.of is None and self.cell.timed is None
        return self.cell.is_small and not is_count


class Line(msgspec.Struct, frozen=True):
    """One measure; without figures it is none, with `why_not` it has no answer."""

    code: str
    name: str
    definition: str
    figures: list[Figure]
    why_not: str


class Split(msgspec.Struct, frozen=True):
    """One combination of the finest split; `results` are code, words and number."""

    key: Key
    names: list[str]
    issued: int
    results: list[tuple[str, str, int]]
    days: str
    is_few: bool


class Sets(msgspec.Struct, frozen=True):
    """All sets: what they are called and their lines, and the split of the orders."""

    sets: list[tuple[str, list[Line]]]
    splits: list[Split]
    is_bound: bool
    is_discreet: bool
    not_bound: str


def letter(code: str) -> str:
    """Return the point of the article that a measure stands in; "" for none."""
    return f"({code[-1]})" if code in official.E_EVIDENCE else ""


def _label(shown: Shown, key: Key, *, is_bound: bool) -> str:
    named = [
        shown.value(name, value)
        for name, value in key.items()
        if is_bound or name != "footing"
    ]
    return ", ".join(named)


def _days(shown: Shown, cell: Cell) -> str:
    if cell.days is None:
        return shown.say("not yet") if cell.timed else shown.say("none")
    return shown.say("%(days)s days", days=shown.days(cell.days))


def _figure(shown: Shown, code: str, label: str, cell: Cell) -> Figure:
    return Figure(
        label=label,
        cell=cell,
        code=OPENS.get((code, *cell.key.values()), code if code in RULES else ""),
        days=_days(shown, cell) if cell.timed is not None else "",
        second=_second(shown, cell, is_part=code in RULES and RULES[code].is_part),
    )


def _second(shown: Shown, cell: Cell, *, is_part: bool) -> str:
    """Return a share as a percentage; a part of a whole is exact, with no interval."""
    if cell.of is None or cell.is_small:
        return ""
    share = Share(cell.count, cell.of)
    percent = shown.words.percent(share.value or 0)
    if is_part:
        return percent
    return shown.say(
        "%(percent)s, 95 %% interval %(interval)s",
        percent=percent,
        interval=shown.percents(share),
    )


def _line(shown: Shown, one: Measure, *, is_bound: bool) -> Line:
    cells = [cell for cell in one.cells if len(cell.key) < FINEST]
    if one.code in RULES and RULES[one.code].is_part:
        cells.sort(key=lambda cell: -cell.count)
    why_not = standards.WHY_NOT.get(one.code, "")
    return Line(
        code=letter(one.code),
        name=shown.say(standards.NAMES[one.code]),
        definition=shown.say(standards.DEFINITIONS[one.code]),
        figures=[
            _figure(shown, one.code, _label(shown, cell.key, is_bound=is_bound), cell)
            for cell in cells
        ],
        why_not=shown.say(why_not) if why_not else "",
    )


def _found(measure: Measure, key: Key) -> Cell | None:
    return next((cell for cell in measure.cells if cell.key == key), None)


def _splits(shown: Shown, *, is_bound: bool) -> list[Split]:
    found = {one.code: one for one in shown.report.official.measures}
    if not found:
        return []
    return [
        _split(shown, found, cell, is_bound=is_bound)
        for cell in found["28-2-a"].cells
        if len(cell.key) == FINEST
    ]


def _split(
    shown: Shown, found: dict[str, Measure], cell: Cell, *, is_bound: bool
) -> Split:
    def counted(result: str) -> tuple[str, str, int]:
        one = _found(found["28-2-c"], cell.key | {"result": result})
        count = one.count if one else 0
        is_hidden = shown.report.official.is_discreet and one is None
        return result, shown.say("under 5") if is_hidden else f"{count}", count

    is_data = cell.key["order"] == "production"
    timed = _found(found["28-2-e" if is_data else "28-2-f"], cell.key)
    return Split(
        key=cell.key,
        names=[
            shown.value(name, value)
            for name, value in cell.key.items()
            if is_bound or name != "footing"
        ],
        issued=cell.count,
        results=[counted(one) for one in RESULTS],
        days=shown.days(timed.days) if timed and timed.days is not None else "–",
        is_few=min(cell.count, timed.timed or FEWEST if timed else FEWEST) < FEWEST,
    )


def sets(shown: Shown) -> Sets:
    """Return the official sets; footings are told apart where there can be two."""
    is_bound = shown.report.official.is_bound
    by_code = {one.code: one for one in shown.report.official.measures}
    return Sets(
        sets=[
            (
                shown.say(standards.SET_NAMES[name]),
                [
                    _line(shown, by_code[code], is_bound=is_bound)
                    for code in codes
                    if code in by_code
                ],
            )
            for name, codes in official.SETS.items()
        ],
        splits=_splits(shown, is_bound=is_bound),
        is_bound=is_bound,
        is_discreet=shown.report.official.is_discreet,
        not_bound=shown.say(standards.NOT_BOUND),
    )
