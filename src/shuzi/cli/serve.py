"""`shuzi serve` opens a port, with the page for people and the HTTP service for programs."""

from __future__ import annotations

import click

from shuzi.cli.localized import Command, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.cli.terminal import program
from shuzi.errors import require
from shuzi.messages import say
from shuzi.models.store import DEFAULT

_HOST, _PORT = "127.0.0.1", 8_000
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - who listens everywhere is found here
_NEEDED = ("fastapi", "uvicorn", "httptools", "prometheus_client", "python_multipart")


@click.command(cls=Command, help="cli.serve.help", short_help="cli.serve.short")
@option("--host", default=_HOST, metavar="NAME", help="cli.serve.host")
@option("--port", type=click.IntRange(0, 65_535), metavar="N", help="cli.serve.port")
@option("--allow-host", "names", multiple=True, metavar="NAME", help="cli.serve.allow_host")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@language_option
def serve(host: str, port: int | None, names: tuple[str, ...], model: str) -> None:
    """Serve the page and the API."""
    for library in _NEEDED:
        require(library, "serve", "extra.serving")
    from shuzi.service import server
    from shuzi.service.app import create
    from shuzi.service.http.guard import is_loopback
    from shuzi.service.page import is_built

    at = server.listen(host, _PORT if port is None else port, others=port is None)
    with at:
        service = create(place_of(model), hosts=[host, *names])
        address, taken = at.getsockname()[:2]
        if port is None and taken != _PORT:
            click.echo(say("cli.serve.next_port", taken=_PORT), err=True)
        if not is_loopback(address):
            click.echo(say("cli.serve.open", program=program()), err=True)
        if not is_built():
            click.echo(say("cli.serve.no_page"), err=True)
        here = _HERE.get(host, host)
        shown = f"[{here}]" if ":" in here else here
        server.run(service, at, lambda: click.echo(say("cli.serve.ready", address=f"http://{shown}:{taken}/")))
    click.echo(say("cli.serve.ended"), err=True)
