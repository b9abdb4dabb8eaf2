import numpy as np

from shuzi.synthesis.shapes.pseudo_letters import character


def test_the_same_draws_give_the_same_character():
    first, second = (character(np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_each_just_fills_a_square_of_side_one():
    rng = np.random.default_rng(1)
    for _ in range(200):
        points = np.concatenate(character(rng))
        assert points.min(axis=0).tolist() == [0, 0]
        np.testing.assert_allclose(points.max(), 1)


def test_none_is_a_single_line_which_could_be_a_1():
    rng = np.random.default_rng(2)
    for _ in range(500):
        points = np.concatenate(character(rng))
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        assert spread[1] > 0.25 * spread[0]


def test_most_have_several_strokes_that_hang_together():
    rng = np.random.default_rng(4)
    several = touching = 0
    for _ in range(300):
        strokes = character(rng)
        if len(strokes) > 1:
            several += 1
            begins = [stroke[0] for stroke in strokes[1:]]
            others = [np.concatenate(strokes[:place]) for place in range(1, len(strokes))]
            touching += any(
                np.abs(other - begin).max(axis=1).min() < 1e-9 for begin, other in zip(begins, others, strict=True)
            )
    assert several > 200
    assert touching > several / 2
