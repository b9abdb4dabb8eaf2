"""Thin strokes are widened unless they may belong to several characters."""

import numpy as np
import pytest

from shuzi.ink.paper import has_neighbours

MASKS = {
    "two strokes that lean over one another": (
        True,
        "......#...#",
        "......#...#",
        ".....#...#.",
        ".....#...#.",
        "....#...#..",
        "....#...#..",
        "...#...#...",
        "...#...#...",
        "..#...#....",
        "..#...#....",
    ),
    "one stroke that leans": (
        False,
        "......#",
        "......#",
        ".....#.",
        ".....#.",
        "....#..",
        "....#..",
        "...#...",
        "...#...",
        "..#....",
        "..#....",
    ),
    "a seven and a dash": (
        True,
        "#######......",
        "......#......",
        ".....#.......",
        ".....#.......",
        "....#.....###",
        "....#........",
        "...#.........",
        "...#.........",
        "..#..........",
        "..#..........",
    ),
    "a four whose bar is broken": (
        False,
        "...#..#...",
        "...#..#...",
        "..#...#...",
        "..#...#...",
        ".#....#...",
        "#######.##",
        "......#...",
        "......#...",
        "......#...",
        "......#...",
    ),
    "a five whose top is broken off": (
        False,
        "##.######",
        "#........",
        "#........",
        "#........",
        "######...",
        ".....##..",
        ".......#.",
        ".......#.",
        "......##.",
        "######...",
    ),
    "a seven above a seven": (
        True,
        "#####",
        "....#",
        "...#.",
        "...#.",
        "..#..",
        "..#..",
        ".....",
        ".....",
        "#####",
        "....#",
        "...#.",
        "...#.",
        "..#..",
        "..#..",
    ),
    "a stroke with two pixels missing": (
        False,
        "..#",
        "..#",
        "..#",
        "..#",
        "..#",
        "...",
        "...",
        "..#",
        "..#",
        "..#",
        "..#",
        "..#",
    ),
    "a number with a point": (
        True,
        "#....#",
        "#....#",
        "#....#",
        "#....#",
        "#....#",
        "#.#..#",
    ),
}


@pytest.mark.parametrize("name", MASKS)
def test_characters_that_widened_strokes_would_join_are_told_from_broken_strokes(name):
    expected, *rows = MASKS[name]
    mask = np.array([[pixel == "#" for pixel in row] for row in rows], np.uint8)
    assert has_neighbours(np.pad(mask, 3)) == expected
