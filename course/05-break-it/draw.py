"""The loss of every run of the lesson."""

import importlib.util
from functools import cache, partial
from pathlib import Path

from matplotlib.figure import Figure


@cache
def _losses():
    import tensorflow as tf

    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    description.loader.exec_module(lesson)
    run = lesson.run
    return {
        "O": run("O"),
        "A": run("A", scale=1),
        "B": run("B", relabel=lesson.swap_3_and_8),
        "C": run("C", relabel=lesson.roll_dice),
        "D": run("D", rate=-0.001),
        "E": run("E", out=partial(tf.identity)),
        "F": run("F", total=tf.reduce_mean),
        "G": run("G", rate=1.0),
        "I": run("I", rate=1e-7),
    }


_NAMES = {
    "O": ("healthy", "好好的"),
    "A": ("no division by 255", "没除以 255"),
    "B": ("3 and 8 swapped", "3 和 8 标反"),
    "C": ("random labels", "标签乱标"),
    "D": ("uphill", "往上走"),
    "E": ("no softmax", "没有 softmax"),
    "F": ("mean instead of sum", "平均代替总和"),
    "G": ("rate 1.0", "学习率 1.0"),
    "I": ("rate 0.0000001", "学习率 0.0000001"),
}


def faces(theme):
    """The first 500 steps of each run; each axis begins at 0 unless the loss is negative, and has its own scale."""
    figure = Figure(figsize=(8.6, 6))
    cells = figure.subplots(3, 3)
    for cell, (name, losses) in zip(cells.flat, _losses().items(), strict=True):
        cell.plot(losses[:500], color=theme.accent if name == "O" else theme.second, linewidth=0.7)
        top = max(losses[:500])
        cell.set(ylim=(0 if min(losses) >= 0 else min(losses) * 1.1, top * 1.1), xticks=[0, 250, 500])
        cell.set_title(f"{name}  {theme.say(*_NAMES[name])}", loc="left")
    for cell in cells[:, 0]:
        cell.set_ylabel(theme.say("loss", "损失"))
    for cell in cells[2]:
        cell.set_xlabel(theme.say("step", "步"))
    return figure
