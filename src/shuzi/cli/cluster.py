"""`shuzi scale` runs commands on many machines; --address names their cluster."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.data import handwriting_options
from shuzi.cli.model_argument import place_of
from shuzi.cli.serve import HOST, PORT, access_options, address_of, check_needed, feature_options, settings_of, warn
from shuzi.cli.terminal import (
    PATH,
    Command,
    Group,
    argument,
    do_without_output,
    option,
    program,
    progress_bar,
    waiting,
)
from shuzi.cli.train import refuse_beside_resume
from shuzi.data.collection import Paths
from shuzi.errors import ClusterError, require
from shuzi.messages import say
from shuzi.models.store import DEFAULT
from shuzi.training.recipe import RANGES, RECIPES

if TYPE_CHECKING:
    from shuzi.scale.cluster import Cluster
    from shuzi.scale.read_shards import Progress
    from shuzi.scale.sweep_plan import Decision, Plan


@click.group(cls=Group, help="cli.scale.help", short_help="cli.scale.short")
def scale() -> None:
    """Work on many machines."""


_TELL, _GIVE_UP = 20.0, 120.0  # seconds: connecting from a busy machine takes up to a minute

address_option = option("--address", envvar="RAY_ADDRESS", metavar="ADDRESS", help="cli.scale.address")
"""`--address`, for each command that works on a cluster; Ray sets its variable for jobs."""


@contextmanager
def connected(address: str | None, cpus: int | None = None) -> Iterator[Cluster]:
    """Connect to a cluster, or start one, as `cluster` does; report a long wait, and end the process after a limit.

    Ray waits in C++ code, which no exception can interrupt, forever if a part of the cluster does not answer.
    """
    from shuzi.scale.cluster import cluster

    with ExitStack() as stack:
        with _patience(address), waiting(say("scale.starting")):
            there = stack.enter_context(cluster(address, cpus))
        yield there


@contextmanager
def _patience(address: str | None) -> Iterator[None]:
    """Report on the current stderr that the block is waiting, and end the process after a limit."""
    if address is None:
        yield
        return
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding or "utf-8", errors="replace") as stderr:
        waits = say("scale.waits", address=address, tell=f"{_TELL:g}", seconds=f"{_GIVE_UP:g}")
        problem = ClusterError("error.cluster.silent", address=address, seconds=f"{_GIVE_UP:g}")
        error = say("cli.error", problem=problem)  # here: the thread below does not have this language
        done = Event()

        def watch() -> None:
            if done.wait(_TELL):
                return
            click.echo(waits, stderr)
            if done.wait(_GIVE_UP - _TELL):
                return
            click.echo(error, stderr)
            os._exit(1)

        watching = Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield
        finally:
            done.set()
            watching.join()


_SECONDS_A_LINE = 10.0  # seconds between two lines without a terminal


@scale.command(cls=Command, help="cli.scale.read.help", short_help="cli.scale.read.short")
@argument("input", metavar="INPUT", help="cli.scale.read.input")
@argument("output", metavar="OUTPUT", help="cli.scale.read.output")
@address_option
@option("--model", default=DEFAULT, metavar="MODEL", help="cli.read.model")
@option("--column", metavar="NAME", help="cli.scale.read.column")
@option("--rows-per-file", "rows", type=click.IntRange(1, 1_000_000), default=1_000, metavar="N",
        help="cli.scale.read.rows")  # fmt: skip
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
        with _showing_shards() as show:
            for progress in read_on(Order(input, output, rows, column), reader, there):
                show(progress)
                failed = progress.failed
    if not reader.calibrated:
        click.echo(say("read.uncalibrated"), err=True)
    if failed:
        sys.exit(1)


@contextmanager
def _showing_shards() -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows the progress of a run, and summarise the run at the end."""
    began = told = 0.0
    last: Progress | None = None
    with _shard_bar() as bar:

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
            elif monotonic() - told > _SECONDS_A_LINE:
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
def _shard_bar() -> Iterator[Callable[[Progress, float], None] | None]:
    """Yield a function that moves a progress bar, or None without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with progress_bar() as bar:
        files = say("scale.read.files")
        task = bar.add_task(files, total=None)

        def move(progress: Progress, speed: float) -> None:
            shown = f"{files} ({say('scale.read.speed', speed=f'{speed:.0f}')})"
            bar.update(task, total=progress.shards, completed=progress.done, description=shown)

        yield move


_MAX_STEPS = int(RANGES["steps"].max)
_MAX_SEEDS = 10_000


@scale.command(cls=Command, help="cli.sweep.help", short_help="cli.sweep.short")
@argument("name", metavar="[RECIPE]", required=False, type=click.Choice(list(RECIPES)), help="cli.sweep.recipe")
@option("--seeds", type=click.IntRange(1, _MAX_SEEDS), metavar="N", help="cli.sweep.seeds")
@option("--set", "settings", multiple=True, metavar="NAME=X,X", help="cli.sweep.set")
@option("--stop-early", "first", type=click.IntRange(1, _MAX_STEPS), metavar="N", help="cli.sweep.stop_early")
@option("--cpus-per-trial", "cpus", type=click.IntRange(1, 1_024), metavar="N", help="cli.sweep.cpus")
@option("--gpus", type=click.FloatRange(0, 64), metavar="X", help="cli.sweep.gpus")
@option("--out", type=PATH, metavar="PATH", help="cli.sweep.out")
@option("--resume", type=PATH, metavar="PATH", help="cli.sweep.resume")
@address_option
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@handwriting_options
@option("--json", "as_json", is_flag=True, help="cli.sweep.json")
def sweep(
    name: str | None,
    settings: tuple[str, ...],
    out: Path | None,
    resume: Path | None,
    address: str | None,
    data_dir: Path | None,
    as_json: bool,
    handwriting: Paths,
    **numbers: Any,
) -> None:
    """Train a recipe with many seeds and settings."""
    do_without_output()
    from shuzi.scale.sweep_plan import Plan

    if resume is not None:
        options = {"first": "stop_early", "cpus": "cpus_per_trial"}
        named = {options.get(name, name): value for name, value in numbers.items()}
        given = {"name": name, "out": out, "set": settings or None} | named
        refuse_beside_resume("cli.sweep.beside_resume", given)
    plan = None if resume else Plan.of(name or "softmax", settings, **numbers)
    require("ray", "scale", "extra.scale")
    for library in ("tomli_w", "keras", "onnx"):
        if find_spec(library) is None:  # not imported here: only the workers need them
            require(library, "train", "extra.training")
    from shuzi.scale.sweep import Places, check, created, opened, run

    with ExitStack() as stack:
        if resume is not None:
            folder, plan = stack.enter_context(opened(resume))
        else:
            assert plan is not None  # noqa: S101 - for the types
            folder = stack.enter_context(created(out, plan))
        own = {name: path.resolve() for name, path in handwriting.items()}
        places = Places(folder, None if data_dir is None else data_dir.resolve(), own)
        click.echo(say("sweep.started", n=len(plan.trials()), recipe=plan.recipe.name, folder=folder), err=True)
        try:
            stack.enter_context(redirect_stdout(StringIO()))  # Ray prints messages about its workers
            stack.enter_context(connected(address))
            check(plan, places, local=address is None)
            with _showing_trials(plan) as tell:
                record, errors = run(plan, places, tell)
        except KeyboardInterrupt:
            click.echo(say("sweep.interrupted", folder=folder, program=program()), err=True)
            raise
    _show_results(plan, folder, record, errors, as_json)
    if errors:
        click.echo(say("sweep.continue", folder=folder, program=program()), err=True)
        raise SystemExit(1)


@contextmanager
def _showing_trials(plan: Plan) -> Iterator[Any]:
    """Yield a function that shows progress: a line for each decision, and a bar below them on a terminal."""
    ends = {trial.name: trial.recipe.steps for trial in plan.trials()}
    if not sys.stderr.isatty():

        def line(trial: str, step: int, decision: Decision | None) -> None:
            if decision is not None:
                click.echo(_sentence(trial, step, decision, ends[trial]), err=True)

        yield line
        return
    at: dict[str, int] = {}
    with progress_bar() as bar:
        task = bar.add_task(say("sweep.bar"), total=sum(ends.values()))

        def move(trial: str, step: int, decision: Decision | None) -> None:
            # a trial that is over counts as complete, whatever its steps
            at[trial] = ends[trial] if decision is not None and not decision.goes_on else step
            if decision is not None:
                bar.console.print(_sentence(trial, step, decision, ends[trial]))
            bar.update(task, completed=sum(at.values()))

        yield move


def _sentence(trial: str, step: int, decision: Decision, end: int) -> str:
    if (problem := decision.error()) is not None:
        return say("sweep.failed", trial=trial, problem=problem)
    key = "sweep.done" if step >= end else "sweep.goes_on" if decision.goes_on else "sweep.ends"
    return say(key, trial=trial, accuracy=decision.accuracy, step=step)


def _show_results(plan: Plan, folder: Path, record: Any, errors: dict[str, str], as_json: bool) -> None:
    from shuzi.scale import sweep_report

    if as_json:
        results = json.loads((folder / sweep_report.JSON_FILE).read_text(encoding="utf-8"))
        click.echo(json.dumps({"sweep": str(folder)} | results, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for index, heading in enumerate(sweep_report.HEADINGS):
        table.add_column(say(heading), justify="right" if index else "left", no_wrap=True)
    for row in sweep_report.rows(plan, record):
        table.add_row(*sweep_report.cells(row))
    # a narrow terminal must not cut a setting off
    Console(highlight=False, markup=False, soft_wrap=True).print(table, soft_wrap=True)
    click.echo(say("sweep.measured"))
    for note in sweep_report.notes(plan, record, errors):
        click.echo(f"- {note}")
    click.echo(say("sweep.finished", folder=folder), err=True)


_MAX_REPLICAS = 1_000  # replicas


@scale.command(cls=Command, help="cli.serving.help", short_help="cli.serving.short")
@address_option
@option("--host", default=HOST, metavar="NAME", help="cli.serve.host")
@option("--port", type=click.IntRange(1, 65_535), metavar="N", help="cli.serving.port")
@access_options
@option("--replicas", type=click.IntRange(1, _MAX_REPLICAS), default=1, metavar="N", help="cli.serving.replicas")
@option("--max-replicas", type=click.IntRange(1, _MAX_REPLICAS), metavar="N", help="cli.serving.max_replicas")
@option("--cpus-per-replica", "cpus", type=click.IntRange(1, 1_024), default=1, metavar="N", help="cli.serving.cpus")
@feature_options
@option("--stop", is_flag=True, help="cli.serving.stop")
def serve(
    address: str | None,
    host: str,
    port: int | None,
    model: str,
    replicas: int,
    max_replicas: int | None,
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
    from shuzi.service.access import Hosts

    if stop:
        with connected(address):
            serving.end()
        click.echo(say("cli.serve.ended"), err=True)
        return
    chosen = settings_of(host, **settings)
    Hosts(chosen.hosts)  # report an invalid name before anything starts
    sent = serving.portable(place_of(model))
    size = serving.Size(replicas, max(replicas, max_replicas or 1), cpus)
    if address is None:
        with server.listen(host, PORT if port is None else port, others=port is None) as free:
            taken = free.getsockname()[1]
    else:
        taken = PORT if port is None else port
    warn(host, chosen)
    with connected(address, None if address else serving.cpus_for(size)):
        with waiting(say("serving.starting")):
            serving.begin(host, taken)
            serving.deploy(sent, chosen, size)
        here = address_of(host, taken)
        if address is not None:
            click.echo(say("serving.deployed", address=here))
            click.echo(say("serving.stop", program=program(), cluster=address), err=True)
            return
        click.echo(say("cli.serve.ready", address=here))
        _wait()
        serving.end()
    click.echo(say("cli.serve.ended"), err=True)


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM, both of which are a normal exit."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    asked.wait()
