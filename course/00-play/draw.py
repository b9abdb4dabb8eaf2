"""The seven of the lesson and the ten numbers that come out, as it is and shifted."""

import numpy as np
from matplotlib.figure import Figure

import shuzi
from figures import bars, picture


def pixels(theme):
    """The seven as what it is: 784 numbers."""
    seven = shuzi.load_mnist().test.images[0]
    figure = Figure(figsize=(8.2, 8.2))
    cell = figure.subplots()
    cell.imshow(seven, cmap=theme.ink, vmin=0, vmax=255)
    strong = "#ffffff" if theme.ink == "Greys" else "#000000"
    for (y, x), value in np.ndenumerate(seven):
        cell.text(x, y, value, ha="center", va="center", fontsize=6, color=strong if value > 140 else theme.text)
    cell.set(xticks=range(0, 28, 3), yticks=range(0, 28, 3))
    cell.set(xlabel=theme.say("column", "列"), ylabel=theme.say("row", "行"))
    cell.spines[:].set_visible(False)
    return figure


def shifted(theme):
    """Above, the picture as it is, three and four pixels to the left; below, the ten numbers."""
    seven = shuzi.load_mnist().test.images[0]
    network = shuzi.load("softmax")
    figure = Figure(figsize=(8, 4.6))
    cells = figure.subplots(2, 3, height_ratios=(3, 2))
    for column, shift in enumerate((0, 3, 4)):
        moved = np.roll(seven, -shift, axis=1)
        (ten,) = network.classify(moved[np.newaxis])
        picture(cells[0, column], moved, theme, vmin=0, vmax=255)
        title = (
            theme.say(f"{shift} pixels to the left", f"左移 {shift} 个像素")
            if shift
            else theme.say("as it is", "原样")
        )
        cells[0, column].set_title(title)
        bars(cells[1, column], ten, theme, right=7)
    return figure
