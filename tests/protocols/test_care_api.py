"""Reviews, proposals and channels through the API: who may, and what is refused."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.seats import signed_in

pytestmark = pytest.mark.anyio
Client = AsyncTestClient[Litestar]
HOLD = "/requests/preservation/holds/0/days"
BOTH = (Role.LIAISON, Role.ADMINISTRATOR)  # what Eva is
CHANGE = {"pointer": HOLD, "value": "60", "source": "Their page", "why": "Shorter"}


class People:
    """The cast at one client, each with their own token."""

    def __init__(self, client: Client, runtime: Runtime) -> None:
        self.client, self.runtime = client, runtime
        self.tokens: dict[str, str] = {}

    async def _token(self, name: str) -> str:
        if name not in self.tokens:
            async with self.runtime.sessions.begin() as session:
                roles = BOTH if name == "eva" else ()
                actor = await factories.person(session, name, roles=roles)
            _, self.tokens[name] = await signed_in(self.runtime, actor)
        return self.tokens[name]

    async def ask(
        self,
        name: str,
        path: str,
        json: Any = None,  # noqa: ANN401 - any JSON
        **headers: str,
    ) -> Any:  # noqa: ANN401 - httpx's answer
        headers["authorization"] = f"Bearer {await self._token(name)}"
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        place = f"/api/v1{path}"
        if json is None:
            return await self.client.get(place, headers=headers)
        return await self.client.post(place, json=json, headers=headers)


@pytest.fixture
async def people(client: Client, runtime: Runtime) -> People:
    return People(client, runtime)


async def test_a_word_that_a_fact_still_holds_is_kept_and_listed(
    people: People, library: Library
) -> None:
    path = "/platforms/discord/reviews"
    kept = await people.ask("lea", path, {"pointer": "/channels/0"})
    listed = await people.ask("ann", path)

    assert kept.status_code == 201
    assert kept.json() == {
        "version": library.version("discord"),
        "pointer": "/channels/0",
        "source": kept.json()["source"],
        "reviewed_at": "2026-11-24T09:30:00Z",
        "by": "Lea",
    }
    assert kept.json() in listed.json()["items"]


async def test_a_whole_file_is_confirmed_on_a_named_source_only(
    people: People,
) -> None:
    bare = await people.ask("lea", "/platforms/zoom/reviews", {})
    named = await people.ask("lea", "/platforms/zoom/reviews", {"source": "Read it"})

    assert (bare.status_code, named.status_code) == (422, 201)
    assert bare.headers["content-type"].startswith("application/problem+json")
    assert bare.json()["errors"][0]["pointer"] == "/source"


async def test_the_same_key_confirms_once(people: People) -> None:
    path, given = "/platforms/uber/reviews", {"source": "Read it"}
    for _ in range(2):
        answer = await people.ask("lea", path, given, idempotency_key="k")
        assert answer.status_code == 201

    assert len((await people.ask("lea", path)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("name", "path", "given"),
    [
        ("ann", "/platforms/kik/reviews", {"source": "x"}),
        ("bob", "/platforms/kik/reviews", {"source": "x"}),
        ("ann", "/platforms/kik/proposals", CHANGE),
        ("max", "/platforms/kik/proposals", CHANGE),
        ("ann", "/platforms/tiktok/channels/form/confirm", {"how": "Called"}),
        (
            "aud",
            "/platforms/kik/guidelines",
            {"content": "x", "dated_on": "2026-01-01"},
        ),
    ],
)
async def test_who_may_not_is_told_so(
    people: People, name: str, path: str, given: dict[str, str]
) -> None:
    answer = await people.ask(name, path, given)

    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("path", "given", "status", "code"),
    [
        ("/platforms/nowhere/reviews", {"source": "x"}, 404, "unknown-platform"),
        ("/platforms/kik/reviews", {"pointer": "/nine"}, 404, "no-such-place"),
        ("/platforms/kik/proposals", {**CHANGE, "pointer": "/x"}, 404, "no-such-place"),
        (
            "/platforms/kik/proposals",
            {**CHANGE, "value": "many"},
            422,
            "proposal-invalid",
        ),
        ("/platforms/kik/proposals", {**CHANGE, "why": " "}, 422, "words-missing"),
        ("/platforms/kik/proposals", {**CHANGE, "value": "90"}, 422, "nothing-changed"),
        ("/platforms/kik/channels/none/confirm", {"how": "x"}, 404, "no-such-channel"),
    ],
)
async def test_a_refusal_is_a_problem_document(
    people: People, path: str, given: dict[str, str], status: int, code: str
) -> None:
    answer = await people.ask("lea", path, given)

    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"/problems/{code}"


async def test_nobody_decides_about_their_own_and_nobody_decides_twice(
    people: People,
) -> None:
    made = (await people.ask("eva", "/platforms/kik/proposals", CHANGE)).json()
    path = f"/platforms/kik/proposals/{made['id']}"
    other = (await people.ask("lea", "/platforms/kik/proposals", CHANGE)).json()
    theirs = f"/platforms/kik/proposals/{other['id']}"

    own = await people.ask("eva", f"{path}/accept", {})
    untitled = await people.ask("lea", f"{path}/accept", {})
    silent = await people.ask("ada", f"{theirs}/decline", {})
    declined = await people.ask("ada", f"{theirs}/decline", {"decision": "Not so"})
    again = await people.ask("ada", f"{theirs}/accept", {})
    elsewhere = await people.ask("ada", f"/platforms/zoom/proposals/{other['id']}")

    assert (own.status_code, untitled.status_code) == (403, 403)
    assert own.json()["type"] == "/problems/own-proposal"
    assert (silent.status_code, declined.status_code) == (422, 200)
    assert (declined.json()["is_accepted"], declined.json()["decided_by"]) == (
        False,
        "Ada",
    )
    assert (again.status_code, elsewhere.status_code) == (409, 404)


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        ["git", *words],  # noqa: S607 - git, wherever it is
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


async def test_an_accepted_change_is_applied_with_git_and_passes_the_check(
    people: People, library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "protocols" / "github.yaml"
    file.parent.mkdir()
    file.write_text(library.content("github"), encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "protocols/github.yaml")
    made = (await people.ask("lea", "/platforms/github/proposals", CHANGE)).json()
    path = f"/platforms/github/proposals/{made['id']}"

    accepted = (await people.ask("ada", f"{path}/accept", {})).json()
    patch = await people.ask("ada", f"{path}/patch")
    (tmp_path / "change.patch").write_bytes(patch.content)
    git(tmp_path, "apply", "--check", "change.patch")
    git(tmp_path, "apply", "change.patch")

    assert (accepted["is_accepted"], accepted["is_in_file"]) == (True, False)
    assert accepted["patch"] == patch.text
    assert git(tmp_path, "diff", "--numstat").split() == [
        "1",
        "1",
        "protocols/github.yaml",
    ]
    after = Library.load(file.parent)
    assert after.get("github").requests.preservation.holds[0].days == 60
    listed = (await people.ask("ann", "/proposals")).json()["items"]
    assert made["id"] in [one["id"] for one in listed]


async def test_a_channel_is_confirmed_once_by_each(people: People) -> None:
    path = "/platforms/tiktok/channels/form/confirm"
    for _ in range(2):
        answer = await people.ask("lea", path, {"how": "Called them"})
        assert answer.status_code == 204, answer.text


async def test_a_text_is_kept_and_its_difference_served(
    people: People, runtime: Runtime, library: Library
) -> None:
    fact = next(x for x in library.get("tiktok").required if x.source)
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        request, _ = await factories.filed(session, library, ann)
    path, source = "/platforms/tiktok/guidelines", fact.source[0]
    numbers = []
    for day, words in (("2026-02-01", fact.text), ("2026-07-01", "Gone")):
        given = {"source": source, "dated_on": day, "content": words}
        kept = await people.ask("lea", path, given)
        assert kept.status_code == 201
        assert (await people.ask("lea", path, given)).json() == kept.json()
        numbers.append(kept.json()["id"])

    listed = (await people.ask("ann", f"{path}?source={source}")).json()["items"]
    seen = (await people.ask("lea", f"{path}/{numbers[1]}")).json()
    first = (await people.ask("lea", f"{path}/{numbers[0]}")).json()
    missing = await people.ask("lea", f"{path}/999999999")

    assert [x["id"] for x in listed if x["id"] in numbers] == numbers[::-1]
    assert {"sign": "+", "text": "Gone"} in seen["changed"]
    assert "/required/" in "".join(x["pointer"] for x in seen["touched"])
    assert "disclosure.html" in [x["template"] for x in seen["templates"]]
    assert request.draft_id in seen["drafts"]
    assert seen["before"]["id"] == numbers[0]
    assert (first["changed"], first["drafts"]) == ([], [])
    assert missing.json()["type"] == "/problems/no-such-text"


async def test_an_empty_text_is_a_wrong_field(people: People) -> None:
    given = {"content": " \n", "dated_on": "2026-01-01"}

    answer = await people.ask("lea", "/platforms/kik/guidelines", given)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/content"
