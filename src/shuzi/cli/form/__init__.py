"""`shuzi form` makes sheets to print, traces existing forms, and reads filled ones into tables and pages."""

from __future__ import annotations

import click

from shuzi.cli.localized import Group, language_option

COMMANDS = {
    "make": "shuzi.cli.form.make:make",
    "trace": "shuzi.cli.form.trace:trace",
    "read": "shuzi.cli.form.read:read",
    "print": "shuzi.cli.form.print:print_",
}


@click.group(cls=Group, lazy=COMMANDS, help="cli.form.help", short_help="cli.form.short")
@language_option
def form() -> None:
    """Work with forms."""
