"""For three learning rates, the line after each of the first steps, and the steps in the bowl of the loss."""

import numpy as np
from matplotlib.figure import Figure

RATES = (0.001, 0.1, 0.25)
X, LABEL = np.array([0, 1, 2, 3]), np.array([1, 3, 5, 7])


def _path(rate, steps=6):
    """Return (w, b) at the start and after each step."""
    path = [(0.0, 0.0)]
    for _ in range(steps):
        w, b = path[-1]
        error = w * X + b - LABEL
        path.append((w - rate * np.mean(2 * error * X), b - rate * np.mean(2 * error)))
    return path


def _title(theme, rate):
    said = {0.001: ("hardly moves", "几乎不动"), 0.1: ("settles", "走到了"), 0.25: ("leaps too far", "越跳越远")}[
        rate
    ]
    return theme.say(f"rate {rate}: {said[0]}", f"学习率 {rate}：{said[1]}")


def settles(theme):
    """The later a line, the stronger."""
    figure = Figure(figsize=(8.6, 3.4))
    for cell, rate in zip(figure.subplots(1, 3, sharey=True), RATES, strict=True):
        for step, (w, b) in enumerate(_path(rate)):
            name = {0: theme.say("at the start", "开始时"), 6: theme.say("after 6 steps", "6 步以后")}.get(step)
            style = {"color": theme.accent, "alpha": 0.2 + 0.12 * step, "linewidth": 1 + 0.15 * step}
            cell.plot(X, w * X + b, label=name, **style)
        cell.plot(X, LABEL, "o", color=theme.text, zorder=3, label=theme.say("the four points", "四个点"))
        cell.set(title=_title(theme, rate), ylim=(-8, 18), xticks=X, xlabel="x")
    figure.axes[0].set_ylabel("y", rotation=0)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def bowl(theme):
    """The loss from above as lines of equal height, and the path of the first steps."""
    ws, bs = np.meshgrid(np.linspace(-3, 7, 201), np.linspace(-5, 7, 201))
    loss = np.mean((ws[..., None] * X + bs[..., None] - LABEL) ** 2, axis=-1)
    figure = Figure(figsize=(8.6, 3.7))
    for cell, rate in zip(figure.subplots(1, 3, sharey=True), RATES, strict=True):
        levels = (0.5, 3, 10, 21, 40, 70, 110)
        lines = cell.contour(ws, bs, loss, levels=levels, colors=theme.second, alpha=0.7, linewidths=0.8)
        cell.clabel(lines, levels=(3, 21, 70), fontsize=7, fmt="%g")
        cell.plot([], [], color=theme.second, linewidth=0.8, label=theme.say("the same loss", "损失相同"))
        cell.plot(
            *zip(*_path(rate), strict=True), "o-", color=theme.accent, markersize=4, linewidth=1.2,
            label=theme.say("six steps", "六步"),
        )  # fmt: skip
        lowest = theme.say("the lowest point", "碗底")
        cell.plot(2, 1, "+", color=theme.text, markersize=12, markeredgewidth=2, linestyle="none", label=lowest)
        cell.set(title=_title(theme, rate), xlim=(-3, 7), ylim=(-5, 7), xlabel="w")
    figure.axes[0].set_ylabel("b", rotation=0)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
