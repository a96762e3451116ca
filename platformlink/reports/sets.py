"""The official sets in the reader's words: lines for the page and the brief."""

import msgspec

from platformlink.reports import official, standards
from platformlink.reports.estimates import FEWEST, Share
from platformlink.reports.official import ALL, Cell, Key, Measure
from platformlink.reports.showing import Shown
from platformlink.responses.codes import REASONS

FINEST = len(ALL)


class Figure(msgspec.Struct, frozen=True):
    """One figure of a measure: of what, how much, and what it is made of."""

    label: str
    figure: str
    second: str
    is_few: bool


class Line(msgspec.Struct, frozen=True):
    """One measure; without figures it is none, with `why_not` it has no answer."""

    code: str
    name: str
    definition: str
    figures: list[Figure]
    why_not: str


class Split(msgspec.Struct, frozen=True):
    """One combination of the finest split, and what was counted of it."""

    names: list[str]
    issued: str
    fulfilled: str
    unfulfilled: str
    undecided: str
    days: str
    is_few: bool


class Sets(msgspec.Struct, frozen=True):
    """All sets: what they are called and their lines, and the split of the orders."""

    sets: list[tuple[str, list[Line]]]
    splits: list[Split]
    is_bound: bool
    is_discreet: bool
    not_bound: str


def value_name(shown: Shown, dimension: str, value: str) -> str:
    """Return what one value of a dimension is called."""
    if dimension == "platform":
        return shown.name(value)
    if dimension == "ground" and value in REASONS:
        return shown.say(REASONS[value].name)
    return shown.say(standards.VALUE_NAMES.get(value, value))


def letter(code: str) -> str:
    """Return the point of the article that a measure stands in; "" for none."""
    return f"({code[-1]})" if code in official.E_EVIDENCE else ""


def _label(shown: Shown, key: Key, *, is_bound: bool) -> str:
    named = [
        value_name(shown, name, value)
        for name, value in key.items()
        if is_bound or name != "footing"
    ]
    return ", ".join(named)


def _days(shown: Shown, cell: Cell) -> str:
    if cell.days is None:
        return shown.say("not yet") if cell.timed else shown.say("none")
    return shown.say("%(days)s days", days=shown.days(cell.days))


def _figure(shown: Shown, label: str, cell: Cell, *, is_part: bool) -> Figure:
    if cell.timed is not None:
        second = shown.say("n = %(n)s", n=cell.timed)
        return Figure(label, _days(shown, cell), second, cell.is_small)
    if cell.of is None:
        return Figure(label, shown.words.number(cell.count), "", is_few=False)
    share = Share(cell.count, cell.of)
    told = shown.say("%(met)s of %(due)s", met=cell.count, due=cell.of)
    if share.is_small:
        return Figure(label, told, "", is_few=True)
    percent = shown.words.percent(share.value or 0)
    if is_part:
        return Figure(label, told, percent, is_few=False)
    second = shown.say(
        "%(percent)s, 95 %% interval %(interval)s",
        percent=percent,
        interval=shown.percents(share),
    )
    return Figure(label, told, second, is_few=False)


def _line(shown: Shown, one: Measure, *, is_bound: bool) -> Line:
    cells = [cell for cell in one.cells if len(cell.key) < FINEST]
    is_part = one.code in official.RULES and official.RULES[one.code].is_part
    if is_part:
        cells.sort(key=lambda cell: -cell.count)
    why_not = standards.WHY_NOT.get(one.code, "")
    return Line(
        code=letter(one.code),
        name=shown.say(standards.NAMES[one.code]),
        definition=shown.say(standards.DEFINITIONS[one.code]),
        figures=[
            _figure(
                shown, _label(shown, cell.key, is_bound=is_bound), cell, is_part=is_part
            )
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
    def counted(result: str) -> str:
        one = _found(found["28-2-c"], cell.key | {"result": result})
        if one is None:
            return shown.say("under 5") if shown.report.official.is_discreet else "0"
        return shown.words.number(one.count)

    is_data = cell.key["order"] == "production"
    timed = _found(found["28-2-e" if is_data else "28-2-f"], cell.key)
    return Split(
        names=[
            value_name(shown, name, value)
            for name, value in cell.key.items()
            if is_bound or name != "footing"
        ],
        issued=shown.words.number(cell.count),
        fulfilled=counted("fulfilled"),
        unfulfilled=counted("unfulfilled"),
        undecided=counted("undecided"),
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
