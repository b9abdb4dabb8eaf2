"""The decisions of a sweep become lines of trials.jsonl, from which an interrupted sweep continues."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shuzi.atomic import remove_leftovers, replacing
from shuzi.errors import RunError, TrainingError, writing

RECORD_FILE = "trials.jsonl"


@dataclass(frozen=True)
class Decision:
    """The accuracy of a trial after some steps, and the decision about it.

    Parameters
    ----------
    trial
        The trial's name.
    steps
        The steps it was trained.
    accuracy
        On the validation split, 0 to 1; None if the training failed.
    goes_on
        Whether it continues, unless this was its end.
    problem
        The key and values of the error that ended the training.
    """

    trial: str
    steps: int
    accuracy: float | None
    goes_on: bool = False
    problem: tuple[str, dict[str, Any]] | None = None

    def error(self) -> TrainingError | None:
        """Return the error that ended the training."""
        return None if self.problem is None else TrainingError(self.problem[0], **self.problem[1])


class Record:
    """The decisions of a sweep, in the order in which they were made.

    Parameters
    ----------
    folder
        The folder of the sweep.

    Raises
    ------
    RunError
        The file cannot be read, or a line of it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORD_FILE
        remove_leftovers(folder)
        self.decisions = list(_read(self._path))

    def add(self, decision: Decision) -> None:
        """Store a decision before it takes effect.

        Raises
        ------
        RunError
            It cannot be written.
        """
        with writing(self._path, RunError), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(decision)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.decisions.append(decision)

    def last(self) -> dict[str, Decision]:
        """Return the last decision on each trial."""
        return {decision.trial: decision for decision in self.decisions}


def _read(path: Path) -> Iterable[Decision]:
    try:
        text = path.read_bytes() if path.exists() else b""
        whole, _, half = text.rpartition(b"\n")
        if half:  # a line left unfinished by a killed driver
            with replacing(path) as part:
                part.write_bytes(whole + b"\n" if whole else b"")
        return [_parsed(line) for line in whole.decode().splitlines()]
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise RunError("error.sweep.record", path=path, reason=problem) from problem


def _parsed(line: str) -> Decision:
    values = json.loads(line)
    problem = values.pop("problem")
    return Decision(**values, problem=None if problem is None else (str(problem[0]), dict(problem[1])))
