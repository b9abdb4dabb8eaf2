"""A picture becomes a reading: simple ink is cut apart where it falls apart, other ink by the detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ShuziError
from shuzi.models.card import Card
from shuzi.models.store import DEFAULT, DETECTOR, find_model, shipped
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.candidates import Candidates
from shuzi.reading.classifier import Classifier
from shuzi.reading.confidence import Scale
from shuzi.reading.detector import Detector
from shuzi.reading.interpret import interpret
from shuzi.reading.locate import locate_digits
from shuzi.reading.parallel.together import Helpers
from shuzi.reading.result import Reading


class Reader:
    """Reads digits and numbers; made by `shuzi.load`."""

    def __init__(self, classifier: Classifier, detector: Detector | None = None) -> None:
        self._classifier = classifier
        self._detector = detector
        self._scale = Scale.of(classifier.card.thresholds)
        self._helpers = Helpers()

    def __reduce__(self) -> tuple[type[Reader], tuple[Classifier, Detector | None]]:
        # lets other processes read as this one does; each has helpers of its own, or none
        return type(self), (self._classifier, self._detector)

    @property
    def card(self) -> Card:
        """What the model says of itself."""
        return self._classifier.card

    def classify(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probability of each digit: uint8 (n, 28, 28), ink 255, becomes float32 (n, 10).

        Raises
        ------
        ShuziError
            The array has another shape or type.
        """
        return self._classifier.classify(images)

    def read(self, picture: Picture) -> Reading:
        """Read the number in a picture.

        Parameters
        ----------
        picture
            A path, a file's bytes, a page of a PDF (``"scan.pdf#2"``; without a number the first), a PIL image, or a
            uint8 array (h, w), (h, w, 3) in RGB or (h, w, 4) with alpha.

        Raises
        ------
        PictureError
            It is no picture, is cut off, is empty, or has more than 50 million pixels.
        MissingExtra
            It is a HEIC picture or a PDF, and the library that opens it is not installed.

        Examples
        --------
        >>> import shuzi
        >>> sheet = np.full((60, 60), 255, np.uint8)
        >>> shuzi.load().read(sheet).status
        'blank'
        """
        return self.interpret(self.find_candidates(picture))

    def try_to_read(self, picture: Picture | ShuziError) -> Reading | ShuziError:
        """Read a picture, or return the error for which it cannot be read; an error is returned as it is."""
        if isinstance(picture, ShuziError):
            return picture
        try:
            return self.read(picture)
        except ShuziError as problem:
            return problem

    def find_candidates(self, picture: Picture) -> Candidates:
        """Return all that was seen on the way to a reading, for who wants to show or measure it; errors as `read`."""
        return locate_digits(open_picture(picture), self._classifier, self._detector)

    def interpret(self, seen: Candidates) -> Reading:
        """Put what was seen into a reading."""
        return interpret(seen, self._scale)

    def read_many(self, pictures: Iterable[Picture]) -> Iterator[Reading | ShuziError]:
        """Read pictures on all cores, and hand the readings out in their order.

        A picture that cannot be read gives its error instead, and the others are read. Where there are more than a
        few, other processes help, which stay until the reader is gone.

        Parameters
        ----------
        pictures
            Each as for `read`, or a folder, which gives a reading for each picture in it, as a PDF does for each page
            (`shuzi.pictures.folders.single_pictures` tells which). They are taken as they are needed, a few ahead.
        """
        coming = (each for named in pictures for each in single_pictures(named))
        yield from self._helpers.read(self, coming)


def load(model: str | Path = DEFAULT) -> Reader:
    """Load a model for reading.

    Parameters
    ----------
    model
        The name of a shipped model, a run folder whose training came to its end, or an .onnx file.

    Raises
    ------
    ModelError
        It is missing, damaged or not understood, or it is no model that classifies digits.
    """
    classifier = Classifier(find_model(model))
    known = shipped()
    return Reader(classifier, Detector(known[DETECTOR]) if DETECTOR in known else None)
