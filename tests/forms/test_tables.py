"""Tables are found, ruled or drawn; what is not seen is never sure, and given numbers of rows and columns help."""

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from shuzi.cli import shuzi as command
from shuzi.errors import PictureError
from shuzi.forms.table_grid import ASSUMED, DOUBTFUL, SEEN, UNKNOWN, Grid, Settled, Shape, close_sides, settle
from shuzi.forms.table_lines import are_certain, doubt_unseen
from shuzi.forms.tables import LINES, find_table, read_tables
from shuzi.ink.boxes import Box
from shuzi.pictures.open import open_picture

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


@pytest.mark.parametrize("over", [0.6, 0.7, 0.8])
def test_a_number_that_runs_over_its_line_is_a_doubt_about_both_cells(over):
    picture = rule(range(ROWS + 1), range(COLUMNS + 1), FRAME, 150, 2)
    write(picture, [cell for cell in places() if cell not in {(2, 1), (2, 2), (4, 0)}])
    font, size, thick = cv2.FONT_HERSHEY_SIMPLEX, 1.1, 3
    whole, digit = (cv2.getTextSize(text, font, size, thick)[0][0] for text in ("4246", "6"))
    start = LEFT + 2 * WIDE + round(over * digit) - whole, TOP + 2 * HIGH + 43
    cv2.putText(picture, "4246", start, font, size, 30, thick, cv2.LINE_AA)
    cells = {(cell.row, cell.column): cell for cell in find_table(photographed(picture), "over.png")}
    assert len(cells) == ROWS * COLUMNS
    assert {key for key, cell in cells.items() if cell.doubtful} == {(2, 1), (2, 2)}


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


SIDE, MARGIN_X, MARGIN_Y = 90, 60, 50  # pixels: a cell, and where a table begins


def ruled_without(rows, columns, without=(), level=0):
    """Draw a table, some of whose horizontal lines are missing: uint8 (h, w)."""
    picture = np.full((rows * SIDE + 2 * MARGIN_Y, columns * SIDE + 2 * MARGIN_X), 255, np.uint8)
    right, bottom = MARGIN_X + columns * SIDE, MARGIN_Y + rows * SIDE
    for row in range(rows + 1):
        if row not in without:
            picture[MARGIN_Y + row * SIDE : MARGIN_Y + row * SIDE + 3, MARGIN_X : right + 3] = level
    for column in range(columns + 1):
        picture[MARGIN_Y : bottom + 3, MARGIN_X + column * SIDE : MARGIN_X + column * SIDE + 3] = level
    return picture


def write_digit(picture, row, column, text="1"):
    origin = MARGIN_X + column * SIDE + 30, MARGIN_Y + round((row + 1) * SIDE) - 25
    cv2.putText(picture, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)


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
    picture = ruled_without(8, 5, without=[4])
    for row in range(8):
        write_digit(picture, row, 2)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (8, 5)
    assert doubtful_rows(cells) == {3, 4}
    assert all(each.inside is not None for each in cells if each.column == 2)


def test_a_high_row_that_is_written_in_its_middle_is_not_parted_but_doubtful():
    picture = ruled_without(8, 5, without=[1])
    write_digit(picture, 0.5, 0)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (7, 5)
    assert doubtful_rows(cells) == {0}


@pytest.mark.parametrize("strokes", [(1, 2, 3), (0, 1, 2, 3)])
def test_digits_that_touch_the_lines_are_no_line_of_their_own(strokes):
    picture = ruled_without(4, 5)
    x = MARGIN_X + SIDE + round(0.55 * SIDE)
    for row in strokes:
        cv2.line(picture, (x, MARGIN_Y + row * SIDE + 22), (x, MARGIN_Y + (row + 1) * SIDE), 0, 4)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (4, 5)
    assert {each.column for each in cells if not each.sure} <= {1}


@pytest.mark.parametrize("seed", range(4))
def test_strokes_that_fill_every_row_make_no_sure_column(seed):
    rng, picture = np.random.default_rng(seed), ruled_without(8, 5)
    x = MARGIN_X + SIDE + round(0.55 * SIDE)
    for row in range(8):
        first, last = (round(x + away) for away in rng.normal(0, 4, 2))
        cv2.line(picture, (first, MARGIN_Y + row * SIDE), (last, MARGIN_Y + (row + 1) * SIDE), 0, 4)
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (8, 5)
    settled_by_number = find_table(picture, "table.png", Shape(columns=5))
    assert shape_of(settled_by_number) == (8, 5)


def test_the_number_of_rows_settles_it():
    picture = ruled_without(8, 5, without=[4])
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
    picture = ruled_without(8, 5)
    for row, more in ((3, 25), (5, -25), (6, 12)):
        picture[MARGIN_Y + row * SIDE : MARGIN_Y + row * SIDE + 3, MARGIN_X + 3 : MARGIN_X + 5 * SIDE] = 255
        for column in range(6):
            picture[MARGIN_Y + row * SIDE : MARGIN_Y + row * SIDE + 3, MARGIN_X + column * SIDE :][:, :3] = 0
        picture[MARGIN_Y + row * SIDE + more :, MARGIN_X : MARGIN_X + 5 * SIDE][:3] = 0
    cells = find_table(picture, "table.png")
    assert shape_of(cells) == (8, 5)
    assert not doubtful_rows(cells)


def test_what_is_doubtful_about_a_table_is_said(reader):
    table = read_tables(reader, [("table.png", ruled_without(8, 5, without=[4]))])
    assert [row.number for row in table.rows if all(cell.rule == LINES for cell in row.cells.values())] == [3, 4]
    assert [each.source for each in table.problems] == ["table.png"]
    assert table.doubtful == 10


def test_a_cell_with_several_lines_is_never_ok(reader):
    picture = ruled_without(2, 3)
    picture = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    for y in (80, 150):
        cv2.putText(picture, "5", (2 * MARGIN_X + 60, 2 * MARGIN_Y + y), cv2.FONT_HERSHEY_SIMPLEX, 1.8, 0, 4)
    table = read_tables(reader, [("table.png", picture)])
    assert table.rows[0].cells["A"].status == "unsure"


def test_the_command_takes_the_numbers(tmp_path):
    cv2.imwrite(str(tmp_path / "table.png"), ruled_without(8, 5, without=[4]))
    unknown = CliRunner().invoke(command, ["form", "read", str(tmp_path / "table.png"), "--table"])
    assert "--rows" in unknown.stderr
    given = ["form", "read", str(tmp_path / "table.png"), "--rows"]
    assert CliRunner().invoke(command, [*given, "8"]).exit_code == 2
    assert CliRunner().invoke(command, [*given, "8", "--table"]).exit_code == 0
    assert CliRunner().invoke(command, [*given, "9", "--table"]).exit_code == 1


X, Y = np.arange(60, 601, 180), np.arange(50, 471, 60)  # pixels: where lines are
NONE = set(), set()


def ruled(level=150, thick=2):
    picture = np.full((520, 660), 255, np.uint8)
    for y in Y.tolist():
        cv2.line(picture, (56, y), (604, y), level, thick)
    for x in X.tolist():
        cv2.line(picture, (x, 46), (x, 474), level, thick)
    return picture


def seen(picture):
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) + noise, 0, 255).astype(np.uint8)


def crossings(x=X, y=Y):
    return np.stack(np.meshgrid(np.array(x, float), np.array(y, float)), axis=2)


@pytest.mark.parametrize(("level", "thick"), [(232, 1), (150, 2), (40, 4)])
def test_lines_from_side_to_side_are_certain(level, thick):
    assert are_certain(crossings(), seen(ruled(level, thick)), NONE) == (True, True)


def test_bent_lines_are_certain():
    flat = ruled()
    x, y = np.meshgrid(np.arange(660, dtype=np.float32), np.arange(520, dtype=np.float32))
    bent = cv2.remap(flat, x + 3 * np.sin(y / 90), y + 3 * np.sin(x / 120), cv2.INTER_LINEAR, borderValue=255)
    assert are_certain(crossings(), seen(bent), NONE) == (True, True)


@pytest.mark.parametrize("seed", range(8))
def test_strokes_as_high_as_cells_are_no_column(seed):
    rng, picture = np.random.default_rng(seed), ruled()
    for top in Y[:-1].tolist():
        ends = np.rint(150 + rng.normal(0, 2) + rng.normal(0, 2, 2)).astype(int).tolist()
        cv2.line(picture, (ends[0], top), (ends[1], top + 60), 150, 2)
    assert are_certain(crossings([60, 150, *X[1:]]), seen(picture), NONE) == (True, False)


def test_strokes_exactly_below_one_another_are_no_column_where_they_are_darker_than_lines():
    picture = ruled(215, 1)
    cv2.line(picture, (150, 50), (150, 470), 40, 4)
    assert are_certain(crossings([60, 150, *X[1:]]), seen(picture), NONE) == (True, False)


def test_serifs_of_ones_are_no_row():
    picture = ruled(90, 2)
    for left in X[:-1].tolist():
        cv2.putText(picture, "1111111", (left + 8, 100), cv2.FONT_HERSHEY_COMPLEX, 1.0, 90, 2)
    assert are_certain(crossings(y=[*Y[:1], 100, *Y[1:]]), seen(picture), NONE)[0] is False


def test_few_rows_do_not_tell_columns_from_strokes():
    nodes = crossings()[:3]
    assert are_certain(nodes, seen(ruled()), NONE) == (True, False)


def test_a_line_that_is_missing_is_certain_only_if_a_doubt_names_it():
    picture = ruled()
    picture[:, X[1] - 4 : X[1] + 5] = 255
    for y in Y.tolist():
        cv2.line(picture, (56, y), (604, y), 150, 2)
    assert are_certain(crossings(), seen(picture), NONE)[1] is False
    assert are_certain(crossings(), seen(picture), (set(), {1})) == (True, True)


def test_a_line_that_serifs_make_is_doubtful_and_named_until_rows_are_counted():
    picture = ruled(90, 2)
    cv2.putText(picture, "111", (X[0].item() + 8, 85), cv2.FONT_HERSHEY_COMPLEX, 0.9, 90, 2)
    table = Settled(crossings(y=[*Y[:1], 85, *Y[1:]]), frozenset(), frozenset())
    doubted = doubt_unseen(table, seen(picture), UNKNOWN)
    assert (doubted.rows, doubted.row_lines) == ({0, 1}, {1})
    assert not doubted.columns | doubted.column_lines
    assert doubt_unseen(table, seen(picture), Shape(rows=len(Y))).row_lines == frozenset()


def test_pale_lines_between_black_ones_with_a_piece_missing_are_not_doubted():
    picture = np.full((520, 660), 255, np.uint8)
    for number, y in enumerate(Y.tolist()):
        cv2.line(picture, (60, y), (600, y), 20 if number in (0, 7) else 225, 6 if number in (0, 7) else 2)
    for x in X.tolist():
        cv2.line(picture, (x, 50), (x, 470), 20, 6)
    picture[Y[2] + 10 : Y[3] - 10, X[1] - 5 : X[1] + 6] = 255
    table = Settled(crossings(), frozenset(), frozenset())
    found = doubt_unseen(table, seen(picture), UNKNOWN)
    assert not found.rows | found.columns | found.row_lines | found.column_lines
    assert np.array_equal(found.nodes, table.nodes)


@pytest.mark.parametrize(("on", "off"), [(8, 12), (12, 20)])
def test_a_dashed_line_that_was_not_found_makes_its_neighbours_uncertain(on, off):
    dashes = ruled(225, 1)
    left = X[0] + 100
    for top in range(Y[0], Y[-1], on + off):
        cv2.line(dashes, (left, top), (left, min(top + on, Y[-1])), 225, 1)
    assert are_certain(crossings(), seen(dashes), NONE) == (True, False)
    rows = ruled(225, 1)
    below = Y[0] + 30
    for start in range(X[0], X[-1], on + off):
        cv2.line(rows, (start, below), (min(start + on, X[-1]), below), 225, 1)
    assert are_certain(crossings(), seen(rows), NONE) == (False, True)
