"""Draw the pictures that readers disagree on as one image."""

from __future__ import annotations

from PIL import Image, ImageDraw

from shuzi.errors import ShuziError
from shuzi.evaluation.comparison.comparison import Comparison
from shuzi.pictures.open import open_picture
from shuzi.reading.report.explain.lettering import font

MOST_SHOWN = 60
"""The maximum number of pictures in a montage."""

_COLUMNS, _WIDTH, _HEIGHT, _LINE, _GAP = 4, 300, 90, 22, 14  # pixels
_PAPER, _INK, _RIGHT, _WRONG = "#fbfaf7", "#1f2937", "#15803d", "#b91c1c"


def disagreements(found: Comparison) -> list[int]:
    """Return the positions of pictures that some readers read right and others wrong, or a single one read wrong."""
    readers = range(len(found.answers))
    right = [[found.is_right(reader, index) for reader in readers] for index in range(len(found.pictures))]
    return [index for index, each in enumerate(right) if (not all(each) if len(each) == 1 else len(set(each)) > 1)]


def montage(found: Comparison) -> Image.Image:
    """Draw the pictures that readers disagree on, each above its label and all answers, wrong ones in red.

    With a single reader, draw its mistakes.
    """
    shown = disagreements(found)[:MOST_SHOWN]
    names = [figures.name for figures in found.figures]
    cell_height = _HEIGHT + _LINE * (len(names) + 1) + _GAP
    rows = max(1, -(-len(shown) // _COLUMNS))
    image = Image.new("RGB", (_COLUMNS * (_WIDTH + _GAP) + _GAP, rows * cell_height + _GAP), _PAPER)
    pen, letters = ImageDraw.Draw(image), font(15)
    for position, index in enumerate(shown):
        x = _GAP + position % _COLUMNS * (_WIDTH + _GAP)
        y = _GAP + position // _COLUMNS * cell_height
        picture = found.pictures[index]
        try:
            small = Image.fromarray(open_picture(picture.path))
            small.thumbnail((_WIDTH, _HEIGHT))
            image.paste(small, (x, y))
        except ShuziError:
            pass  # the answers below suffice
        pen.text((x, y + _HEIGHT), picture.label or "–", _INK, letters)
        for reader, name in enumerate(names):
            text = "".join(found.answers[reader][index].text.split())[:24] or "–"
            colour = _RIGHT if found.is_right(reader, index) else _WRONG
            pen.text((x, y + _HEIGHT + _LINE * (reader + 1)), f"{name}: {text}", colour, letters)
    return image
