"""Thin strokes are widened unless they may belong to several characters."""

import json
from pathlib import Path

import numpy as np
import pytest

from shuzi.ink.paper import _has_thin_strokes, _widen_strokes, has_neighbours

MASKS = json.loads((Path(__file__).parents[1] / "fixtures" / "neighbours.json").read_text("utf-8"))


@pytest.mark.parametrize("name", MASKS)
def test_characters_that_widened_strokes_would_join_are_told_from_broken_strokes(name):
    mask = np.array([[pixel == "#" for pixel in row] for row in MASKS[name]["mask"]], np.uint8)
    assert has_neighbours(np.pad(mask, 3)) == MASKS[name]["hasNeighbours"]


def test_strokes_of_one_pixel_are_thin_and_become_three_wide():
    ink = np.zeros((28, 28), np.uint8)
    ink[5:23, 14] = 255
    assert _has_thin_strokes(ink)
    assert not _has_thin_strokes(np.repeat(ink, 2, axis=1))
    dark = np.array([[9, 9, 9], [9, 2, 9], [9, 9, 9], [9, 2, 9]], np.uint8)
    assert _widen_strokes(dark)[:3].tolist() == [[9, 2, 9], [2, 2, 2], [9, 2, 9]]
