import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from platformlink.adapters import logs

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def fail(account: str) -> None:
    message = f'duplicate key "x"\nDETAIL: Key (account)=({account}) exists.'
    raise ValueError(message)


def log_a_failure() -> None:
    try:
        fail("some.name")
    except ValueError:
        structlog.get_logger().exception("job.failed", job="send_queued")


def test_json_is_one_object_a_line_and_a_trace_bears_no_data(capsys: Captured) -> None:
    logs.set_up("json")

    log_a_failure()

    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["job"]) == ("job.failed", "send_queued")
    assert told["exception"][0]["exc_type"] == "ValueError"
    assert told["exception"][0]["frames"][-1]["name"] == "fail"
    assert "some.name" not in line


@pytest.mark.parametrize("log_format", ["text", "warning"])
def test_text_shows_a_trace_to_a_person(capsys: Captured, log_format: str) -> None:
    logs.set_up(log_format)

    log_a_failure()

    told = capsys.readouterr().err
    assert "job.failed" in told
    assert "ValueError: duplicate key" in told


def test_libraries_are_heard_when_they_warn_in_the_same_way(capsys: Captured) -> None:
    logs.set_up("json")

    logging.getLogger("arq.worker").info("Starting worker for 8 functions")
    logging.getLogger("asyncio").error("Task exception was never retrieved")

    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "Task exception was never retrieved"


def test_warnings_alone_leave_a_terminal_to_its_reader(capsys: Captured) -> None:
    logs.set_up("warning")

    structlog.get_logger().info("web.answered", status=200)
    structlog.get_logger().warning("queue.away")

    (line,) = capsys.readouterr().err.splitlines()
    assert "queue.away" in line
