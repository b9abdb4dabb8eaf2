"""`shuzi mcp` lets assistants read the pictures in some folders, over standard input and output."""

from __future__ import annotations

import os

import click

from shuzi.cli.localized import Command, argument, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.errors import require
from shuzi.messages import language
from shuzi.models.store import DEFAULT


@click.command(cls=Command, help="cli.mcp.help", short_help="cli.mcp.short")
@argument("folders", nargs=-1, required=True, metavar="FOLDER...", help="cli.mcp.folders")
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@language_option
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
