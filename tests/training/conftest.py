import pytest

from shuzi.data.dataset import Dataset


@pytest.fixture
def own(mnist):
    return Dataset(mnist.train.images[:300], mnist.train.labels[:300])


@pytest.fixture(scope="session")
def go_on():
    """Return a function that continues the run in a folder, with some values of its recipe changed."""
    from shuzi.training.run import run
    from shuzi.training.run_folder import RunFolder

    def resume(path, data, **changes):
        folder = RunFolder.open(path)
        return run(folder, folder.recipe().changed(**changes), data)

    return resume
