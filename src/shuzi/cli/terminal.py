"""How commands speak: help in the user's language, spinners and progress bars, QR codes, and stops."""

from __future__ import annotations

import gettext
import os
import re
import signal
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shuzi import messages
from shuzi.errors import ShuziError
from shuzi.messages import say

if TYPE_CHECKING:
    from rich.progress import Progress

    from shuzi.data.mnist import Progress as DownloadProgress

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


class _Path(click.Path):
    """A path; the name of another option where an option's path belongs is a path that was left out."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or raise click's own error of an option without a value."""
        options = () if ctx is None else (name for each in ctx.command.params for name in each.opts)
        if isinstance(param, click.Option) and value in options and str(value).startswith("-"):
            one, several = "Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."
            name = param.opts[0]
            raise click.BadOptionUsage(name, gettext.ngettext(one, several, 1).format(name=name), ctx)
        return super().convert(value, param, ctx)


PATH = _Path(path_type=Path)
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


def _language() -> Option:
    """Return `--lang`, allowed before and after a command; `choose_language` acts on it before click runs."""
    choice = click.Choice(messages.LANGUAGES)
    return Option(["--lang"], type=choice, expose_value=False, is_eager=True, help="cli.lang")


class Command(click.Command):
    """A command whose help is a key; `short_help` is the same key with `.short` appended. It has `--lang`."""

    context_class = _Context
    help = _Localized()
    short_help = _Localized()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params.append(_language())


class Group(click.Group):
    """A group that imports a command only when it is called or listed, so that start-up stays fast."""

    context_class = _Context
    help = _Localized()
    short_help = _Localized()

    def __init__(self, *args: Any, lazy: dict[str, str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params.append(_language())
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


class Choice(click.Choice[str]):
    """Names of which the nearest is suggested if one is mistyped, as it is for commands."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """List the names, and suggest one."""
        listed = super().get_invalid_choice_message(value, ctx)
        return click.NoSuchCommand(str(value), listed, self.choices).format_message()


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


_QUIET = 4  # light modules around a QR code
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}  # by upper, lower module
_MANY = 10  # the smallest number of items that gets a progress bar


def program() -> str:
    """Return what to type to run shuzi here, for hints that can be copied."""
    import shutil  # here and below: imported late so that other commands start sooner

    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m shuzi"
    installed = shutil.which("shuzi")
    if installed and Path(installed).resolve() == called.resolve():
        return "shuzi"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(called)


def do_without_output() -> None:
    """Discard printed output if the caller has closed stdout; the result goes elsewhere."""
    try:
        os.write(1, b"")
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def qr_code(text: str) -> str:
    """Draw a QR code for a terminal: two modules per character, dark on light whatever the terminal's colours.

    >>> len(qr_code("http://192.0.2.1:8000/").splitlines())
    17
    """
    import cv2
    import numpy as np

    code = np.asarray(cv2.QRCodeEncoder.create().encode(text)) < 128
    code = np.pad(code[np.ix_(code.any(axis=1), code.any(axis=0))], _QUIET)
    code = np.pad(code, ((0, len(code) % 2), (0, 0)))
    lines = []
    for upper, lower in zip(code[::2].tolist(), code[1::2].tolist(), strict=True):
        line = "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        lines.append(click.style(line, fg="black", bg="bright_white"))
    return "\n".join(lines)


def redirect_library_caches() -> None:
    """Keep Keras's settings and Matplotlib's font list in shuzi's cache, unless the user has chosen a folder.

    They are written as soon as Keras is imported, by default to folders of their own. Settings there for other
    programs, such as another float type, must not affect training.
    """
    from platformdirs import user_cache_path

    for name, folder in (("KERAS_HOME", "keras"), ("MPLCONFIGDIR", "matplotlib")):
        os.environ.setdefault(name, str(user_cache_path("shuzi") / folder))


@contextmanager
def waiting(sentence: str) -> Iterator[None]:
    """Show a spinner on a terminal, and hold back libraries' stderr output unless the block fails.

    TensorFlow's C++ code prints a message at every start that no setting silences.
    """
    import tempfile

    with ExitStack() as stack:
        encoding = sys.stderr.encoding or "utf-8"  # characters it cannot show become question marks
        kept = stack.enter_context(os.fdopen(os.dup(2), "w", encoding=encoding, errors="replace"))
        held_back = stack.enter_context(tempfile.TemporaryFile())
        if sys.stderr.isatty():
            from rich.console import Console

            stack.enter_context(Console(file=kept).status(sentence))
        sys.stderr.flush()
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except (ShuziError, OSError, KeyboardInterrupt):
            raise  # these explain the problem
        except BaseException:
            held_back.seek(0)
            kept.write(held_back.read().decode(errors="replace"))
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept.fileno(), 2)


@contextmanager
def until_asked(answer: str) -> Iterator[list[bool]]:
    """Yield a list that stays empty until Ctrl-C or SIGTERM; a second signal ends the program at once."""
    asked: list[bool] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(*_: object) -> None:
        asked.append(True)
        restore()
        click.echo(say(answer), err=True)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    try:
        for number in before:
            signal.signal(number, note)
        yield asked
    finally:
        restore()


@contextmanager
def show_download() -> Iterator[DownloadProgress]:
    """Show a progress bar for each download on a terminal, and one plain line per file elsewhere."""
    if not sys.stderr.isatty():
        named: set[str] = set()

        def line(name: str, done: int, total: int | None) -> None:  # noqa: ARG001 - it is a Progress
            if name not in named:
                named.add(name)
                sys.stderr.write(say("data.downloading", name=name) + "\n")

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    shown = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bars(*shown, console=Console(stderr=True)) as bars:
        tasks: dict[str, int] = {}

        def move(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(say("data.downloading", name=name), total=total)
            bars.update(tasks[name], completed=done, total=total)  # type: ignore[arg-type] # rich's own TaskID

        yield move


def progress_bar(on_stderr: bool = True) -> Progress:
    """Return a bar that shows how many of how many are done, and the time left; on stderr, or else on stdout."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    if not on_stderr:
        return Progress(*shown, transient=True)
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    return Progress(*shown, console=console, transient=True, redirect_stdout=False)


@contextmanager
def counting(sentence: str, total: int, done: int = 0) -> Iterator[Callable[[str, str], None]]:
    r"""Yield a function that prints the output of each of `total` items, above a progress bar if there are many.

    Items `done` earlier count as finished, but not in the estimate of the time left.

    >>> with counting("Reading", 2) as show:
    ...     show("one\n", "")
    one
    """

    def write(out: str, err: str) -> None:
        click.echo(out, nl=False)
        click.echo(err, nl=False, err=True)

    if total < _MANY or not sys.stderr.isatty():
        yield write
        return
    with progress_bar() as bar:
        task = bar.add_task(sentence, total=total, completed=done)

        def move(out: str, err: str) -> None:
            if sys.stdout.isatty():
                bar.console.print(out + err, end="")  # on a shared terminal only the bar knows its position
            else:
                click.echo(out, nl=False)
                bar.console.print(err, end="")
            bar.advance(task)

        yield move
