"""`shuzi scale read` reads any number of pictures on many machines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

from shuzi.cli.localized import Command, argument, language_option, option
from shuzi.cli.model_argument import place_of
from shuzi.cli.scale.address import address_option, connected
from shuzi.cli.terminal import do_without_output
from shuzi.errors import require
from shuzi.messages import say
from shuzi.models.store import DEFAULT

if TYPE_CHECKING:
    from shuzi.scale.read_shards import Progress

_SECONDS = 10.0  # seconds between two lines without a terminal


@click.command(cls=Command, help="cli.scale.read.help", short_help="cli.scale.read.short")
@argument("input", metavar="INPUT", help="cli.scale.read.input")
@argument("output", metavar="OUTPUT", help="cli.scale.read.output")
@address_option
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--column", metavar="NAME", help="cli.scale.read.column")
@option("--rows-per-file", "rows", type=click.IntRange(1, 1_000_000), default=1_000, metavar="N",
        help="cli.scale.read.rows")  # fmt: skip
@language_option
def read(input: str, output: str, address: str | None, model: str, column: str | None, rows: int) -> None:  # noqa: A002 - click's name
    """Read pictures on many machines."""
    do_without_output()
    require("ray", "scale", "extra.scale")
    from shuzi.reading.reader import load
    from shuzi.scale.read_shards import read as read_on
    from shuzi.scale.shards import Order

    reader = load(place_of(model))
    with ExitStack() as stack:
        there = stack.enter_context(connected(address))
        click.echo(say("scale.cpus", cpus=there.cpus, nodes=there.nodes), err=True)
        failed = 0
        with _showing() as show:
            for progress in read_on(Order(input, output, rows, column), reader, there):
                show(progress)
                failed = progress.failed
    if not reader.calibrated:
        click.echo(say("read.uncalibrated"), err=True)
    if failed:
        sys.exit(1)


@contextmanager
def _showing() -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows the progress of a run, and summarise the run at the end."""
    began = told = 0.0
    last: Progress | None = None
    with _bar() as bar:

        def show(progress: Progress) -> None:
            nonlocal began, told, last
            if last is None:
                began = told = monotonic()
                if progress.done:
                    click.echo(say("scale.read.there", n=progress.done, shards=progress.shards), err=True)
            last = progress
            speed = progress.rows / max(monotonic() - began, 1e-3)
            if bar is not None:
                bar(progress, speed)
            elif monotonic() - told > _SECONDS:
                told = monotonic()
                at = {"rows": progress.rows, "done": progress.done, "shards": progress.shards}
                click.echo(say("scale.read.line", speed=f"{speed:.0f}", **at), err=True)

        yield show
    if last is not None:
        seconds = monotonic() - began
        speed = last.rows / max(seconds, 1e-3)
        click.echo(say("scale.read.done", n=last.rows, seconds=f"{seconds:.0f}", speed=f"{speed:.0f}"))
        if last.failed:
            click.echo(say("scale.read.failed", n=last.failed), err=True)


@contextmanager
def _bar() -> Iterator[Callable[[Progress, float], None] | None]:
    """Yield a function that moves a progress bar, or None without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"), TimeRemainingColumn())
    console = Console(stderr=True, highlight=False, markup=False)
    with Bars(TextColumn("{task.description}"), *columns, console=console, transient=True) as bars:
        task = bars.add_task(say("scale.read.files"), total=None, speed="")

        def move(progress: Progress, speed: float) -> None:
            shown = say("scale.read.speed", speed=f"{speed:.0f}")
            bars.update(task, total=progress.shards, completed=progress.done, speed=shown)

        yield move
