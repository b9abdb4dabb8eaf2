"""For three learning rates, the line after each of the first steps, and the steps in the bowl of the loss."""

import numpy as np
from matplotlib.figure import Figure


def settles(theme):
    """From left to right the rates 0.001, 0.1 and 0.25; the later a line, the stronger."""
    x, label = np.array([0, 1, 2, 3]), np.array([1, 3, 5, 7])
    figure = Figure(figsize=(8.6, 3))
    for cell, rate in zip(figure.subplots(1, 3), (0.001, 0.1, 0.25), strict=True):
        w = b = 0.0
        for step in range(7):
            cell.plot(x, w * x + b, color=theme.accent, alpha=0.2 + 0.12 * step, linewidth=1 + 0.15 * step)
            error = w * x + b - label
            w -= rate * np.mean(2 * error * x)
            b -= rate * np.mean(2 * error)
        cell.plot(x, label, "o", color=theme.text, zorder=3)
        cell.set(title=f"{rate}", ylim=(-8, 18), xticks=x)
    return figure


def bowl(theme):
    """The loss from above as lines of equal height, and the path of the first steps for 0.001, 0.1 and 0.25."""
    x, label = np.array([0, 1, 2, 3]), np.array([1, 3, 5, 7])
    ws, bs = np.meshgrid(np.linspace(-3, 7, 201), np.linspace(-5, 7, 201))
    loss = np.mean((ws[..., None] * x + bs[..., None] - label) ** 2, axis=-1)
    figure = Figure(figsize=(8.6, 3.2))
    for cell, rate in zip(figure.subplots(1, 3, sharey=True), (0.001, 0.1, 0.25), strict=True):
        levels = (0.5, 3, 10, 21, 40, 70, 110)
        lines = cell.contour(ws, bs, loss, levels=levels, colors=theme.second, alpha=0.6, linewidths=0.8)
        cell.clabel(lines, levels=(3, 21, 70), fontsize=7, fmt="%g")
        path = [(0.0, 0.0)]
        for _ in range(6):
            w, b = path[-1]
            error = w * x + b - label
            path.append((w - rate * np.mean(2 * error * x), b - rate * np.mean(2 * error)))
        cell.plot(*zip(*path, strict=True), "o-", color=theme.accent, markersize=4, linewidth=1.2)
        cell.plot(2, 1, "+", color=theme.text, markersize=12, markeredgewidth=2)
        cell.set(title=f"{rate}", xlim=(-3, 7), ylim=(-5, 7), xlabel="w")
    figure.axes[0].set_ylabel("b", rotation=0)
    return figure
