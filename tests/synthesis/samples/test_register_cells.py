from itertools import islice

import numpy as np
import pytest

from shuzi.data.registers import REPORT, VALIDATION, load_cells
from shuzi.ink.strips import HEIGHT
from shuzi.synthesis.lines.collection import Writers
from shuzi.synthesis.samples.lines import strips
from shuzi.synthesis.samples.register_cells import RegisterCells


@pytest.fixture(scope="module")
def cells(registers):
    return load_cells(registers).without(VALIDATION | REPORT)


def test_a_strip_shows_the_writing_whole(cells):
    """Of the letters, no more than a rim is cut off."""
    rng, drawn = np.random.default_rng(0), RegisterCells(cells)
    for _ in range(100):
        strip, text = drawn.strip(rng)
        assert strip.shape[0] == HEIGHT
        ink = strip > 150
        assert ink.any(axis=1).sum() > 0.3 * HEIGHT
        assert ink.any(axis=0).sum() > 4 * len(text.strip(".-"))


def test_a_number_keeps_its_marks_and_each_letter_is_a_sign(cells):
    rng, drawn = np.random.default_rng(0), RegisterCells(cells)
    assert {drawn.strip(rng)[1] for _ in range(400)} == {"12", "3.50", "40-", "2.20", "????", "7", "1200"}


def test_no_two_framings_are_alike(cells):
    rng, drawn = np.random.default_rng(0), RegisterCells(cells)
    found = [drawn.strip(rng)[0] for _ in range(50)]
    assert len({strip.tobytes() for strip in found}) == 50


def test_a_part_of_the_strips_are_cells(cells, mnist, pen_strokes):
    writers = Writers(mnist.train.images[:100], mnist.train.labels[:100], pen_strokes)
    drawn = RegisterCells(cells)
    blank = np.full((48, 48), 64, np.uint8)
    drawn.strip = lambda _: (blank, "1")
    found = [strip for strip, _ in islice(strips(np.random.default_rng(0), writers, drawn=0.5, cells=drawn), 200)]
    assert 10 < sum(strip is blank for strip in found) < 60
