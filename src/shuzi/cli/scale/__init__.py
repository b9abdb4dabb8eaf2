"""`shuzi scale` runs commands on many machines."""

from __future__ import annotations

import click

from shuzi.cli.localized import Group, language_option

COMMANDS = {
    "read": "shuzi.cli.scale.read_shards:read",
    "sweep": "shuzi.cli.scale.sweep:sweep",
    "serve": "shuzi.cli.scale.serve:serve",
}


@click.group(cls=Group, lazy=COMMANDS, help="cli.scale.help", short_help="cli.scale.short")
@language_option
def scale() -> None:
    """Work on many machines."""
