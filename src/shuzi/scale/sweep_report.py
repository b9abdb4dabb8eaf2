"""The decisions of a sweep become its report: mean, standard deviation and interval of each setting.

report.json    for programs, with the accuracy of each seed
report.md      for people, in their language
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import RunError, writing
from shuzi.messages import say
from shuzi.scale.sweep_plan import Plan, Record, Value

_LEVEL = 0.95
_NONE = {"n": 0, "mean": None, "deviation": None, "interval": None}
_HALVINGS = 100  # of the interval in which the quantile lies: more than a float can resolve


@dataclass(frozen=True)
class Summary:
    """A sample of accuracies in numbers."""

    n: int  # the number of accuracies
    mean: float  # their mean
    deviation: float | None  # their standard deviation, with n - 1 in the denominator; None for a single one
    # Student's 95 % confidence interval of the mean over seeds, within 0 and 1; None for a single one
    interval: tuple[float, float] | None


def summary(accuracies: Sequence[float]) -> Summary:
    """Summarise at least one accuracy.

    >>> found = summary([0.91, 0.92, 0.93])
    >>> round(found.mean, 4), round(found.deviation, 4), [round(end, 4) for end in found.interval]
    (0.92, 0.01, [0.8952, 0.9448])
    """
    n, mean = len(accuracies), statistics.fmean(accuracies)
    if n == 1:
        return Summary(n, mean, None, None)
    deviation = statistics.stdev(accuracies)
    half = quantile(n - 1) * deviation / math.sqrt(n)
    return Summary(n, mean, deviation, (max(0.0, mean - half), min(1.0, mean + half)))


def quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t with so many degrees of freedom: 95 % of values lie within it of 0.

    >>> round(quantile(1), 3), round(quantile(9), 3), round(quantile(499), 3)
    (12.706, 2.262, 1.965)
    """
    low, high = 0.0, 100.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < _LEVEL else (low, middle)
    return high


def _within(distance: float, freedom: int) -> float:
    """Return the probability that Student's t lies within a distance from 0 (Abramowitz and Stegun, 26.7.3-4)."""
    angle = math.atan2(distance, math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (power - 1) / power
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if odd else total


JSON_FILE, TEXT_FILE = "report.json", "report.md"


@dataclass(frozen=True)
class Row:
    """The trials of one setting after so many steps."""

    settings: Mapping[str, Value]  # the values of the setting
    steps: int  # the steps they were trained
    accuracies: Mapping[int, float]  # validation accuracies by seed
    # the number of seeds. Where it is larger than the number of accuracies, the others were stopped before, failed,
    # or are not trained yet, and the mean is that of a selection.
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
        for name, decision in last.items()
        if (problem := decision.error()) is not None
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
    """Write both files of the report."""
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
        numbers = asdict(row.summary) if row.summary else _NONE
        found.append(
            {
                "settings": dict(row.settings),
                "steps": row.steps,
                "seeds": row.of,
                "accuracies": {str(seed): accuracy for seed, accuracy in row.accuracies.items()},
                **numbers,
            }
        )
    failed = {
        name: str(problem) for name, decision in record.last().items() if (problem := decision.error()) is not None
    }
    return {
        "recipe": plan.recipe.as_dict(),
        "on": "validation",
        "first_rung": plan.first,
        "rows": found,
        "failed": failed,
        "not_trained": dict(errors),
    }
