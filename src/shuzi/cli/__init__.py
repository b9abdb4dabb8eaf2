"""Command-line arguments become a run of one of shuzi's commands."""

from __future__ import annotations

import errno
import gettext
import io
import os
import sys

import click
from click.exceptions import NoArgsIsHelpError

from shuzi import __version__
from shuzi.cli.terminal import ClickOption, Group, choose_language
from shuzi.errors import ShuziError
from shuzi.messages import say, visible

COMMANDS = {
    "train": "shuzi.cli.train:train",
    "evaluate": "shuzi.cli.evaluate:evaluate",
    "read": "shuzi.cli.read:read",
    "form": "shuzi.cli.forms:form",
    "hand": "shuzi.cli.hand:hand",
    "serve": "shuzi.cli.serve:serve",
    "mcp": "shuzi.cli.serve:mcp",
    "scale": "shuzi.cli.cluster:scale",
    "models": "shuzi.cli.models:models",
    "data": "shuzi.cli.data:data",
}

_IN_LINES = (click.MissingParameter, NoArgsIsHelpError)
"""Wrong usage that is reported in several lines: the choices for what is missing, or the help."""


@click.group(cls=Group, lazy=COMMANDS, help="cli.help", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="shuzi", message="%(prog)s %(version)s", cls=ClickOption)
def shuzi() -> None:
    """Read handwritten digits, and learn how it works."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit: 0 on success, 1 on failure, 2 on wrong usage, 130 when interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    _open_what_is_closed()
    choose_language(given)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what a terminal or pipe cannot encode becomes a question mark instead of an error
            stream.reconfigure(errors="replace")
    try:
        shuzi(given, prog_name="shuzi", standalone_mode=False)
    except click.ClickException as problem:
        if isinstance(problem, click.UsageError) and not isinstance(problem, _IN_LINES):
            # some repeat arguments as given
            problem = click.UsageError(visible(problem.format_message()), problem.ctx)
        problem.show()
        sys.exit(problem.exit_code)
    except click.Abort:
        click.echo(gettext.gettext("Aborted!"), err=True)
        sys.exit(130)
    except ShuziError as problem:
        fail(problem)
    except BrokenPipeError:
        _drop_output()  # the reader of the output has gone
        sys.exit(1)
    except OSError as problem:
        _fail_of_system(problem)
    sys.exit(0)


def _fail_of_system(problem: OSError) -> None:
    """Report a system error with the name of the file; without a name, it was the output."""
    from shuzi.atomic import NO_ROOM  # imported late: most commands do not need it

    path, reason = problem.filename, problem.strerror or problem
    if path and problem.errno in (*NO_ROOM, errno.EROFS):
        fail(ShuziError("error.data.unwritable", path=str(path), reason=reason))
    if path:
        fail(f"{reason}: {path}")
    if problem.errno in (*NO_ROOM, errno.EBADF):
        _drop_output()
        fail(ShuziError("error.output", reason=reason))
    fail(problem)


def _drop_output() -> None:
    """Discard pending output to stdout: Python would try to write it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_what_is_closed() -> None:
    """Reopen standard streams that the caller has closed, as null devices.

    Otherwise the next file opened gets the descriptor of one of them and receives what libraries print. Writing to
    stdout still fails, as the result would be lost; commands whose result is in files use
    `terminal.do_without_output`.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # takes the lowest free descriptor, which is this one
            os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def fail(problem: object) -> None:
    """Report an error and exit with 1."""
    click.echo(say("cli.error", problem=problem), err=True)
    sys.exit(1)
