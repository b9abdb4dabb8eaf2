from itertools import islice

import numpy as np
import pytest

from shuzi.data.registers import REPORT, VALIDATION, load_cells
from shuzi.ink.paper import PAPER
from shuzi.ink.strips import COLUMN, HEIGHT, LONGEST
from shuzi.models.tasks import CLASSES
from shuzi.synthesis.line_pages import LinePage
from shuzi.synthesis.strips import (
    LINES,
    MAX_CHARACTERS,
    RegisterCells,
    arrays,
    compose_part,
    compose_strips,
    packed,
    strip_of,
)
from shuzi.synthesis.texts import HELD_OUT, KINDS
from shuzi.synthesis.writers import Writers


@pytest.fixture(scope="module")
def writers(mnist, pen_strokes):
    return Writers(mnist.train.images[:300], mnist.train.labels[:300], pen_strokes.part(~pen_strokes.validation))


def test_strips_are_as_the_recogniser_takes_them_and_have_room_for_their_text(writers):
    rng = np.random.default_rng(0)
    for strip, text in islice(compose_strips(rng, writers, [*KINDS.values()]), 60):
        assert strip.dtype == np.uint8
        assert strip.shape[0] == HEIGHT
        assert strip.shape[1] % COLUMN == 0
        assert len(text) <= strip.shape[1] // COLUMN
        assert set(text) <= set(CLASSES)


def test_a_strip_shows_the_line_and_most_of_its_height():
    grey = np.full((120, 400), 230, np.uint8)
    boxes = np.array([[100 + 40 * place, 40, 20, 36] for place in range(4)], np.float32)
    for x, y, wide, high in boxes.astype(int):
        grey[y : y + high, x : x + wide] = 20
    page = LinePage(grey, "1234", boxes)
    rng = np.random.default_rng(1)
    bars = []
    for _ in range(40):
        strip, text = strip_of(rng, page)
        ink = strip > 150
        runs = int(np.sum(np.diff(np.pad(ink.any(axis=0), 1).astype(int)) == 1))
        assert abs(runs - len(text)) <= 1  # a neighbour's edge may show beside a part
        bars.append(ink.any(axis=1).sum() / HEIGHT)
    assert 0.45 < np.median(bars) < 0.9


def test_rows_hold_every_strip_once_apart_from_the_others():
    rng = np.random.default_rng(0)
    found = [(rng.integers(100, 255, (HEIGHT, 4 * int(wide)), np.uint8), str(place))
             for place, wide in enumerate(rng.integers(10, 60, 10))]  # fmt: skip
    images, labels = arrays(packed(found))
    assert len(images) < len(found)
    seen = []
    for image, label in zip(images, labels, strict=True):
        inked = np.pad((image != PAPER).any(axis=0), 1).astype(int)
        starts, ends = np.flatnonzero(np.diff(inked) == 1), np.flatnonzero(np.diff(inked) == -1)
        assert np.all(starts[1:] - ends[:-1] >= 20)
        text = "".join(CLASSES[each] for each in label if each >= 0)
        for start, end, name in zip(starts, ends, text, strict=True):
            np.testing.assert_array_equal(image[:, start:end], found[int(name)][0])
            seen.append(name)
    assert sorted(seen) == sorted(text for _, text in found)


def test_a_share_depends_on_its_seed_alone(mnist, pen_strokes):
    digits = mnist.train.images[:40], mnist.train.labels[:40]
    one, again = (compose_part(*digits, [3], 12 / LINES, pen_strokes) for _ in range(2))
    np.testing.assert_array_equal(one[0], again[0])
    np.testing.assert_array_equal(one[1], again[1])
    assert one[0].shape[1:] == (HEIGHT, LONGEST)
    assert one[1].shape[1:] == (MAX_CHARACTERS,)


def test_to_look_at_each_line_has_a_row_of_its_own(mnist, pen_strokes):
    images, labels = compose_part(
        mnist.validation.images[:40], mnist.validation.labels[:40], [0], 9 / LINES, pen_strokes, alone=True
    )
    assert (len(images), len(labels)) == (9, 9)


def test_pages_that_are_held_out_can_be_composed_to_evaluate_on(writers):
    assert len(list(islice(compose_strips(np.random.default_rng(0), writers, HELD_OUT), 8))) == 8


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
    found = [
        strip for strip, _ in islice(compose_strips(np.random.default_rng(0), writers, drawn=0.5, cells=drawn), 200)
    ]
    assert 10 < sum(strip is blank for strip in found) < 60
