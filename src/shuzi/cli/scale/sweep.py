"""`shuzi scale sweep` trains a recipe with many seeds and settings, and reports how good each setting is."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.data import handwriting_options
from shuzi.cli.localized import PATH, Command, argument, language_option, option
from shuzi.cli.scale.address import address_option, connected
from shuzi.cli.terminal import do_without_output, program, progress_bar
from shuzi.cli.train import refuse_beside_resume
from shuzi.errors import RecipeError, require
from shuzi.messages import say
from shuzi.models.card import BACKENDS
from shuzi.training.recipe import RANGES, RECIPES, Handwriting, recipe

if TYPE_CHECKING:
    from shuzi.scale.sweep_plan import Decision, Plan

_MOST_STEPS = int(RANGES["steps"].most)
_MOST_SEEDS = 10_000


@click.command(cls=Command, help="cli.sweep.help", short_help="cli.sweep.short")
@argument("name", metavar="[RECIPE]", required=False, type=click.Choice(list(RECIPES)), help="cli.sweep.recipe")
@option("--seeds", type=click.IntRange(1, _MOST_SEEDS), metavar="N", help="cli.sweep.seeds")
@option("--set", "settings", multiple=True, metavar="NAME=X,X", help="cli.sweep.set")
@option("--stop-early", "first", type=click.IntRange(1, _MOST_STEPS), metavar="N", help="cli.sweep.stop_early")
@option("--cpus-per-trial", "cpus", type=click.IntRange(1, 1_024), metavar="N", help="cli.sweep.cpus")
@option("--gpus", type=click.FloatRange(0, 64), metavar="X", help="cli.sweep.gpus")
@option("--out", type=PATH, metavar="PATH", help="cli.sweep.out")
@option("--resume", type=PATH, metavar="PATH", help="cli.sweep.resume")
@address_option
@option("--data-dir", type=PATH, metavar="PATH", help="cli.data_dir")
@handwriting_options
@option("--json", "as_json", is_flag=True, help="cli.sweep.json")
@language_option
def sweep(
    name: str | None,
    settings: tuple[str, ...],
    out: Path | None,
    resume: Path | None,
    address: str | None,
    data_dir: Path | None,
    as_json: bool,
    handwriting: Handwriting,
    **numbers: Any,
) -> None:
    """Train a recipe with many seeds and settings."""
    do_without_output()
    if resume is not None:
        given = {"name": name, "out": out, "set": settings or None} | _by_option(numbers)
        refuse_beside_resume("cli.sweep.beside_resume", given)
    plan = None if resume else _plan(name or "softmax", settings, **numbers)
    require("ray", "scale", "extra.scale")
    for library in ("tomli_w", "keras", "onnx"):
        require(library, "train", "extra.training") if library == "tomli_w" else _find(library)
    from shuzi.scale import sweep_report
    from shuzi.scale.sweep import check, created, opened, run
    from shuzi.scale.trial_run import Places

    with ExitStack() as stack:
        if resume is not None:
            folder, plan = stack.enter_context(opened(resume))
        else:
            assert plan is not None  # noqa: S101 - for the types
            folder = stack.enter_context(created(out, plan))
        places = Places(folder, None if data_dir is None else data_dir.resolve(), handwriting.resolved())
        click.echo(say("sweep.started", n=len(plan.trials()), recipe=plan.recipe.name, folder=folder), err=True)
        try:
            stack.enter_context(redirect_stdout(StringIO()))  # Ray prints messages about its workers
            stack.enter_context(connected(address))
            check(plan, places, local=address is None)
            with _progress(plan) as tell:
                record, errors = run(plan, places, tell)
        except KeyboardInterrupt:
            click.echo(say("sweep.interrupted", folder=folder, program=program()), err=True)
            raise
        sweep_report.write(folder, plan, record, errors)
    _show(plan, folder, record, errors, as_json)
    if errors:
        click.echo(say("sweep.continue", folder=folder, program=program()), err=True)
        raise SystemExit(1)


def _plan(
    name: str, settings: tuple[str, ...], seeds: int | None, first: int | None, cpus: int | None, gpus: float | None
) -> Plan:
    """Combine the options into a plan, which checks every value."""
    from shuzi.scale.sweep_plan import Plan, parse

    values = [parse(each) for each in settings]
    for index, (setting, _) in enumerate(values):
        if setting in dict(values[:index]):
            raise RecipeError("error.sweep.again", name=setting)
    backend = os.environ.get("KERAS_BACKEND") or ("jax" if gpus else "tensorflow")
    if backend not in BACKENDS or (gpus and backend != "jax"):
        choices = "jax" if gpus else ", ".join(BACKENDS)
        raise RecipeError("error.recipe.choice", name="KERAS_BACKEND", value=backend, choices=choices)
    return Plan(recipe(name), seeds or 1, dict(values), first or 0, cpus or 1, gpus or 0.0, backend)


def _find(library: str) -> None:
    """Make sure that a library is installed, without importing it: only the workers need it."""
    if find_spec(library) is None:
        require(library, "train", "extra.training")


def _by_option(numbers: dict[str, Any]) -> dict[str, Any]:
    names = {"first": "stop_early", "cpus": "cpus_per_trial"}
    return {names.get(name, name): value for name, value in numbers.items()}


@contextmanager
def _progress(plan: Plan) -> Iterator[Any]:
    """Yield a function that shows progress: a line for each decision, and a bar below them on a terminal."""
    ends = {each.name: each.recipe.steps for each in plan.trials()}
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


def _show(plan: Plan, folder: Path, record: Any, errors: dict[str, str], as_json: bool) -> None:
    from shuzi.scale import sweep_report

    if as_json:
        found = json.loads((folder / sweep_report.JSON_FILE).read_text(encoding="utf-8"))
        click.echo(json.dumps({"sweep": str(folder)} | found, ensure_ascii=False))
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
