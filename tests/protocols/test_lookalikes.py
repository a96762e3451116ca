import pytest

from platformlink.protocols.lookalikes import MOST_HOSTS, host_of, is_near, skeleton
from platformlink.protocols.shelf import Library


@pytest.mark.parametrize(
    ("host", "platform"),
    [
        ("tiktok-police.com", "TikTok"),
        ("lawenforcement.tikt0k.com", "TikTok"),
        ("tiktоk.com", "TikTok"),  # a Cyrillic letter
        ("xn--tiktk-nye.com", "TikTok"),  # the same in punycode
        ("discrod.com", "Discord"),
        ("faceb00k.com", "Meta"),
        ("facebook.com.evil.example", "Meta"),
        ("telegrarn.org", "Telegram"),
        ("gmai1.com", "Google"),  # a domain of mailboxes
    ],
)
def test_a_deceptive_host_is_named(library: Library, host: str, platform: str) -> None:
    found = library.doorkeeper.resembles(host)

    assert found is not None
    assert platform in found.platform


@pytest.mark.parametrize(
    "host",
    [
        "www.tiktok.com",
        "discord.com",
        "gmail.com",
        "zoom-lens.com",
        "dcu.example",
        "gov.al",
        "police.uk",
        "a.b.co",
    ],
)
def test_an_honest_host_is_left_alone(library: Library, host: str) -> None:
    assert library.doorkeeper.resembles(host) is None


def test_no_platform_looks_like_another(library: Library) -> None:
    for protocol in library.all():
        for host in protocol.hosts:
            assert library.doorkeeper.resembles(host) is None


def test_a_mail_domain_in_a_text_is_found(library: Library) -> None:
    text = "Write to le-portal@rnicrosoft.com, not to www.tiktok.com/@some.name."

    (found,) = library.doorkeeper.look(text)

    assert (found.host, found.like) == ("rnicrosoft.com", "microsoft.com")


def test_a_long_text_is_looked_through_up_to_its_most_hosts(library: Library) -> None:
    others = " ".join(f"host{n}.example" for n in range(MOST_HOSTS - 1))
    text = f"{'a.b-' * 50_000} {others} rnicrosoft.com faceb00k.com"

    found = [one.host for one in library.doorkeeper.look(text)]

    assert found == ["rnicrosoft.com"]


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("tiktok", "tiktok", True),
        ("tiktok", "tikttok", True),
        ("tiktok", "titkok", True),
        ("tiktok", "tikok", True),
        ("tiktok", "toktik", False),
    ],
)
def test_one_slip_is_near(one: str, other: str, *, are: bool) -> None:
    assert is_near(one, other) is are
    assert is_near(other, one) is are


def test_the_host_of_an_address() -> None:
    assert host_of("https://Portal.Example.com:8443/x") == "portal.example.com"
    assert host_of("desk@mail.example.com") == "mail.example.com"
    assert host_of("+1 650 000 0000") == ""
    assert skeleton("PayPa1") == skeleton("paypal")


def test_letters_of_another_script_are_spelled_out(library: Library) -> None:
    found = library.doorkeeper.resembles("tiktоk.com")

    assert found is not None
    assert (
        found.words.params["host"]
        == f"tiktоk.com ({'tiktоk.com'.encode('idna').decode()})"
    )
