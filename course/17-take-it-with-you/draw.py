"""The figure of the lesson: how many decimals of its numbers a network needs."""

import contextlib
import io
import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.figure import Figure

DECIMALS = (0, 1, 2, 3, 4)


@cache
def _accuracies():
    code, lesson, here = (Path(__file__).parent / "lesson.py").read_text("utf-8"), {}, Path.cwd()
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(folder)  # the lesson writes where it is run
        try:
            exec(code, lesson)  # noqa: S102 - the lesson's own code
        finally:
            os.chdir(here)
    numbers, x = lesson["numbers"], lesson["images"].reshape(-1, 784) / 255
    found = []
    for decimals in DECIMALS:
        kept = {name: each.round(decimals) for name, each in numbers.items()}
        hidden = np.maximum(x @ kept["hidden/kernel"] + kept["hidden/bias"], 0)
        y = hidden @ kept["output/kernel"] + kept["output/bias"]
        found.append(np.mean(y.argmax(axis=1) == lesson["labels"]))
    return found


def decimals(theme):
    figure = Figure(figsize=(4.4, 2.8))
    cell = figure.subplots()
    cell.plot(DECIMALS, _accuracies(), color=theme.accent, marker="o")
    for place, accuracy in zip(DECIMALS, _accuracies(), strict=True):
        cell.annotate(f"{accuracy:.2f}", (place, accuracy), xytext=(0, -14), textcoords="offset points", ha="center")
    cell.set(ylim=(0, 1.05), xticks=DECIMALS)
    cell.grid(alpha=0.4)
    return figure
