"""The command `shuzi`."""

from __future__ import annotations

import sys

import click

from shuzi import __version__
from shuzi.cli.localized import Group, choose_language, language_option
from shuzi.errors import ShuziError
from shuzi.messages import say

COMMANDS = {
    "train": "shuzi.cli.train:train",
    "evaluate": "shuzi.cli.evaluate:evaluate",
    "data": "shuzi.cli.data:data",
}


@click.group(cls=Group, lazy=COMMANDS, help="cli.help", context_settings={"help_option_names": ["-h", "--help"]})
@language_option
@click.version_option(__version__, prog_name="shuzi", message="%(prog)s %(version)s")
def shuzi() -> None:
    """Read handwritten digits, and learn how that is done."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit: 0 when the work is done, 1 when it failed, 2 for wrong use, 130 when interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    choose_language(given)
    try:
        shuzi(given, prog_name="shuzi")
    except ShuziError as problem:
        fail(problem)
    except OSError as problem:
        fail(f"{problem.strerror or problem}: {problem.filename}" if problem.filename else problem)


def fail(problem: object) -> None:
    """Say what went wrong and exit with 1."""
    click.echo(say("cli.error", problem=problem), err=True)
    sys.exit(1)
