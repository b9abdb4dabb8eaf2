"""The figure of the lesson: MNIST's ten digits, and ten from the sheet, as the network sees them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.figure import Figure


@cache
def _rows():
    code = (Path(__file__).parent / "lesson.py").read_text("utf-8").partition("work = Path(")[0]
    lesson = {}
    exec(code, lesson)  # noqa: S102 - the lesson's own code, without its trainings
    with TemporaryDirectory() as folder:
        lesson["cut"](lesson["draw_sheet"](2, 30), Path(folder) / "exam")
        exam = lesson["import_pictures"](Path(folder) / "exam").dataset
    answers = lesson["shuzi"].load("tiny").classify(exam.images).argmax(axis=1)
    mnist = lesson["shuzi"].load_mnist().train
    usual = [mnist.images[np.argmax(mnist.labels == digit)] for digit in range(10)]
    chosen = [_one(exam.labels, answers, digit) for digit in range(10)]
    return usual, [(exam.images[place], answers[place] == exam.labels[place], answers[place]) for place in chosen]


def _one(labels, answers, digit):
    """Choose one that is misread, if there is one."""
    own = np.flatnonzero(labels == digit)
    wrong = own[answers[own] != digit]
    return wrong[0] if len(wrong) else own[0]


def gap(theme):
    figure = Figure(figsize=(8.4, 2.2))
    cells = figure.subplots(2, 10)
    usual, sheet = _rows()
    for above, below, image, (own, right, answer) in zip(*cells, usual, sheet, strict=True):
        above.imshow(image, cmap=theme.ink)
        below.imshow(own, cmap=theme.ink)
        below.set_xlabel(f"{answer}", color=theme.text if right else theme.accent)
        for cell in (above, below):
            cell.set(xticks=[], yticks=[])
            cell.spines[:].set(visible=True, color=theme.faint)
    return figure
