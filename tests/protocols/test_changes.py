from platformlink.protocols import shelf
from platformlink.protocols.changes import effects
from platformlink.protocols.shelf import Library


def told(library: Library, slug: str, old: str, new: str) -> list[str]:
    content = library.content(slug)
    assert old in content
    before = library.get(slug)
    after = shelf.decode(content.replace(old, new, 1))
    found = (one.told("R-1") for one in effects(before, after))
    return [one.text % one.params for one in found]


def test_the_same_file_concerns_nobody(library: Library) -> None:
    for protocol in library.all():
        assert effects(protocol, protocol) == []


def test_a_shorter_hold_concerns_who_preserved(library: Library) -> None:
    (one,) = told(library, "zoom", "days: 90", "days: 60")

    assert one == "R-1: Zoom holds data for 60 days now, not for 90."


def test_a_longer_hold_concerns_nobody(library: Library) -> None:
    assert told(library, "zoom", "days: 90", "days: 120") == []


def test_a_moved_address_concerns_its_entity(library: Library) -> None:
    content = library.content("steam")
    after = shelf.decode(content.replace("98009", "98008", 1))

    (one,) = effects(library.get("steam"), after)

    assert one.concerns("preservation", one.entity)
    assert not one.concerns("preservation", "another")


def test_a_closed_channel_concerns_its_kinds(library: Library) -> None:
    before = library.get("tiktok")
    channel = next(x for x in before.channels if x.status == "open")
    content = library.content("tiktok")
    start = content.index(f"code: {channel.code}\n", content.index("channels:"))
    text = content[:start] + content[start:].replace(
        "status: open", "status: retired", 1
    )

    found = effects(before, shelf.decode(text))

    assert [one.text for one in found] == [
        "%(request)s: the channel “%(name)s” is closed."
    ]
