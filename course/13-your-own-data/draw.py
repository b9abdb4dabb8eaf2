"""A 9 that is misread, a sheet being cut up, and MNIST's ten digits above ten from the sheet."""

import contextlib
import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figures import bars, picture
from shuzi.data.own import import_pictures
from shuzi.ink.normalize import normalize


@cache
def _lesson():
    code, lesson = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("work = Path(")[0], {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, lesson)  # noqa: S102 - the lesson's own code, without its trainings
    return lesson


@cache
def _rows():
    lesson = _lesson()
    with TemporaryDirectory() as folder:
        lesson["cut"](lesson["draw_sheet"](2, 30), Path(folder) / "exam")
        exam = import_pictures(Path(folder) / "exam").dataset
    answers = lesson["shuzi"].load("tiny").classify(exam.images).argmax(axis=1)
    mnist = lesson["shuzi"].load_mnist().train
    usual = [mnist.images[np.argmax(mnist.labels == digit)] for digit in range(10)]
    chosen = [_one(exam.labels, answers, digit) for digit in range(10)]
    return usual, [(exam.images[index], answers[index] == exam.labels[index], answers[index]) for index in chosen]


def _one(labels, answers, digit):
    """Choose one that is misread, if there is one."""
    own = np.flatnonzero(labels == digit)
    wrong = own[answers[own] != digit]
    return wrong[0] if len(wrong) else own[0]


def nine(theme):
    """Our 9, three of MNIST's, and what tiny answers."""
    lesson = _lesson()
    mine = lesson["mine"]
    mnist = lesson["shuzi"].load_mnist().train
    (y,) = lesson["shuzi"].load("tiny").classify(normalize(lesson["ink_map"](mine))[np.newaxis])
    figure = Figure(figsize=(8.4, 2.3))
    ours, *theirs, answer = figure.subplots(1, 5, width_ratios=(1.2, 0.8, 0.8, 0.8, 2.2))
    picture(ours, mine, theme, cmap="gray", vmin=0, vmax=255)
    ours.set_title(theme.say("our 9", "我们的 9"))
    for cell, index in zip(theirs, np.flatnonzero(mnist.labels == 9), strict=False):
        picture(cell, mnist.images[index], theme)
    theirs[1].set_title(theme.say("9s of MNIST", "MNIST 的 9"))
    bars(answer, y, theme, right=9)
    answer.set_title(theme.say(f"tiny answers {y.argmax()}", f"tiny 答 {y.argmax()}"))
    return figure


def cutting(theme):
    """Three rows of the sheet: a band over each stretch with ink, a box around each digit."""
    lesson = _lesson()
    sheet = lesson["draw_sheet"](1, 10)
    ink = lesson["ink_map"](sheet) > 60
    figure = Figure(figsize=(8.4, 3))
    cell = figure.subplots()
    picture(cell, sheet[:360], theme, cmap="gray", vmin=0, vmax=255)
    for digit, (top, bottom) in enumerate(lesson["runs"](ink[:360].any(axis=1))):
        cell.axhspan(top, bottom, color="#2a4d9b", alpha=0.12)
        cell.text(-12, (top + bottom) / 2, str(digit), ha="right", va="center", fontsize=12)
        for left, right in lesson["runs"](ink[top:bottom].any(axis=0)):
            size = (right - left + 8, bottom - top + 8)
            cell.add_patch(Rectangle((left - 4, top - 4), *size, fill=False, color="#2a4d9b", linewidth=1.2))
    cell.set_ylabel(theme.say("row", "行"), labelpad=18)
    return figure


def gap(theme):
    """Above, MNIST's; below, ours, misread where there is one, with tiny's answers."""
    figure = Figure(figsize=(8.4, 2.2))
    cells = figure.subplots(2, 10)
    usual, sheet = _rows()
    for above, below, image, (own, right, answer) in zip(*cells, usual, sheet, strict=True):
        picture(above, image, theme)
        picture(below, own, theme)
        below.set_xlabel(f"{answer}", color=theme.text if right else theme.second, fontweight="bold")
    cells[0, 0].set_ylabel("MNIST")
    cells[1, 0].set_ylabel(theme.say("ours", "我们的"))
    return figure
