import numpy as np
import pytest

import shuzi
from shuzi.ink.normalize import normalize
from shuzi.synthesis.lines.handwriting import Pen, hurried, written
from shuzi.synthesis.shapes.drawn_digits import SHAPES, curves_of
from shuzi.synthesis.shapes.world_digits import WORLD

every_shape = pytest.mark.parametrize(
    ("digit", "shape"),
    [(digit, shape) for digit, shapes in WORLD.items() for shape in shapes if shape not in SHAPES[digit]],
    ids=lambda each: getattr(each, "__name__", ""),
)
READ = {"_flat_one": 0.6, "_hooked_one": 0.5, "_arched_four": 0.5, "_tall_h_four": 0.3, "_s_nine": 0.7}
"""The minimum fraction that the shipped classifier reads, where it is not 0.85: it never saw such shapes."""


@every_shape
@pytest.mark.parametrize("haste", [0.0, 3.0])
def test_a_reader_that_never_saw_them_reads_most_of_them(digit, shape, haste):
    rng, inks = np.random.default_rng(0), []
    for _ in range(100):
        lines = [(curve * 40).astype(np.float32) for curve in curves_of(rng, shape(rng))]
        inks.append(normalize(written(hurried(lines, haste) if haste else lines, Pen(4.0))[0]))
    answers = shuzi.load().classify(np.stack(inks)).argmax(axis=1)
    assert np.mean(answers == digit) > READ.get(shape.__name__, 0.85)


def test_every_digit_has_more_shapes_than_before():
    assert list(WORLD) == list(range(10))
    assert all(len(set(shapes)) == len(shapes) > len(SHAPES[digit]) for digit, shapes in WORLD.items())
