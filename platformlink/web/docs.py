"""`/api/docs`: every call of the API on one page, drawn on the server."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import msgspec
from litestar import Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from platformlink.web.pages import Page, Shell
from platformlink.web.problems import Problem

PROBLEM = "#/components/schemas/Problem"


class Field(msgspec.Struct, frozen=True):
    """One field of a body, or one parameter of an address."""

    name: str
    kind: str
    is_required: bool


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the API."""

    method: str
    path: str
    does: str
    parameters: list[Field]
    body: list[Field]


class DocsPage(Page, frozen=True, kw_only=True):
    """All calls of the API."""

    template: ClassVar[str] = "web/docs.html"
    calls: list[Call]


def operation_id(
    handler: HTTPRouteHandler,
    method: Method,
    parts: list[str | PathParameterDefinition],
) -> str:
    """Return a name that no other operation has, such as `get_api_v1_cases`."""
    names = [one if isinstance(one, str) else f"by_{one.name}" for one in parts]
    return "_".join([method.lower(), *names]).replace(".", "_").replace("-", "_")


def calls_of(schema: dict[str, Any]) -> Iterator[Call]:
    """Yield the calls that an OpenAPI document describes, in its order."""
    parts = schema.get("components", {}).get("schemas", {})
    for path, methods in schema["paths"].items():
        for method, one in methods.items():
            yield Call(
                method=method.upper(),
                path=path,
                does=one.get("description", ""),
                parameters=[
                    Field(p["name"], p["in"], p.get("required", False))
                    for p in one.get("parameters", [])
                ],
                body=_fields(one.get("requestBody", {}), parts),
            )


def _fields(body: dict[str, Any], parts: dict[str, Any]) -> list[Field]:
    """Return the fields of a JSON body."""
    given = body.get("content", {}).get("application/json", {}).get("schema", {})
    found = _named(given, parts)
    required = found.get("required", [])
    properties: dict[str, Any] = found.get("properties", {})
    return [
        Field(name, _kind(one, parts), name in required)
        for name, one in properties.items()
    ]


def _named(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the object that a schema is, names, or is one way to be."""
    for one in (schema, *schema.get("oneOf", [])):
        if "$ref" in one:
            found: dict[str, Any] = parts[one["$ref"].rsplit("/", 1)[-1]]
            return found
    return schema


def _kind(schema: dict[str, Any], parts: dict[str, Any]) -> str:
    """Return in a few words what a field takes."""
    if "$ref" in schema:
        named = _named(schema, parts)
        return " | ".join(map(str, named.get("enum", []))) or "{…}"
    if "oneOf" in schema:
        return " | ".join(_kind(one, parts) for one in schema["oneOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}), parts)}]"
    return str(schema.get("format") or schema.get("type", "…"))


def with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """
    Return an OpenAPI document in which every call may answer with a problem.

    Source: RFC 9457. It stands in place of what the framework says of a 400.
    """
    (_,), parts = msgspec.json.schema_components(
        [Problem], ref_template="#/components/schemas/{name}"
    )
    content = {"application/problem+json": {"schema": {"$ref": PROBLEM}}}
    refused = {"description": "Refused: what is wrong, and how to mend it"}
    answer = {"default": refused | {"content": content}}
    components = schema["components"]
    return schema | {
        "components": components | {"schemas": components["schemas"] | parts},
        "paths": {
            path: {
                method: one | {"responses": _kept(one["responses"]) | answer}
                for method, one in methods.items()
            }
            for path, methods in schema["paths"].items()
        },
    }


def _kept(responses: dict[str, Any]) -> dict[str, Any]:
    return {code: one for code, one in responses.items() if not code.startswith("4")}


class Schema(JsonRenderPlugin):
    """Serves the OpenAPI document, with our own problems."""

    def render(
        self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]
    ) -> bytes:
        """Return the document."""
        return super().render(request, with_problems(openapi_schema))


class Docs(OpenAPIRenderPlugin):
    """Serves the page; the shell is made by whoever puts the application together."""

    def __init__(self, shell_of: Callable[[Request[Any, Any, Any]], Shell]) -> None:
        super().__init__(path="/docs")
        self.shell_of = shell_of

    def render(
        self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]
    ) -> bytes:
        """Return the page."""
        page = DocsPage(title="API", calls=list(calls_of(openapi_schema)))
        return self.shell_of(request).text(page).encode()

    def receive_router(self, router: Router) -> None:
        """Take away Litestar's own page for what is not there: ours answers that."""
        router.routes = [one for one in router.routes if "{path:str}" not in one.path]
