"""Chromium, and pages that are watched while they are used."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from driving.serving import NotReadyError
from driving.sheet import spy_on_questions

CHROMIUM = os.environ.get("SHUZI_CHROMIUM", "/usr/bin/chromium")
# only the last list counts, so it begins with Playwright's own; then come suggestions below the address bar: two more
# pages in each window, which take as much processor time as the page that is tested
_WITHOUT = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
)
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",  # a container's shared memory may be too small
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_WITHOUT)}",
)
PATIENCE = 180_000  # ms before a wait fails; the machine may be very busy
LONG = 300_000  # ms to wait for the end of a training, or for all models on a busy machine
_REFUSED = re.compile(r"the server responded with a status of (4\d\d)")
# the last of them through the service worker
_UNANSWERED = re.compile("net::ERR_(INTERNET_DISCONNECTED|CONNECTION_[A-Z]+|FAILED)")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
SCREEN = {"width": 1280, "height": 900}


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run Chromium with a temporary profile.

    Raises
    ------
    NotReadyError
        Chromium is not installed.
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
    """Records errors that a person would not see.

    Parameters
    ----------
    context
        The context to watch: all of its pages, from now on.
    address
        The service's address; no other may be requested.
    refusals
        Expected error statuses; 0 if the service is unreachable on purpose.
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
        status = int(refused[1]) if refused else 0 if _UNANSWERED.search(message.text) else None
        if status not in self.refusals:
            self.faults.append(f"{message.type} on the console: {message.text} ({message.location.get('url')})")

    def _follow(self, request: Request) -> None:
        self.requests.append(request.url)
        there = urlsplit(request.url)
        if there.scheme not in ("data", "blob") and there.netloc != self.host:
            self.faults.append(f"asks elsewhere: {request.url}")

    def _judge(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refusals:
            self.faults.append(f"{response.status}: {response.url}")


@contextmanager
def watched_pages(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open pages of the service, each in a fresh context.

    Yields a function that takes a path, such as "?view=learn", and a context's options, plus `language`, `theme` and
    `refusals` (statuses that the test provokes). At the end, no unseen errors and no requests to other machines are
    allowed.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(
        path: str = "", refusals: tuple[int, ...] = (), language: str = "en", theme: str = "light", **options: Any
    ) -> Page:
        usual = {
            "viewport": SCREEN,
            "locale": LOCALES.get(language, language),
            "color_scheme": theme,
            "reduced_motion": "reduce",  # animations on a waiting page take most of a core
        }
        context = browser.new_context(base_url=address, **usual | options)
        context.set_default_timeout(PATIENCE)
        opened.append((context, Watch(context, address, refusals)))
        page = context.new_page()
        spy_on_questions(page)
        page.goto(path)
        return page

    try:
        yield open_page
    finally:
        for context, _ in opened:
            context.close()
    if faults := [fault for _, watch in opened for fault in watch.faults]:
        raise AssertionError("\n".join(faults))
    assert all(watch.requests for _, watch in opened)


def drag_slider(page, slider, fraction):
    """Drag a slider to a fraction of its length; return its new value."""
    frame = slider.bounding_box()
    y = frame["y"] + frame["height"] / 2
    now, least, most = (float(slider.evaluate(f"(slider) => slider.{name}")) for name in ("value", "min", "max"))
    knob = min(frame["height"], 24)

    def knob_at(at):
        return frame["x"] + knob / 2 + at * (frame["width"] - knob)

    page.mouse.move(knob_at((now - least) / (most - least)), y)
    page.mouse.down()
    page.mouse.move(knob_at(fraction), y, steps=4)
    page.mouse.up()
    return float(slider.input_value())


def opened(page, model):
    """Return a model's row of the Models view, opened: a name, or how it begins, as in ``own.*``."""
    rows = page.locator(f"[data-model^='{model[:-1]}']" if model.endswith("*") else f"[data-model='{model}']")
    rows.get_by_role("rowheader").get_by_role("button").click()
    return rows


def go_to(page, name):
    """Follow a link of the header's menu."""
    page.get_by_role("button", name="More", exact=True).click()
    page.locator("#more-views").get_by_role("link", name=name).click()
