"""The line after each of the first steps, for three learning rates."""

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
