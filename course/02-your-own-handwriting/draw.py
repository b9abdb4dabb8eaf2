"""The pictures of the lesson, drawn from MNIST's digits by the lesson's own code; both languages use them."""

from pathlib import Path

import numpy as np
from lesson import frame, letter, number, photo, squash
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import shuzi
from shuzi.ink.components import components, joined
from shuzi.ink.normalize import normalize
from shuzi.ink.paper import ink_map
from shuzi.messages import speaking
from shuzi.models.store import find_model
from shuzi.reading.classifier import Classifier
from shuzi.reading.explain.occlusion import what_counts
from shuzi.reading.explain.picture import explain
from shuzi.synthesis.pen import distance_fields

PICTURES = Path(__file__).parent / "pictures"
ACCENT, GREY = "#c2410c", "#a8a29e"


def save(figure, name):
    PICTURES.mkdir(exist_ok=True)
    figure.savefig(PICTURES / name, dpi=120, facecolor="white", metadata={"Software": None})


def bare(cell, pixels):
    cell.imshow(pixels, cmap="gray", vmin=0, vmax=255)
    cell.set(xticks=[], yticks=[])
    cell.spines[:].set_color("#d6d3d1")


def bars(cell, shares, label=None):
    """The ten probabilities; the right one is named by a darker number."""
    cell.bar(range(10), shares, color=[ACCENT if digit == shares.argmax() else GREY for digit in range(10)])
    cell.set(ylim=(0, 1), xticks=range(10), yticks=[0, 0.5, 1])
    cell.tick_params(length=0, colors="#78716c", labelsize=8)
    if label is not None:
        cell.get_xticklabels()[label].set(color="black", fontweight="bold")
    cell.spines[["top", "right"]].set_visible(False)


def stages(photos, labels, shipped):
    """A photo, then what the network gets after each step, and under it what the network says."""
    made = (squash, lambda each: squash(255 - each), lambda each: squash(ink_map(each)))
    made += (lambda each: frame(ink_map(each)), lambda each: normalize(ink_map(each)))
    seen = np.stack([[step(each) for step in made] for each in photos])
    shares = np.stack([shipped.classify(each) for each in seen])
    # a 7, as the text has it, that is wrong until it is framed, is crossed twice by one column, and rests on a place
    wrong = (shares[:, :3].argmax(axis=2) != labels[:, None]).all(axis=1) & (labels == 7)
    twice = [number for number in np.flatnonzero(wrong) if strokes(photos[number]) == 2]
    chosen = max(twice, key=lambda number: what_counts(shipped.classify, seen[number, -1], 7).max())
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    cells = figure.subplots(2, 6)
    bare(cells[0, 0], photos[chosen])
    cells[1, 0].axis("off")
    for column, image in enumerate(seen[chosen], start=1):
        bare(cells[0, column], image)
        bars(cells[1, column], shares[chosen, column - 1], labels[chosen])
        cells[0, column].set_title(f"{column}", color="#78716c")
    save(figure, "steps.png")
    return photos[chosen]


def inkiest(picture):
    return int(ink_map(picture).sum(axis=0).argmax())


def strokes(picture):
    """How many strokes lie in the column with the most ink."""
    return np.count_nonzero(np.diff((ink_map(picture)[:, inkiest(picture)] > 60).astype(int)) == 1)


def paper(picture):
    """One column of the photo, from top to bottom: its brightness, and the ink that is left."""
    column = inkiest(picture)
    figure = Figure(figsize=(8.4, 2.8), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    bare(left, picture)
    left.axvline(column, color=ACCENT, linewidth=1)
    middle.plot(picture[:, column], color=ACCENT, linewidth=1)
    right.plot(ink_map(picture)[:, column], color=ACCENT, linewidth=1)
    for cell in (middle, right):
        cell.set(ylim=(-8, 263), xticks=[], yticks=[0, 128, 255])
        cell.spines[["top", "right"]].set_visible(False)
    save(figure, "paper.png")


def framing(picture):
    """The ink in its box, and the same in 28x28: 20 pixels high, the centre of mass in the middle."""
    ink = ink_map(picture)
    rows, columns = np.nonzero(ink > 60)
    image = normalize(ink)
    y, x = (np.average(place, weights=image) for place in np.indices(image.shape))
    figure = Figure(figsize=(5.6, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    bare(left, 255 - ink)
    corner, size = (columns.min() - 1, rows.min() - 1), (np.ptp(columns) + 2, np.ptp(rows) + 2)
    left.add_patch(Rectangle(corner, *size, fill=False, color=ACCENT))
    bare(right, 255 - image)
    right.add_patch(Rectangle((3.5, 3.5), 20, 20, fill=False, color=GREY, linestyle=":"))
    right.plot(x, y, "+", color=ACCENT, markersize=14)
    save(figure, "frame.png")


def numbers(images):
    """Three digits apart and touching, with a box around each piece of ink."""
    figure = Figure(figsize=(8.4, 1.5), layout="constrained")
    for cell, gap in zip(figure.subplots(1, 2), (3, -3), strict=True):
        page = number(images, gap)
        bare(cell, 255 - page)
        for x, y, width, height in joined(components(page).boxes).tolist():
            cell.add_patch(Rectangle((x - 1, y - 1), width + 1, height + 1, fill=False, color=ACCENT))
    save(figure, "numbers.png")


def not_digits(shipped):
    """Letters, the digit that each is taken for, and how likely it is a digit at all; the line is what is asked."""
    figure = Figure(figsize=(8.4, 4.2), layout="constrained")
    for column, character in zip(figure.subplots(3, 4).T, "DEGT", strict=True):
        image = letter(character)
        bare(column[0], 255 - image)
        shares, is_digit = shipped.classify_or_reject(image[None])
        bars(column[1], shares[0])
        column[2].barh([0], [1], color="#efece6", height=0.3)
        column[2].barh([0], is_digit, color=ACCENT, height=0.3)
        column[2].axvline(shipped.card.thresholds["not-a-digit"], color="#1f2937", linewidth=1)
        column[2].set(xlim=(0, 1), ylim=(-0.5, 0.5), yticks=[], xticks=[0, 0.5, 1])
        column[2].tick_params(length=0, colors="#78716c", labelsize=8)
        column[2].spines[:].set_visible(False)
    save(figure, "letters.png")


if __name__ == "__main__":
    shipped = Classifier(find_model("default"))
    test, draws = shuzi.load_mnist().test, np.random.default_rng(0)
    photos = [photo(field, draws) for field in distance_fields(test.images[:200])]
    chosen = stages(photos, test.labels[:200], shipped)
    paper(chosen)
    framing(chosen)
    numbers(test.images[:3])
    not_digits(shipped)
    with speaking("en"):
        explain(shuzi.load(), chosen)[1].save(PICTURES / "explained.png")
