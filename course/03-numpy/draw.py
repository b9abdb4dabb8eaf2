"""The loss of every step, with batches of 64 and of 1,024."""

import importlib.util
from functools import cache
from pathlib import Path

from matplotlib.figure import Figure

import shuzi


@cache
def _losses(size):
    description = importlib.util.spec_from_file_location("measure", Path(__file__).with_name("measure.py"))
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module.train(shuzi.load_mnist(seed=0), size, 0.001 * 64 / size)[2]


def loss(theme):
    """On the left batches of 64, on the right of 1,024 with a sixteenth of the rate, for as many pictures."""
    figure = Figure(figsize=(8.4, 3))
    for cell, size in zip(figure.subplots(1, 2, sharey=True), (64, 1024), strict=True):
        cell.plot([each * 64 / size for each in _losses(size)], color=theme.accent, linewidth=0.6)
        cell.set(ylim=(0, 150), title=theme.say(f"{size:,} pictures a step", f"一步 {size} 张图"))
        cell.set_xlabel(theme.say("step", "步"))
        cell.grid(alpha=0.4)
    figure.axes[0].set_ylabel(theme.say("loss of 64 pictures", "64 张图的损失"))
    return figure
