"""The web page: the files built by Vite, or a note on how to build them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from shuzi.data.mnist import PACKAGED
from shuzi.service.api.documentation import render

PAGE = Path(__file__).parent / "page"
"""The output folder of the build of `web/`, included in wheels."""

_YEAR = "public, max-age=31536000, immutable"


def is_built(folder: Path = PAGE) -> bool:
    """Return whether the page is built."""
    return (folder / "index.html").is_file()


def digits() -> BaseRoute:
    """Return the route of MNIST's files, as they come with shuzi: the page trains networks on them."""
    return Mount("/digits", _Files(directory=PACKAGED), name="digits")


def at_root(folder: Path = PAGE) -> BaseRoute:
    """Return the route that serves the page, or the note, at `/`."""
    if is_built(folder):
        return Mount("/", _Files(directory=folder, html=True), name="page")
    return Route("/", _unbuilt)


class _Files(StaticFiles):
    """Static files; those with a hash in the name are cached for a year, others are revalidated."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]  # they are small
        await super().__call__({**scope, "headers": headers}, receive, send)

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = "assets" in Path(full_path).relative_to(Path(str(self.directory)).resolve()).parts
        response.headers["cache-control"] = _YEAR if hashed else "no-cache"
        return response


async def _unbuilt(request: Request) -> Response:
    return HTMLResponse(render("unbuilt.html", "/"), status_code=404)
