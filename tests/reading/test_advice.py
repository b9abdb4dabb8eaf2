import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import shuzi
from shuzi.reading.advice import about_marks, measure_edge_width

PICTURES = Path(__file__).parents[1] / "fixtures" / "reading"


@pytest.mark.parametrize("name", ["composed-02", "composed-03", "composed-07", "composed-09", "cut-off"])
def test_the_edge_is_blamed_only_where_a_doubtful_digit_touches_it(name):
    picture = np.asarray(Image.open(PICTURES / f"{name}.picture.png").convert("L"))
    reading = shuzi.load().read(picture)
    doubtful = [digit.box for digit in reading.digits if digit.status != "ok"]
    height, width = picture.shape
    touching = [
        box
        for box in doubtful or [digit.box for digit in reading.digits]
        if min(box.x, box.y) <= 1 or box.right >= width - 1 or box.bottom >= height - 1
    ]
    assert (reading.advice[0] == "reading.edge") == bool(touching)


def bar(side, blur):
    page = np.full((side, side), 220, np.uint8)
    page[:, round(0.4 * side) : round(0.7 * side)] = 30
    return np.asarray(cv2.GaussianBlur(page, (0, 0), blur * side) if blur else page, np.uint8)


@pytest.mark.parametrize("side", [40, 80, 400])
@pytest.mark.parametrize("blur", [0.05, 0.07, 0.1])
def test_an_edge_behind_a_gaussian_is_as_steep_as_theory_has_it(side, blur):
    """Its slope is the step divided by sigma times the root of two pi."""
    assert measure_edge_width(bar(side, blur)) == pytest.approx(blur * math.sqrt(2 * math.pi), rel=0.2)


@given(st.integers(0, 2**32 - 1), st.integers(40, 200))
def test_contrast_and_polarity_change_nothing(seed, side):
    darker, lighter = sorted(np.random.default_rng(seed).choice(np.arange(0, 256, 40), 2, replace=False).tolist())
    page = np.interp(bar(side, 0.05), [30, 220], [darker, lighter])
    page = np.rint(page).astype(np.uint8)
    expected = measure_edge_width(bar(side, 0.05))
    assert measure_edge_width(page) == pytest.approx(expected, rel=0.15)
    assert measure_edge_width(255 - page) == pytest.approx(measure_edge_width(page), rel=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (30, 30)])
def test_where_there_is_no_edge_it_is_infinite(shape):
    assert measure_edge_width(np.full(shape, 90, np.uint8)) == math.inf


def test_a_mark_that_is_not_sure_is_named():
    values = {"text": "12.5", "other": "12,5", "mark": ".", "place": 3}
    assert about_marks("12.5", ["12.5", "12,5"]) == ("reading.mark", values)
    assert about_marks("125", ["12.5"]) == ("reading.mark_more", {"text": "125", "other": "12.5", "mark": "."})
