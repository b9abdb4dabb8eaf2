"""Keys become click's help in the user's language, with line breaks that suit Chinese too."""

from __future__ import annotations

import gettext
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from shuzi import messages

F = TypeVar("F", bound=Callable[..., Any])


class _Localized:
    """An attribute that is set to a key and read as a sentence in the current language."""

    def __init__(self, say: Callable[[str], str] = messages.say) -> None:
        self._say = say

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}_key"

    def __get__(self, owner: object, kind: type | None = None) -> Any:
        key = getattr(owner, self._name, None)
        return self._say(key) if key else None

    def __set__(self, owner: object, key: str | None) -> None:
        setattr(owner, self._name, key)


def columns(text: str) -> int:
    """Count the columns a text takes on a terminal, where a Chinese character takes two.

    >>> columns("digit"), columns("数字")
    (5, 4)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` columns, at spaces and between Chinese characters.

    >>> wrap("train a network", 8)
    ['train a', 'network']
    >>> wrap("训练一个网络。", 8)
    ['训练一个', '网络。']
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        # a Chinese character is a separate piece, with any closing punctuation, which must not start a line
        for piece in re.findall(r"[⺀-鿿＀-￯][，。、：；！？）》」,.:;!?)]*|\s+|[^\s⺀-鿿＀-￯]+", paragraph):
            if line and columns(line + piece) > width and not piece.isspace():
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return lines


class Formatter(click.HelpFormatter):
    """Writes help in lines that fit the terminal in either script."""

    def write_heading(self, heading: str) -> None:
        """Write a heading with the colon of the current language."""
        self.write(f"{'':{self.current_indent}}{messages.say('cli.heading', heading=heading)}\n")

    def write_text(self, text: str) -> None:
        """Write text, indented and broken into lines."""
        for line in wrap(text, self.width - self.current_indent - 1):
            self.write(f"{'':{self.current_indent}}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms on the left and their meanings on the right."""
        listed = list(rows)
        left = min(max(columns(term) for term, _ in listed), col_max) + col_spacing
        for term, meaning in listed:
            self.write(f"{'':{self.current_indent}}{term}")
            lines = wrap(meaning, max(self.width - self.current_indent - left - 1, 20))
            if columns(term) > left - col_spacing:
                self.write("\n" + " " * (self.current_indent + left))
            else:
                self.write(" " * (left - columns(term)))
            self.write(f"\n{'':{self.current_indent + left}}".join(lines) + "\n")


class _Context(click.Context):
    formatter_class = Formatter


PATH = click.Path(path_type=Path)
"""An option or argument that is a path."""


class Option(click.Option):
    """An option whose help is a key."""

    help = _Localized()


class ClickOption(click.Option):
    """An option that click itself explains, before the language is known."""

    help = _Localized(gettext.gettext)  # click's keys are its English sentences


class Argument(click.Argument):
    """An argument whose help is a key."""

    help = _Localized()


class Command(click.Command):
    """A command whose help is a key; `short_help` is the same key with `.short` appended."""

    context_class = _Context
    help = _Localized()
    short_help = _Localized()


class Group(click.Group):
    """A group that imports a command only when it is called or listed, so that start-up stays fast."""

    context_class = _Context
    help = _Localized()
    short_help = _Localized()

    def __init__(self, *args: Any, lazy: dict[str, str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """List the names in the given order."""
        return [*self._lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._lazy[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names; if there is none, suggest one, imported or not."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as problem:
            raise click.NoSuchCommand(problem.command_name, possibilities=self.list_commands(ctx), ctx=ctx) from None


def option(*declarations: str, **attributes: Any) -> Callable[[F], F]:
    """Add an `Option` to a command."""
    return click.option(*declarations, cls=Option, **attributes)


def argument(*declarations: str, **attributes: Any) -> Callable[[F], F]:
    """Add an `Argument` to a command."""
    return click.argument(*declarations, cls=Argument, **attributes)


language_option = option(
    "--lang", type=click.Choice(messages.LANGUAGES), expose_value=False, is_eager=True, help="cli.lang"
)
"""`--lang`, allowed before or after a command; `choose_language` acts on it before click runs."""


def choose_language(arguments: Sequence[str]) -> None:
    """Take the language from `--lang` anywhere in the arguments, or else from the environment.

    It is needed before click parses the arguments, since click may have to report errors in them.
    """
    code = messages.from_environment()
    for index, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            value = value or next(iter(arguments[index + 1 :]), "")
            code = value if value in messages.LANGUAGES else code
    messages.use(code)
    # click translates its own sentences with the standard library's gettext
    os.environ["LANGUAGE"] = code
    gettext.bindtextdomain("click", str(messages.CATALOGUES))
    gettext.textdomain("click")
