"""The events of a training run become lines of metrics.jsonl, and such lines are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shuzi.training.events import Done, Event, Progress, Validated

METRICS_FILE = "metrics.jsonl"
"""The file's name in a run folder."""

_BEYOND = 1e30  # no loss or accuracy is this large, and plotting fails near the largest float


def metrics(event: Event) -> dict[str, Any] | None:
    """Return an event's entry for metrics.jsonl, or None if it has none.

    >>> metrics(Progress(10, loss=1.5, accuracy=0.75))
    {'step': 10, 'loss': 1.5, 'accuracy': 0.75}
    """
    match event:
        case Progress():
            return {"step": event.step, "loss": event.loss, "accuracy": event.accuracy}
        case Validated():
            return {"step": event.step, "validation_accuracy": event.accuracy}
        case Done():
            values = {"step": event.step, "done": event.part, "done_accuracy": event.accuracy, "n": event.n}
            return values | {name: score.accuracy for name, score in event.more.items() if name != event.part}
        case _:
            return None


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a run folder's metrics.jsonl; empty if there is no such file."""
    file = path / METRICS_FILE
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [values for line in lines if (values := _parsed(line))]


def belongs(line: str, step: int) -> bool:
    """Return whether a line of metrics.jsonl is an entry of the steps up to `step`, and not of an end."""
    values = _parsed(line)
    return values is not None and "done" not in values and values["step"] <= step


def _parsed(line: str) -> dict[str, Any] | None:
    """Parse a line of metrics.jsonl; None if it is incomplete, as after a kill, or was edited."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or type(values.get("step")) is not int:
        return None
    return values if all(_can_be_plotted(value) for name, value in values.items() if name != "done") else None


def _can_be_plotted(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _BEYOND
