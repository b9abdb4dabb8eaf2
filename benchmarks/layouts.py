"""Five forms without markers, as schools, banks and utilities print them: a picture and the places of fields."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fpdf
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from sheets import FINE

from shuzi.forms.grammar import BOXES, COMB, OPEN
from shuzi.forms.kinds import Field
from shuzi.forms.layout import PlacedField
from shuzi.ink.boxes import Box

WIDTH, HEIGHT = 210.0, 297.0


@dataclass(frozen=True)
class Layout:
    """A form: its name, its page as float32 (h, w) in [0, 1] with paper 1; its fields and its size in millimetres."""

    name: str
    page: NDArray[np.float32]
    places: tuple[PlacedField, ...]
    size: tuple[float, float] = (WIDTH, HEIGHT)


class Drawing:
    """A page that is being drawn, and the fields on it so far."""

    def __init__(self, size: tuple[float, float] = (WIDTH, HEIGHT)) -> None:
        self.size = size
        self.pdf: Any = fpdf.FPDF(unit="mm", format=size)
        self.pdf.set_auto_page_break(False)
        self.pdf.add_page()
        self.pdf.set_line_width(0.25)
        self.places: list[PlacedField] = []

    def text(self, x: float, y: float, text: str, size: float = 9, style: str = "") -> None:
        """Print a line of text; x and y are where its base line begins."""
        self.pdf.set_font("helvetica", style, size)
        self.pdf.text(x, y, text)

    def lines(self, x: float, y: float, text: str, wide: int = 100, size: float = 7) -> None:
        """Print a paragraph, about so many letters wide."""
        words, line = text.split(), ""
        for word in words:
            if len(line) + len(word) > wide:
                self.text(x, y, line, size)
                line, y = "", y + size * 0.45
            line += word + " "
        self.text(x, y, line, size)

    def boxes(self, name: str, x: float, y: float, count: int, wide: float = 6.0, high: float = 8.0) -> None:
        """Draw a box for each digit of a field."""
        self.pdf.set_draw_color(90)
        boxes = tuple(Box(x + n * wide, y, wide, high) for n in range(count))
        for each in boxes:
            self.pdf.rect(*each)
        self.places.append(PlacedField(Field(name, boxes=count, style=BOXES), 0, boxes))

    def comb(self, name: str, x: float, y: float, count: int, wide: float = 6.0, high: float = 8.0) -> None:
        """Draw a box with ticks between digits."""
        self.pdf.set_draw_color(60)
        self.pdf.rect(x, y, count * wide, high)
        for n in range(1, count):
            self.pdf.line(x + n * wide, y + 0.67 * high, x + n * wide, y + high)
        boxes = tuple(Box(x + n * wide, y, wide, high) for n in range(count))
        self.places.append(PlacedField(Field(name, boxes=count, style=COMB), 0, boxes))

    def open(self, name: str, x: float, y: float, wide: float, high: float = 9.0) -> None:
        """Draw one empty box."""
        self.pdf.set_draw_color(60)
        self.pdf.rect(x, y, wide, high)
        self.places.append(
            PlacedField(Field(name, boxes=int((wide - 4) // 6), style=OPEN), 0, (Box(x, y, wide, high),))
        )

    def finished(self, name: str) -> Layout:
        """Print the page."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form.pdf"
            self.pdf.output(str(path))
            with pypdfium2.PdfDocument(path) as pdf:
                seen = pdf[0].render(scale=FINE * 25.4 / 72, grayscale=True).to_numpy()
        return Layout(name, np.array(seen, np.float32).reshape(seen.shape[:2]) / 255, tuple(self.places), self.size)


def _enrolment(draw: Drawing) -> None:
    draw.text(20, 22, "Riverside Comprehensive School", 16, "B")
    draw.text(20, 29, "Enrolment for the coming school year", 11)
    draw.pdf.ellipse(168, 10, 22, 22)
    draw.text(174, 23, "RCS", 12, "B")
    draw.lines(20, 37, "Please fill in all numbers in black or blue, one digit in each box, and hand the form to the "
               "office by the end of the month. Forms that arrive later cannot be considered.", 105)  # fmt: skip
    rows = [("Pupil number", 8), ("Year of birth", 4), ("Postcode", 5), ("Telephone", 11), ("House number", 3),
            ("Siblings at this school", 1), ("Bus line", 2), ("Emergency number", 11)]  # fmt: skip
    for number, (label, count) in enumerate(rows):
        y = 52 + 17 * number
        draw.text(20, y + 5.5, f"{number + 1}. {label}", 10)
        draw.boxes(f"e{number}", 90, y, count)
        draw.text(20, y + 10, "see page 2 of the leaflet" if number % 3 else "as in the passport", 6)
    draw.text(20, 205, "Signature of a parent or guardian", 9)
    draw.pdf.line(20, 225, 100, 225)
    rights = (
        "Data protection: the school keeps these numbers only as long as the pupil attends it. They are not passed "
        "on. You may ask at any time what is kept about you and have mistakes corrected."
    )
    draw.lines(20, 240, rights, 120, 6)


def _transfer(draw: Drawing) -> None:
    draw.pdf.set_fill_color(225)
    draw.pdf.rect(0, 0, WIDTH, 16, "F")
    draw.text(14, 11, "NORTH COAST SAVINGS BANK", 15, "B")
    draw.text(150, 10, "Credit transfer", 11)
    fields = [("Account of the payee", 18, 30), ("Sort code", 8, 48), ("Amount", 9, 66), ("Reference", 16, 84),
              ("Your account", 18, 102)]  # fmt: skip
    for label, count, y in fields:
        draw.text(14, y - 1.5, label, 7)
        draw.comb(f"t{y}", 14, y, count, 6.4, 7.5)
    draw.open("t-date", 150, 66, 42)
    draw.text(150, 64.5, "Date", 7)
    draw.pdf.set_dash_pattern(2, 2)
    draw.pdf.line(5, 125, 205, 125)
    draw.pdf.set_dash_pattern()
    draw.text(14, 135, "Receipt for the customer", 11, "B")
    terms = (
        "The bank carries out this order on the day on which it is handed in before four o'clock, else on the next "
        "working day. Charges: see the list of prices displayed in every branch."
    )
    draw.lines(14, 142, terms, 100, 8)
    draw.open("t-copy", 14, 165, 80)
    draw.open("t-fee", 110, 165, 40)
    draw.text(14, 163, "Amount again", 7)
    draw.text(110, 163, "Fee", 7)
    draw.text(14, 285, "Form 27-B   North Coast Savings Bank, 4 Harbour Street   printed on recycled paper", 7)


def _meters(draw: Drawing) -> None:
    draw.text(25, 25, "City Works: meter card", 18, "B")
    draw.lines(25, 33, "Read all meters on the same day. Write the digits before the comma only.", 90, 9)
    kinds = ["Electricity day", "Electricity night", "Gas", "Cold water", "Hot water", "Heating"]
    for number, kind in enumerate(kinds):
        y = 50 + 32 * number
        draw.pdf.set_draw_color(140)
        draw.pdf.rect(20, y, 170, 27)
        draw.text(24, y + 6, kind, 11, "B")
        draw.text(24, y + 12, f"meter no. {48213 + 977 * number}-{number}", 8)
        draw.text(24, y + 22, "reading", 8)
        draw.boxes(f"m{number}", 45, y + 15, 6, 7, 9)
        draw.text(110, y + 22, "date", 8)
        draw.open(f"d{number}", 122, y + 15, 50)
    draw.text(25, 255, "Customer number", 9)
    draw.comb("customer", 60, 249, 10)


def _survey(draw: Drawing) -> None:
    draw.text(18, 20, "Household survey 12", 14, "B")
    draw.text(150, 20, "strictly confidential", 8, "I")
    questions = ["persons in the household", "of these under 18", "rooms", "square metres", "rent in full",
                 "cars", "bicycles", "minutes to work", "minutes to the next shop", "visits to a doctor",
                 "books read last year", "hours of television a week"]  # fmt: skip
    draw.pdf.set_draw_color(120)
    for number, question in enumerate(questions):
        y = 30 + 14 * number
        draw.pdf.set_draw_color(170)
        draw.pdf.line(18, y + 12, 192, y + 12)
        draw.text(18, y + 7, f"{number + 1}", 10, "B")
        draw.text(26, y + 7, f"Number of {question}" if number < 7 else question.capitalize(), 9)
        draw.boxes(f"s{number}", 150, y + 1.5, 1 + number % 4, 6.5, 8)
    draw.lines(18, 210, "Thank you. Please send the sheet back in the envelope that came with it; postage is paid. "
               "Nobody but the institute sees the answers, and no name is asked for or kept.", 110, 8)  # fmt: skip
    draw.comb("area", 150, 225, 5)
    draw.text(120, 230, "Area code", 9)


def _delivery(draw: Drawing) -> None:
    draw.text(15, 18, "DELIVERY NOTE", 20, "B")
    draw.text(130, 14, "Hollis & Sons, Wholesale", 10, "B")
    draw.text(130, 19, "12 Mill Lane, open 6 to 14", 8)
    draw.text(15, 33, "Order", 9)
    draw.boxes("order", 30, 27, 7)
    draw.text(90, 33, "Customer", 9)
    draw.boxes("customer", 112, 27, 6)
    draw.pdf.set_draw_color(40)
    heads = [(15, 25, "Item"), (40, 75, "Description"), (115, 35, "Ordered"), (150, 45, "Delivered")]
    for x, wide, head in heads:
        draw.pdf.rect(x, 45, wide, 8)
        draw.text(x + 2, 50.5, head, 9, "B")
    goods = ["Flour, 25 kg", "Rice, 10 kg", "Sunflower oil", "Sugar, 1 kg", "Salt", "Dried beans", "Oats, 5 kg",
             "Tea", "Coffee, ground", "Raisins", "Yeast", "Honey, jar"]  # fmt: skip
    for number, good in enumerate(goods):
        y = 53 + 11 * number
        for x, wide, _ in heads[:2]:
            draw.pdf.rect(x, y, wide, 11)
        draw.text(17, y + 7, f"{1043 + 217 * number % 901}", 9)
        draw.text(42, y + 7, good, 10)
        draw.open(f"o{number}", 115, y, 35, 11)
        draw.open(f"g{number}", 150, y, 45, 11)
    draw.text(15, 200, "Received in good order", 9)
    draw.pdf.line(15, 215, 90, 215)
    draw.text(15, 280, "Goods stay ours until they are paid for. Complaints within three days.", 7)


_FORMS: dict[str, Callable[[Drawing], None]] = {
    "enrolment": _enrolment,
    "transfer": _transfer,
    "meters": _meters,
    "survey": _survey,
    "delivery": _delivery,
}


def layouts() -> list[Layout]:
    """Print all five."""
    found = []
    for name, form in _FORMS.items():
        drawing = Drawing()
        form(drawing)
        found.append(drawing.finished(name))
    return found
