"""A picture of a number whose label is known becomes the images of its digits, for datasets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.data.own import Cut
from shuzi.errors import DataError
from shuzi.models.tasks import DIGITS
from shuzi.reading.reader import Reader
from shuzi.reading.report.result import OK


def make_cutter(reader: Reader) -> Cut:
    """Return a function that takes pictures of numbers apart, into the digits that a reader finds.

    It looks for the label in the picture, as for the only value of a list, and raises a DataError unless it is
    clearly there: a digit under a wrong label would teach a mistake.

    >>> import shuzi
    >>> from shuzi.pictures.open import EXAMPLE
    >>> [image.shape for image in make_cutter(shuzi.load())(Path(EXAMPLE), "31415926")][:2]
    [(28, 28), (28, 28)]
    """

    def cut(path: Path, label: str) -> list[NDArray[np.uint8]]:
        reading = reader.read(path, among=[label])
        wanted = [int(character) for character in label if character in DIGITS]
        if reading.digits_status != OK or [digit.digit for digit in reading.digits] != wanted:
            raise DataError("error.own.not_found", path=path, label=label)
        return [digit.image for digit in reading.digits]

    return cut
