"""A window slides over a small picture, edges become corners, and windows made by hand and learnt look at a 7."""

import contextlib
import io
from functools import cache
from pathlib import Path
from types import FunctionType, SimpleNamespace

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import shuzi
from figures import picture


@cache
def _lesson():
    code = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("train, validation =")[0]
    lesson = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, lesson)  # noqa: S102 - the lesson's own code, without its comparison
    return lesson


@cache
def _maps():
    lesson = _lesson()
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
    for left, place, colour in ((0, 0, theme.accent), (8.9, 2, theme.second)):
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
    """The 7, what the two windows made by hand see in it, and three learnt ones."""
    figure = Figure(figsize=(6, 4.6))
    learnt = theme.say("learnt", "学来的")
    titles = (
        theme.say("the 7", "这个 7"),
        theme.say("left edges", "左边缘"),
        theme.say("top edges", "上边缘"),
        *[learnt] * 3,
    )
    for cell, image, title in zip(figure.subplots(2, 3).flat, _maps(), titles, strict=True):
        picture(cell, image, theme)
        cell.set_title(title)
    return figure


@cache
def _layers():
    """Return the pooled maps of the first layer and the maps of the second, learnt from 5,000 pictures."""
    lesson, train = dict(_lesson()), _lesson()["mnist"].train
    few = shuzi.Dataset(train.images[:5000], train.labels[:5000])
    trained = FunctionType(lesson["trained"].__code__, lesson | {"mnist": SimpleNamespace(train=few)})
    maps = [lesson["seven"][None, :, :, None]]
    for layer in trained(lesson["windows"](), few.images).layers[:3]:
        maps.append(np.array(layer(maps[-1])))
    return maps[2][0], maps[3][0]


def second(theme):
    """The sixteen pooled maps of the 7, one place in all, and what a window of the second layer makes of it."""
    pooled, found = _layers()
    window = found.max(axis=(0, 1)).argmax()
    row, column = np.unravel_index(found[:, :, window].argmax(), found.shape[:2])
    figure = Figure(figsize=(8.4, 4))
    left, right = figure.subfigures(1, 2, width_ratios=(5, 3))
    for cell, image in zip(left.subplots(4, 4).flat, np.moveaxis(pooled, 2, 0), strict=True):
        picture(cell, image, theme, vmin=0, vmax=pooled.max())
        cell.add_patch(Rectangle((column - 0.5, row - 0.5), 3, 3, fill=False, edgecolor=theme.accent, linewidth=2))
    left.suptitle(theme.say("16 maps, the same 3×3 in each", "16 张特征图，每张看同一处 3×3"), fontsize=11)
    cell = right.subplots()
    picture(cell, found[:, :, window], theme)
    cell.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=theme.accent, linewidth=2))
    english, chinese = "16 × 9 products, added up:\none number of one window", "16 × 9 个乘积加起来：\n一个窗的一个数"
    cell.set_title(theme.say(english, chinese), fontsize=11)
    return figure


_SHAPE = np.pad(np.array([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]]), 2)
_LEFT, _TOP = np.array([[-1, 0, 1]] * 3), np.array([[-1, 0, 1]] * 3).T


def _slid(image, window):
    """Return what a 3×3 window sees at each place."""
    places = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return (places * window).sum(axis=(2, 3))


def _numbers(cell, image, theme, most):
    picture(cell, image, theme, vmin=0, vmax=most)
    for (row, column), value in np.ndenumerate(image):
        dark = (value > most / 2) == (theme.ink == "Greys")
        colour = "#ffffff" if dark else "#1d1c1a"
        shown = f"{value:g}".replace("-", "−")
        cell.text(column, row, shown, ha="center", va="center", fontsize=8, color=colour)


def corners(theme):
    """Two windows find left and top edges; one of the second layer looks at both and finds where they meet."""
    left, top = _slid(_SHAPE, _LEFT), _slid(_SHAPE, _TOP)
    corner = np.maximum(left + top - 3, 0)
    figure = Figure(figsize=(8.6, 2.6))
    titles = (
        theme.say("picture", "图"), theme.say("left edges", "左边缘"), theme.say("top edges", "上边缘"),
        theme.say("left + top − 3: corners", "左 + 上 − 3：角"),
    )  # fmt: skip
    for cell, image, title in zip(figure.subplots(1, 4), (_SHAPE, left, top, corner), titles, strict=True):
        _numbers(cell, image, theme, max(image.max(), 1))
        cell.set_title(title)
    return figure


def sliding(theme):
    """The window for left edges at each place in turn, and the map that fills up."""
    result = _slid(_SHAPE, _LEFT)
    size = len(result)
    for index in range(size * size):
        row, column = divmod(index, size)
        figure = Figure(figsize=(5.8, 3))
        before, after = figure.subplots(1, 2, width_ratios=(8, 6))
        _numbers(before, _SHAPE, theme, 1)
        before.add_patch(Rectangle((column - 0.5, row - 0.5), 3, 3, fill=False, edgecolor=theme.accent, linewidth=3))
        shown = np.where(np.arange(size * size).reshape(size, size) <= index, result, np.nan)
        picture(after, shown, theme, vmin=0, vmax=3)
        after.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=theme.accent, linewidth=3))
        for (y, x), value in np.ndenumerate(shown):
            if not np.isnan(value):
                dark = (value > 1.5) == (theme.ink == "Greys")
                colour = "#ffffff" if dark else "#1d1c1a"
                after.text(x, y, f"{value:g}".replace("-", "−"), ha="center", va="center", fontsize=9, color=colour)
        before.set_title(theme.say("picture", "图"))
        after.set_title(theme.say("left edges", "左边缘"))
        yield figure
