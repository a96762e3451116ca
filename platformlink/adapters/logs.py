"""The log: one line an event, on the standard error output; no personal data."""

import logging
import sys

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer


def _first_lines(
    logger: object, name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Leave out what follows a database's message: the values of a row."""
    for one in event.get("exception") or ():
        one["exc_value"] = one["exc_value"].split("\n", 1)[0]
    return event


def set_up(log_format: str) -> None:
    """
    Write one JSON object a line (json), lines for a person (text), or warnings alone.

    What libraries log by the standard library comes out in the same way, warnings only.
    """
    level = logging.WARNING if log_format == "warning" else logging.INFO
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # No local variables in a trace: they would hold names and accounts.
    as_json: list[structlog.typing.Processor] = [
        ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        _first_lines,
        structlog.processors.JSONRenderer(),
    ]
    as_text: list[structlog.typing.Processor] = [
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    ]
    ending = as_json if log_format == "json" else as_text
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[clean, *ending]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
