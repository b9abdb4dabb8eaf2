"""The figure of the lesson: a 7, what two windows made by hand see in it, and what three learnt ones see."""

import contextlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure


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


def maps(theme):
    figure = Figure(figsize=(6, 4.1))
    for cell, image in zip(figure.subplots(2, 3).flat, _maps(), strict=True):
        cell.imshow(image, cmap=theme.ink)
        cell.set(xticks=[], yticks=[])
        cell.spines[:].set(visible=True, color=theme.faint)
    return figure
