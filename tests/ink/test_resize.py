import numpy as np
import pytest

from shuzi.ink.paper import resize

PAGE = np.random.default_rng(3).normal(220, 3, (90, 160)).astype(np.uint8)
PAGE[20:70, 20:140:40] = 40


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("scale", [0.001, 0.3, 1.0, 2.5])
def test_resizing_keeps_the_type_and_the_mean(dtype, scale):
    picture = PAGE.astype(dtype)
    resized = resize(picture, scale)
    assert resized.dtype == dtype
    assert resized.shape == tuple(max(1, round(side * scale)) for side in picture.shape)
    assert resized.mean() == pytest.approx(picture.mean(), rel=0.02)


def test_resizing_leaves_as_many_pixels_as_it_is_told():
    assert resize(PAGE, 0.001, min_side=2).shape == (2, 2)
