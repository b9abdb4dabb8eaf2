"""What a * b + a remembers, and how the slopes come back."""

from matplotlib.figure import Figure
from matplotlib.patches import Circle


def tape(theme):
    """Numbers in the circles, factors on the arrows, slopes below; a is used twice."""
    figure = Figure(figsize=(8.4, 4.2))
    stage = figure.subplots()
    stage.set(xlim=(-0.9, 9.1), ylim=(-1.9, 3.2), aspect="equal")
    stage.axis("off")
    places = {"a": (0, 2.2), "b": (0, 0), "a * b": (4, 0), "c": (7.8, 1.3)}
    numbers = {"a": "2", "b": "3", "a * b": "6", "c": "8"}
    slopes = {"a": "3×1 + 1×1 = 4", "b": "2×1 = 2", "a * b": "1×1 = 1", "c": "1"}
    for part, result, factor in (("a", "a * b", "3"), ("b", "a * b", "2"), ("a * b", "c", "1"), ("a", "c", "1")):
        tail, head = places[part], places[result]
        style = {"arrowstyle": "<-", "color": theme.text, "shrinkA": 35, "shrinkB": 35}
        stage.annotate("", head, tail, arrowprops=style)
        x, y = 0.55 * tail[0] + 0.45 * head[0], 0.55 * tail[1] + 0.45 * head[1]
        box = {"facecolor": theme.page, "edgecolor": "none", "pad": 1.5}
        stage.text(x, y, f"× {factor}", ha="center", va="center", fontsize=11, color=theme.third, bbox=box)
    for name, (x, y) in places.items():
        stage.add_patch(Circle((x, y), 0.5, facecolor=theme.page, edgecolor=theme.text, linewidth=1.6))
        stage.text(x, y, numbers[name], ha="center", va="center", fontsize=14)
        stage.text(x, y + 0.62, name, ha="center", va="bottom", fontsize=11)
        stage.text(x, y - 0.65, slopes[name], ha="center", va="top", fontsize=11, color=theme.second)
    legend = (
        (theme.text, theme.say("in the circles: numbers", "圈里：数")),
        (theme.third, theme.say("on the arrows: factors", "箭头上：乘几")),
        (theme.second, theme.say("below the circles: slopes", "圈下：斜率")),
    )
    for column, (colour, name) in zip((0.8, 4, 7.2), legend, strict=True):
        stage.text(column, -1.6, name, ha="center", va="center", fontsize=11, color=colour)
    return figure
