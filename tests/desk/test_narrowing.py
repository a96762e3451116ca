"""What one may narrow the board to is what there is, and what is chosen."""

from zoneinfo import ZoneInfo

from platformlink.desk import narrowing
from platformlink.desk.narrowing import Filter
from platformlink.web.words import Words

TALLY = [
    (("meta", "tirana", "preservation", "longer", "sent"), 2),
    (("tiktok", "tirana", "disclosure", "days", "needs_us"), 3),
    (("meta", "durres", "disclosure", "days", "sent"), 2),
]


def found(narrowed: dict[str, str]) -> dict[str, Filter]:
    made = narrowing.filters(
        TALLY,
        narrowed,
        Words("en", ZoneInfo("Europe/Tirane")),
        platforms={"meta": "Meta", "tiktok": "TikTok"},
        units={"tirana": "Tirana"},
    )
    return {one.field: one for one in made}


def told(one: Filter) -> list[tuple[str, int]]:
    return [(choice.name, choice.count) for choice in one.choices]


def test_platforms_stand_by_number_and_ages_and_states_in_their_order() -> None:
    by = found({})

    assert told(by["platform"]) == [("All platforms", 7), ("Meta", 4), ("TikTok", 3)]
    assert told(by["unit"]) == [("All units", 7), ("Tirana", 5), ("durres", 2)]
    assert told(by["age"]) == [
        *(("Any age", 7), ("Under a week", 5), ("Over three months", 2)),
    ]
    assert told(by["state"]) == [("Any state", 7), ("Sent", 4), ("They ask us", 3)]


def test_what_is_chosen_stays_on_the_list_though_there_is_none() -> None:
    kinds = found({"kind": "emergency_disclosure", "age": "days"})["kind"].choices

    assert (kinds[-1].code, kinds[-1].count) == ("emergency_disclosure", 0)
    assert kinds[-1].is_chosen
    assert kinds[1].path == "/board?kind=preservation&age=days"
    assert kinds[0].path == "/board?age=days"
