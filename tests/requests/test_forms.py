"""A request on an instrument that prescribes a form."""

from typing import Any

import pytest

from tests.desks import Desk

pytestmark = pytest.mark.anyio

API = "/api/v1/requests"
ARTICLE_29: dict[str, Any] = {"instrument": "budapest-29"}
ARTICLE_31: dict[str, Any] = {
    "kind": "disclosure",
    "instrument": "budapest-31",
    "authorisation": {
        "authority": "Prosecution Office, Tirana",
        "number": "1182",
        "on": "2026-11-23",
    },
}


async def findings(desk: Desk, **changes: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    """The errors of a draft: what is said, by code."""
    made = await desk.draft(**changes)
    return {
        one["code"]: one["message"]
        for one in made["findings"]
        if one["severity"] == "error"
    }


async def test_a_mandatory_field_without_a_value_is_named_before_sealing(
    desk: Desk,
) -> None:
    case = await desk.case(offence_article="Criminal Code, article 151")

    found = await findings(desk, case=case, **ARTICLE_29, nexus="")

    assert list(found) == ["form-11c"]
    assert "How the data relate to the offence" in found["form-11c"]


async def test_a_missing_penalty_is_named_and_the_case_can_give_it(desk: Desk) -> None:
    without = await desk.case()
    with_it = await desk.case(
        offence_article="Criminal Code, article 151",
        offence_penalty="up to five years",
    )

    assert {"form-10a", "form-10b"} <= set(
        await findings(desk, case=without, **ARTICLE_31)
    )
    assert await findings(desk, case=with_it, **ARTICLE_31) == {}


async def test_it_goes_to_the_state_of_the_entity_and_by_no_channel_of_the_platform(
    desk: Desk,
) -> None:
    case = await desk.case(offence_article="Criminal Code, article 151")
    name = await desk.ready(case=case, **ARTICLE_29)

    proof = {"reference": "24/7 network, message 118"}
    wrong = await desk.lea.post(
        f"{API}/{name}/dispatches", {"channel": "form", "proof": proof}
    )
    right = await desk.lea.post(
        f"{API}/{name}/dispatches", {"channel": "state", "proof": proof}
    )

    assert (wrong.status_code, right.status_code) == (422, 201)
    request = (await desk.lea.get(f"{API}/{name}")).json()
    assert request["state"] == "sent"
