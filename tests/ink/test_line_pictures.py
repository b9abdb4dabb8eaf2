"""A line's own level picture, and where it came from."""

import math

import cv2
import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.ink.line_pictures import TextLine, straighten


@pytest.mark.parametrize("height", [20.0, 90.0])
@pytest.mark.parametrize("turn", [0.0, 12.0, -25.0])
def test_what_is_cut_out_stands_where_the_matrix_says(height, turn):
    grey = np.full((400, 600), 230, np.uint8)
    start = np.array([120.0, 200.0])
    along = np.array([math.cos(math.radians(turn)), math.sin(math.radians(turn))])
    end = start + 330 * along
    dot = start + 250 * along + 0.2 * height * np.array([-along[1], along[0]])
    radius = round(0.1 * height)
    cv2.circle(grey, tuple(np.rint(dot * 16).astype(int).tolist()), radius * 16, 20, -1, cv2.LINE_AA, 4)
    cut = straighten(grey, TextLine(tuple(start), tuple(end), height, 1.0))
    assert cut.height == pytest.approx(min(height, 40))
    back = cv2.invertAffineTransform(cut.matrix)
    expected = cv2.transform(dot[None, None], back)[0, 0]
    darkness = 230.0 - cut.grey
    y, x = np.indices(cut.grey.shape)
    seen = np.array([(x * darkness).sum(), (y * darkness).sum()]) / darkness.sum() + 0.5  # of pixel centres
    np.testing.assert_allclose(seen, expected + 0.5, atol=1.0)
    # its middle runs through the middle of the picture
    assert cv2.transform(start[None, None], back)[0, 0, 1] == pytest.approx(len(cut.grey) / 2, abs=1)


def test_boxes_go_back_to_the_whole_picture():
    cut = straighten(np.full((300, 400), 230, np.uint8), TextLine((50.0, 100.0), (350.0, 160.0), 60.0, 1.0))
    box = Box(10, 5, 40, 30)
    corners = np.array([[[10, 5], [50, 5], [50, 35], [10, 35]]], np.float64)
    x, y = cv2.transform(corners, cut.matrix)[0].T
    assert cut.in_whole(box) == pytest.approx((x.min(), y.min(), np.ptp(x), np.ptp(y)))


def test_a_line_beyond_the_edge_shows_the_edge():
    cut = straighten(np.full((100, 100), 200, np.uint8), TextLine((-80.0, -90.0), (-20.0, -90.0), 30.0, 1.0))
    assert cut.grey.size > 0
