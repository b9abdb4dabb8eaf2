"""`shuzi scale serve` serves the page and the HTTP API from replicas on a Ray cluster."""

from __future__ import annotations

import signal
import threading
from typing import Any

import click

from shuzi.cli.localized import Command, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.cli.scale.address import address_option, connected
from shuzi.cli.servers.serve import HERE, HOST, PORT, access_options, check_needed, feature_options, settings_of
from shuzi.cli.terminal import do_without_output, program, waiting
from shuzi.errors import require
from shuzi.messages import say

_MOST = 1_000  # replicas


@click.command(cls=Command, help="cli.serving.help", short_help="cli.serving.short")
@address_option
@option("--host", default=HOST, metavar="NAME", help="cli.serve.host")
@option("--port", type=click.IntRange(1, 65_535), metavar="N", help="cli.serving.port")
@access_options
@option("--replicas", type=click.IntRange(1, _MOST), default=1, metavar="N", help="cli.serving.replicas")
@option("--max-replicas", "most", type=click.IntRange(1, _MOST), metavar="N", help="cli.serving.max_replicas")
@option("--cpus-per-replica", "cpus", type=click.IntRange(1, 1_024), default=1, metavar="N", help="cli.serving.cpus")
@feature_options
@option("--stop", is_flag=True, help="cli.serving.stop")
@language_option
def serve(
    address: str | None,
    host: str,
    port: int | None,
    model: str,
    replicas: int,
    most: int | None,
    cpus: int,
    stop: bool,
    **settings: Any,
) -> None:
    """Serve the page and the API from replicas."""
    do_without_output()
    if stop and address is None:
        raise click.UsageError(say("cli.serving.stop_what"))
    require("ray", "scale", "extra.scale")
    check_needed()
    from shuzi.scale import serving
    from shuzi.service import server
    from shuzi.service.access import Hosts, is_loopback
    from shuzi.service.page import is_built

    if stop:
        with connected(address):
            serving.end()
        click.echo(say("cli.serve.ended"), err=True)
        return
    chosen = settings_of(host, **settings)
    Hosts(chosen.hosts)  # report an invalid name before anything starts
    sent = serving.portable(place_of(model))
    size = serving.Size(replicas, max(replicas, most or 1), cpus)
    if address is None:
        with server.listen(host, PORT if port is None else port, others=port is None) as free:
            taken = free.getsockname()[1]
    else:
        taken = PORT if port is None else port
    if not is_loopback(host) and chosen.tokens is None:
        click.echo(say("cli.serve.open", program=program()), err=True)
    if not is_built():
        click.echo(say("cli.serve.no_page"), err=True)
    with connected(address, None if address else serving.cpus_for(size)):
        with waiting(say("serving.starting")):
            serving.begin(host, taken)
            serving.deploy(sent, chosen, size)
        here = HERE.get(host, host)
        shown = f"[{here}]" if ":" in here else here
        if address is not None:
            click.echo(say("serving.deployed", address=f"http://{shown}:{taken}/"))
            click.echo(say("serving.stop", program=program(), cluster=address), err=True)
            return
        click.echo(say("cli.serve.ready", address=f"http://{shown}:{taken}/"))
        _wait()
        serving.end()
    click.echo(say("cli.serve.ended"), err=True)


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM, both of which are a normal exit."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    asked.wait()
