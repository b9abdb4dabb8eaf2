"""Tables that people draw are found: faint, without a frame, on ruled paper; what is not seen is never sure."""

import cv2
import numpy as np
import pytest

from shuzi.errors import PictureError
from shuzi.forms.table_grid import UNKNOWN, Shape, close_sides
from shuzi.forms.tables import find_table

LEFT, TOP, WIDE, HIGH = 120, 100, 150, 60  # pixels: where a table begins, and its cells
ROWS, COLUMNS = 6, 4
KNOWN = Shape(ROWS, COLUMNS)
UNCOUNTED = ("columns", 0)  # of a table whose columns only who knows it can count


def rule(rows, columns, sides, level=120, thick=2, paper=250):
    """Draw level lines at rows and upright ones at columns, as far as sides: left, top, right and bottom."""
    picture = np.full((640, 900), paper, np.uint8)
    left, top, right, bottom = sides
    for row in rows:
        cv2.line(picture, (left, TOP + row * HIGH), (right, TOP + row * HIGH), level, thick)
    for column in columns:
        cv2.line(picture, (LEFT + column * WIDE, top), (LEFT + column * WIDE, bottom), level, thick)
    return picture


def write(picture, cells, text="38"):
    for row, column in cells:
        start = LEFT + column * WIDE + 50, TOP + row * HIGH + 43
        cv2.putText(picture, text, start, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3, cv2.LINE_AA)


def photographed(picture):
    """Blur a picture a little, and add noise."""
    noise = np.random.default_rng(0).normal(0, 2.5, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8)


def places(columns=COLUMNS):
    return [(row, column) for row in range(ROWS) for column in range(columns)]


FRAME = LEFT, TOP, LEFT + COLUMNS * WIDE, TOP + ROWS * HIGH


def shape_of(cells):
    return 1 + max(cell.row for cell in cells), 1 + max(cell.column for cell in cells)


def unclear_in(cells):
    return {doubt for cell in cells for doubt in cell.unclear}


@pytest.mark.parametrize("shape", [UNKNOWN, KNOWN])
def test_lines_of_a_pixel_that_are_hardly_darker_than_the_paper_are_found(shape):
    picture = rule(range(ROWS + 1), range(COLUMNS + 1), FRAME, 225, 1)
    write(picture, places())
    cells = find_table(photographed(picture), "faint.png", shape)
    assert shape_of(cells) == (ROWS, COLUMNS)
    assert all(cell.sure and cell.inside is not None for cell in cells)


def test_without_its_shape_no_cell_is_sure_where_strokes_may_be_lines():
    picture = rule(range(ROWS + 1), range(COLUMNS + 1), FRAME, 225, 1)
    write(picture, places())
    for row, column in places():  # two strokes as high as the cell
        for x in (50, 100):
            start = LEFT + column * WIDE + x, TOP + row * HIGH + 2
            cv2.line(picture, start, (start[0], start[1] + HIGH - 4), 30, 3)
    cells = find_table(photographed(picture), "ones.png")
    assert not any(cell.sure for cell in cells)
    assert UNCOUNTED in unclear_in(cells)
    assert UNCOUNTED not in unclear_in(find_table(photographed(picture), "ones.png", Shape(*shape_of(cells))))


def test_sides_without_a_line_are_doubtful_and_named():
    picture = rule(range(1, ROWS), range(1, COLUMNS), FRAME)
    write(picture, [cell for cell in places() if cell != (3, 1)])
    cells = find_table(photographed(picture), "open.png")
    assert shape_of(cells) == (ROWS, COLUMNS)
    assert [(cell.row, cell.column) for cell in cells if cell.inside is None] == [(3, 1)]
    assert unclear_in(cells) == {("above", 0), ("above", ROWS), ("left", 0), ("left", COLUMNS)}
    outer = {cell for cell in places() if cell[0] in (0, ROWS - 1) or cell[1] in (0, COLUMNS - 1)}
    assert {(cell.row, cell.column) for cell in cells if not cell.sure} == outer


def test_ruled_paper_beside_the_columns_is_no_cell():
    picture = rule(range(-1, ROWS + 3), range(COLUMNS + 1), (0, TOP, 899, TOP + ROWS * HIGH), 190)
    write(picture, places())
    cells = find_table(photographed(picture), "notebook.png", KNOWN)
    assert shape_of(cells) == (ROWS, COLUMNS)
    assert not unclear_in(cells)
    first = cells[0].box
    assert abs(first.x + first.width / 2 - LEFT - WIDE / 2) <= 6


@pytest.mark.parametrize("written", [False, True])
def test_a_row_that_the_columns_do_not_reach_is_dropped_with_a_doubt_if_it_is_written_in(written):
    level, upright = np.zeros((2, 400, 500), np.uint8)
    level[50:351:50, 50:451] = upright[50:301, 50:451:100] = 1
    if written:
        level[315:340, 180:200] = upright[315:340, 180:200] = 1
    nodes = np.stack(np.meshgrid(np.arange(50.0, 451, 100), np.arange(50.0, 351, 50)), axis=2)
    closed = close_sides(nodes, level, upright, UNKNOWN, "total.png")
    assert closed.nodes.shape == (6, 5, 2)
    assert closed.rows == (False, written)
    assert closed.columns == (False, False)


@pytest.mark.parametrize(("side", "lost"), [("right", COLUMNS), ("left", 0)])
def test_an_outer_line_that_cannot_be_seen_is_named(side, lost):
    picture = rule(range(ROWS + 1), [column for column in range(COLUMNS + 1) if column != lost], FRAME)
    with pytest.raises(PictureError) as refused:
        find_table(photographed(picture), "cut.png")
    assert refused.value.key == f"error.form.no_side.{side}"


def test_a_wide_outer_column_with_a_single_number_is_not_lost_in_silence():
    picture = rule(range(ROWS + 1), range(3), (LEFT, TOP, LEFT + 4 * WIDE, TOP + ROWS * HIGH))
    write(picture, [*places(2), (4, 3)])
    with pytest.raises(PictureError) as refused:
        find_table(photographed(picture), "wide.png")
    assert refused.value.key == "error.form.no_side.right"


def test_a_stroke_between_two_cells_is_a_doubt_about_both():
    picture = rule(range(ROWS + 1), range(COLUMNS + 1), FRAME, 225, 1)
    write(picture, [cell for cell in places() if cell not in {(2, 1), (2, 2)}])
    x, y = LEFT + 2 * WIDE, TOP + 2 * HIGH
    cv2.line(picture, (x + 2, y + 12), (x - 1, y + 48), 30, 3)
    cells = {(cell.row, cell.column): cell for cell in find_table(photographed(picture), "between.png")}
    assert len(cells) == ROWS * COLUMNS
    assert cells[2, 1].doubtful
    assert cells[2, 2].doubtful


@pytest.mark.parametrize(("level", "on", "off"), [(150, 8, 12), (180, 8, 12), (120, 5, 15)])
def test_a_column_behind_a_dashed_line_is_never_silently_lost(level, on, off):
    picture = rule(range(ROWS + 1), [column for column in range(COLUMNS + 1) if column != 2], FRAME, level, 1)
    for y in range(TOP, TOP + ROWS * HIGH, on + off):
        cv2.line(picture, (LEFT + 2 * WIDE, y), (LEFT + 2 * WIDE, y + on), level, 1)
    write(picture, places())
    cells = find_table(photographed(picture), "dashed.png")
    assert shape_of(cells) == (ROWS, COLUMNS) or not any(cell.sure for cell in cells)


def test_two_lines_that_cross_are_no_table():
    picture = rule([3], [2], FRAME)
    with pytest.raises(PictureError) as refused:
        find_table(photographed(picture), "cross.png")
    assert refused.value.key == "error.form.no_table"


def test_open_sides_are_not_left_out_to_have_the_expected_number():
    picture = rule(range(1, ROWS), range(1, COLUMNS), FRAME)
    write(picture, places())
    assert all(cell.sure for cell in find_table(photographed(picture), "open.png", Shape(ROWS, COLUMNS)))
    with pytest.raises(PictureError):
        find_table(photographed(picture), "open.png", Shape(ROWS - 2, COLUMNS))
