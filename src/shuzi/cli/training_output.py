"""The events of a training run become lines: sentences for people, or JSON for programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shuzi.cli.terminal import program, progress_bar
from shuzi.messages import counted, say
from shuzi.models.store import START
from shuzi.models.tasks import DETECT, RECOGNISE_LINE

if TYPE_CHECKING:
    from shuzi.training.events import Event


class Lines:
    """A listener that prints lines as in the tutorial, with a progress bar below them on a terminal.

    Results go to stdout, notes to stderr.
    """

    def __init__(self, folder: Path, own: bool, unsplit: bool) -> None:
        self._folder = folder
        self._own = own
        self._unsplit = unsplit
        self._task_name = ""
        self._from_start = True
        self._fine_tunes = False
        self._step = "train.step"
        self._losses: list[float] = []
        self._rate = 0.0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Lines:
        if sys.stdout.isatty():
            self._bar = progress_bar(on_stderr=False)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Print an event."""
        from shuzi.training.events import Composing, CrossValidating, Done, Progress, Started, Stopped, Validated

        match event:
            case Composing():
                self._composing(event)
            case Started():
                self._started(event)
            case Progress():
                self._losses = [*self._losses[:1], event.loss]
                self._line(say(self._step, step=event.step, loss=event.loss))
            case Validated():
                self._move(event.step)
            case CrossValidating():
                self._cross_validating(event)
            case Done() if self._fine_tunes:
                self._before_and_after(event)
            case Done():
                self._line(say(self._accuracy_key(event), accuracy=event.accuracy, n=event.n))
                if self._from_start and len(self._losses) > 1 and self._losses[-1] > self._losses[0]:
                    click.echo(say("train.worse", rate=self._rate), err=True)
            case Stopped():
                click.echo(say("train.stopped", step=event.step, folder=self._folder, program=program()), err=True)
            case _:
                pass

    def end(self, finished: bool) -> None:
        """Suggest what to do next."""
        if finished:
            key = "train.finished_own" if self._fine_tunes else "train.finished"
            click.echo(say(key, folder=self._folder, program=program()), err=True)

    def _started(self, event: Any) -> None:
        recipe = event.recipe
        self._rate = recipe.learning_rate
        self._task_name = recipe.task
        self._fine_tunes = recipe.fine_tunes
        # a model that was trained before has little left to learn, and its loss may rise a little
        self._from_start = event.step == 0 and not (self._folder / START).exists()
        self._step = "train.step" if recipe.loss == "sum" else "train.step_of_mean"
        key = "train.resumed" if event.step else "train.started"
        what = "examples" if recipe.task == RECOGNISE_LINE else "images"
        counts = {what: event.images, "parameters": event.parameters}
        if not event.step:
            counts["steps"] = recipe.steps
        facts = {"step": event.step, "steps": recipe.steps} | {name: counted(name, n) for name, n in counts.items()}
        facts["images"] = facts[what]
        click.echo(say(key, recipe=recipe.name, folder=self._folder, **facts), err=True)
        if self._unsplit:
            click.echo(say("train.too_few", n=event.images), err=True)
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(recipe.name, total=recipe.steps, completed=event.step)

    def _composing(self, event: Any) -> None:
        if self._bar is None:
            if event.done == 1:
                click.echo(say("train.composing"), err=True)
            return
        if self._task is None:
            self._task = self._bar.add_task(say("train.composing"), total=event.of)
        self._bar.update(self._task, completed=event.done)

    def _cross_validating(self, event: Any) -> None:
        if self._bar is None:
            if event.done == 0:
                click.echo(say("train.cross_validating", of=event.of), err=True)
            return
        if event.done == 0:
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task(say("train.cross_validating", of=event.of), total=event.of)
        self._bar.update(self._task, completed=event.done)

    def _before_and_after(self, event: Any) -> None:
        """Print how many of the user's and of MNIST's digits were read before and after."""
        before, after = event.more["own-before"], event.more["own"]
        for key, score in (("train.own_before", before), ("train.own_after", after)):
            low, high = score.interval
            self._line(say(key, right=score.correct, n=score.n, accuracy=score.accuracy, low=low, high=high))
        others, learnt = event.more["validation-before"], event.more["validation"]
        self._line(say("train.others", before=others.accuracy, after=learnt.accuracy, n=learnt.n))
        if after.correct <= before.correct:
            click.echo(say("train.no_better", folder=self._folder), err=True)

    def _accuracy_key(self, event: Any) -> str:
        if self._task_name == DETECT:
            return "train.found"
        if self._task_name == RECOGNISE_LINE:
            return "train.read"
        if self._unsplit:
            return "train.own_by_heart"
        if self._own:
            return "train.own_accuracy"
        return "train.accuracy" if event.part == "test" else "train.validation"

    def _line(self, sentence: str) -> None:
        if self._bar is None:
            click.echo(sentence)
        else:
            self._bar.console.print(sentence, highlight=False, markup=False)

    def _move(self, step: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=step)


class JsonLines:
    """A listener that prints one JSON object per line, with the same names as metrics.jsonl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Event) -> None:
        """Print an event."""
        from shuzi.training.run_folder import metrics

        if values := metrics(event):
            click.echo(json.dumps(values))

    def end(self, finished: bool) -> None:
        """Print where everything was saved."""
        click.echo(json.dumps({"run": str(self._folder), "finished": finished}))
