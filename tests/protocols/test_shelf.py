from datetime import date
from pathlib import Path

import pytest

from platformlink.documents import DocumentWrong
from platformlink.protocols import shelf
from platformlink.protocols.shelf import Library, UnknownPlatform

SHIPPED = Path("protocols")


def test_a_version_is_the_hash_of_the_content() -> None:
    library = Library.load(SHIPPED)

    content = library.content("tiktok")

    assert library.version("tiktok") == shelf.version_of(content)
    assert shelf.decode(content) == library.get("tiktok")


def test_protocols_stand_by_name() -> None:
    names = [one.name for one in Library.load(SHIPPED).all()]

    assert names == sorted(names, key=str.casefold)


def test_an_unknown_platform_is_missing() -> None:
    with pytest.raises(UnknownPlatform, match="No protocol is known for nowhere"):
        Library.load(SHIPPED).get("nowhere")


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("slug: [", encoding="utf-8")
    (tmp_path / "two.yaml").write_bytes(b"slug: \xff")

    with pytest.raises(DocumentWrong) as caught:
        Library.load(tmp_path)

    assert [problem.file for problem in caught.value.problems] == [
        "one.yaml",
        "two.yaml",
    ]


def test_a_file_bears_the_name_of_its_slug(tmp_path: Path) -> None:
    content = (SHIPPED / "tiktok.yaml").read_text(encoding="utf-8")
    (tmp_path / "tok.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(DocumentWrong, match=r"tok\.yaml:2:7: slug: .* tok"):
        Library.load(tmp_path)


def test_an_agreement_lies_apart_from_the_public_file(tmp_path: Path) -> None:
    (tmp_path / "tiktok.yaml").write_text(
        "slug: tiktok\nagreed_on: 2026-05-04\nreview_on: 2027-05-04\n"
        "times:\n- {what: response, within: 10 days}\n",
        encoding="utf-8",
    )

    library = Library.load(SHIPPED, tmp_path)

    agreement = library.agreement("tiktok")
    assert agreement is not None
    assert agreement.times[0].within == "10 days"
    assert library.agreement("meta") is None
    assert library.version("tiktok") == Library.load(SHIPPED).version("tiktok")


def test_a_file_waits_for_its_day_beside_the_one_in_force(tmp_path: Path) -> None:
    zoom = (SHIPPED / "zoom.yaml").read_text(encoding="utf-8")
    (tmp_path / "zoom.yaml").write_text(zoom, encoding="utf-8")
    later = zoom.replace(
        "reliability:", "effective_on: 2027-01-01\nreliability:", 1
    ).replace("days: 90", "days: 60", 1)
    (tmp_path / "zoom@2027-01-01.yaml").write_text(later, encoding="utf-8")

    library = Library.load(tmp_path)

    before, after = library.on(date(2026, 12, 31)), library.on(date(2027, 1, 1))
    assert before.version("zoom") == shelf.version_of(zoom)
    assert [one.effective_on for one in before.coming("zoom")] == [date(2027, 1, 1)]
    assert after.version("zoom") == shelf.version_of(later)
    assert after.coming("zoom") == ()
    assert after is library.on(date(2027, 6, 1))


def test_a_waiting_file_says_the_day_of_its_name(tmp_path: Path) -> None:
    zoom = (SHIPPED / "zoom.yaml").read_text(encoding="utf-8")
    file = tmp_path / "zoom@2027-01-01.yaml"
    file.write_text(zoom, encoding="utf-8")

    with pytest.raises(DocumentWrong) as wrong:
        shelf.read(file)

    assert "effective_on" in str(wrong.value)
