import numpy as np
import pytest

from shuzi.training.events import Done
from shuzi.training.loop import train
from shuzi.training.recipe import recipe


@pytest.mark.long
def test_the_softmax_lesson_ends_near_0_914_over_ten_seeds(mnist):
    accuracies = []
    for seed in range(10):
        *_, done = train(recipe("softmax").changed(seed=seed), mnist)
        assert isinstance(done, Done)
        accuracies.append(done.accuracy)
    assert len(set(accuracies)) > 5
    assert 0.910 < np.mean(accuracies) < 0.918
    assert min(accuracies) > 0.90
