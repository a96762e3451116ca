"""The responsiveness report, for programs and spreadsheets."""

from datetime import date
from typing import Annotated

from litestar import Response, Router, get
from litestar.params import QueryParameter

from platformlink.errors import FieldError
from platformlink.reports import queries, schemas
from platformlink.reports.rules import ReportInvalid
from platformlink.web.handed import FromQuery, Now, Runtime, Session, Shell, Who

FORMATS = ("json", "csv")
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
    from_on: From = None,
    to_on: To = None,
    by: FromQuery[str] = "platform",
    kind: FromQuery[str] = "",
    format: FromQuery[str] = "json",  # noqa: A002 - the name of the query parameter
) -> Response[schemas.ReportOut | str]:
    """Return how platforms answered what was sent in a period."""
    if format not in FORMATS:
        message = "Choose from: %(formats)s."
        allowed = {"formats": ", ".join(FORMATS)}
        raise ReportInvalid("", FieldError("/format", "unknown", message, allowed))
    found = await queries.responsiveness(
        session,
        runtime.authority,
        queries.period_of(runtime.authority, now, from_on, to_on, kind),
        by=keys_of(by),
        actor=actor,
    )
    if format == "json":
        return Response(schemas.report_out(found, shell.words.say))
    name = f"responsiveness-{found.from_on}-{found.to_on}.csv"
    return Response(
        schemas.as_csv(found),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


router = Router("/api/v1", route_handlers=[responsiveness])
