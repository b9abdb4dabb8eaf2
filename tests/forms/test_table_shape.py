"""A ruled table has all of its rows and columns, or it is said that some are doubtful; given numbers settle it."""

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import PictureError
from shuzi.forms.ruled_tables import LINES, read_tables
from shuzi.forms.table_grid import ASSUMED, DOUBTFUL, SEEN, Grid, Shape, settle
from shuzi.forms.tables import find_table
from shuzi.ink.boxes import Box
from shuzi.pictures.open import open_picture

SIDE, LEFT, TOP = 90, 60, 50  # pixels: a cell, and where a table begins


def ruled(rows, columns, without=(), level=0):
    """Draw a table, some of whose horizontal lines are missing: uint8 (h, w)."""
    picture = np.full((rows * SIDE + 2 * TOP, columns * SIDE + 2 * LEFT), 255, np.uint8)
    right, bottom = LEFT + columns * SIDE, TOP + rows * SIDE
    for row in range(rows + 1):
        if row not in without:
            picture[TOP + row * SIDE : TOP + row * SIDE + 3, LEFT : right + 3] = level
    for column in range(columns + 1):
        picture[TOP : bottom + 3, LEFT + column * SIDE : LEFT + column * SIDE + 3] = level
    return picture


def write(picture, row, column, text="1"):
    origin = LEFT + column * SIDE + 30, TOP + round((row + 1) * SIDE) - 25
    cv2.putText(picture, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)


def shape_of(cells):
    return 1 + max(each.row for each in cells), 1 + max(each.column for each in cells)


def doubtful_rows(cells):
    return {each.row for each in cells if not each.sure}


@pytest.mark.parametrize("seed", range(3))
def test_lines_hardly_darker_than_paper_are_found_between_thick_ones(sheets, hands, benchmark_module, seed):
    rng = np.random.default_rng(seed)
    tables = benchmark_module("ruled_tables")
    page = tables.rule_thirds(rng, Box(30, 40, 110, 110), pale=0.9)
    photo, _ = sheets.photograph(rng, page, turned=0.0)
    cells = find_table(open_picture(photo), "table.jpg")
    assert shape_of(cells) == (9, 9)
    assert not doubtful_rows(cells)


def test_a_line_that_cannot_be_seen_is_put_where_distances_ask_for_it_and_its_rows_are_doubtful():
    picture = ruled(8, 5, without=[4])
    for row in range(8):
        write(picture, row, 2)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (8, 5)
    assert doubtful_rows(cells) == {3, 4}
    assert all(each.inside is not None for each in cells if each.column == 2)


def test_a_high_row_that_is_written_in_its_middle_is_not_parted_but_doubtful():
    picture = ruled(8, 5, without=[1])
    write(picture, 0.5, 0)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (7, 5)
    assert doubtful_rows(cells) == {0}


@pytest.mark.parametrize("strokes", [(1, 2, 3), (0, 1, 2, 3)])
def test_digits_that_touch_the_lines_are_no_line_of_their_own(strokes):
    picture = ruled(4, 5)
    x = LEFT + SIDE + round(0.55 * SIDE)
    for row in strokes:
        cv2.line(picture, (x, TOP + row * SIDE + 22), (x, TOP + (row + 1) * SIDE), 0, 4)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (4, 5)
    assert {each.column for each in cells if not each.sure} <= {1}


@pytest.mark.parametrize("seed", range(4))
def test_strokes_that_fill_every_row_make_no_sure_column(seed):
    rng, picture = np.random.default_rng(seed), ruled(8, 5)
    x = LEFT + SIDE + round(0.55 * SIDE)
    for row in range(8):
        first, last = (round(x + away) for away in rng.normal(0, 4, 2))
        cv2.line(picture, (first, TOP + row * SIDE), (last, TOP + (row + 1) * SIDE), 0, 4)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (8, 5)
    settled_by_number = find_table(picture, "table.png", Shape(columns=5))
    assert shape_of(settled_by_number) == (8, 5)


def test_the_number_of_rows_settles_it():
    picture = ruled(8, 5, without=[4])
    whole, without = (find_table(picture, "table.png", Shape(rows=rows)) for rows in (8, 7))
    assert shape_of(whole) == (8, 5)
    assert shape_of(without) == (7, 5)
    assert not doubtful_rows(whole) | doubtful_rows(without)
    with pytest.raises(PictureError, match="8 rows and 5 columns") as caught:
        find_table(picture, "table.png", Shape(rows=9, columns=5))
    assert caught.value.values["wanted_rows"] == 9


def test_a_number_that_other_lines_would_make_as_well_settles_nothing():
    nodes = np.zeros((5, 2, 2))
    either = Grid(nodes, (SEEN, ASSUMED, SEEN, DOUBTFUL, SEEN), (SEEN, SEEN))
    assert settle(either, Shape(rows=3), "a.jpg").rows == {0, 1, 2}
    assert settle(either, Shape(rows=4), "a.jpg").rows == set()


def test_a_row_too_low_to_write_in_is_doubtful_and_so_are_those_beside_it():
    levels = np.array([0.0, 40, 80, 93, 120, 160])
    nodes = np.stack(np.meshgrid(np.arange(0.0, 301, 100), levels), axis=2)
    grid = Grid(nodes, (SEEN,) * 6, (SEEN,) * 4)
    settled = settle(grid, Shape(), "a.jpg")
    assert (settled.rows, settled.row_lines) == ({1, 2, 3}, {2, 3})
    assert not settle(grid, Shape(rows=5), "a.jpg").rows
    # a column may be that narrow
    turned = Grid(nodes.transpose(1, 0, 2)[..., ::-1] * (1.0, 0.4), (SEEN,) * 4, (SEEN,) * 6)
    assert not settle(turned, Shape(), "a.jpg").columns


def test_rows_of_different_heights_are_not_doubtful():
    picture = ruled(8, 5)
    for row, more in ((3, 25), (5, -25), (6, 12)):
        picture[TOP + row * SIDE : TOP + row * SIDE + 3, LEFT + 3 : LEFT + 5 * SIDE] = 255
        for column in range(6):
            picture[TOP + row * SIDE : TOP + row * SIDE + 3, LEFT + column * SIDE :][:, :3] = 0
        picture[TOP + row * SIDE + more :, LEFT : LEFT + 5 * SIDE][:3] = 0
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (8, 5)
    assert not doubtful_rows(cells)


def test_what_is_doubtful_about_a_table_is_said(reader):
    table = read_tables(reader, [("table.png", ruled(8, 5, without=[4]))])
    assert [row.number for row in table.rows if all(cell.rule == LINES for cell in row.cells.values())] == [3, 4]
    assert [each.source for each in table.problems] == ["table.png"]
    assert table.doubtful == 10


def test_a_cell_with_several_lines_is_never_ok(reader):
    picture = ruled(2, 3)
    picture = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    for y in (80, 150):
        cv2.putText(picture, "5", (2 * LEFT + 60, 2 * TOP + y), cv2.FONT_HERSHEY_SIMPLEX, 1.8, 0, 4)
    table = read_tables(reader, [("table.png", picture)])
    assert table.rows[0].cells["A"].status == "unsure"


def test_the_command_takes_the_numbers(tmp_path):
    cv2.imwrite(str(tmp_path / "table.png"), ruled(8, 5, without=[4]))
    unknown = CliRunner().invoke(command, ["form", "read", str(tmp_path / "table.png"), "--table"])
    assert "--rows" in unknown.stderr
    given = ["form", "read", str(tmp_path / "table.png"), "--rows"]
    assert CliRunner().invoke(command, [*given, "8"]).exit_code == 2
    assert CliRunner().invoke(command, [*given, "8", "--table"]).exit_code == 0
    assert CliRunner().invoke(command, [*given, "9", "--table"]).exit_code == 1
