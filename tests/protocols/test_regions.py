from datetime import date

import pytest

from platformlink.protocols.regions import addressees
from tests.shipped import LIBRARY

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("slug", "country", "service", "codes"),
    [
        ("tiktok", "AL", "", ["singapore"]),
        ("tiktok", "XK", "", ["singapore"]),
        ("tiktok", "DE", "", ["ireland"]),
        ("tiktok", "NO", "", ["ireland"]),
        ("tiktok", "CH", "", ["ireland"]),
        ("tiktok", "GB", "", ["uk"]),
        ("tiktok", "US", "", ["us"]),
        ("meta", "IT", "", ["ireland"]),
        ("meta", "GB", "", ["us"]),
        ("meta", "AL", "instagram", ["us"]),
        ("x", "CH", "", ["us"]),
        ("google", "CH", "", ["ireland"]),
        ("snapchat", "AL", "", ["us"]),
        ("proton", "AL", "", ["swiss_authority"]),
        ("viber", "AL", "", ["luxembourg"]),
        ("amazon", "AL", "us_store", ["us"]),
        ("amazon", "AL", "eu_store", ["luxembourg"]),
        ("amazon", "AL", "", ["us", "luxembourg"]),
        ("coinbase", "AL", "", ["us", "uk"]),
        ("omegle", "AL", "", []),
    ],
)
def test_the_addressee_follows_the_account_holder(
    slug: str, country: str, service: str, codes: list[str]
) -> None:
    found = addressees(LIBRARY.get(slug), country, service, TODAY, requester="")

    assert [one.code for one in found] == codes


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ((date(2026, 3, 1), date(2026, 4, 1)), ["global"]),
        ((date(2025, 3, 1), date(2025, 4, 1)), ["seychelles"]),
        ((date(2025, 12, 1), date(2026, 2, 1)), ["global", "seychelles"]),
        (None, ["global", "seychelles"]),
    ],
)
def test_an_entity_may_answer_for_the_time_of_the_facts(
    facts: tuple[date, date] | None, codes: list[str]
) -> None:
    binance = LIBRARY.get("binance")

    found = addressees(binance, "AL", "", TODAY, requester="AL", facts=facts)

    assert [one.code for one in found] == codes
