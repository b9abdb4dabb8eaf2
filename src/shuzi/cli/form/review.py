"""Review a table in the page: serve it until Ctrl-C, and open it in the browser."""

from __future__ import annotations

import html
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from threading import Thread
from typing import TYPE_CHECKING

import click

from shuzi.cli.servers.serve import HOST, PORT, check_needed
from shuzi.errors import ServiceError
from shuzi.messages import say

if TYPE_CHECKING:
    from shuzi.errors import ShuziError
    from shuzi.forms.result import Table
    from shuzi.pictures.open import Picture

_TOKEN_BYTES = 24


def begin() -> socket:
    """Bind a port of this machine, before anything is read.

    Raises
    ------
    MissingExtra
        What the service needs is not installed.
    ServiceError
        No port is free, or the page is not built.
    """
    check_needed()
    from shuzi.service import server
    from shuzi.service.page import is_built

    if not is_built():
        raise ServiceError("error.service.unbuilt")
    return server.listen(HOST, PORT, others=True)


def serve_review(
    table: Table, photos: Iterable[tuple[str, Picture | ShuziError]], model: str | Path, at: socket
) -> None:
    """Serve the page with a table, to this machine only, until Ctrl-C or SIGTERM.

    Other users of this machine do not see the table: the address has a token, in the part that browsers do not send,
    and it reaches the browser in a file that only this person can read.

    Parameters
    ----------
    table
        What was read.
    photos
        The photographs with their names, as they were read.
    model
        The model that reads in the page's other views.
    at
        The socket from `begin`.
    """
    from shuzi.service import logs, server
    from shuzi.service.access import Tokens
    from shuzi.service.app import create
    from shuzi.service.parts import Review, Settings

    token = secrets.token_urlsafe(_TOKEN_BYTES)
    review = Review.of(table, photos)
    logs.configure(as_json=False, requests=False)
    service = create(model, Settings(hosts=(HOST,), tokens=Tokens([token])), review=review)
    port = at.getsockname()[1]
    address = f"http://{HOST}:{port}/?view=forms&review={review.id}#token={token}"

    with _leading_to(address) as opened:

        def ready() -> None:
            click.echo(say("cli.form.read.ready", address=address))
            # some browsers end only when they are closed
            Thread(target=_open, args=(opened,), daemon=True, name="browser").start()

        server.run(service, at, ready)
    click.echo(say("cli.serve.ended"), err=True)


@contextmanager
def _leading_to(address: str) -> Iterator[str]:
    """Yield the address of a file that redirects a browser: anyone may see the command that starts a browser.

    If no such file can be written, yield the address itself.
    """
    # not in a hidden folder: a browser installed as a snap may not read those
    page = Path.home() / f"shuzi-review-{secrets.token_hex(8)}.html"
    target = html.escape(address)
    try:
        with os.fdopen(os.open(page, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(
                f'<!doctype html><meta http-equiv="refresh" content="0;url={target}"><a href="{target}">shuzi</a>'
            )
    except OSError:
        yield address
        return
    try:
        yield page.as_uri()
    finally:
        page.unlink(missing_ok=True)


def _open(address: str) -> None:
    """Open an address in the browser of the desktop, or the one that BROWSER names, if there is one."""
    import webbrowser

    chosen = bool(os.environ.get("BROWSER"))
    no_desktop = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if no_desktop and not chosen:
        return
    try:
        browser = webbrowser.get()
        # a text browser would take over the terminal
        if chosen or type(browser) is not webbrowser.GenericBrowser:
            browser.open(address)
    except (webbrowser.Error, OSError):
        return
