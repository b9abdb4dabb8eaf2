"""Lines are certain where only lines can be what was found; strokes of digits below one another are not."""

import cv2
import numpy as np
import pytest

from shuzi.forms.table_grid import UNKNOWN, Settled, Shape
from shuzi.forms.table_lines import are_certain, doubt_unseen

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
