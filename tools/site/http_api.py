"""The service's OpenAPI document becomes a reference page in either language."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from shuzi.service.server import create

SENTENCES = {
    "en": {
        "title": "HTTP API",
        "introduction": (
            "Written from the service's own description, which it also gives as `/openapi.json` and, for people, at "
            "`/docs`. How to call it: [Use it from other programs](../how-to/use-from-programs.md); how to run it: "
            "[Serve it on a network](../how-to/serving.md)."
        ),
        "parameters": "Parameters",
        "body": "Request body",
        "answers": "Answers",
        "shapes": "Shapes",
        "name": "Name",
        "kind": "Type",
        "about": "What it is",
        "status": "Status",
        "required": "required",
        "default": "default",
    },
    "zh": {
        "title": "HTTP 接口",
        "introduction": (
            "由服务自己的说明生成；服务也在 `/openapi.json` 给出这份说明，在 `/docs` 给人看。怎样调用："
            "[在别的程序里用](../how-to/use-from-programs.md)；怎样运行：[在网络上提供服务](../how-to/serving.md)。"
        ),
        "parameters": "参数",
        "body": "请求体",
        "answers": "回答",
        "shapes": "数据结构",
        "name": "名称",
        "kind": "类型",
        "about": "说明",
        "status": "状态码",
        "required": "必填",
        "default": "默认",
    },
}
METHODS = ("get", "post", "put", "patch", "delete")


def document(language: str) -> dict[str, Any]:
    """Get the OpenAPI document from the service, without a network."""
    app = create().app
    received: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        received.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/openapi.json",
        "raw_path": b"/openapi.json",
        "root_path": "",
        "query_string": f"lang={language}".encode(),
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    if received[0]["status"] != 200:
        raise RuntimeError(f"/openapi.json is answered with {received[0]['status']}")
    described: dict[str, Any] = json.loads(b"".join(each.get("body", b"") for each in received[1:]))
    return described


def page(language: str) -> str:
    """Describe every operation and schema in Markdown."""
    described, words = document(language), SENTENCES[language]
    parts = [f"# {words['title']}", words["introduction"], described["info"].get("description", "")]
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                parts += _operation(path, method, methods[method], words)
    parts.append(f"## {words['shapes']} {{ #shapes }}")
    for name, schema in sorted(described["components"]["schemas"].items()):
        parts += _shape(name, schema, words)
    return "\n\n".join(filter(None, parts)) + "\n"


def _operation(path: str, method: str, operation: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    anchor = re.sub(r"[^a-z0-9]+", "-", f"{method} {path}".lower()).strip("-")
    yield f"## {method.upper()} {path.replace('{', '&#123;')} {{ #{anchor} }}"
    yield f"**{operation.get('summary', '')}**"
    yield operation.get("description", "")
    rows = [
        (f"`{each['name']}`", _kind(each["schema"]), _remark(each, bool(each.get("required")), each["schema"], words))
        for each in operation.get("parameters", [])
    ]
    yield from _table(words["parameters"], (words["name"], words["kind"], words["about"]), rows)
    content = operation.get("requestBody", {}).get("content", {})
    bodies = [(f"`{kind}`", _kind(each.get("schema", {}))) for kind, each in content.items()]
    yield from _table(words["body"], (words["name"], words["kind"]), bodies)
    answers = []
    for status, answer in sorted(operation["responses"].items()):
        kinds = [_kind(each.get("schema", {})) for each in answer.get("content", {}).values()]
        answers.append((status, " · ".join(filter(None, kinds)), answer.get("description", "")))
    yield from _table(words["answers"], (words["status"], words["kind"], words["about"]), answers)


def _shape(name: str, schema: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    yield f"### {name} {{ #shape-{name.lower()} }}"
    yield schema.get("description", "")
    needed = schema.get("required", [])
    rows = [
        (f"`{field}`", _kind(inner), _remark(inner, field in needed, inner, words))
        for field, inner in schema.get("properties", {}).items()
    ]
    yield from _table("", (words["name"], words["kind"], words["about"]), rows)


def _remark(described: dict[str, Any], required: bool, schema: dict[str, Any], words: dict[str, str]) -> str:
    remarks = [described.get("description", "")]
    if required:
        remarks.append(words["required"])
    if schema.get("default") not in (None, ""):
        remarks.append(f"{words['default']} `{json.dumps(schema['default'])}`")
    return " · ".join(filter(None, remarks))


def _kind(schema: dict[str, Any]) -> str:
    """Describe a value's type in a few words of Markdown."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#shape-{name.lower()})"
    for joined in ("anyOf", "oneOf"):
        if joined in schema:
            return " or ".join(dict.fromkeys(map(_kind, schema[joined])))
    if "enum" in schema or "const" in schema:
        return " or ".join(f"`{json.dumps(each)}`" for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "")
    if kind == "array":
        low, high = schema.get("minItems"), schema.get("maxItems")
        count = (
            "" if low is None and high is None else f" ({low or 0} – {high or '…'})" if low != high else f" ({low})"
        )
        return f"array{count} of {_kind(schema.get('items', {})) or 'any'}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    reach = (
        ""
        if low is None and high is None
        else f" ({'> ' if 'exclusiveMinimum' in schema else ''}{_number(low)} – {_number(high)})"
    )
    return str(schema.get("format", kind)) + reach


def _number(bound: float | None) -> str:
    return "…" if bound is None else f"{bound:g}" if bound < 1e6 else f"{bound:.0f}"


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        lines = ["| " + " | ".join(each) + " |" for each in (head, ("---",) * len(head))]
        lines += ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]
        yield f"**{title}**" if title else ""
        yield "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;")
