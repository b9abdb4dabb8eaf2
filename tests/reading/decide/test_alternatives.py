from itertools import product

import numpy as np
import pytest

from shuzi.reading.decide.alternatives import most_probable, shared_out


@pytest.mark.parametrize("seed", range(5))
def test_no_text_that_is_left_out_is_more_probable(seed):
    rng = np.random.default_rng(seed)
    parts = [[(str(each), float(chance)) for each, chance in enumerate(rng.dirichlet(np.ones(4)))] for _ in range(4)]
    expected = sorted((float(np.prod([chance for _, chance in each])) for each in product(*parts)), reverse=True)
    assert [chance for _, chance in most_probable(parts)] == pytest.approx(expected[:10])


def test_all_probabilities_together_are_one_at_most_and_none_is_above_the_first():
    shared = shared_out([("1", 0.3), ("7", 0.29), ("4", 0.2)], 0.4, 0.9)
    assert shared[0] == ("1", 0.4)
    assert sum(chance for _, chance in shared) <= 1
    assert max(chance for _, chance in shared) == 0.4


def test_a_text_without_others_stands_alone():
    assert shared_out([("1", 1.0)], 0.9, 0.5) == (("1", 0.9),)
    assert shared_out([], 0.9, 0.5) == ()
