"""A service's operations become its OpenAPI document, with message keys or in a language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shuzi import __version__
from shuzi.messages import say
from shuzi.service.api.schema import Problem
from shuzi.service.operations import ALWAYS, JSON, Operation
from shuzi.service.problems import MEDIA_TYPE

_SPOKEN = ("title", "summary", "description")
_REFERENCES = "#/components/schemas/{model}"


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the OpenAPI document of operations, with message keys instead of sentences."""
    operations = list(operations)
    shapes: set[type[BaseModel]] = {Problem}.union(*map(_shapes, operations))
    _, defined = models_json_schema([(each, "validation") for each in shapes], ref_template=_REFERENCES)
    schemas = defined["$defs"]
    for name, schema in schemas.items():
        _drop_titles(schema)
        schema["description"] = f"service.shape.{name}"
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "shuzi", "version": __version__, "description": "service.docs.description"},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "service.docs.token"},
            },
        },
    }


def spoken(value: Any) -> Any:
    """Replace the keys in a document by sentences in the current language."""
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


def _shapes(operation: Operation) -> list[type[BaseModel]]:
    named = [*operation.answers.values(), *operation.body.values()]
    return [each for each in named if isinstance(each, type)]


def _described(operation: Operation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": operation.endpoint.__name__,
        "tags": [operation.tag],
        "summary": f"{operation.says}summary",
        "description": f"{operation.says}description",
    }
    if parameters := [*_in_path(operation.path), *_in_query(operation.query), *_in_headers(operation.headers)]:
        said["parameters"] = parameters
    if operation.body:
        content = {kind: {"schema": _schema(each)} for kind, each in operation.body.items()}
        said["requestBody"] = {"required": True, "content": content}
    said["responses"] = {
        str(status): _answered(operation, status, each) for status, each in operation.answers.items()
    } | {
        str(status): {
            "description": f"service.title.{status}",
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCES.format(model="Problem")}}},
        }
        for status in sorted({*ALWAYS, *operation.problems, *([422] if operation.query else [])})
    }
    if 401 in operation.problems:
        said["security"] = [{"token": []}, {}]  # only if the service was started with tokens
    return said


def _answered(operation: Operation, status: int, answer: type[BaseModel] | str | None) -> dict[str, Any]:
    first = next(iter(operation.answers))
    said: dict[str, Any] = {"description": f"{operation.says}answer" + ("" if status == first else f".{status}")}
    if isinstance(answer, str):
        said["content"] = {answer: {"schema": {"type": "string"}}}
    elif answer is not None:
        said["content"] = {JSON: {"schema": _schema(answer)}}
    return said


def _schema(shape: type[BaseModel] | dict[str, Any]) -> dict[str, Any]:
    return shape if isinstance(shape, dict) else {"$ref": _REFERENCES.format(model=shape.__name__)}


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "description": f"service.schema.{name}",
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _in_query(shape: type[BaseModel] | None) -> list[dict[str, Any]]:
    described = []
    for name, schema in (shape.model_json_schema()["properties"] if shape else {}).items():
        _drop_titles(schema)
        description = schema.pop("description")
        described.append(
            {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
        )
    return described


def _in_headers(headers: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": description}
        for name, description in headers.items()
    ]


def _drop_titles(schema: Any) -> None:
    """Drop the titles that pydantic derives from names, since they are not translated."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for value in schema.values():
            _drop_titles(value)
    elif isinstance(schema, list):
        for item in schema:
            _drop_titles(item)
