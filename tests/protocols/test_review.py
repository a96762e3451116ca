from pathlib import Path

import pytest

from platformlink.protocols import changes, review, shelf
from platformlink.protocols.shelf import Library

SHIPPED = Path("protocols")
TIKTOK = (SHIPPED / "tiktok.yaml").read_text(encoding="utf-8")


def changed(tmp_path: Path, old: str, new: str) -> list[str]:
    assert old in TIKTOK
    file = tmp_path / "tiktok.yaml"
    file.write_text(TIKTOK.replace(old, new, 1), encoding="utf-8")
    return [str(problem) for problem in review.problems(file)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("slug: tiktok", "slugg: tiktok", "did you mean 'slug'?"),
        ("support: accepted", "support: acepted", "did you mean 'accepted'?"),
        (
            "by: target_country",
            "by: asking_country",
            "by: 'asking_country' is no word for it; allowed here: facts_date, ",
        ),
        ("pattern: '\\d{5,20}'", "pattern: '(\\d+)+'", "can run for seconds"),
        ("pattern: '\\d{5,20}'", "pattern: '(\\d'", "cannot be read"),
        ('example: "@example.name"', "example: no name", "does not match this example"),
        (
            "regions: [elsewhere]",
            "regions: [FR]",
            "nobody is addressed for the service 'tiktok', account holder in AL",
        ),
        ("regions: [EEA, CH]", "regions: [anywhere]", "several are addressed"),
        ("source: [guidelines-july]", "source: [nowhere]", "no source is called"),
        ("source: [guidelines-july]", "source: []", "names its source"),
        ("status: open", "status: retired", "no channel leads there"),
        ("next_on: 2027-01-24", "next_on: 2026-01-24", "lies before last_on"),
        ("next_on: 2027-01-24", "next_on: soon", "a day is expected here"),
        ("code: shop", "code: tiktok", "stands here twice"),
        ("- [video_id]", "- [clip]", "'clip' is no kind of identifier"),
        ("regions: [US]", "regions: [Atlantis]", "no country code and no region"),
        (
            "address: ",
            "address: unknown # ",
            "if nobody has published it, leave `address` out and say so in `note`",
        ),
        ("example: ", "example: Unknown # ", "leave `example` out"),
        ("pattern: ", "pattern: unknown # ", "leave `pattern` out"),
        ("- text: ", "- text: unknown # ", "leave `address` out"),
        (
            "link_example: https://www.tiktok.com",
            "link_example: https://www.tiktok.example",
            "its host 'www.tiktok.example' is not in hosts: tiktok.com",
        ),
        (
            "link_example: https://www.tiktok.com",
            "link_example: https://www.tiktok.com/x",
            "no link matches this example; it is read as: www.tiktok.com/x/@",
        ),
        (
            "tiktok\\.com/@(?P<value>",
            "https?://tiktok\\.com/@(?P<value>",
            "a link is written without https://",
        ),
        ("items: [transactions]", "items: [payments]", "'payments' is not known"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    problems = changed(tmp_path, old, new)

    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith("tiktok.yaml:") for problem in problems)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ("days: unknown", []),
        ("days: 90", ["whose figure is it? allowed here: stated, statutory"]),
    ],
)
def test_only_a_figure_needs_somebody_whose_word_it_is(
    tmp_path: Path, days: str, told: list[str]
) -> None:
    hold = TIKTOK[TIKTOK.index("holds:") :].partition("basis: ")[0] + "basis: "
    before = hold + TIKTOK.partition(hold)[2].partition("\n")[0] + "\n"
    after = hold.replace("days: 90", days).removesuffix("basis: ").rstrip() + "\n"

    found = changed(tmp_path, before, after)

    assert [one in problem for one, problem in zip(told, found, strict=True)] == [
        True for _ in told
    ]


def test_a_mistake_stands_where_it_is(tmp_path: Path) -> None:
    line = TIKTOK[: TIKTOK.index("is_snapshot")].count("\n") + 1

    problems = changed(tmp_path, "is_snapshot", "is_snapshott")

    assert problems[0].startswith(
        f"tiktok.yaml:{line}:5: unknown field 'is_snapshott': did you mean "
    )


def test_changes_are_told_by_the_names_of_entries() -> None:
    before = shelf.decode(TIKTOK)
    after = shelf.decode(
        TIKTOK.replace("days: 90", "days: 30", 1).replace(
            "code: email", "code: mail", 1
        )
    )

    told = [str(change) for change in changes.changes(before, after)]

    assert "requests/preservation/holds/0/days: was 90, is now 30" in told
    assert any(one.startswith("channels/mail: new: ") for one in told)
    assert any(one.startswith("channels/email: gone: ") for one in told)


def test_nothing_changed_is_nothing_told() -> None:
    protocol = Library.load(SHIPPED).get("tiktok")

    assert changes.changes(protocol, protocol) == []


def test_the_schema_names_what_it_describes() -> None:
    schema = review.schema()

    assert "CooperationProtocol" in schema["$defs"]
