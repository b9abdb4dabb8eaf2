"""Ruled tables are read: their lines in any photograph, words in their head, and decimal points."""

import cv2
import numpy as np
import pytest

from shuzi.errors import PictureError
from shuzi.forms.grammar import OPEN
from shuzi.forms.kinds import IDENTIFIER, Field
from shuzi.forms.layout import PlacedField, pages_of
from shuzi.forms.read import PageReader
from shuzi.forms.spec import Spec
from shuzi.forms.tables import WORDS, column_name, find_table, read_tables
from shuzi.ink.boxes import Box
from shuzi.pictures.open import open_picture

TABLE_WIDE = 170  # millimetres


def drawn(sheets, hands, rng, rows, columns, high=11.0):
    """Draw a table in whose first columns all numbers begin with 1, one below the other: float32 (h, w)."""
    page = np.ones((round(297 * sheets.FINE), round(210 * sheets.FINE)), np.float32)
    wide = TABLE_WIDE / columns

    def line(*ends):
        cv2.line(page, *(tuple(round(each * sheets.FINE) for each in end) for end in ends), 0.4, 4)

    for row in range(rows + 1):
        line((20, 30 + row * high), (20 + TABLE_WIDE, 30 + row * high))
    for column in range(columns + 1):
        line((20 + column * wide, 30), (20 + column * wide, 30 + rows * high))
    places, texts = [], {}
    for row in range(rows):
        for column in range(columns):
            name, left = f"c{column}", 20 + column * wide + wide / 2 - 9
            boxes = tuple(Box(left + 6 * n, 30 + row * high, 6, high) for n in range(3))
            places.append(PlacedField(Field(name, boxes=3), row, boxes))
            texts[row, name] = str(rng.integers(100, 200))
    return sheets.fill(rng, page, tuple(places), texts, hands)


def shape_of(cells):
    return 1 + max(each.row for each in cells), 1 + max(each.column for each in cells)


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (19, 4), (9, 2), (4, 3)])
def test_numbers_below_one_another_are_no_line(sheets, hands, rows, columns):
    rng = np.random.default_rng([rows, columns])
    photo, _ = sheets.photograph(rng, drawn(sheets, hands, rng, rows, columns), turned=0.0)
    cells = find_table(open_picture(photo), "table.jpg")
    assert shape_of(cells) == (rows, columns)
    assert all(each.inside is not None for each in cells)


def test_a_table_whose_last_line_cannot_be_seen_is_refused_rather_than_cut():
    picture = np.full((900, 1_200), 255, np.uint8)
    for y in range(100, 900, 100):
        picture[y : y + 3, 100:1_101] = 0
    for x in range(100, 1_000, 200):
        picture[100:803, x : x + 3] = 0
    assert shape_of(find_table(picture[:, :910], "whole.png")) == (7, 4)
    with pytest.raises(PictureError, match=r"cut\.png"):
        find_table(picture, "cut.png")


def test_the_outline_of_a_sheet_is_no_table():
    picture = np.full((900, 900), 255, np.uint8)
    cv2.rectangle(picture, (100, 100), (800, 800), 0, 3)
    with pytest.raises(PictureError, match=r"sheet\.png"):
        find_table(picture, "sheet.png")


def test_narrow_columns_between_thick_lines_are_the_cells_that_they_are():
    picture = np.full((900, 900), 255, np.uint8)
    picture[[*range(100, 104), *range(796, 800)], 100:800] = 0
    for x in range(100, 800, 9):
        picture[100:800, x : x + 2] = 0
    cells = find_table(picture, "narrow.png")
    assert shape_of(cells) == (1, 77)
    assert all(each.inside is None for each in cells)


def test_a_line_of_which_only_one_of_three_pieces_is_drawn_still_parts_two_rows(sheets, hands):
    rng = np.random.default_rng(3)
    page = drawn(sheets, hands, rng, 9, 3)
    top, left = round((30 + 4 * 11) * sheets.FINE), round((20 + TABLE_WIDE / 3) * sheets.FINE)
    page[top - 4 : top + 5, left + 4 : round((20 + TABLE_WIDE) * sheets.FINE) - 4] = 1
    photo, _ = sheets.photograph(rng, page, 10.0, turned=0.0)
    assert shape_of(find_table(open_picture(photo), "table.jpg")) == (9, 3)


LEFT, TOP, CELL_WIDE, CELL_HIGH = 80, 60, 170, 64  # pixels: where a table begins, and its cells
HEAD = ["Name", "Term", "Exam", "Sum"]
NAMES = ["Bob", "Wanda", "Emma", "Karl", "Frank"]
NUMBERS = [["38", "254", "90"], ["47", "306", "85"], ["29", "638", "74"], ["56", "420", "93"], ["80", "572", "64"]]


@pytest.fixture
def photographed():
    """A function that prints rows of texts as a table, and photographs it: uint8 (h, w)."""

    def made(rows):
        size = 2 * TOP + len(rows) * CELL_HIGH, 2 * LEFT + len(rows[0]) * CELL_WIDE
        picture = np.full(size, 250, np.uint8)
        right, bottom = LEFT + len(rows[0]) * CELL_WIDE, TOP + len(rows) * CELL_HIGH
        for row in range(len(rows) + 1):
            cv2.line(picture, (LEFT, TOP + row * CELL_HIGH), (right, TOP + row * CELL_HIGH), 110, 2)
        for column in range(len(rows[0]) + 1):
            cv2.line(picture, (LEFT + column * CELL_WIDE, TOP), (LEFT + column * CELL_WIDE, bottom), 110, 2)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                start = LEFT + column * CELL_WIDE + 30, TOP + row * CELL_HIGH + 44
                cv2.putText(picture, text, start, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3, cv2.LINE_AA)
        noise = np.random.default_rng(0).normal(0, 2.5, picture.shape)
        return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8)

    return made


def read(reader, picture):
    rows = read_tables(reader, [("table.png", picture)]).rows
    return {(row.number, name): cell for row in rows for name, cell in row.cells.items()}


def test_a_head_and_a_column_of_words_are_empty_and_doubtful_with_their_pictures(reader, photographed):
    cells = read(reader, photographed([HEAD, *([name, *own] for name, own in zip(NAMES, NUMBERS, strict=True))]))
    words = {(0, column_name(column)) for column in range(4)} | {(row, "A") for row in range(1, 6)}
    assert {key for key, cell in cells.items() if cell.rule == WORDS} == words
    assert {cells[key].text for key in words} == {""}
    assert all(cells[key].doubtful and cells[key].picture and not cells[key].digits for key in words)
    numbers = {
        (row, column_name(column)): NUMBERS[row - 1][column - 1] for row in range(1, 6) for column in (1, 2, 3)
    }
    assert {key: cells[key].text for key in numbers} == numbers


def test_a_first_row_and_column_of_numbers_are_read(reader, photographed):
    cells = read(reader, photographed(NUMBERS))
    assert {cell.rule for cell in cells.values()} == {""}
    assert [cells[row, "A"].text for row in range(5)] == [own[0] for own in NUMBERS]


def test_a_number_among_words_keeps_its_text_but_is_not_sure(reader, photographed):
    cells = read(reader, photographed([["Name", "Term", "Exam", "2026"], *([*own, "7"] for own in NUMBERS)]))
    assert [(cells[0, name].text, cells[0, name].status) for name in "ABCD"] == [
        *[("", "unsure")] * 3,
        ("2026", "unsure"),
    ]


def test_numbers_that_touch_a_line_are_no_words(reader, photographed):
    picture = photographed([["", "", ""], *NUMBERS])
    for column, text in enumerate(("4", "47", "83")):
        start = LEFT + column * CELL_WIDE - 4, TOP + 44
        cv2.putText(picture, text, start, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3, cv2.LINE_AA)
    cells = read(reader, picture)
    assert WORDS not in {cell.rule for cell in cells.values()}
    assert {cells[0, name].text for name in "ABC"} & {"4", "47", "83"}


W, H = 40, 11  # millimetres of a cell


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
        page[round((40 + number * H) * sheets.FINE) :, 220 : 220 + round(4 * W * sheets.FINE)][:3] = 0.4
    for number in range(5):
        page[440 : 443 + round(8 * H * sheets.FINE), round((20 + number * W) * sheets.FINE) :][:, :3] = 0.4
    places, texts = [], {}
    for row in range(8):
        for column, name in enumerate("ABCD"):
            # of these, the points end less than a millimetre above the line, or touch it
            box = Box(22 + column * W, 40 + row * H + 1.6, W - 8, H - 1)
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
