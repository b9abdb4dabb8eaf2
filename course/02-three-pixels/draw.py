"""The two pictures of the lesson, its two matrix products number by number, and the shapes of MNIST's."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

X = np.array([[1, 0, 1], [0, 1, 1]])
W = np.array([[-1, 2], [0, 2], [1, -1]])
OUT = np.array([[-0.731, 0.731], [0.5, -0.5]])
"""y − label, as the lesson prints it."""


def _stage(width, height):
    figure = Figure(figsize=(width, height))
    stage = figure.subplots()
    stage.set(xlim=(0, 10 * width), ylim=(10 * height, 0), aspect="equal")
    stage.axis("off")
    return figure, stage


def _table(stage, theme, values, left, top, name, cell=(6, 4), strong=()):
    """Draw a matrix as boxes with numbers; those at the (row, column) in `strong` are in the accent colour."""
    wide, high = cell
    for (row, column), value in np.ndenumerate(values):
        at = (left + wide * column, top + high * row)
        marked = (row, column) in strong
        face = theme.accent if marked else theme.page
        stage.add_patch(Rectangle(at, wide, high, facecolor=face, edgecolor=theme.text, alpha=0.25 if marked else 1))
        stage.add_patch(Rectangle(at, wide, high, fill=False, edgecolor=theme.text))
        shown = f"{value:g}".replace("-", "−")
        stage.text(at[0] + wide / 2, at[1] + high / 2, shown, ha="center", va="center", fontsize=11)
    rows, columns = values.shape
    stage.text(left + wide * columns / 2, top - 1.5, name, ha="center", va="bottom", fontsize=11, color=theme.second)
    stage.text(
        left + wide * columns / 2, top + high * rows + 1, f"{rows}×{columns}", ha="center", va="top", fontsize=10
    )


def cut(theme):
    """A 0 and a 1 of 3×5 pixels, and the row that is cut out of each."""
    figure, stage = _stage(7.4, 2.6)
    stage.set_ylim(26, -4)
    ring = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]])
    bar = np.array([[0, 1, 1]] * 5)
    for left, picture, name in ((1, ring, theme.say("a 0", "一个 0")), (39, bar, theme.say("a 1", "一个 1"))):
        stage.text(left + 6, -0.6, name, ha="center", va="bottom", fontsize=11)
        stage.text(left + 26, 7.6, theme.say("its row", "取出的一行"), ha="center", va="bottom", fontsize=10)
        for (row, column), ink in np.ndenumerate(picture):
            face = theme.text if ink else theme.page
            stage.add_patch(Rectangle((left + 4 * column, 1 + 4 * row), 4, 4, facecolor=face, edgecolor=theme.faint))
        stage.add_patch(Rectangle((left - 0.6, 8.4), 13.2, 5.2, fill=False, edgecolor=theme.accent, linewidth=2.5))
        stage.annotate("", (left + 18, 11), (left + 13.4, 11), arrowprops={"arrowstyle": "->", "color": theme.accent})
        for column, ink in enumerate(picture[2]):
            at = (left + 18.5 + 5 * column, 8.5)
            stage.add_patch(Rectangle(at, 5, 5, facecolor=theme.page, edgecolor=theme.text))
            stage.text(at[0] + 2.5, 11, str(ink), ha="center", va="center", fontsize=12)
    return figure


def _product(theme, left, right, names, row, column, wide):
    """Draw left @ right and, written out, how one of its numbers comes from a row and a column."""
    figure, stage = _stage(9.2, 2.1)
    start = 2 + 6 * left.shape[1] + 6
    end = start + wide * right.shape[1] + 6
    middle = 4 + 4 * max(len(left), len(right)) / 2
    tops = [middle - 2 * len(table) for table in (left, right, left)]
    _table(stage, theme, left, 2, tops[0], names[0], strong=[(row, place) for place in range(left.shape[1])])
    _table(stage, theme, right, start, tops[1], names[1], (wide, 4), [(place, column) for place in range(len(right))])
    _table(stage, theme, left @ right, end, tops[2], names[2], (wide, 4), [(row, column)])
    stage.text(start - 3, middle, "@", ha="center", va="center", fontsize=13)
    stage.text(end - 3, middle, "=", ha="center", va="center", fontsize=13)
    pairs = zip(left[row], right[:, column], strict=True)
    terms = (f"{a}×({b:g})" if b < 0 else f"{a}×{b:g}" for a, b in pairs)
    line = f"{' + '.join(terms)} = {(left @ right)[row, column]:g}".replace("-", "−")
    stage.text(end + wide * right.shape[1] + 2, middle, line, color=theme.accent, fontsize=11, va="center")
    return figure


def scores(theme):
    """x @ w, with the row and the column that make its first number."""
    return _product(theme, X, W, ("x", "w", "x @ w"), 0, 0, 6)


def slopes(theme):
    """x.T @ (y − label), with the row and the column that make the third number of its first column."""
    return _product(theme, X.T, OUT, ("x.T", "y − label", "x.T @ (y − label)"), 2, 0, 9)


def shapes(theme):
    """Above 64×784 @ 784×10 = 64×10, below 784×64 @ 64×10 = 784×10."""
    figure, stage = _stage(8.4, 6.2)
    pictures, pixels, digits = (
        theme.say("pictures", "张图"),
        theme.say("pixels", "个像素"),
        theme.say("digits", "个数字"),
    )
    long, batch, ten = 20, 7, 3.5
    for top, sides, names in (
        (4, ((f"64 {pictures}", batch), (f"784 {pixels}", long), (f"10 {digits}", ten)), ("x", "w", "x @ w")),
        (
            34,
            ((f"784 {pixels}", long), (f"64 {pictures}", batch), (f"10 {digits}", ten)),
            ("x.T", "y − label", "x.T @ (y − label)"),
        ),
    ):
        (rows, high), (inner, wide), (columns, narrow) = sides
        middle, left = top + long / 2, 6
        for name, box_high, box_wide, row_text, column_text, before in (
            (names[0], high, wide, rows, inner, ""),
            (names[1], wide, narrow, inner, columns, "@"),
            (names[2], high, narrow, rows, columns, "="),
        ):
            if before:
                stage.text(left - 8, middle, before, ha="center", va="center", fontsize=13)
            box = (left, middle - box_high / 2)
            stage.add_patch(Rectangle(box, box_wide, box_high, facecolor=theme.second, alpha=0.2))
            stage.add_patch(Rectangle(box, box_wide, box_high, fill=False, edgecolor=theme.text))
            stage.text(
                left + box_wide / 2, box[1] - 0.8, name, ha="center", va="bottom", fontsize=11, color=theme.second
            )
            strong = {True: theme.accent, False: theme.text}
            stage.text(
                left - 1.8,
                middle,
                row_text,
                ha="center",
                va="center",
                fontsize=10,
                rotation=90,
                color=strong[before == "@"],
            )
            stage.text(
                left + box_wide / 2, box[1] + box_high + 0.8, column_text, ha="center", va="top", fontsize=10,
                color=strong[before == ""],
            )  # fmt: skip
            left += box_wide + 20
    return figure


def price(theme):
    """−log and the squared error of two probabilities; on the right how hard each pushes the right digit's score."""
    figure = Figure(figsize=(8.4, 3.2))
    left, right = figure.subplots(1, 2)
    p = np.linspace(0.004, 1, 500)
    names = "−log", theme.say("squares", "误差平方和")
    for cell, curves, title in (
        (left, (-np.log(p), 2 * (1 - p) ** 2), theme.say("price", "罚多少")),
        (right, (1 - p, 4 * p * (1 - p) ** 2), theme.say("push on its score", "把分数往上推多少")),
    ):
        for curve, name, colour in zip(curves, names, (theme.accent, theme.second), strict=True):
            cell.plot(p, curve, color=colour, label=name)
        cell.set(
            xlim=(0, 1), title=title, xlabel=theme.say("probability of the right digit", "对的那个数字得到的概率")
        )
        cell.grid(alpha=0.5)
    left.set_ylim(0, 5)
    right.set_ylim(0, 1.1)
    for at, text in ((0.269, "1.313"), (0.5, "0.693")):
        left.plot(at, -np.log(at), "o", color=theme.accent)
        left.annotate(text, (at, -np.log(at)), (5, 5), textcoords="offset points", fontsize=10)
    for height, colour in ((0.99, theme.accent), (0.04, theme.second)):
        right.plot(0.01, height, "o", color=colour, clip_on=False)
        right.annotate(str(height), (0.01, height), (9, 1), textcoords="offset points", fontsize=10)
    left.legend()
    return figure


def powers(theme):
    """The first picture's scores, their powers of e, and these divided by their sum."""
    figure = Figure(figsize=(8.4, 2.5))
    scores = (X @ W)[0]
    raised = np.exp(scores)
    steps = (
        (scores, theme.say("score", "分数")),
        (raised, theme.say("e to the power of it", "e 的“分数”次方")),
        (raised / raised.sum(), theme.say("divided by the sum: probability", "除以总和：概率")),
    )
    for cell, (values, title) in zip(figure.subplots(1, 3), steps, strict=True):
        drawn = cell.bar((theme.say("digit 0", "数字 0"), theme.say("digit 1", "数字 1")), values, width=0.6)
        drawn[0].set_color(theme.second)
        drawn[1].set_color(theme.accent)
        cell.bar_label(drawn, [f"{value:.3f}".rstrip("0").rstrip(".") for value in values], padding=2)
        cell.set(title=title, yticks=[], ylim=(0, 1.25 * max(values)))
        cell.spines["left"].set_visible(False)
    return figure
