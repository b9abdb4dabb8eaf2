"""The record of a sweep becomes its report: mean, standard deviation and interval of each setting.

report.json    for programs, with the accuracy of each seed
report.md      for people, in their language
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import RunError, writing
from shuzi.messages import say
from shuzi.scale.sweep.plan import Plan, Value
from shuzi.scale.sweep.record import Record
from shuzi.scale.sweep.statistics import Summary, summary

JSON_FILE, TEXT_FILE = "report.json", "report.md"


@dataclass(frozen=True)
class Row:
    """The trials of one setting after so many steps.

    Parameters
    ----------
    settings
        The values of the setting.
    steps
        The steps they were trained.
    accuracies
        Validation accuracies by seed.
    of
        The number of seeds. Where it is larger than the number of accuracies, the others were stopped before, failed,
        or are not trained yet, and the mean is that of a selection.
    """

    settings: Mapping[str, Value]
    steps: int
    accuracies: Mapping[int, float]
    of: int

    @property
    def summary(self) -> Summary | None:
        """The numbers; None without any accuracy."""
        return summary(list(self.accuracies.values())) if self.accuracies else None

    @property
    def partial(self) -> bool:
        """Whether accuracies are missing."""
        return len(self.accuracies) < self.of

    @property
    def label(self) -> str:
        """The setting as text."""
        return " ".join(f"{name}={value}" for name, value in self.settings.items()) or say("sweep.as_is")


def rows(plan: Plan, record: Record) -> list[Row]:
    """Return a row for each setting and rung, setting by setting."""
    seen = {
        (decision.trial, decision.steps): decision.accuracy
        for decision in record.decisions
        if decision.accuracy is not None
    }
    found = []
    for settings in plan.combinations():
        trials = [trial for trial in plan.trials() if trial.settings == settings]
        for steps in trials[0].rungs:
            accuracies = {
                trial.recipe.seed: seen[trial.name, steps] for trial in trials if (trial.name, steps) in seen
            }
            found.append(Row(settings, steps, accuracies, len(trials)))
    return found


def notes(plan: Plan, record: Record, errors: Mapping[str, str]) -> list[str]:
    """Return remarks: how many trials were stopped, failed or are missing."""
    last, found = record.last(), []
    ends = {trial.name: trial.recipe.steps for trial in plan.trials()}
    if stopped := [
        decision
        for decision in last.values()
        if not decision.problem and not decision.goes_on and decision.steps < ends[decision.trial]
    ]:
        found.append(say("sweep.stopped", n=len(stopped)))
    if any(row.partial and row.accuracies for row in rows(plan, record)):
        found.append(say("sweep.partial"))
    found += [
        say("sweep.failed", trial=name, problem=problem)
        for name, each in last.items()
        if (problem := each.error()) is not None
    ]
    found += [say("sweep.not_run", trial=name, problem=problem) for name, problem in errors.items()]
    return found


HEADINGS = ("sweep.setting", "sweep.steps", "sweep.trials", "sweep.mean", "sweep.deviation", "sweep.interval")
"""The keys of the table's headings."""


def cells(row: Row) -> tuple[str, ...]:
    """Return a row of the table as text.

    >>> cells(Row({"learning_rate": 0.002}, 500, {0: 0.91, 1: 0.93}, 3))
    ('learning_rate=0.002', '500', '2/3 *', '92.00 %', '1.41 %', '79.29-100.00 %')
    """
    number = row.summary
    trials = f"{len(row.accuracies)}/{row.of}" + (" *" if row.partial and row.accuracies else "")
    if number is None:
        return row.label, str(row.steps), trials, "–", "–", "–"
    deviation = "–" if number.deviation is None else f"{100 * number.deviation:.2f} %"
    interval = "–" if number.interval is None else "{:.2f}-{:.2f} %".format(*(100 * end for end in number.interval))
    return row.label, str(row.steps), trials, f"{100 * number.mean:.2f} %", deviation, interval


def write(folder: Path, plan: Plan, record: Record, errors: Mapping[str, str]) -> None:
    """Write both files of the report.

    Raises
    ------
    RunError
        A file cannot be written.
    """
    texts = {JSON_FILE: json.dumps(_as_dict(plan, record, errors), indent=1, ensure_ascii=False) + "\n"}
    texts[TEXT_FILE] = _markdown(plan, record, errors)
    for name, text in texts.items():
        with writing(folder / name, RunError), replacing(folder / name) as part:
            part.write_text(text, encoding="utf-8")


def _markdown(plan: Plan, record: Record, errors: Mapping[str, str]) -> str:
    lines = [f"# {say('sweep.title', recipe=plan.recipe.name)}", "", say("sweep.measured"), ""]
    lines += [_line([say(heading) for heading in HEADINGS]), _line(["---", *["---:"] * (len(HEADINGS) - 1)])]
    lines += [_line([cell.replace("*", r"\*") for cell in cells(row)]) for row in rows(plan, record)]
    lines += ["", *(f"- {note}".replace("*", r"\*") for note in notes(plan, record, errors))]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _as_dict(plan: Plan, record: Record, errors: Mapping[str, str]) -> dict[str, Any]:
    found = []
    for row in rows(plan, record):
        number = row.summary
        found.append(
            {
                "settings": dict(row.settings),
                "steps": row.steps,
                "seeds": row.of,
                "accuracies": {str(seed): accuracy for seed, accuracy in row.accuracies.items()},
                "n": len(row.accuracies),
                "mean": None if number is None else number.mean,
                "deviation": None if number is None else number.deviation,
                "interval": None if number is None or number.interval is None else list(number.interval),
            }
        )
    failed = {name: str(problem) for name, each in record.last().items() if (problem := each.error()) is not None}
    return {
        "recipe": plan.recipe.as_dict(),
        "on": "validation",
        "first_rung": plan.first,
        "rows": found,
        "failed": failed,
        "not_trained": dict(errors),
    }
