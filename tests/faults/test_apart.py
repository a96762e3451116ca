"""Web and workers apart, on servers that stop and come back, and a real mail server."""

import hashlib
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from platformlink.adapters import postgres, valkey
from tests.faults.conftest import ASKING, own_folder, wait_until
from tests.faults.stage import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with own_folder() as folder:
        made = Stage(folder)
        yield made
        made.end()


def test_a_letter_reaches_the_mail_server_once_though_two_workers_listen(
    stage: Stage,
) -> None:
    desk = stage.running()
    reference = desk.dispatched("K-1")

    wait_until(lambda: desk.status(reference) == ["delivered"])
    (message,) = stage.sink.about(reference)

    pdf = next(one for one in message.walk() if one.get_filename()).get_payload(
        decode=True
    )
    assert isinstance(pdf, bytes)
    checked = ASKING.post(f"{desk.url}/verify", content=pdf, timeout=30)
    (letter,) = desk.read("luan", f"/requests/{reference}/letters")
    (dispatch,) = desk.read("luan", f"/requests/{reference}/dispatches")
    assert letter["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert message["To"] == "lawenforcement@snapchat.com"
    assert "250" in dispatch["proof"]
    assert "taken as 4711" in dispatch["proof"]
    assert checked.json()["finding"] == "genuine"


def test_while_the_database_is_away_the_answer_is_503_and_then_it_works_again(
    stage: Stage,
) -> None:
    desk = stage.running()
    draft = desk.filed("K-2")
    postgres.stop(stage.data)

    answers = [
        desk.call("ana", *asked)
        for asked in (
            ("GET", f"/requests/{draft}"),
            ("POST", f"/requests/{draft}/submit"),
            ("GET", "/me"),
        )
    ]

    assert {one.status_code for one in answers} == {503}
    assert {one.headers["Retry-After"] for one in answers} == {"5"}
    assert answers[0].json()["type"] == "/problems/database-away"
    assert not desk.ready()

    postgres.start(stage.data)
    assert desk.done("ana", f"/requests/{draft}/submit")["state"] == "in_review"
    reference = desk.done("besa", f"/requests/{draft}/approve")["reference"]
    desk.done("luan", f"/requests/{reference}/dispatches", {"channel": "email"})
    wait_until(lambda: desk.status(reference) == ["delivered"])
    assert len(stage.sink.about(reference)) == 1


def test_what_the_mail_server_said_is_kept_though_the_database_was_away(
    stage: Stage,
) -> None:
    desk = stage.running()
    stage.sink.stalls_at = "answer"
    reference = desk.dispatched("K-said")
    wait_until(lambda: stage.sink.about(reference))

    postgres.stop(stage.data)
    stage.sink.stalls_at = ""
    time.sleep(1)
    postgres.start(stage.data)

    wait_until(lambda: desk.status(reference) == ["delivered"])
    (dispatch,) = desk.read("luan", f"/requests/{reference}/dispatches")
    assert "taken as 4711" in dispatch["proof"]
    assert len(stage.sink.about(reference)) == 1


def test_while_the_queue_is_away_letters_still_go_out_and_the_workers_recover(
    stage: Stage,
) -> None:
    desk = stage.running()
    valkey.stop(stage.data)
    away = desk.dispatched("K-3")
    wait_until(lambda: desk.status(away) == ["delivered"])

    valkey.start(stage.data)
    back = desk.dispatched("K-4")
    wait_until(lambda: desk.status(back) == ["delivered"])

    assert [len(stage.sink.about(one)) for one in (away, back)] == [1, 1]
    assert all(one.process.poll() is None for one in stage.programs)


def test_what_waits_in_an_emptied_queue_goes_out_all_the_same(stage: Stage) -> None:
    desk = stage.running()
    stage.sink.stalls_at = "greeting"
    waiting = [desk.dispatched(f"K-emptied-{number}") for number in range(3)]

    url = stage.environment["REDIS_URL"].removeprefix("unix://")
    with Redis(unix_socket_path=url) as client:
        client.flushall()
    stage.sink.stalls_at = ""

    wait_until(lambda: all(desk.status(one) == ["delivered"] for one in waiting))
    assert [len(stage.sink.about(one)) for one in waiting] == [1, 1, 1]


def test_stopped_by_a_service_manager_all_of_them_end_in_order(stage: Stage) -> None:
    stage.running()

    codes = stage.terminate()

    assert codes == [0, 0, 0]
    assert "Traceback" not in stage.all_said()
