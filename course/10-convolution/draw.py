"""A window that slides over a small picture, and what windows see in a 7: two made by hand and three learnt ones."""

import contextlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle


@cache
def _maps():
    code = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("train, validation =")[0]
    lesson = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, lesson)  # noqa: S102 - the lesson's own code, without its comparison
    seven, convolve = lesson["seven"], lesson["convolve"]
    network = lesson["trained"](lesson["windows"](), lesson["mnist"].train.images)
    learnt = np.array(network.layers[0](seven[None, :, :, None]))[0]
    # windows that see something in this digit, and see it least as the picture itself does
    lit = [place for place in range(learnt.shape[2]) if learnt[:, :, place].max() > 0.3 * learnt.max()]
    like = {place: np.corrcoef(learnt[:, :, place].ravel(), seven[1:-1, 1:-1].ravel())[0, 1] for place in lit}
    chosen = sorted(like, key=like.get)[:3]
    by_hand = [np.maximum(convolve(seven, lesson[name]), 0) for name in ("LEFT", "TOP")]
    return [seven, *by_hand, *np.moveaxis(learnt[:, :, chosen], 2, 0)]


def window(theme):
    """A window of 3×3 at its first and at its last place in the top row, and the numbers that come out."""
    picture, kernel = np.array([[0, 0, 1, 1, 1]] * 4), np.array([[-1, 0, 1]] * 3)
    figure = Figure(figsize=(8.4, 2.3))
    stage = figure.subplots()
    stage.set(xlim=(-0.2, 16.7), ylim=(4.3, -0.3), aspect="equal")
    stage.axis("off")
    for left, place, colour in ((0, 0, theme.accent), (8.9, 2, theme.third)):
        for (row, column), ink in np.ndenumerate(picture):
            face = theme.faint if ink else theme.page
            stage.add_patch(
                Rectangle((left + column, row), 1, 1, facecolor=face, edgecolor=theme.text, linewidth=0.6)
            )
            stage.text(left + column + 0.1, row + 0.16, str(ink), ha="left", va="top", fontsize=8)
        stage.add_patch(Rectangle((left + place, 0), 3, 3, facecolor=colour, alpha=0.15))
        stage.add_patch(Rectangle((left + place, 0), 3, 3, fill=False, edgecolor=colour, linewidth=2.5))
        for (row, column), weight in np.ndenumerate(kernel):
            shown = f"×{weight}".replace("-", "−")
            stage.text(
                left + place + column + 0.55, row + 0.62, shown, ha="center", va="center", color=colour, fontsize=10
            )
        for (row, column), value in np.ndenumerate(np.array([[3, 3, 0]] * 2)):
            at = (left + 5.6 + 0.62 * column, 1 + 0.8 * row)
            stage.add_patch(Rectangle(at, 0.62, 0.8, facecolor=theme.page, edgecolor=theme.text, linewidth=0.6))
            if (row, column) == (0, place):
                stage.add_patch(Rectangle(at, 0.62, 0.8, facecolor=colour, alpha=0.3, edgecolor=colour))
            stage.text(at[0] + 0.31, at[1] + 0.4, str(value), ha="center", va="center", fontsize=10)
    return figure


def maps(theme):
    figure = Figure(figsize=(6, 4.1))
    for cell, image in zip(figure.subplots(2, 3).flat, _maps(), strict=True):
        cell.imshow(image, cmap=theme.ink)
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=theme.faint)
    return figure
