"""The pages that people see: the web page built by Vite, the documentation of the API, and a 404 page."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from shuzi.data.mnist import FILES, PACKAGED
from shuzi.messages import LANGUAGES, language, say, speaking
from shuzi.models.store import shipped
from shuzi.service import problems
from shuzi.service.access import is_closed
from shuzi.service.openapi import JSON, Operation, describe, localized
from shuzi.service.parts import parts_of
from shuzi.service.problems import STATUSES

if TYPE_CHECKING:
    from jinja2 import Environment


_TEMPLATES = Path(__file__).parent / "templates"
_NAMES = {"zh": "中文", "en": "English"}
_EXAMPLE = _TEMPLATES / "seven.png"  # an MNIST test image, for the examples
_REMEMBERED = 8


class Documentation:
    """The documentation of a service's operations."""

    def __init__(self, operations: list[Operation]) -> None:
        self._operations = operations
        self._document = describe(operations)

    def routes(self) -> list[Route]:
        """Return the routes of the document, the page, and the files that its examples need."""
        return [
            Route("/openapi.json", self._openapi),
            Route("/docs", self._docs),
            Route("/docs/seven.png", partial(_file, _EXAMPLE)),
            Route("/docs/seven.json", _seven_as_json),
            Route("/docs.css", partial(_file, _TEMPLATES / "docs.css")),
        ]

    async def _openapi(self, request: Request) -> Response:
        said = json.dumps(localized(self._document), ensure_ascii=False)
        return Response(said, media_type=JSON)

    async def _docs(self, request: Request) -> Response:
        parts = parts_of(request)
        peer = request.scope["client"][0] if request.scope["client"] else ""
        scheme = request.headers.get("x-forwarded-proto", "") if parts.quotas.trusts(peer) else ""
        address = f"{'https' if scheme == 'https' else request.url.scheme}://{request.url.netloc}"
        return HTMLResponse(self._page(language(), address, parts.settings.tokens is not None))

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 - there is one for each service, and as many pages as ways to call it
    def _page(self, spoken_: str, address: str, closed: bool) -> str:
        with speaking(spoken_):
            document = localized(self._document)
            return render(
                "docs.html",
                "/docs",
                address=address,
                info=document["info"],
                schemas=document["components"]["schemas"],
                operations=[
                    {
                        "id": operation.endpoint.__name__,
                        "method": operation.method,
                        "path": operation.path,
                        "example": example(operation, address, closed),
                        **document["paths"][operation.path][operation.method.lower()],
                    }
                    for operation in self._operations
                ],
                problems=sorted(STATUSES.items(), key=lambda status: (status[1], status[0])),
            )


def example(operation: Operation, address: str, closed: bool) -> str:
    """Return a shell command that calls an operation."""
    if not operation.example:
        return ""
    token = '-H "Authorization: Bearer $TOKEN" ' if closed and is_closed(operation.path) else ""
    return f"curl {token}{operation.example.format(address=shlex.quote(address))}"


def render(template: str, path: str, **values: Any) -> str:
    """Render a template in the current language, with a link to the other one."""
    ways = [(code, _NAMES[code]) for code in LANGUAGES]
    return _templates().get_template(template).render(here=language(), ways=ways, path=path, **values)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader  # imported only when a page is requested

    made = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"say": say, "languages": LANGUAGES, "json": json.dumps, "extent": extent}
    return made


def extent(schema: dict[str, Any]) -> str:
    """Format the bounds of a value or of a list's length.

    >>> extent({"type": "integer", "minimum": 0, "maximum": 9}), extent({"exclusiveMinimum": 0, "maximum": 100.0})
    ('0…9', '> 0…100')
    >>> extent({"type": "array", "minItems": 10, "maxItems": 10}), extent({"type": "array", "minItems": 1})
    ('10', '1…')
    """
    if schema.get("type") == "array":
        low, high, sign = schema.get("minItems"), schema.get("maxItems"), ""
        if low is not None and low == high:
            return str(low)
    else:
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        sign = "> " if "exclusiveMinimum" in schema else ""
    if low is None and high is None:
        return ""
    return f"{sign}{_number(low)}…{_number(high)}"


def _number(bound: float | None) -> str:
    return "" if bound is None else f"{int(bound) if float(bound).is_integer() else bound}"


async def _file(path: Path, request: Request, media_type: str | None = None) -> Response:
    """Serve a file of the documentation, or a model's."""
    return FileResponse(path, media_type=media_type, headers={"cache-control": "no-cache"})


async def _seven_as_json(request: Request) -> Response:
    """Serve the picture of the examples as input for /v1/classify."""
    with Image.open(_EXAMPLE) as picture:
        return Response(json.dumps({"images": [np.asarray(picture).tolist()]}), media_type=JSON)


PAGE = Path(__file__).parent / "page"
"""The output folder of the build of `web/`, included in wheels."""

_YEAR = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"
_BINARY = "application/octet-stream"


def is_built(folder: Path = PAGE) -> bool:
    """Return whether the page is built."""
    return (folder / "index.html").is_file()


def at_root(folder: Path = PAGE) -> list[BaseRoute]:
    """Return the routes that serve the page, MNIST's and the models' files as they are, or the note, at `/`."""
    if not is_built(folder):
        return [Route("/", _unbuilt)]
    data = [Route(f"/data/{file.name}.gz", _data) for file in FILES]
    models = [Route(f"/models/{path.name}", partial(_file, path, media_type=_BINARY)) for path in shipped().values()]
    return [*data, *models, Mount("/", _Files(directory=folder, html=True), name="page")]


class _Files(StaticFiles):
    """Static files; those with a hash in the name are cached for a year, others are revalidated."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]  # the files are small
        await super().__call__({**scope, "headers": headers}, receive, send)

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = "assets" in Path(full_path).relative_to(Path(str(self.directory)).resolve()).parts
        response.headers["cache-control"] = _YEAR if hashed else "no-cache"
        return response


async def _data(request: Request) -> Response:
    path = PACKAGED / Path(request.url.path).name
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/gzip", headers={"cache-control": _DAY})


async def _unbuilt(request: Request) -> Response:
    return HTMLResponse(render("unbuilt.html", "/"), status_code=404)


async def _missing(request: Request, problem: Exception) -> Response:
    """Answer 404 to a browser with a page; answer all other clients and problems with JSON."""
    response: Response = await problems.HANDLERS[HTTPException](request, problem)
    if response.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        response = HTMLResponse(render("missing.html", "", asked=request.url.path), status_code=404)
    response.headers.add_vary_header("Accept")
    return response


HANDLERS: Mapping[Any, Any] = {**problems.HANDLERS, HTTPException: _missing}
"""The handlers of errors for a service with a page."""
