"""`shuzi serve` serves the web page and the HTTP API on one port, `shuzi mcp` an assistant over stdin and stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.model_argument import place_of
from shuzi.cli.terminal import PATH, Command, argument, do_without_output, option, program, qr_code
from shuzi.errors import require
from shuzi.messages import language, say
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from shuzi.service.parts import Settings


HOST, PORT = "127.0.0.1", 8_000
HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach a service that listens everywhere
NEEDED = ("starlette", "pydantic", "uvicorn", "prometheus_client", "python_multipart", "jinja2")


Function = Callable[..., Any]


def access_options(function: Function) -> Function:
    """Add the options for access to the service and for its model."""
    for add in (
        option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model"),
        option("--token-file", type=PATH, metavar="FILE", help="cli.serve.token_file"),
        option("--trust-proxy", "proxies", multiple=True, metavar="ADDRESS", help="cli.serve.trust_proxy"),
        option("--allow-host", "names", multiple=True, metavar="NAME", help="cli.serve.allow_host"),
        option("--allow-origin", "origins", multiple=True, metavar="ORIGIN", help="cli.serve.allow_origin"),
    ):
        function = add(function)
    return function


def feature_options(function: Function) -> Function:
    """Add the options that switch features of the service off."""
    for add in (
        option("--no-metrics", is_flag=True, help="cli.serve.no_metrics"),
        option("--no-pdf", is_flag=True, help="cli.serve.no_pdf"),
    ):
        function = add(function)
    return function


def check_needed() -> None:
    """Raise MissingExtra if a library of the service is not installed."""
    for library in NEEDED:
        require(library, "serve", "extra.serving")


@click.command(cls=Command, help="cli.serve.help", short_help="cli.serve.short")
@option("--host", default=HOST, metavar="NAME", help="cli.serve.host")
@option("--port", type=click.IntRange(0, 65_535), metavar="N", help="cli.serve.port")
@access_options
@option("--no-training", is_flag=True, help="cli.serve.no_training")
@feature_options
@option("--log-requests", is_flag=True, help="cli.serve.log_requests")
@option("--log-json", is_flag=True, help="cli.serve.log_json")
def serve(host: str, port: int | None, model: str, log_requests: bool, log_json: bool, **settings: Any) -> None:
    """Serve the page and the API."""
    do_without_output()
    check_needed()
    from shuzi.service import logs, server
    from shuzi.service.access import is_loopback

    chosen = settings_of(host, **settings)
    at = server.listen(host, PORT if port is None else port, others=port is None)
    with at:
        logs.configure(as_json=log_json, requests=log_requests)
        service = server.create(place_of(model), chosen)
        address, taken = at.getsockname()[:2]
        if port is None and taken != PORT:
            click.echo(say("cli.serve.next_port", taken=PORT), err=True)
        warn(address, chosen)

        def ready() -> None:
            click.echo(say("cli.serve.ready", address=address_of(host, taken)))
            if host in HERE or not is_loopback(address):
                outside = server.address_in_network() if host in HERE else host
                _invite(outside and address_of(outside, taken))

        server.run(service, at, ready)
    click.echo(say("cli.serve.ended"), err=True)


def address_of(host: str, port: int) -> str:
    """Return the address at which people of this machine reach a service."""
    here = HERE.get(host, host)
    return f"http://{f'[{here}]' if ':' in here else here}:{port}/"


def warn(host: str, settings: Settings) -> None:
    """Tell that everyone may use a service, or that it has no page."""
    from shuzi.service.access import is_loopback
    from shuzi.service.page import is_built

    if not is_loopback(host) and settings.tokens is None:
        click.echo(say("cli.serve.open", program=program()), err=True)
    if not is_built():
        click.echo(say("cli.serve.no_page"), err=True)


def _invite(address: str | None) -> None:
    """Print the address for a phone in the same network, and on a terminal also as a QR code."""
    if address is None:
        return
    click.echo(say("cli.serve.phone", address=address), err=True)
    if sys.stderr.isatty() and "utf" in (sys.stderr.encoding or "").lower():
        click.echo(qr_code(address), err=True)


def settings_of(
    host: str,
    names: tuple[str, ...],
    origins: tuple[str, ...],
    proxies: tuple[str, ...],
    token_file: Path | None,
    **without: bool,
) -> Settings:
    """Combine the options for access and features into settings."""
    from shuzi.service.access import Tokens
    from shuzi.service.parts import Settings

    return Settings(
        hosts=(host, *names),
        origins=origins,
        proxies=proxies,
        tokens=None if token_file is None else Tokens.read(token_file),
        **{name.removeprefix("no_"): not off for name, off in without.items()},
    )


@click.command(cls=Command, help="cli.mcp.help", short_help="cli.mcp.short")
@argument("folders", nargs=-1, required=True, metavar="FOLDER...", help="cli.mcp.folders")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
def mcp(folders: tuple[str, ...], model: str) -> None:
    """Let assistants read pictures."""
    require("mcp", "mcp", "extra.mcp")
    from shuzi.mcp.server import Readable, create
    from shuzi.reading.reader import load

    server = create(load(place_of(model)), Readable.of(folders), language())
    try:
        server.run()
    except KeyboardInterrupt:
        os._exit(130)  # a thread still waits for standard input, and would keep the process
