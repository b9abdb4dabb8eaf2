"""Ten templates: what the network learnt, and the mean of each digit's pictures."""

import importlib.util
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure


@cache
def _learnt():
    description = importlib.util.spec_from_file_location("lesson", Path(__file__).with_name("lesson.py"))
    lesson = importlib.util.module_from_spec(description)
    with redirect_stdout(StringIO()):
        description.loader.exec_module(lesson)
    return lesson.w, lesson.means


def templates(theme):
    """Above, the weights of each digit; below, the mean of its pictures."""
    weights, means = _learnt()
    figure = Figure(figsize=(8.6, 2))
    for digit, (above, below) in enumerate(figure.subplots(2, 10).T):
        picture = weights[:, digit].reshape(28, 28)
        most = np.abs(picture).max()
        above.imshow(picture, cmap=theme.signs, vmin=-most, vmax=most)
        above.set_title(str(digit))
        below.imshow(means[:, digit].reshape(28, 28), cmap=theme.ink, vmin=0, vmax=1)
        above.axis("off")
        below.axis("off")
    return figure
