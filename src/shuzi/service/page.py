"""The page: files that Vite has built, or a few words on how to get them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from shuzi.messages import LANGUAGES, say, speaking
from shuzi.service.api.documentation import frame

PAGE = Path(__file__).parent / "page"
"""Where the build of `web/` goes, and what a wheel carries."""

_BUILD = "make page"
_YEAR = "public, max-age=31536000, immutable"


def is_built(folder: Path = PAGE) -> bool:
    """Tell whether there is a page."""
    return (folder / "index.html").is_file()


def add_page(app: FastAPI, folder: Path = PAGE) -> None:
    """Let an app hand out the page at `/`, or say there how to get it."""
    if is_built(folder):
        app.mount("/", _Files(directory=folder, html=True), name="page")
    else:
        app.add_api_route("/", _unbuilt, include_in_schema=False)


class _Files(StaticFiles):
    """Files whose names change with their content are kept for a year, others are asked for anew."""

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


async def _unbuilt() -> Response:
    body = "<h1>shuzi 数字</h1>"
    for code in LANGUAGES:
        with speaking(code):
            body += f'<p lang="{code}">{say("service.page.missing")}</p><p><code>{_BUILD}</code></p>'
    return HTMLResponse(frame("shuzi", body + '<p><a href="/docs">API</a></p>', "/"), status_code=404)
