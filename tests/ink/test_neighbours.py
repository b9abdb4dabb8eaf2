"""Thin strokes are widened unless they may belong to several characters."""

import json
from pathlib import Path

import numpy as np
import pytest

from shuzi.ink.paper import has_neighbours

MASKS = json.loads((Path(__file__).parents[1] / "fixtures" / "neighbours.json").read_text("utf-8"))


@pytest.mark.parametrize("name", MASKS)
def test_characters_that_widened_strokes_would_join_are_told_from_broken_strokes(name):
    mask = np.array([[pixel == "#" for pixel in row] for row in MASKS[name]["mask"]], np.uint8)
    assert has_neighbours(np.pad(mask, 3)) == MASKS[name]["hasNeighbours"]
