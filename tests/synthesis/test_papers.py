import numpy as np
import pytest

from shuzi.synthesis.papers import background


@pytest.mark.parametrize("shape", [(64, 160), (160, 64), (33, 47), (8, 8)])
@pytest.mark.parametrize("letter", [13.0, 46.0])
def test_light_comes_back_from_every_place_and_never_more_than_from_bare_paper(shape, letter):
    for seed in range(60):
        made = background(np.random.default_rng(seed), *shape, letter)
        assert made.shape == shape
        assert made.dtype == np.float32
        assert made.min() > 0.02  # black paper would hide the writing
        assert made.max() <= 1


def test_the_generator_decides_what_is_printed():
    made = [background(np.random.default_rng(seed), 40, 60, 20.0) for seed in (3, 3, *range(100))]
    np.testing.assert_array_equal(made[0], made[1])
    assert len({each.tobytes() for each in made[2:]}) > 50


def test_there_is_bare_paper_and_paper_with_print_and_most_of_it_is_light():
    made = [background(np.random.default_rng(seed), 64, 160, 25.0) for seed in range(200)]
    bare = [each.min() == 1 for each in made]
    assert 0.1 < np.mean(bare) < 0.5
    assert np.mean([np.median(each) > 0.5 for each in made]) > 0.95
    lines = [np.ptp(each.mean(axis=1)) > 0.05 for each in made]
    assert np.mean(lines) > 0.1
