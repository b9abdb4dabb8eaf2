"""Fifteen trainings with their means and intervals, and the fifteen test images whose labels most people reject."""

import re
from pathlib import Path

from matplotlib.figure import Figure

import shuzi
from figures import picture
from shuzi.evaluation.accuracy import DISPUTED


def doubtful(theme):
    test = shuzi.load_mnist().test
    figure = Figure(figsize=(7, 4.8))
    for cell, place in zip(figure.subplots(3, 5).flat, DISPUTED, strict=True):
        picture(cell, test.images[place], theme)
        cell.set_title(theme.say(f"label {test.labels[place]}", f"标签 {test.labels[place]}"), color=theme.second)
    return figure


def seeds(theme):
    """The accuracies that the lesson prints, a row for each recipe, and the interval of the exam around each mean."""
    text = Path(__file__).with_name("en.md").read_text("utf-8")
    rows = re.findall(r"^(\w+) +((?:0\.\d{4} ?){5})\n +mean ([\d.]+) .* interval ([\d.]+)$", text, re.MULTILINE)
    figure = Figure(figsize=(8.4, 2.6))
    cell = figure.subplots()
    for height, (_, accuracies, mean, interval) in enumerate(reversed(rows)):
        middle, wide = float(mean), float(interval)
        cell.plot([middle - wide, middle + wide], [height] * 2, color=theme.faint, linewidth=9, solid_capstyle="butt")
        cell.plot([middle] * 2, [height - 0.28, height + 0.28], color=theme.second, linewidth=2)
        dots = [float(each) for each in accuracies.split()]
        cell.plot(dots, [height] * len(dots), "o", color=theme.accent, markersize=6)
    cell.set(yticks=range(len(rows)), yticklabels=[name for name, *_ in reversed(rows)], ylim=(-0.5, len(rows) - 0.5))
    cell.set_xlabel(theme.say("accuracy on the validation images", "验证集准确率"))
    return figure
