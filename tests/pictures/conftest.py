import io

import pytest

from shuzi.errors import PictureError
from shuzi.pictures.open import open_picture


@pytest.fixture(scope="session")
def encode():
    """Return a function that writes a PIL image as a file of a kind."""

    def write(picture, kind="PNG", **options):
        file = io.BytesIO()
        picture.save(file, kind, **options)
        return file.getvalue()

    return write


@pytest.fixture(scope="session")
def problem_of():
    """Return a function that opens what cannot be opened, and returns the key of the error."""

    def find(source):
        with pytest.raises(PictureError) as caught:
            open_picture(source)
        assert caught.value.sentence("zh") != caught.value.sentence("en")
        return caught.value.key

    return find
