"""Chromium, and pages that are watched while they are used."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, Response, expect, sync_playwright

from driving.serving import NotReadyError

CHROMIUM = os.environ.get("SHUZI_CHROMIUM", "/usr/bin/chromium")
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30_000  # ms until what never comes is a failure; the machine may be busy
_REFUSED = re.compile(r"the server responded with a status of (4\d\d)")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


@contextmanager
def browsing() -> Iterator[Browser]:
    """Let Chromium run, with a new profile that is gone afterwards.

    Raises
    ------
    NotReadyError
        There is none.
    """
    if not Path(CHROMIUM).exists():
        raise NotReadyError(
            f"There is no Chromium at {CHROMIUM}. Debian has it (apt install chromium); "
            "SHUZI_CHROMIUM names another place."
        )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Notes whatever a person would not see and should not be.

    Parameters
    ----------
    context
        What is watched: all its pages, from now on.
    address
        The service's; nothing may be asked for anywhere else.
    refusals
        Statuses that the service answers with on purpose.
    """

    def __init__(self, context: BrowserContext, address: str, refusals: tuple[int, ...] = ()) -> None:
        self.host = urlsplit(address).netloc
        self.refusals = refusals
        self.faults: list[str] = []
        self.requests: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(f"not caught: {error.error}"))
        context.on("request", self._follow)
        context.on("response", self._judge)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        refused = _REFUSED.search(message.text)
        if not refused or int(refused[1]) not in self.refusals:
            self.faults.append(f"{message.type} on the console: {message.text} ({message.location.get('url')})")

    def _follow(self, request: Request) -> None:
        self.requests.append(request.url)
        there = urlsplit(request.url)
        if there.scheme not in ("data", "blob") and there.netloc != self.host:
            self.faults.append(f"asks elsewhere: {request.url}")

    def _judge(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refusals:
            self.faults.append(f"{response.status}: {response.url}")


def open_context(browser: Browser, address: str, language: str = "en", theme: str = "light", **options: Any) -> Any:
    """Open a fresh context: nothing is remembered in it. Its pages take paths, such as "?view=learn"."""
    context = browser.new_context(base_url=address, locale=LOCALES[language], color_scheme=theme, **options)
    context.set_default_timeout(PATIENCE)
    return context
