"""The figure of the lesson: the loss of each batch at three learning rates, and the accuracy that comes of it."""

from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

RATES = (0.00001, 0.001, 0.1)
EVERY = 40


@cache
def _curves():
    code = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("straight =")[0]
    lesson = {}
    exec(code, lesson)  # noqa: S102 - the lesson's own code, without what it prints
    images, labels = lesson["validation"].images[:1000].reshape(-1, 784) / 255, lesson["validation"].labels[:1000]
    curves = []
    for rate in RATES:
        state, losses, accuracies = lesson["beginning"](), [], []
        for step in range(0, 2001, EVERY):
            state = lesson["go_on"](state, step, rate)
            y = lesson["softmax"](images @ state["w"] + state["b"])
            losses.append(-np.log(y[np.arange(1000), labels] + 1e-10).mean())
            accuracies.append(lesson["accuracy"](state))
        curves.append((losses, accuracies))
    return curves


def rates(theme):
    figure = Figure(figsize=(8, 3.6))
    loss, accuracy = figure.subplots(1, 2)
    styles = (
        (theme.third, "--", "too small", "太小"),
        (theme.accent, "-", "good", "正好"),
        (theme.second, ":", "too large", "太大"),
    )
    for rate, (colour, line, en, zh), curves in zip(RATES, styles, _curves(), strict=True):
        name = theme.say(f"rate {rate:f}".rstrip("0") + f", {en}", f"学习率 {rate:f}".rstrip("0") + f"，{zh}")
        for cell, curve in zip((loss, accuracy), curves, strict=True):
            cell.plot(range(0, 2001, EVERY), curve, line, color=colour, linewidth=1.5, label=name)
    loss.set(ylim=(0, 4), ylabel=theme.say("mean loss", "平均损失"))
    accuracy.set(ylim=(0, 1), ylabel=theme.say("accuracy", "准确率"))
    for cell in (loss, accuracy):
        cell.grid(alpha=0.4)
        cell.set_xlabel(theme.say("step", "步"))
    figure.legend(*loss.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
