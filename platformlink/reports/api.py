"""The responsiveness report, for programs and spreadsheets."""

from datetime import date
from typing import Annotated

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from platformlink.protocols.shelf import Library
from platformlink.reports import files, kept, schemas
from platformlink.reports.period import period_of
from platformlink.reports.shown import Shown
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who

BRIEF_BY = ("platform",)  # whatever else is asked for: it is drawn by platform
Protocols = NamedDependency[Library]
From = Annotated[date | None, QueryParameter(name="from")]
To = Annotated[date | None, QueryParameter(name="to")]


def keys_of(by: str) -> tuple[str, ...]:
    """Return the keys of a comma-separated list, each once."""
    return tuple(dict.fromkeys(one.strip() for one in by.split(",") if one.strip()))


@get("/reports/responsiveness")
async def responsiveness(
    session: Session,
    runtime: Runtime,
    shell: Shell,
    actor: Who,
    now: Now,
    library: Protocols,
    from_on: From = None,
    to_on: To = None,
    by: FromQuery[str] = "platform",
    kind: FromQuery[str] = "",
    format: FromQuery[str] = "json",  # noqa: A002 - the name of the query parameter
) -> Response[schemas.ReportOut] | Response[bytes]:
    """
    Return how platforms answered what was sent in a period.

    Of more than a thousand requests it is counted once an hour; `as_of` says when.
    """
    files.check(format)
    found = await kept.read(
        session,
        runtime.authority,
        kept.REPORT,
        period_of(runtime.authority, now, from_on, to_on, kind),
        by=BRIEF_BY if format == "pdf" else keys_of(by),
        actor=actor,
    )
    if format == "json":
        return Response(schemas.report_out(found, shell.words.say))
    shown = Shown(shell.words, library, runtime.authority, found, kind or "all")
    return files.attached(await files.FORMATS[format](shown, runtime), format, found)


router = Router("/api/v1", route_handlers=[responsiveness])
