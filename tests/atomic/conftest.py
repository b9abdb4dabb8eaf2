import pytest

from shuzi.atomic import replacing


@pytest.fixture(scope="session")
def make_folder():
    """Return a function that makes a folder with a file in a folder in it."""

    def make(path):
        (path / "variables").mkdir(parents=True)
        (path / "variables" / "one").write_text("whole", "utf-8")

    return make


@pytest.fixture(scope="session")
def write_half():
    """Return a function that fails in the middle of writing."""

    def write(target, problem):
        with replacing(target) as part:
            part.write_text("half", "utf-8")
            raise problem

    return write
