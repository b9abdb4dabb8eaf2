"""The seven of the lesson and the ten numbers that come out, as it is and shifted."""

import numpy as np
from matplotlib.figure import Figure

import shuzi


def pixels(theme):
    """The seven as what it is: 784 numbers."""
    seven = shuzi.load_mnist().test.images[0]
    figure = Figure(figsize=(8.2, 8.2))
    cell = figure.subplots()
    cell.imshow(seven, cmap=theme.ink, vmin=0, vmax=255)
    strong = "#ffffff" if theme.ink == "Greys" else "#000000"
    for (y, x), value in np.ndenumerate(seven):
        cell.text(x, y, value, ha="center", va="center", fontsize=6, color=strong if value > 140 else theme.text)
    cell.axis("off")
    return figure


def shifted(theme):
    """Above, the picture as it is, three and four pixels to the left; below, the ten numbers."""
    seven = shuzi.load_mnist().test.images[0]
    network = shuzi.load("softmax")
    figure = Figure(figsize=(8, 4.4))
    cells = figure.subplots(2, 3, height_ratios=(3, 2))
    for column, shift in enumerate((0, -3, -4)):
        picture = np.roll(seven, shift, axis=1)
        (ten,) = network.classify(picture[np.newaxis])
        cells[0, column].imshow(picture, cmap=theme.ink, vmin=0, vmax=255)
        cells[0, column].set(xticks=[], yticks=[])
        cells[0, column].spines[:].set(visible=True, color=theme.faint)
        colours = [theme.accent if digit == ten.argmax() else theme.faint for digit in range(10)]
        cells[1, column].bar(range(10), ten, color=colours)
        cells[1, column].set(xticks=range(10), ylim=(0, 1))
    return figure
