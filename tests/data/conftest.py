import pytest

from shuzi.data.dataset import Dataset
from shuzi.data.formats import load_dataset
from shuzi.errors import ShuziError


@pytest.fixture
def few(mnist):
    return Dataset(mnist.test.images[:30], mnist.test.labels[:30])


@pytest.fixture(scope="session")
def problem_of():
    """Return a function that loads a dataset that cannot be loaded, and returns the key of the error."""

    def find(path):
        with pytest.raises(ShuziError) as caught:
            load_dataset(path)
        assert path.stem in str(caught.value)
        return caught.value.key

    return find
