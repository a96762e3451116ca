"""From a figure to the requests behind it: which is meant, and its address. Pure."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from urllib.parse import urlencode

import msgspec

from platformlink.errors import FieldError
from platformlink.permissions import Actor, Right, reach
from platformlink.reports import official, rules, standards
from platformlink.reports.asked import Asked
from platformlink.reports.official import Issued
from platformlink.reports.rules import ReportInvalid

PATH = "/reports/responsiveness/requests"


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
        if self.code not in rules.COUNTED and not self.is_official:
            message = "The report has no such figure."
            raise ReportInvalid("", FieldError("/figure", "unknown", message))
        dimensions: Collection[str] = rules.DIMENSIONS
        if self.is_official:
            dimensions = official.DIMENSIONS
        if unknown := self.key.keys() - dimensions:
            message = "This figure is not told apart by it."
            errors = [FieldError(f"/{x}", "unknown", message) for x in sorted(unknown)]
            raise ReportInvalid("", *errors)

    @property
    def is_official(self) -> bool:
        """Say whether it belongs to an official set."""
        return self.code in official.RULES

    @property
    def name(self) -> str:
        """Return what the figure is called."""
        names = standards.NAMES if self.is_official else rules.FIGURE_NAMES
        return names[self.code]

    @property
    def definition(self) -> str:
        """Return what the figure means."""
        texts = standards.DEFINITIONS if self.is_official else rules.DEFINITIONS
        return texts[self.code]

    def among_asked(self, asked: Collection[Asked], as_of: datetime) -> list[int]:
        """Return the ids of the requests that a figure of ours counts."""
        return [x.id for x in rules.behind(self.code, self.key, asked, as_of)]

    def among_issued(self, issued: Collection[Issued]) -> list[int]:
        """Return the ids of the requests that an official figure counts."""
        found = official.whole if self.is_whole else official.behind
        return [one.asked.id for one in found(self.code, self.key, issued)]


def dimensions_of(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what of a query string is a dimension of a figure."""
    known = rules.DIMENSIONS.keys() | official.DIMENSIONS.keys()
    return {name: value for name, value in asked.items() if name in known}


class Way(msgspec.Struct, frozen=True):
    """From the figures of one report to the requests behind them."""

    from_on: date
    to_on: date
    kind: str

    def report(self) -> str:
        """Return the address of the report itself."""
        asked = {"from": f"{self.from_on}", "to": f"{self.to_on}", "kind": self.kind}
        return f"/reports/responsiveness?{urlencode(asked)}"

    def to(self, code: str, key: dict[str, str], *, is_whole: bool = False) -> str:
        """Return the address of the requests behind a figure."""
        asked = {"from": f"{self.from_on}", "to": f"{self.to_on}", "kind": self.kind}
        asked |= {"figure": code} | key
        if is_whole:
            asked["whole"] = "true"
        return f"{PATH}?{urlencode(asked)}"


def may_open(actor: Actor) -> bool:
    """Say whether the requests behind figures are a person's to read."""
    return reach(actor, Right.READ) is not None
