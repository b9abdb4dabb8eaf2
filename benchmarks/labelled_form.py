"""A form is drawn with labelled fields: boxes, combs, lines to write on, and tables with empty cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from layouts import Drawing

from shuzi.forms.grammar import BOXES, COMB, OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.layout import PlacedField
from shuzi.forms.sheet import typeface
from shuzi.ink.boxes import Box

_POINT = 25.4 / 72
_ON_LINE, _BELOW = 6.5, 0.5  # millimetres for writing above a line, and below it


class LabelledForm(Drawing):
    """A form whose fields have labels, in Latin or Chinese letters."""

    def __init__(self, size: tuple[float, float]) -> None:
        super().__init__(size)
        face = typeface("汉字 A", chinese=True)
        assert face is not None  # noqa: S101 - for the types
        self.pdf.add_font("chinese", fname=face.path, collection_font_number=face.number)

    def text(self, x: float, y: float, text: str, size: float = 9, style: str = "") -> None:
        """Print a text, in the typeface that has its letters."""
        chinese = not text.isascii()
        self.pdf.set_font("chinese" if chinese else "helvetica", "" if chinese else style, size)
        self.pdf.text(x, y, text)

    def field(self, name: str, label: str, style: str, boxes: Sequence[Box], count: int, decimals: int = 0) -> None:
        """Add a field; `count` is the number of digits to write if it is open."""
        own = Field(name, label=label, boxes=count, decimals=decimals, style=style)
        self.places.append(PlacedField(own, 0, tuple(boxes)))

    def row(
        self, name: str, label: str, x: float, y: float, count: int, decimals: int = 0, wide: float = 6.0
    ) -> None:
        """Draw a box for each digit, with a printed point before the decimals."""
        self.pdf.set_draw_color(90)
        boxes = [Box(x + n * wide + (2.4 if n >= count - decimals else 0), y, wide, 8.0) for n in range(count)]
        for box in boxes:
            self.pdf.rect(*box)
        if decimals:
            point = boxes[-decimals].x - 1.2
            self.pdf.set_fill_color(30)
            self.pdf.ellipse(point - 0.4, y + 6.4, 0.8, 0.8, "F")
        self.field(name, label, BOXES, boxes, count, decimals)

    def ticked(self, name: str, label: str, x: float, y: float, count: int, whole: bool = True) -> None:
        """Draw a comb: a frame with ticks, or a base line with them."""
        wide, high = 5.8, 7.5
        self.pdf.set_draw_color(70)
        if whole:
            self.pdf.rect(x, y, count * wide, high)
        else:
            self.pdf.line(x, y + high, x + count * wide, y + high)
        for n in range(1 if whole else 0, count if whole else count + 1):
            self.pdf.line(x + n * wide, y + (0.67 if whole else 0.6) * high, x + n * wide, y + high)
        self.field(name, label, COMB, [Box(x + n * wide, y, wide, high) for n in range(count)], count)

    def box(self, name: str, label: str, place: Box, count: int) -> None:
        """Draw one empty box."""
        self.pdf.rect(*place)
        self.field(name, label, OPEN, [place], count)

    def ruled(
        self, name: str, label: str, x: float, y: float, count: int, letter: str = "_", size: float = 11
    ) -> None:
        """Print a line of underscores or dots, with room for so many digits."""
        self.pdf.set_font("helvetica", "", size)
        text = letter * round(6.6 * count / self.pdf.get_string_width(letter))
        self.pdf.text(x, y, text)
        low = y + (0.1 * size * _POINT if letter == "_" else 0)
        whole = Box(x, low - _ON_LINE, self.pdf.get_string_width(text), _ON_LINE + _BELOW)
        self.field(name, label, OPEN, [whole], count)

    def table(
        self,
        name: str,
        corner: tuple[float, float],
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        high: float,
    ) -> None:
        """Draw a table, the first row of which is its head; an empty cell is a field, named by its row's first."""
        edges = [corner[0] + edge for edge in accumulate(widths, initial=0.0)]
        for number, row in enumerate(rows):
            y = corner[1] + number * high
            for column, text in enumerate(row):
                place = Box(edges[column], y, widths[column], high)
                if text:
                    self.pdf.rect(*place)
                    self.text(place.x + 1.5, y + high / 2 + 1.3, text, 9)
                else:
                    label = f"{row[0]} {rows[0][column]}"
                    self.box(f"{name}{number}{column}", label, place, min(int((place.width - 4) // 6), 8))
