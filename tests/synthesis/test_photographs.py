"""Composed photographs of pages say where their lines are."""

import numpy as np
import pytest

from shuzi.models.tasks import DIGITS
from shuzi.synthesis import photographs
from shuzi.synthesis.photographs import Conditions, compose
from shuzi.synthesis.writers import Writers


@pytest.fixture(scope="module")
def writers(mnist, pen_strokes):
    return Writers(mnist.train.images[:300], mnist.train.labels[:300], pen_strokes)


@pytest.fixture
def bare(monkeypatch):
    """Photograph ink alone: no light, no desk, no camera."""
    monkeypatch.setattr(photographs, "_shaded", lambda _, shape: np.ones(shape, np.float32))
    monkeypatch.setattr(photographs, "_desk", lambda _, shape, *_more: np.ones(shape, np.float32))
    monkeypatch.setattr(
        photographs, "photograph", lambda _, seen, *_more, **_how: np.rint(seen * 255).astype(np.uint8)
    )
    monkeypatch.setattr(photographs._Sheet, "light", lambda sheet: 1 - sheet.ink.astype(np.float32) / 255)


@pytest.mark.parametrize("letter", [16.0, 40.0])
def test_the_corners_of_a_line_lie_on_its_ink(writers, bare, letter):
    alone = Conditions("much", "bare", "single", (("number", 1.0),), usual=True)
    checked = 0
    for seed in range(30):
        photo = compose(np.random.default_rng(seed), writers, (400, 600), letter, alone)
        if not photo.lines:
            continue  # there was no room
        (line,) = photo.lines
        assert set(line.text) <= set(DIGITS)
        rows, columns = np.nonzero(photo.grey < 128)
        left, top = line.corners.min(axis=0)
        right, bottom = line.corners.max(axis=0)
        slack = 0.3 * line.height + 3  # corners of a turned band lie beside its ink
        assert (left, right) == pytest.approx((columns.min(), columns.max() + 1), abs=slack)
        assert (top, bottom) == pytest.approx((rows.min(), rows.max() + 1), abs=0.45 * line.height + 3)
        assert line.height == pytest.approx(letter, rel=0.7)
        checked += 1
    assert checked >= 10


def test_no_line_lies_on_another_one(writers, bare):
    for seed in range(10):
        photo = compose(np.random.default_rng(seed), writers, (500, 500), 24.0, Conditions("none", "bare", "columns"))
        middles = np.array([line.corners.mean(axis=0) for line in photo.lines]).reshape(-1, 2)
        apart = np.abs(middles[:, None] - middles[None])
        np.fill_diagonal(apart[..., 0], np.inf)
        assert np.all((apart[..., 0] > 8) | (apart[..., 1] > 8))


def test_the_same_seed_composes_the_same_photograph(writers):
    first, again, other = (compose(np.random.default_rng(seed), writers, (256, 256), 20.0) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.grey, again.grey)
    np.testing.assert_array_equal(first.ruling, again.ruling)
    assert [line.text for line in first.lines] == [line.text for line in again.lines]
    assert not np.array_equal(first.grey, other.grey)


def test_ruling_is_where_lines_are_printed(writers, bare):
    for kind in photographs.RULINGS:
        photo = compose(np.random.default_rng(1), writers, (256, 256), 20.0, Conditions("none", kind, "empty"))
        assert bool(photo.ruling.any()) == (kind != "bare")
        assert not photo.lines
