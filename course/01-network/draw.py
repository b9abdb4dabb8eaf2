"""The pictures of the lesson, drawn from the data and from real trainings; no words, so both languages use them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.figure import Figure

import shuzi
from shuzi.concepts import descend
from shuzi.training.recipes import recipe
from shuzi.training.run import run
from shuzi.training.run_folder import RunFolder, read_metrics

PICTURES = Path(__file__).parent / "pictures"
ACCENT = "#c2410c"


def save(figure, name):
    PICTURES.mkdir(exist_ok=True)
    figure.savefig(PICTURES / name, dpi=120, facecolor="white", metadata={"Software": None})


def ten_digits(train):
    """Ten columns, one for each digit, with four examples of each."""
    figure = Figure(figsize=(7, 2.9), layout="constrained")
    cells = figure.subplots(4, 10)
    for digit in range(10):
        for row, position in enumerate(np.flatnonzero(train.labels == digit)[:4]):
            cells[row, digit].imshow(255 - train.images[position], cmap="gray", vmin=0, vmax=255)
            cells[row, digit].axis("off")
    save(figure, "digits.png")


def pixels(train):
    """One digit as what it is: 784 numbers."""
    image = train.images[0]
    figure = Figure(figsize=(8.4, 8.4), layout="constrained")
    cell = figure.subplots()
    cell.imshow(255 - image, cmap="gray", vmin=0, vmax=255)
    for (y, x), value in np.ndenumerate(image):
        cell.text(x, y, value, ha="center", va="center", fontsize=6, color="white" if value > 70 else "#78716c")
    cell.axis("off")
    save(figure, "pixels.png")


def learning_rates():
    """The curve x² walked down with a rate that is too small, good, and too large."""
    figure = Figure(figsize=(8.4, 2.6), layout="constrained")
    x = np.linspace(-9, 9, 200)
    for cell, rate, steps in zip(figure.subplots(1, 3), (0.01, 0.3, 1.1), (20, 20, 4), strict=True):
        places = np.array(descend(lambda place: 2 * place, start=4.0, learning_rate=rate, steps=steps))
        cell.plot(x, x**2, color="#a8a29e")
        cell.plot(places, places**2, color=ACCENT, marker="o", markersize=4, linewidth=1)
        cell.set(ylim=(-4, 75), title=f"{rate}")
        cell.spines[["top", "right"]].set_visible(False)
    save(figure, "learning-rates.png")


def loss_curve(mnist):
    """The loss of every tenth batch, for the small batches of the lesson and for batches of 1,024."""
    figure = Figure(figsize=(8.4, 2.8), layout="constrained")
    for cell, size in zip(figure.subplots(1, 2), (64, 1024), strict=True):
        chosen = recipe("softmax").changed(batch_size=size, learning_rate=0.001 * 64 / size)
        with TemporaryDirectory() as folder:
            run(RunFolder.create(Path(folder) / "run", chosen), chosen, mnist)
            lines = [line for line in read_metrics(Path(folder) / "run") if "loss" in line]
        cell.plot([line["step"] for line in lines], [line["loss"] for line in lines], color=ACCENT, linewidth=1)
        cell.set(ylim=(0, 2.4 * size), title=f"{size}")
        cell.grid(alpha=0.25)
        cell.spines[["top", "right"]].set_visible(False)
    save(figure, "loss.png")


if __name__ == "__main__":
    mnist = shuzi.load_mnist()
    ten_digits(mnist.train)
    pixels(mnist.train)
    learning_rates()
    loss_curve(mnist)
