"""A visible point is never dropped from an ok reading, even close to a line."""

import numpy as np
import pytest

from shuzi.forms.layout import PlacedField, pages_of
from shuzi.forms.read import PageReader
from shuzi.forms.ruled_tables import read_tables
from shuzi.forms.spec import IDENTIFIER, OPEN, Field, Spec
from shuzi.ink.boxes import Box

WIDE, HIGH = 40, 11  # millimetres of a cell


@pytest.fixture
def fine_point(sheets, monkeypatch):
    """Points as a thin pen leaves them."""
    monkeypatch.setattr(sheets, "_dot", lambda height: np.full((round(0.08 * height),) * 2, 255, np.uint8))


def without_points(texts, cells):
    return [name for name, cell in cells if cell.status == "ok" and cell.text == texts[name].replace(".", "")]


def test_points_on_the_lower_line_of_a_cell(sheets, hands, reader, fine_point):
    rng = np.random.default_rng(1)
    page = np.ones((round(297 * sheets.FINE), round(210 * sheets.FINE)), np.float32)
    for number in range(9):
        page[round((40 + number * HIGH) * sheets.FINE) :, 220 : 220 + round(4 * WIDE * sheets.FINE)][:3] = 0.4
    for number in range(5):
        page[440 : 443 + round(8 * HIGH * sheets.FINE), round((20 + number * WIDE) * sheets.FINE) :][:, :3] = 0.4
    places, texts = [], {}
    for row in range(8):
        for column, name in enumerate("ABCD"):
            # of these, the points end less than a millimetre above the line, or touch it
            box = Box(22 + column * WIDE, 40 + row * HIGH + 1.6, WIDE - 8, HIGH - 1)
            places.append(PlacedField(Field(name, boxes=1, style=OPEN), row, (box,)))
            texts[row, name] = f"{rng.integers(10, 1000) / 10}"
    photo, _ = sheets.photograph(rng, sheets.fill(rng, page, tuple(places), texts, hands), 10.0, turned=0.0)
    table = read_tables(reader, [("table.jpg", photo)])
    cells = [((row.number, name), cell) for row in table.rows for name, cell in row.cells.items()]
    assert len(cells) == 32
    assert not without_points(texts, cells)
    assert sum(cell.text == texts[name] for name, cell in cells) > 24


def test_a_point_in_an_identifier_is_not_passed_over(reader, hands, sheets):
    rng = np.random.default_rng(2)
    spec = Spec("Points", (Field("q", boxes=6, style=OPEN, kind=IDENTIFIER),))
    (page,) = pages_of(spec)
    paper = sheets.fill(rng, sheets.print_sheet(spec)[0], page.fields, {(0, "q"): "15.8"}, hands)
    photo, _ = sheets.photograph(rng, paper, 10.0)
    (cell,) = PageReader(spec, reader).read(photo, "sheet.jpg").cells.values()
    assert cell.status == "unsure"
