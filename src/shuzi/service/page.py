"""Serve the web page built by Vite, or a note on how to build it; its MNIST and models; and a 404 page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from shuzi.data.mnist import FILES, PACKAGED
from shuzi.models.store import shipped
from shuzi.service import problems
from shuzi.service.api.documentation import render

PAGE = Path(__file__).parent / "page"
"""The output folder of the build of `web/`, included in wheels."""

_YEAR = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"


def is_built(folder: Path = PAGE) -> bool:
    """Return whether the page is built."""
    return (folder / "index.html").is_file()


def at_root(folder: Path = PAGE) -> list[BaseRoute]:
    """Return the routes that serve the page, MNIST's and the models' files as they are, or the note, at `/`."""
    if not is_built(folder):
        return [Route("/", _unbuilt)]
    data = [Route(f"/data/{each.name}.gz", _data) for each in FILES]
    models = [Route(f"/models/{path.name}", _model) for path in shipped().values()]
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


async def _model(request: Request) -> Response:
    path = shipped()[Path(request.url.path).stem]
    return FileResponse(path, media_type="application/octet-stream", headers={"cache-control": "no-cache"})


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
