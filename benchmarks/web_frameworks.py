"""FastAPI against Starlette and pydantic alone: a small request, the import, and the handling of an uploaded form.

    python -m pip install fastapi
    python benchmarks/web_frameworks.py

A request has a query of three values, which is validated, and gets a small JSON answer; both are asked by turns, by
calling the app, in processor time. FastAPI is not part of shuzi.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Annotated, Any

from machine import keep
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from shuzi.service.openapi import answer, query

TURNS, REQUESTS, IMPORTS = 7, 1_500, 5
LARGE, SMALL = 2_000_000, 1_000  # bytes of uploaded pictures


class Asked(BaseModel):
    """A query."""

    model: str = Field(default="", max_length=200)
    explain: bool = False
    marks: bool = True


class Said(BaseModel):
    """An answer."""

    status: str


def fastapi_app() -> Any:
    """Return an app of FastAPI that answers at /."""
    from fastapi import FastAPI, Query

    app = FastAPI(openapi_url=None)

    async def ask(asked: Annotated[Asked, Query()]) -> Said:
        return Said(status=asked.model)

    ask.__annotations__ = {"asked": Annotated[Asked, Query()], "return": Said}
    app.get("/")(ask)
    return app


async def _ask(request: Request) -> Response:
    return answer(Said(status=query(request, Asked).model))


async def microseconds(app: ASGIApp) -> float:
    """Return the processor time of a request."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "root_path": "",
        "scheme": "http",
        "query_string": b"model=tiny&marks=true",
        "headers": [(b"host", b"localhost")],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    began = time.process_time()
    for _ in range(REQUESTS):
        await app(dict(scope), receive, send)
    if sent[-2]["status"] != 200:
        raise SystemExit(sent[-2])
    return 1e6 * (time.process_time() - began) / REQUESTS


def import_seconds(module: str) -> float:
    """Return the processor time of an import after that of pydantic: the median over processes."""
    code = f"import pydantic, time; began = time.process_time(); import {module}; print(time.process_time() - began)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(IMPORTS)]
    return statistics.median(float(run.stdout) for run in runs)


async def uploaded(body: bytes) -> list[dict[str, Any]]:
    """Return what Starlette's parser, which FastAPI uses, makes of a form."""

    async def stream() -> AsyncIterator[bytes]:
        yield body

    headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    form = await MultiPartParser(headers, stream()).parse()
    return [{"bytes": file.size, "on disk": file.file._rolled} for file in form.getlist("picture")]


def main() -> None:
    """Measure and save the result."""
    apps = {"FastAPI": fastapi_app(), "Starlette": Starlette(routes=[Route("/", _ask)])}
    times: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(TURNS):
        for name, app in apps.items():
            times[name].append(asyncio.run(microseconds(app)))
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
    whole = head + b"a" * LARGE + b"\r\n--x--\r\n"
    result = {
        "compared": {name: version(name.lower()) for name in apps},
        "microseconds of a request": {name: round(statistics.median(each), 1) for name, each in times.items()},
        "seconds of an import": {
            "FastAPI": round(import_seconds("fastapi"), 3),
            "Starlette": round(import_seconds("starlette.applications"), 3),
        },
        "a picture of 2 MB": asyncio.run(uploaded(whole)),
        "two pictures of 1,000 bytes, cut off in the second": asyncio.run(
            uploaded(head + b"a" * SMALL + b"\r\n" + head + b"b" * (SMALL // 2))
        ),
    }
    print(result)
    keep("web-frameworks", result)


if __name__ == "__main__":
    main()
