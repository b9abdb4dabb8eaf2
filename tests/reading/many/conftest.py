import numpy as np
import pytest

import shuzi


@pytest.fixture
def pages(mnist):
    return [255 - np.pad(image, 10) for image in mnist.validation.images[:60]]


@pytest.fixture
def reader():
    return shuzi.load()
