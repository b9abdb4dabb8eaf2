"""The lines of a ruled table are taken out however thick each is, and take no part of a digit along unnoticed."""

from itertools import product

import cv2
import numpy as np
import pytest

from shuzi.forms.printed_lines import Erased
from shuzi.forms.table_cells import TableCell, cells_sharing_ink
from shuzi.forms.tables import column_name, find_table, read_tables
from shuzi.ink.boxes import Box

SIDE, EDGE = 80, 60  # pixels: a cell, and where a table begins
ROWS, COLUMNS = 9, 6


def ruled(thick):
    """Draw a table whose every third line is that many pixels thick and black, and the others pale: uint8 (h, w)."""
    picture = np.full((ROWS * SIDE + 2 * EDGE, COLUMNS * SIDE + 2 * EDGE), 255, np.uint8)
    right, bottom = EDGE + COLUMNS * SIDE, EDGE + ROWS * SIDE
    for heavy in (False, True):
        level, wide = (20, thick) if heavy else (170, 3)
        for number in range(max(ROWS, COLUMNS) + 1):
            if (number % 3 == 0) != heavy:
                continue
            place = EDGE + number * SIDE
            if number <= ROWS:
                cv2.line(picture, (EDGE, place), (right, place), level, wide)
            if number <= COLUMNS:
                cv2.line(picture, (place, EDGE), (place, bottom), level, wide)
    return picture


def photographed(picture):
    """Blur a picture as a camera does: uint8 (h, w)."""
    noise = np.random.default_rng(1).normal(0, 3, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 2.0) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("thick", [3, 5, 7, 9])
def test_nothing_is_left_of_lines_of_any_thickness(thick):
    found = find_table(photographed(ruled(thick)), "table.png")
    assert len(found) == ROWS * COLUMNS
    assert [(each.row, each.column) for each in found if each.inside is not None] == []


@pytest.mark.parametrize("seed", range(3))
def test_digits_between_thick_and_pale_lines_are_read_and_empty_cells_are_blank(
    reader, sheets, hands, benchmark_module, seed
):
    rng = np.random.default_rng([2, seed])
    page, texts = benchmark_module("ruled_tables").draw_thirds(rng, hands)
    table = read_tables(reader, [("table.jpg", sheets.photograph(rng, page, turned=0.0)[0])])
    cells = {(row.number, name): cell for row in table.rows for name, cell in row.cells.items()}
    assert cells.keys() == texts.keys()
    sure = [key for key, cell in cells.items() if cell.status == "ok"]
    assert sum(cells[key].text != texts[key] for key in sure) <= 1  # few of these digits can be taken for another
    assert len(sure) >= 0.75 * sum(map(bool, texts.values()))
    empty = [key for key, text in texts.items() if not text]
    assert sum(cells[key].status == "blank" for key in empty) >= 0.9 * len(empty)


def two(picture, x, y, base=True):
    """Write a 2 whose base, if it has one, is at y."""
    strokes = [
        [(x, y - 46), (x + 13, y - 54), (x + 26, y - 42), (x, y)],
        *([[(x - 2, y), (x + 32, y)]] if base else []),
    ]
    for points in strokes:
        cv2.polylines(picture, [np.array(points)], False, 20, 4, cv2.LINE_AA)


def test_what_is_written_along_a_line_is_kept_beside_what_is_surely_ink():
    picture = ruled(4)
    two(picture, EDGE + SIDE + 25, EDGE + 2 * SIDE)
    (cell,) = [each for each in find_table(photographed(picture), "table.png") if (each.row, each.column) == (1, 1)]
    assert cell.kept is not None
    base = slice(round(0.85 * len(cell.kept)), None)
    assert (cell.kept[base] < 150).sum() > 1.5 * (cell.inside[base] < 150).sum()


def test_a_digit_that_is_another_with_the_line_is_unsure_and_both_are_named(reader, monkeypatch):
    views = []
    for base in (False, True):
        view = np.full((96, 96), 255, np.uint8)
        two(view, 32, 76, base)
        views.append(view)
    cell = TableCell(0, 0, *views, views[1], Box(0, 0, 96, 96))
    monkeypatch.setattr("shuzi.forms.tables.find_table", lambda *_: [cell])
    (row,) = read_tables(reader, [("table.png", ruled(4))]).rows
    assert row.cells["A"].status == "unsure"
    assert {"2", "7"} <= {text for text, _ in row.cells["A"].alternatives}


def test_ink_that_goes_below_a_thick_line_is_not_sure(reader):
    found = []
    for away in (18, 0):
        picture = ruled(9)
        x, y = EDGE + SIDE + 40, EDGE + 3 * SIDE - away
        cv2.line(picture, (x, y - 50), (x, y), 20, 4)
        found.append(read_tables(reader, [("table.png", photographed(picture))]).rows[2].cells[column_name(1)])
    apart, below = found
    assert (apart.text, apart.status) == ("1", "ok")
    assert below.status == "unsure"


def test_the_edge_of_a_shadow_is_no_sure_digit(reader):
    picture = ruled(4)
    for row in range(6):
        x, y = EDGE + 4 * SIDE + 40, EDGE + row * SIDE
        cv2.line(picture, (x, y + 14), (x, y + 64), 20, 4)
    x, y = EDGE + SIDE + 40, EDGE + 4 * SIDE
    cv2.line(picture, (x, y + 14), (x, y + 64), 175, 4)
    table = read_tables(reader, [("table.png", photographed(picture))])
    assert table.rows[4].cells["B"].status == "unsure"


def test_ink_that_only_its_neighbour_shows_across_the_line_is_shared():
    pictures = [np.full((84, 84), 250, np.uint8) for _ in range(2)]
    pictures[0][30:40, 73:78], pictures[1][30:40, :24] = 40, 40  # of one bar, which the line makes pale at the left
    box = Box(8.0, 8.0, 68.0, 68.0)
    cells = {(0, column): (Erased(picture, picture), box) for column, picture in enumerate(pictures)}
    assert cells_sharing_ink(cells, 34.0) == {(0, 0), (0, 1)}


def test_a_stroke_on_the_line_between_two_cells_is_a_doubt_about_both(reader):
    picture, beside = ruled(4), [*"BC" * 3, *"EF" * 3]  # few on each line: many would be a line of their own
    for row, (away, lean) in enumerate(product((-3, 0, 3), (0, 4)), start=1):
        x, y = EDGE + (2 if row <= 3 else 5) * SIDE + away, EDGE + row * SIDE
        cv2.line(picture, (x + lean, y + 14), (x - lean, y + 64), 20, 5)
    rows = read_tables(reader, [("table.png", photographed(picture))]).rows
    cells = [(row.number, name, cell) for row in rows for name, cell in row.cells.items() if cell.status != "blank"]
    assert [(row, name) for row, name, _ in cells] == [*zip(np.repeat(range(1, 7), 2).tolist(), beside, strict=True)]
    assert {(cell.status, cell.rule) for _, _, cell in cells} == {("unsure", "")}


def test_a_digit_that_reaches_a_little_into_the_next_cell_belongs_to_its_own(reader):
    picture = ruled(4)
    aside, below = (EDGE + 2 * SIDE - 30, EDGE + SIDE + 30), (EDGE + SIDE + 26, EDGE + 5 * SIDE - 36)
    for corner in (aside, below):
        cv2.ellipse(picture, (corner[0] + 13, corner[1] + 16), (20, 24), 0, 0, 360, 20, 5)
    table = read_tables(reader, [("table.png", photographed(picture))])
    cells = {(row.number, name): cell for row in table.rows for name, cell in row.cells.items()}
    assert {key: cell.text for key, cell in cells.items() if cell.text} == {(1, "B"): "0", (4, "B"): "0"}


def test_a_number_beside_words_of_the_first_row_is_not_sure(reader):
    picture = ruled(5)
    for (row, column), text in {(0, 0): "Am", (0, 1): "WK", (0, 2): "7", (1, 2): "7"}.items():
        start = EDGE + column * SIDE + 18, EDGE + row * SIDE + 58
        cv2.putText(picture, text, start, cv2.FONT_HERSHEY_SIMPLEX, 1.1 if len(text) > 1 else 1.6, 20, 3, cv2.LINE_AA)
    rows = read_tables(reader, [("table.png", photographed(picture))]).rows
    assert [(row.cells["C"].text, row.cells["C"].status) for row in rows[:2]] == [("7", "unsure"), ("7", "ok")]


@pytest.mark.parametrize(("space", "statuses"), [(1, ["unsure", "unsure"]), (10, ["ok", "ok"])])
def test_the_last_digit_of_a_number_beyond_the_line_is_no_number_of_the_next_cell(reader, space, statuses):
    picture = ruled(4)
    line, foot = EDGE + 2 * SIDE, EDGE + 5 * SIDE - 16
    for text, start in {"4": line - 52 - space, "7": line - 24 - space, "5": line + space}.items():
        cv2.putText(picture, text, (start, foot), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 20, 4, cv2.LINE_AA)
    cells = read_tables(reader, [("table.png", photographed(picture))]).rows[4].cells
    assert [(cells[name].text, cells[name].status) for name in "BC"] == [*zip(["47", "5"], statuses, strict=True)]
