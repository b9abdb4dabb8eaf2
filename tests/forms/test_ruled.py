"""Ruled tables are found on photographs with all of their lines, and no other lines."""

import cv2
import numpy as np
import pytest

from shuzi.errors import PictureError
from shuzi.forms.layout import PlacedField
from shuzi.forms.spec import Field
from shuzi.forms.tables import find_table
from shuzi.ink.boxes import Box
from shuzi.pictures.open import open_picture

WIDE = 170  # millimetres


def drawn(sheets, hands, rng, rows, columns, high=11.0):
    """Draw a table in whose first columns all numbers begin with 1, one below the other: float32 (h, w)."""
    page = np.ones((round(297 * sheets.FINE), round(210 * sheets.FINE)), np.float32)
    wide = WIDE / columns

    def line(*ends):
        cv2.line(page, *(tuple(round(each * sheets.FINE) for each in end) for end in ends), 0.4, 4)

    for row in range(rows + 1):
        line((20, 30 + row * high), (20 + WIDE, 30 + row * high))
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
    top, left = round((30 + 4 * 11) * sheets.FINE), round((20 + WIDE / 3) * sheets.FINE)
    page[top - 4 : top + 5, left + 4 : round((20 + WIDE) * sheets.FINE) - 4] = 1
    photo, _ = sheets.photograph(rng, page, 10.0, turned=0.0)
    assert shape_of(find_table(open_picture(photo), "table.jpg")) == (9, 3)
