"""The report through the application: JSON, CSV, page and shell."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.reports import cli
from platformlink.responses import actions
from platformlink.responses.codes import Kind
from platformlink.responses.schemas import ResponseIn
from tests.responses.given import SENT_AT, person, sent
from tests.seats import bearer
from tests.shipped import AUTHORITY

pytestmark = pytest.mark.anyio

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/reports/responsiveness"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
async def max_(client: Client, runtime: Runtime) -> Client:
    """A client at which Max reads reports of a unit of his own test."""
    async with runtime.sessions.begin() as session:
        manager = await person(session, Role.MANAGER, name="Max")
        lea = await person(session)
        for _ in range(12):
            request = await sent(session, lea)
            fields = ResponseIn(
                kind=Kind.NO_DATA, received_at=SENT_AT + timedelta(days=2)
            )
            await actions.record(
                session,
                AUTHORITY,
                request,
                fields,
                actor=None,
                now=SENT_AT + timedelta(days=3),
            )
    client.headers.update(await bearer(runtime, manager))
    return client


def row_of(told: dict[str, Any], platform: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = told["rows"]
    return next(row for row in rows if row["key"]["platform"] == platform)


async def test_a_program_gets_figures_with_their_definitions(max_: Client) -> None:
    told = (await max_.get(PATH, params=NOVEMBER)).json()

    assert (told["from"], told["to"]) == ("2026-11-01", "2026-11-30")
    assert len(told["sha256"]) == 64
    assert "Open requests count as at least so long" in told["definitions"]["time"]
    row = row_of(told, "tiktok")
    assert row["sent"] >= 12
    assert row["completion"]["n"] == row["sent"]
    assert set(row["disclosure"]) >= {"numerator", "denominator", "low", "high"}
    assert set(told["ours"]) >= {"approval", "whole", "returned", "backlog"}


async def test_nothing_personal_is_in_a_report(max_: Client) -> None:
    answer = await max_.get(PATH, params=NOVEMBER)

    assert "some.name" not in answer.text
    assert "PX-2026" not in answer.text


async def test_a_spreadsheet_gets_the_same_figures(max_: Client) -> None:
    told = (await max_.get(PATH, params=NOVEMBER)).json()
    answer = await max_.get(PATH, params=NOVEMBER | {"format": "csv"})

    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert lines[-1]["platform"] == "all"
    assert lines[-1]["sent"] == str(told["total"]["sent"])


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF-1.7"), ("xlsx", b"PK\x03\x04")]
)
async def test_a_manager_takes_a_brief_or_a_workbook_along(
    max_: Client, form: str, begins: bytes
) -> None:
    answer = await max_.get(PATH, params=NOVEMBER | {"format": form, "by": "kind"})

    assert answer.content.startswith(begins)
    named = f'filename="responsiveness-2026-11-01-2026-11-30.{form}"'
    assert named in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"by": "officer"}, "/by"),
        ({"format": "docx"}, "/format"),
        ({"to": "2026-10-01"}, "/to"),
    ],
)
async def test_a_wrong_report_names_its_field(
    max_: Client, changed: dict[str, str], pointer: str
) -> None:
    answer = await max_.get(PATH, params=NOVEMBER | changed)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_the_page_draws_curves_and_has_their_figures_in_a_table(
    max_: Client,
) -> None:
    token = max_.headers["authorization"].removeprefix("Bearer ")
    del max_.headers["authorization"]
    max_.cookies.set("platformlink_session", token)

    page = await max_.get(
        "/reports/responsiveness", params=NOVEMBER, headers={"accept": "text/html"}
    )

    assert page.status_code == 200
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert "TikTok" in page.text


async def test_an_empty_period_says_so(max_: Client) -> None:
    token = max_.headers["authorization"].removeprefix("Bearer ")
    del max_.headers["authorization"]
    max_.cookies.set("platformlink_session", token)

    page = await max_.get(
        "/reports/responsiveness",
        params={"from": "2020-01-01", "to": "2020-01-31"},
        headers={"accept": "text/html"},
    )

    assert page.status_code == 200
    assert "Too few answers to judge." in page.text


def test_the_shell_prints_a_report(runtime: Runtime) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        yield runtime

    arguments = ["responsiveness", "--from", "2026-11-01", "--format", "json"]
    shown = CliRunner().invoke(cli.report, arguments, obj=opened)

    assert shown.exit_code == 0, shown.output
    assert msgspec.json.decode(shown.output)["by"] == ["platform"]


def test_the_shell_refuses_a_period_that_ends_before_it_begins(
    runtime: Runtime,
) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Runtime]:
        yield runtime

    arguments = ["responsiveness", "--from", "2026-11-01", "--to", "2026-10-01"]
    shown = CliRunner().invoke(cli.report, arguments, obj=opened)

    assert shown.exit_code == 1


async def test_the_official_sets_come_with_their_definitions(max_: Client) -> None:
    told = (await max_.get(PATH, params=NOVEMBER)).json()["official"]

    found = {(one["set"], one["code"]): one for one in told}
    (issued,) = found["e-evidence", "28-2-a"]["cells"][:1]
    assert issued["key"] == {"footing": "other", "order": "production"}
    assert issued["count"] >= 12
    assert "counted in each" in found["e-evidence", "28-2-a"]["definition"]
    assert found["sirius", "countries"]["cells"] == []
    assert "one authority" in found["sirius", "countries"]["not_answerable"]


async def test_a_spreadsheet_gets_every_cell_of_the_official_sets(max_: Client) -> None:
    answer = await max_.get(PATH, params=NOVEMBER | {"format": "measures.csv"})

    rows = [*csv.DictReader(io.StringIO(answer.text))]
    platforms = {row["platform"] for row in rows if row["code"] == "28-2-a"}
    assert platforms == {"", "tiktok"}
    assert next(row for row in rows if row["code"] == "28-2-h")["count"] == ""
