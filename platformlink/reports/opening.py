"""From a figure to the requests behind it: which is meant, and its address. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from platformlink.errors import FieldError
from platformlink.permissions import Actor, Right, reach
from platformlink.reports import official, ourside, rules, standards
from platformlink.reports.asked import Asked
from platformlink.reports.official import Issued
from platformlink.reports.ourside import Handled, Waiting
from platformlink.reports.rules import ReportInvalid

DAY = timedelta(days=1)
PATH = "/reports/responsiveness/requests"
OPENED = {*rules.COUNTED, *official.OPENED, *ourside.FIGURE_NAMES}
NAMES = {
    code: name
    for names in (rules.FIGURE_NAMES, standards.NAMES, ourside.FIGURE_NAMES)
    for code, name in names.items()
    if code in OPENED
}
DEFINITIONS = rules.DEFINITIONS | standards.DEFINITIONS | ourside.DEFINITIONS


class Behind(msgspec.Struct, frozen=True):
    """The ids of the requests behind a figure, and among how many they were found."""

    ids: tuple[int, ...]
    among: int
    as_of: datetime


class Opened(msgspec.Struct, frozen=True):
    """
    One figure: its code, its group, and whether all that it is a share of is meant.

    Raises: ReportInvalid, when a figure or a dimension of it is unknown.
    """

    code: str
    key: dict[str, str]
    is_whole: bool = False

    def __post_init__(self) -> None:
        """Let pass what a report has."""
        if self.code not in NAMES:
            message = "The report has no such figure."
            raise ReportInvalid("", FieldError("/figure", "unknown", message))
        dimensions: Collection[str] = rules.DIMENSIONS
        if self.is_official:
            dimensions = official.DIMENSIONS
        if self.is_ours:
            dimensions = ourside.DIMENSIONS if self.code == ourside.BACKLOG else ()
        if unknown := self.key.keys() - set(dimensions):
            message = "This figure is not told apart by it."
            errors = [FieldError(f"/{x}", "unknown", message) for x in sorted(unknown)]
            raise ReportInvalid("", *errors)

    @property
    def is_official(self) -> bool:
        """Say whether it belongs to an official set."""
        return self.code in official.OPENED

    @property
    def is_ours(self) -> bool:
        """Say whether it belongs to our own side, also of what was never sent."""
        return self.code in ourside.FIGURE_NAMES

    @property
    def name(self) -> str:
        """Return what the figure is called."""
        return NAMES[self.code]

    @property
    def query(self) -> str:
        """Return what tells it from any other figure."""
        key = sorted(self.key.items())
        return urlencode([("figure", self.code), ("whole", self.is_whole), *key])

    @property
    def definition(self) -> str:
        """Return what the figure means."""
        return DEFINITIONS[self.code]

    def among_asked(self, asked: Collection[Asked], as_of: datetime) -> list[int]:
        """Return the ids of the requests that a figure of ours counts."""
        return [x.id for x in rules.behind(self.code, self.key, asked, as_of)]

    def among_ours(
        self, handled: Iterable[Handled], waiting: Iterable[Waiting]
    ) -> list[int]:
        """Return the ids of the requests that a figure of our own side counts."""
        if self.code != ourside.BACKLOG:
            return [one.id for one in ourside.behind(self.code, handled)]
        return [
            one.id
            for one in waiting
            if all(ourside.DIMENSIONS[x](one) == y for x, y in self.key.items())
        ]

    def among_issued(self, issued: Collection[Issued]) -> list[int]:
        """Return the ids of the requests that an official figure counts."""
        found = official.whole if self.is_whole else official.behind
        return [one.asked.id for one in found(self.code, self.key, issued)]


def dimensions_of(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what of a query string is a dimension of a figure."""
    known = {*rules.DIMENSIONS, *official.DIMENSIONS, *ourside.DIMENSIONS}
    return {name: value for name, value in asked.items() if name in known}


class Way(msgspec.Struct, frozen=True):
    """From the figures of one report to the requests behind them."""

    from_on: date
    to_on: date
    kind: str

    def report(self) -> str:
        """Return the address of the report itself."""
        return f"/reports/responsiveness?{urlencode(self._asked)}"

    def again(self) -> str:
        """Return the address that has the report counted again."""
        return f"/reports/responsiveness/again?{urlencode(self._asked)}"

    @property
    def _asked(self) -> dict[str, str]:
        return {"from": f"{self.from_on}", "to": f"{self.to_on}", "kind": self.kind}

    def before(self) -> "Way":
        """Return the way to the figures of as many days just before."""
        days = self.to_on - self.from_on + DAY
        return Way(self.from_on - days, self.from_on - DAY, self.kind)

    def to(self, code: str, key: dict[str, str], *, is_whole: bool = False) -> str:
        """Return the address of the requests behind a figure."""
        asked = self._asked | {"figure": code} | key
        if is_whole:
            asked["whole"] = "true"
        return f"{PATH}?{urlencode(asked)}"


def may_open(actor: Actor) -> bool:
    """Say whether the requests behind figures are a person's to read."""
    return reach(actor, Right.READ) is not None
