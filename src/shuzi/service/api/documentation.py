"""The API's description: as an OpenAPI document, and as a page that needs no script; both in either language."""

from __future__ import annotations

import json
from copy import deepcopy
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, Response

from shuzi import __version__
from shuzi.messages import LANGUAGES, language, say
from shuzi.service.api.answers import as_json
from shuzi.service.api.schema import Images, Problem, TrainingRequest
from shuzi.service.http.problems import STATUSES

router = APIRouter(include_in_schema=False)

_STYLE = Path(__file__).parent / "docs.css"
_SPOKEN = ("title", "summary", "description")
_METHODS = ("get", "post", "delete")


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an app, with keys in place of sentences."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="shuzi", version=__version__, description="service.docs.description", routes=app.routes
        )
        schemas = made["components"]["schemas"]
        for shape in (Images, Problem, TrainingRequest):  # FastAPI does not see them
            schemas[shape.__name__] = shape.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which nobody gets to see
            schemas.pop(name, None)
        for name, schema in schemas.items():
            schema["description"] = f"service.shape.{name}"
            _drop_titles(schema)
        for methods in made["paths"].values():
            for operation in methods.values():
                _tidy(operation)
        app.openapi_schema = made
    return app.openapi_schema


def _tidy(operation: dict[str, Any]) -> None:
    """Leave out what FastAPI adds of its own accord."""
    for parameter in operation.get("parameters", []):
        _drop_titles(parameter["schema"])
    if "HTTPValidationError" in str(operation["responses"].get("422")):
        del operation["responses"]["422"]
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            _drop_titles(content.get("schema", {}))


def _drop_titles(schema: Any) -> None:
    """Drop the titles that pydantic makes out of names, which are words in no language."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for each in schema.values():
            _drop_titles(each)
    elif isinstance(schema, list):
        for each in schema:
            _drop_titles(each)


def spoken(value: Any) -> Any:
    """Put the keys in a document into words, in the language in use."""
    if isinstance(value, list):
        return [spoken(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: say(inner)
        if key in _SPOKEN and isinstance(inner, str) and inner.startswith("service.")
        else spoken(inner)
        for key, inner in value.items()
    }


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """Hand out the OpenAPI document."""
    return Response(as_json(spoken(describe(request.app))), media_type="application/json")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Show the API to a person."""
    return HTMLResponse(page(spoken(deepcopy(describe(request.app)))))


@router.get("/docs.css")
async def style() -> Response:
    """Hand out how the pages look that the service makes itself."""
    return Response(_STYLE.read_bytes(), media_type="text/css", headers={"cache-control": "no-cache"})


def page(document: dict[str, Any]) -> str:
    """Make a page of an OpenAPI document in the language in use."""
    schemas = document["components"]["schemas"]
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
    contents = "".join(
        f'<li><a href="#{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></a> '
        f"{escape(operation['summary'])}</li>"
        for path, method, operation in operations
    )
    body = (
        f"<h1>shuzi {escape(document['info']['version'])}</h1><p>{escape(document['info']['description'])}</p>"
        f'<p><a href="/openapi.json">openapi.json</a></p><ul class="contents">{contents}</ul>'
    )
    body += "".join(_operation(*each) for each in operations)
    body += f'<h2 id="schemas">{say("service.docs.schemas")}</h2>'
    body += "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    body += f'<h2 id="problems">{say("service.docs.problems")}</h2><p>{say("service.docs.problems.text")}</p>'
    body += _problems()
    return frame(say("service.docs.title"), body, "/docs")


def frame(title: str, body: str, path: str) -> str:
    """Put a page around what it says, with a way to the other language."""
    here = language()
    names = {"zh": "中文", "en": "English"}
    ways = " · ".join(
        f"<strong>{names[code]}</strong>"
        if code == here
        else f'<a href="{path}?lang={code}" lang="{code}" hreflang="{code}">{names[code]}</a>'
        for code in LANGUAGES
    )
    return (
        f'<!doctype html><html lang="{here}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs.css"></head>'
        f"<body><nav>{ways}</nav><main>{body}</main></body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    title = f"<code>{method.upper()} {escape(path)}</code> {escape(operation['summary'])}"
    parts = [
        f'<section id="{operation["operationId"]}"><h2>{title}</h2>',
        *(f"<p>{escape(each)}</p>" for each in operation.get("description", "").split("\n\n") if each),
    ]
    if parameters := operation.get("parameters"):
        parts.append(f"<h3>{say('service.docs.parameters')}</h3>")
        rows = [(each["name"], _kind(each["schema"]), each.get("description", "")) for each in parameters]
        parts.append(_table(rows))
    if "requestBody" in operation:
        parts.append(f"<h3>{say('service.docs.body')}</h3>")
        rows = [
            (kind, _kind(each.get("schema", {})), "") for kind, each in operation["requestBody"]["content"].items()
        ]
        parts.append(_table(rows))
    parts.append(f"<h3>{say('service.docs.answers')}</h3>")
    rows = [
        (status, _kind(_shape(each)), each["description"]) for status, each in sorted(operation["responses"].items())
    ]
    return "".join([*parts, _table(rows), "</section>"])


def _shape(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an answer, {} when it has no body."""
    for content in answer.get("content", {}).values():
        return dict(content.get("schema", {}))
    return {}


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = []
    for field, shape in schema.get("properties", {}).items():
        remark = shape.get("description", "")
        if field not in needed:
            default = shape.get("default")
            remark += (" · " if remark else "") + say("service.docs.optional")
            remark += "" if default is None else f" {say('service.docs.default')} {json.dumps(default)}"
        rows.append((field, _kind(shape), remark))
    about = escape(schema["description"])
    return f'<section id="schema-{name}"><h3><code>{name}</code> {about}</h3>{_table(rows)}</section>'


def _kind(schema: dict[str, Any]) -> str:
    """Write the kind of a value in a few characters, as HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#schema-{name}">{name}</a>'
    for joined in ("anyOf", "oneOf"):
        if joined in schema:
            return " | ".join(_kind(each) for each in schema[joined])
    if "enum" in schema or "const" in schema:
        return " | ".join(escape(json.dumps(each)) for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "")
    if kind == "array":
        low, high = schema.get("minItems"), schema.get("maxItems")
        count = "" if low is None and high is None else f"{low or 0}" if low == high else f"{low or 0}…{high or ''}"
        return f"[{_kind(schema.get('items', {}))}]{f'<sub>{count}</sub>' if count else ''}"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    sign = "&gt; " if "exclusiveMinimum" in schema else ""
    reach = "" if low is None and high is None else f" {sign}{_number(low)}…{_number(high)}"
    return escape(schema.get("format", kind)) + reach


def _number(bound: float | None) -> str:
    return "" if bound is None else f"{int(bound) if float(bound).is_integer() else bound}"


def _table(rows: list[tuple[str, str, str]]) -> str:
    """Make a table of a name, a kind that is HTML already, and a remark."""
    lines = "".join(
        f"<tr><th scope=row><code>{escape(name)}</code></th><td>{kind}</td><td>{escape(remark)}</td></tr>"
        for name, kind, remark in rows
    )
    return f'<div class="wide"><table>{lines}</table></div>'


def _problems() -> str:
    lines = "".join(
        f'<tr id="{key}"><th scope=row><code>{key}</code></th><td>{status}</td>'
        f"<td>{escape(say(f'service.title.{status}'))}</td></tr>"
        for key, status in sorted(STATUSES.items(), key=lambda each: (each[1], each[0]))
    )
    return f'<div class="wide"><table class="keys">{lines}</table></div>'
