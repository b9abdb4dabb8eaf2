"""What is in the file: eight operations from pixels to probabilities, two of them with numbers that were learnt."""

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch


def graph(theme):
    """The operations in their order, above them what goes through, below them what it means."""
    steps = (
        ("Flatten", "28×28", theme.say("one row", "排成一行")),
        ("Mul", "784", theme.say("÷ 255", "÷ 255")),
        ("MatMul", "784", theme.say("× hidden/kernel", "× hidden/kernel")),
        ("Add", "64", theme.say("+ hidden/bias", "+ hidden/bias")),
        ("Relu", "64", theme.say("cut off", "负的变 0")),
        ("MatMul", "64", theme.say("× output/kernel", "× output/kernel")),
        ("Add", "10", theme.say("+ output/bias", "+ output/bias")),
        ("Softmax", "10", theme.say("probabilities", "变成概率")),
    )
    figure = Figure(figsize=(8.6, 3.2))
    stage = figure.subplots()
    stage.set(xlim=(-0.3, 8.3), ylim=(-3.1, 1.2), aspect="equal")
    stage.axis("off")
    for index, (name, size, meaning) in enumerate(steps):
        row, column = divmod(index, 4)
        x, y = 2.05 * column + 0.1, -2.1 * row
        learnt = name in ("MatMul", "Add")
        edge = theme.accent if learnt else theme.text
        stage.add_patch(
            FancyBboxPatch(
                (x, y - 0.4), 1.3, 0.8, "round,pad=0.05", facecolor=theme.page, edgecolor=edge, linewidth=1.5
            )
        )
        stage.text(x + 0.65, y, name, ha="center", va="center", fontsize=11, color=edge)
        stage.text(x + 0.65, y - 0.55, meaning, ha="center", va="top", fontsize=9)
        stage.text(x - 0.4, y + 0.34, size, ha="center", va="bottom", fontsize=8, color=theme.second)
        stage.annotate("", (x - 0.08, y), (x - 0.62, y), arrowprops={"arrowstyle": "->", "color": theme.text})
    legend = (theme.accent, theme.say("blue: with numbers that were learnt", "蓝：带着学来的数")), (
        theme.second, theme.say("brown: how many numbers go in", "棕：进去多少个数"),
    )  # fmt: skip
    for x, (colour, words) in zip((0.1, 4.3), legend, strict=True):
        stage.text(x, 1.05, words, ha="left", va="center", fontsize=10, color=colour)
    return figure
