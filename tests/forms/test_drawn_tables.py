"""Ruled tables are found as people draw them: faint, without a frame, on ruled paper, and never cut in silence."""

import cv2
import numpy as np
import pytest

from shuzi.errors import PictureError
from shuzi.forms.finding.tables.find_table import find_table

LEFT, TOP, WIDE, HIGH = 120, 100, 150, 60  # pixels: where a table begins, and its cells
ROWS, COLUMNS = 7, 4


def paper(level=250):
    return np.full((700, 900), level, np.uint8)


def rule(picture, rows, columns, sides, level=120, thick=2):
    """Draw level lines at rows and upright ones at columns, as far as sides: left, top, right and bottom."""
    left, top, right, bottom = sides
    for row in rows:
        y = TOP + row * HIGH
        cv2.line(picture, (left, y), (right, y), level, thick)
    for column in columns:
        x = LEFT + column * WIDE
        cv2.line(picture, (x, top), (x, bottom), level, thick)


def write(picture, cells, text="38"):
    for row, column in cells:
        place = LEFT + column * WIDE + 50, TOP + row * HIGH + 43
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3, cv2.LINE_AA)


def photographed(picture, seed=0):
    """Blur a picture a little, and add noise."""
    noise = np.random.default_rng(seed).normal(0, 2.5, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8)


def everywhere():
    return [(row, column) for row in range(ROWS) for column in range(COLUMNS)]


def frame():
    return LEFT, TOP, LEFT + COLUMNS * WIDE, TOP + ROWS * HIGH


def shape_of(cells):
    assert all(cell.sure for cell in cells)
    return 1 + max(cell.row for cell in cells), 1 + max(cell.column for cell in cells)


def middles(cells):
    return {(round(box.x + box.width / 2), round(box.y + box.height / 2)) for box in (cell.box for cell in cells)}


@pytest.mark.parametrize("level", [200, 225])
def test_lines_of_a_pixel_that_are_hardly_darker_than_the_paper_are_found(level):
    picture = paper()
    rule(picture, range(ROWS + 1), range(COLUMNS + 1), frame(), level, 1)
    write(picture, everywhere())
    cells = find_table(photographed(picture), "faint.png")
    assert shape_of(cells) == (ROWS, COLUMNS)
    assert all(cell.inside is not None for cell in cells)


@pytest.mark.parametrize("columns", [COLUMNS, 2])
def test_a_table_without_a_frame_goes_to_where_its_lines_end(columns):
    picture = paper()
    sides = LEFT, TOP, LEFT + columns * WIDE, TOP + ROWS * HIGH
    rule(picture, range(1, ROWS), range(1, columns), sides)
    write(picture, [(row, column) for row, column in everywhere() if column < columns and (row, column) != (3, 1)])
    cells = find_table(photographed(picture), "open.png")
    assert shape_of(cells) == (ROWS, columns)
    assert [(cell.row, cell.column) for cell in cells if cell.inside is None] == [(3, 1)]


def test_ruled_paper_beside_the_columns_is_no_cell():
    picture = paper()
    rule(picture, range(-1, ROWS + 3), range(COLUMNS + 1), (0, TOP, 899, TOP + ROWS * HIGH), 190, 2)
    write(picture, everywhere())
    cells = find_table(photographed(picture), "notebook.png")
    assert shape_of(cells) == (ROWS, COLUMNS)
    first = min(middles(cells))
    assert abs(first[0] - LEFT - WIDE / 2) <= 6


@pytest.mark.parametrize(("side", "lost"), [("right", COLUMNS), ("left", 0)])
def test_an_outer_line_that_cannot_be_seen_is_named(side, lost):
    picture = paper()
    rule(picture, range(ROWS + 1), [column for column in range(COLUMNS + 1) if column != lost], frame())
    with pytest.raises(PictureError) as refused:
        find_table(photographed(picture), "cut.png")
    assert refused.value.key == f"error.form.no_side.{side}"
