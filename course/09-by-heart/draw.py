"""Training and validation loss, step by step, without and with shifted pictures."""

import importlib.util
import re
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

from matplotlib.figure import Figure


@cache
def _curves():
    """Return for both trainings the rows (step, training loss, validation loss)."""
    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    with redirect_stdout(StringIO()):
        description.loader.exec_module(lesson)
    found = []
    for change in (None, lesson.shift):
        with redirect_stdout(StringIO()) as printed:
            lesson.train(*lesson.few, change=change, show=range(20, 2001, 20))
        rows = re.findall(r"(\d+)  train ([\d.]+)  validation ([\d.]+)", printed.getvalue())
        found.append([tuple(map(float, row)) for row in rows])
    return found


def apart(theme):
    """On the left 1,000 pictures as they are, on the right shifted at random; training dashed, validation solid."""
    figure = Figure(figsize=(8.4, 3.3))
    titles = theme.say("1,000 pictures as they are", "一千张原图"), theme.say("shifted at random", "随机挪动")
    for cell, rows, title in zip(figure.subplots(1, 2, sharey=True), _curves(), titles, strict=True):
        steps, train, validation = zip(*rows, strict=True)
        cell.plot(steps, train, "--", color=theme.second, label=theme.say("training", "训练集"))
        cell.plot(steps, validation, color=theme.accent, label=theme.say("validation", "验证集"))
        cell.set(ylim=(0, 1), title=title, xlabel=theme.say("step", "步"))
        cell.grid(alpha=0.4)
    figure.axes[0].set_ylabel(theme.say("loss per picture", "每张图的损失"))
    figure.axes[0].legend()
    return figure
