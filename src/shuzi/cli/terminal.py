"""Work in progress becomes a spinner or a progress bar, but only on a terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuzi.errors import ShuziError
from shuzi.messages import say

_QUIET = 4  # light modules around a QR code
_HALVES = {
    (False, False): " ",
    (True, False): "▀",
    (False, True): "▄",
    (True, True): "█",
}  # by upper and lower module
_MANY = 10  # the smallest number of items that gets a progress bar

if TYPE_CHECKING:
    from rich.progress import Progress

    from shuzi.data.mnist import Progress as DownloadProgress


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
