"""The maps of lines, against a brute-force rasterisation."""

import numpy as np
import pytest

from shuzi.data.registers import LinePath, load_page_lines
from shuzi.synthesis.examples import Material
from shuzi.synthesis.line_maps import (
    CELL,
    LEVELS,
    MIN_HEIGHT,
    SIDE,
    UNKNOWN,
    compose_block,
    draw_maps,
    lay_out,
)

SHAPE = 96, 160


def _distances(start, end, shape):
    """Return how far points of each cell are along and away from a segment, as multiples of nothing: pixels."""
    step = (np.arange(8) + 0.5) / 8 * CELL
    y = (np.arange(0, shape[0], CELL)[:, None] + step).ravel()
    x = (np.arange(0, shape[1], CELL)[:, None] + step).ravel()
    along = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    dx, dy = x[None, :] - start[0], y[:, None] - start[1]
    length = np.hypot(*np.subtract(end, start))
    forward = dx * along[0] + dy * along[1]
    beyond = np.maximum(-forward, forward - length)
    away = np.abs(dy * along[0] - dx * along[1])

    def by_cell(values):
        return values.reshape(shape[0] // CELL, 8, shape[1] // CELL, 8).transpose(0, 2, 1, 3).reshape(
            shape[0] // CELL, shape[1] // CELL, 64
        )  # fmt: skip

    return by_cell(beyond), by_cell(away)


@pytest.mark.parametrize(
    ("start", "end", "height"),
    [((20, 40), (140, 40), 30.0), ((20, 30), (140, 66), 24.0), ((10, 70), (150, 50), 40.0)],
)
def test_maps_are_the_core_and_the_height_of_a_line(start, end, height):
    path = LinePath(np.array([start, end], np.float32), height)
    core, heights, printed = np.moveaxis(draw_maps([path], np.zeros(SHAPE, np.uint8)), 2, 0)
    beyond, away = _distances(start, end, SHAPE)
    reach = 0.24 * height
    inside = ((beyond < -2.5) & (away < reach - 2.5)).all(axis=2)
    outside = ((beyond > 2.5) | (away > reach + 2.5)).all(axis=2)
    assert inside.any()
    assert (core[inside] == 255).all()
    assert (core[outside] == 0).all()
    covered = ((beyond < 0) & (away < reach)).mean(axis=2)
    assert np.abs(core / 255 - covered).mean() < 0.02
    in_band = ((beyond < 0.5 * height - 5) & (away < 0.6 * height - 5)).all(axis=2)
    off_band = ((beyond > 0.5 * height + 5) | (away > 0.6 * height + 5)).all(axis=2)
    assert in_band.any()
    assert (heights[off_band] == 0).all()
    np.testing.assert_allclose(MIN_HEIGHT * 2.0 ** (heights[in_band] / LEVELS), height, rtol=0.01)
    assert not printed.any()


def test_the_height_of_the_smaller_of_two_lines_counts_where_both_are():
    big, small = (LinePath(np.array([[10, 48], [150, 48]], np.float32), height) for height in (60.0, 20.0))
    for paths in ([big, small], [small, big]):
        heights = draw_maps(paths, np.zeros(SHAPE, np.uint8))[..., 1]
        assert MIN_HEIGHT * 2 ** (heights[12, 20] / LEVELS) == pytest.approx(20, rel=0.01)
        assert MIN_HEIGHT * 2 ** (heights[6, 20] / LEVELS) == pytest.approx(60, rel=0.01)


def test_images_laid_out_are_a_line_through_their_middle(mnist):
    images = mnist.validation.images[:20]
    pictures, maps = lay_out(images)
    for picture, drawn in zip(pictures, maps, strict=True):
        dark = np.flatnonzero((picture < 128).any(axis=1))
        marked = np.flatnonzero(drawn[..., 0].max(axis=1) > 128) * CELL
        assert dark[0] < marked.mean() + CELL / 2 < dark[-1]


@pytest.mark.parametrize("real", [False, True])
def test_blocks_depend_on_their_seed_alone(mnist, pen_strokes, page_folder, monkeypatch, real):
    splits = mnist.with_handwriting(strokes=pen_strokes)
    if real:
        splits = splits.with_handwriting(pages=load_page_lines(page_folder))
        monkeypatch.setattr("shuzi.synthesis.line_maps._REAL", 1.0)
    first, again, other = (compose_block(Material(splits.train), [seed, 0], 2) for seed in (3, 3, 4))
    for part, same, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(part, same)
        assert not np.array_equal(part, different)
    pictures, maps = first
    assert pictures.shape == (2, SIDE, SIDE)
    assert maps.shape == (2, SIDE // CELL, SIDE // CELL, 3)
    assert bool((maps[..., 2] == UNKNOWN).all()) == real


def test_lines_of_real_pages_are_moved_with_them(page_folder, mnist, pen_strokes, monkeypatch):
    monkeypatch.setattr("shuzi.synthesis.line_maps._REAL", 1.0)
    splits = mnist.with_handwriting(strokes=pen_strokes).with_handwriting(pages=load_page_lines(page_folder))
    pictures, maps = compose_block(Material(splits.train), [1], 8)
    for picture, drawn in zip(pictures, maps, strict=True):
        core = np.kron(drawn[..., 0] > 200, np.ones((CELL, CELL), bool))
        bare = np.kron(drawn[..., 1] == 0, np.ones((CELL, CELL), bool))
        if core.sum() > 400 and bare.sum() > 400:
            assert picture[core].std() > picture[bare].std()  # there is ink
