"""Lines of writing out of the maps of a network."""

import math

import cv2
import numpy as np
import pytest

from shuzi.errors import ModelError
from shuzi.ink.line_pictures import TextLine
from shuzi.models.store import LINE_DETECTOR, shipped
from shuzi.reading.line_detector import (
    CELL,
    LineDetector,
    _lines_of,
    _without_specks,
    in_reading_order,
    without_cut_off,
)
from shuzi.reading.reader import load


def _maps(*lines, shape=(64, 96)):
    """Return maps with lines that are marked perfectly: start and end in pixels, and the height."""
    maps = np.zeros((*shape, 3), np.float32)
    y, x = (np.indices(shape) + 0.5) * CELL
    for (left, top), (right, bottom), height in lines:
        slope = (bottom - top) / (right - left)
        middle = top + slope * (x - left)
        core = (x > left) & (x < right) & (np.abs(y - middle) < 0.24 * height)
        maps[core] = (1.0, math.log2(height / 16), 0.0)
    return maps


def test_each_piece_of_a_core_is_a_line():
    first, second = ((40, 60), (200, 60), 24.0), ((80, 150), (320, 174), 40.0)
    found = sorted(_lines_of(_maps(first, second)), key=lambda line: line.start[1])
    assert len(found) == 2
    for line, (start, end, height) in zip(found, (first, second), strict=True):
        assert line.start == pytest.approx(start, abs=CELL)
        assert line.end == pytest.approx(end, abs=CELL)
        assert line.height == pytest.approx(height, rel=0.02)
        assert line.score == pytest.approx(1, abs=0.01)


def test_a_short_line_slopes_as_the_others_do():
    long, short = ((20, 40), (340, 72), 24.0), ((40, 160), (64, 160), 24.0)
    found = max(_lines_of(_maps(long, short)), key=lambda line: line.start[1])
    assert (found.end[1] - found.start[1]) / (found.end[0] - found.start[0]) == pytest.approx(0.1, abs=0.01)


def test_specks_are_no_lines():
    maps = _maps()
    maps[5, 5] = (1.0, math.log2(80 / 16), 0.0)
    assert _lines_of(maps) == []


def test_other_models_are_no_line_detectors():
    with pytest.raises(ModelError, match="not a line detector"):
        LineDetector(shipped()["detector"])


@pytest.mark.skipif(LINE_DETECTOR not in shipped(), reason="line-detector.onnx is not shipped yet")
class TestShipped:
    def test_a_line_detector_does_not_read(self):
        with pytest.raises(ModelError, match="is a line detector"):
            load(LINE_DETECTOR)

    def test_lines_of_a_page_are_found(self):
        page = np.full((900, 700), 225, np.uint8)
        for row in range(4):
            cv2.putText(page, "40718", (120, 200 + 150 * row), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2.0, 40, 4)
        found = sorted(LineDetector(shipped()[LINE_DETECTOR]).find(page).lines, key=lambda line: line.start[1])
        assert [round((line.start[1] + line.end[1]) / 2) for line in found] == pytest.approx(
            [178 + 150 * row for row in range(4)], abs=15
        )

    def test_dashed_squares_are_no_lines(self, mnist):
        page = np.full((1600, 1157), 205, np.float32)
        for at in range(60, 1600, 97):
            for start in range(0, 1600, 20):
                cv2.line(page, (at, start), (at, start + 11), 150, 2)
                cv2.line(page, (start, at), (start + 11, at), 150, 2)
        for row, top in enumerate((200, 700, 1200)):
            for index in range(4):
                digit = cv2.resize(mnist.test.images[4 * row + index].reshape(28, 28), (90, 90)) / np.float32(255)
                left = 300 + 70 * index
                page[top : top + 90, left : left + 90] -= 130 * digit
        grey = np.clip(page + np.random.default_rng(0).normal(0, 2, page.shape), 0, 255).astype(np.uint8)
        lines = LineDetector(shipped()["line-detector"]).find(grey).lines
        assert sorted(round(line.start[1] / 500) for line in lines) == [0, 1, 2]


def test_lines_are_ordered_by_rows():
    row = [TextLine((x, y), (x + 50.0, y), 20.0, 1.0) for x, y in ((100.0, 12.0), (10.0, 10.0), (10.0, 60.0))]
    assert [line.start for line in in_reading_order(row)] == [(10.0, 10.0), (100.0, 12.0), (10.0, 60.0)]


@pytest.mark.parametrize(("first", "other", "left"), [(0, True, 1), (3, True, 2), (0, False, 1)])
def test_what_an_edge_leaves_of_a_row_is_no_line_though_it_looks_low(first, other, left):
    """Half of a row, whose ink touches the edge, beside a whole one; a low row that does not touch it is whole."""
    grey = np.full((160, 120), 235, np.uint8)
    grey[first:16, 40:44] = grey[first:16, 60:64] = grey[80:110, 40:44] = grey[80:110, 60:64] = 40
    remains, whole = TextLine((38, 8.5), (66, 8.5), 15, 0.8), TextLine((38, 95), (66, 95), 30, 0.9)
    assert len(without_cut_off([remains, whole] if other else [remains], grey)) == left


def test_a_hundred_dashes_are_specks_beside_a_number():
    dashes = [TextLine((9.0 * x, 20), (9.0 * x + 12, 20), 12, 0.55) for x in range(100)]
    number = TextLine((40, 90), (160, 90), 36, 0.85)
    assert _without_specks([*dashes, number]) == [number]
