"""A package opens without the program, is all of its case, and nothing of another."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from platformlink.audit.tables import AuditEntry
from platformlink.evidence.jobs import keep_arrived
from platformlink.exports.rules import folder
from platformlink.identity.tables import User
from tests.desks import Desk
from tests.factories import CAST
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

API = "/api/v1"
PURPOSE = {"purpose": "For the file of the prosecutor, No 114"}
LIST = "manifest-sha256.txt"
EXHIBIT = b"everything they gave us"


async def given(desk: Desk, path: str, by: Seat | None = None, **more: Any) -> bytes:  # noqa: ANN401 - JSON
    answer = await (by or desk.ann).post(f"{API}{path}/export", PURPOSE | more)
    assert answer.status_code == 200, answer.text
    return answer.content


def opened(content: bytes) -> dict[str, bytes]:
    """The files of a package by their paths in its folder."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            name.partition("/")[2]: archive.read(name) for name in archive.namelist()
        }


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What another program says of a package."""
    return subprocess.run(  # noqa: S603 - the tools of whoever receives one
        command, cwd=cwd, capture_output=True, text=True, check=False
    )


async def answered(desk: Desk, **changes: Any) -> str:  # noqa: ANN401 - JSON
    """A request that was sent and answered, with evidence in the vault."""
    name = await desk.sent(**changes)
    response = {
        "kind": "delivery",
        "received_at": desk.clock.now.isoformat(),
        "note": "They gave us a part.",
        "reasons": ["window_truncated"],
    }
    answer = await desk.lea.post(f"{API}/requests/{name}/responses", response)
    assert answer.status_code == 201, answer.text
    path = f"{API}/requests/{name}/evidence"
    item = {"name": "takeout.zip", "size_bytes": len(EXHIBIT)}
    number = (await desk.lea.post(path, item)).json()["id"]
    await desk.lea.call("PUT", f"{path}/{number}/parts/1", content=EXHIBIT)
    await keep_arrived(desk.runtime, desk.clock.now)
    return name


KNOWN: list[str] = []


async def known(desk: Desk) -> str:
    """An answered request that all tests of this file read; Ann may open its item."""
    if not KNOWN:
        KNOWN.append(await answered(desk))
    leave = {"email": await desk.email(desk.ann)}
    answer = await desk.bob.post(f"{API}/requests/{KNOWN[0]}/evidence/grants", leave)
    assert answer.status_code == 204, answer.text
    return KNOWN[0]


async def purposes(desk: Desk, verb: str, by: Seat) -> list[str]:
    async with desk.runtime.sessions() as session:
        query = select(AuditEntry.purpose).where(
            AuditEntry.verb == verb, AuditEntry.actor_id == by.actor.id
        )
        return list((await session.exec(query)).all())


async def test_a_package_has_all_there_is_of_a_request(desk: Desk) -> None:
    name = await known(desk)

    files = opened(await given(desk, f"/requests/{name}"))

    record = json.loads(files[f"requests/{name}/record.json"])
    assert record["request"]["reference"] == name
    assert [one["kind"] for one in record["answers"]] == ["delivery"]
    assert record["answers"][0]["reasons"] == ["window_truncated"]
    assert {one["kind"] for one in record["clocks"]} >= {"response", "hold_expiry"}
    assert all(one["sentences"] for one in record["clocks"])
    assert record["evidence"][0]["custody"][0]["verb"] == "received"
    assert record["dispatches"][0]["proof"] == "TT-884120"
    assert record["events"][0]["verb"] == "draft"
    letter = await desk.ann.get(f"{API}/requests/{name}/letter.pdf")
    (told,) = record["letters"]
    assert files[told["file"]] == letter.content
    assert hashlib.sha256(letter.content).hexdigest() == told["file_sha256"]


async def test_a_package_has_what_colleagues_wrote_to_each_other(desk: Desk) -> None:
    case = await desk.case()
    name = (await desk.draft(case))["id"]
    said = "Ask the <mother> first"
    await desk.bob.submit(f"/requests/{name}/comments", {"text": said})

    files = opened(await given(desk, f"/cases/{case}"))

    (told,) = json.loads(files[f"requests/{name}/record.json"])["comments"]
    assert (told["author"], told["text"]) == (desk.bob.actor.name, said)
    assert escape(said) in files["index.html"].decode()


async def test_every_hash_of_the_list_is_right_and_no_file_is_left_out(
    desk: Desk, tmp_path: Path
) -> None:
    name = await known(desk)
    content = await given(desk, f"/requests/{name}", evidence=True)

    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    told = run("sha256sum", "--check", "--strict", LIST, cwd=tmp_path / name)

    files = set(opened(content)) - {LIST}
    assert (told.returncode, told.stderr) == (0, "")
    assert {line.removesuffix(": OK") for line in told.stdout.splitlines()} == files


async def test_the_same_state_gives_the_same_bytes(desk: Desk) -> None:
    name = await known(desk)
    first = await given(desk, f"/requests/{name}")
    await desk.later(days=3)

    assert await given(desk, f"/requests/{name}") == first


async def test_the_encrypted_evidence_goes_in_if_asked_and_custody_says_so(
    desk: Desk,
) -> None:
    name = await known(desk)

    without = opened(await given(desk, f"/requests/{name}"))
    files = opened(await given(desk, f"/requests/{name}", evidence=True))

    (exhibit,) = [path for path in files if path.endswith(".age")]
    record = json.loads(files[f"requests/{name}/record.json"])
    (item,) = record["evidence"]
    assert not [path for path in without if path.endswith(".age")]
    assert item["file"] == exhibit
    assert hashlib.sha256(files[exhibit]).hexdigest() == item["item"]["kept_sha256"]
    last = item["custody"][-1]
    assert (last["verb"], last["who"], last["purpose"]) == (
        "opened",
        "Ann",
        PURPOSE["purpose"],
    )


async def test_who_may_not_open_the_evidence_takes_no_package_with_it(
    desk: Desk,
) -> None:
    name = await known(desk)

    answer = await desk.lea.post(
        f"{API}/requests/{name}/export", PURPOSE | {"evidence": True}
    )

    assert answer.status_code == 403
    assert await purposes(desk, "request.exported", desk.lea) == []
    assert opened(await given(desk, f"/requests/{name}", desk.lea))


async def test_a_case_is_all_its_requests_and_nothing_of_another(desk: Desk) -> None:
    case, other = await desk.case(), await desk.case()
    first = await desk.ready(case=case)
    second = await desk.draft(case, narrative="Another account of the same person.")
    foreign = (await desk.draft(other, narrative="A matter of somebody else."))["id"]

    content = await given(desk, f"/cases/{case}")

    files = opened(content)
    inside = {path.split("/")[1] for path in files if path.startswith("requests/")}
    assert inside == {first, second["id"]}
    for path, held in files.items():
        for word in (foreign, other, "somebody else"):
            assert word.encode() not in held, path


async def test_its_page_is_in_the_readers_language_and_asks_nothing_of_the_network(
    desk: Desk,
) -> None:
    name = await known(desk)
    async with desk.runtime.sessions.begin() as session:
        (await session.get_one(User, desk.lea.actor.id)).language = "sq"

    page = opened(await given(desk, f"/requests/{name}", desk.lea))["index.html"]

    text = page.decode()
    assert '<html lang="sq"' in text
    assert "<script" not in text
    assert "http:" not in text.replace("http://www.w3.org", "")
    assert 'href="/' not in text
    assert f'href="requests/{name}/letters/{name}.pdf"' in text
    assert "They gave us a part." in text


async def test_case_validate_accepts_it(desk: Desk, tmp_path: Path) -> None:
    name = await known(desk)
    files = opened(await given(desk, f"/requests/{name}", evidence=True))
    file = tmp_path / "case.jsonld"
    file.write_bytes(files["case.jsonld"])

    tool = str(Path(sys.executable).parent / "case_validate")
    told = run(tool, "case.jsonld", cwd=tmp_path)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "Conforms: True" in told.stdout
    assert "Warning" not in told.stderr


async def test_the_linked_data_tells_account_letter_exhibit_and_custody(
    desk: Desk,
) -> None:
    name = await known(desk)

    files = opened(await given(desk, f"/requests/{name}", evidence=True))

    kinds = [one["@type"] for one in json.loads(files["case.jsonld"])["@graph"]]
    assert kinds.count("case-investigation:Investigation") == 1
    assert kinds.count("uco-observable:DigitalAccount") == 1
    assert kinds.count("case-investigation:ProvenanceRecord") == 1
    assert kinds.count("uco-observable:File") == 2
    assert kinds.count("uco-identity:Organization") == 2


async def test_nobody_takes_a_package_without_a_purpose(desk: Desk) -> None:
    name = await known(desk)

    answer = await desk.ann.post(f"{API}/requests/{name}/export", {"purpose": " "})
    page = await desk.ann.submit(f"/requests/{name}/export", {"purpose": ""})

    assert (answer.status_code, page.status_code) == (422, 422)
    assert answer.json()["errors"][0]["pointer"] == "/purpose"
    assert await purposes(desk, "request.exported", desk.ann) == []


async def test_who_took_it_and_for_what_is_in_the_audit_log(desk: Desk) -> None:
    case = await desk.case()
    made = await desk.draft(case)

    await given(desk, f"/requests/{made['id']}")
    await given(desk, f"/cases/{case}")

    for verb in ("request.exported", "case.exported"):
        assert PURPOSE["purpose"] in await purposes(desk, verb, desk.ann)


async def checked(desk: Desk, content: bytes) -> tuple[int, str]:
    """What anybody, without an account, is told of a list of hashes."""
    answer = await desk.client.post(
        "/verify/package",
        files={"list": (LIST, content)},
        headers={"accept": "text/html"},
    )
    return answer.status_code, answer.text


async def test_anybody_learns_whether_a_list_is_the_one_that_was_recorded(
    desk: Desk,
) -> None:
    made = await desk.draft(await desk.case())
    listed = opened(await given(desk, f"/requests/{made['id']}"))[LIST]

    status, text = await checked(desk, listed)
    altered, refusal = await checked(desk, listed.replace(b"a", b"b", 1))

    sha256 = hashlib.sha256(listed).hexdigest()
    async with desk.runtime.sessions() as session:
        query = select(AuditEntry).where(AuditEntry.subject == f"package/{sha256}")
        (kept,) = (await session.exec(query)).all()
    assert (kept.actor_id, kept.purpose) == (desk.ann.actor.id, PURPOSE["purpose"])
    assert (status, altered) == (200, 404)
    assert "We made this package" in text
    assert sha256 in text
    assert "do not rely on it" in refusal
    for word in (made["id"], PURPOSE["purpose"], desk.ann.actor.name):
        assert word not in text


async def test_a_check_without_a_list_is_refused_and_its_page_stands_open(
    desk: Desk,
) -> None:
    page = await desk.client.get("/verify/package", headers={"accept": "text/html"})

    assert (page.status_code, (await checked(desk, b""))[0]) == (200, 422)


async def test_each_role_takes_what_it_may_read(desk: Desk) -> None:
    case = await desk.case()
    made = await desk.draft(case)
    found: dict[str, list[int]] = {}

    for who in CAST:
        person = await seat(desk.client, desk.runtime, who)
        found[who] = [
            (await person.post(f"{API}{path}/export", PURPOSE)).status_code
            for path in (f"/requests/{made['id']}", f"/cases/{case}")
        ]

    readers = {who: [200, 200] for who in ("ann", "bob", "lea", "aud")}
    others = {who: [404, 404] for who in ("max", "ada", "stranger")}
    assert found == readers | others


async def test_a_restricted_case_does_not_exist_for_others(desk: Desk) -> None:
    case = await desk.case(is_restricted=True)
    made = await desk.draft(case)
    auditor = await seat(desk.client, desk.runtime, "aud")

    for path in (f"/requests/{made['id']}", f"/cases/{case}"):
        assert (await auditor.post(f"{API}{path}/export", PURPOSE)).status_code == 404
        assert await given(desk, path)


async def test_a_page_asks_for_the_purpose_and_gives_the_package(desk: Desk) -> None:
    case = await desk.case()
    name = str((await desk.draft(case))["id"])

    for path, called in ((f"/requests/{name}", name), (f"/cases/{case}", case)):
        assert f'action="{path}/export"' in (await desk.ann.page(path)).text
        answer = await desk.ann.submit(f"{path}/export", PURPOSE)
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["cache-control"] == "no-store"
        expected = f'attachment; filename="{called}.zip"'
        assert answer.headers["content-disposition"] == expected
        assert opened(answer.content)["index.html"]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("PL-2026-000123", "PL-2026-000123"),
        ("K 12/2026 “x”", "K-12-2026-x"),
        ("../../etc", "etc"),
        ("…", "package"),
    ],
)
def test_a_reference_becomes_a_name_for_any_system(reference: str, name: str) -> None:
    assert folder(reference) == name
