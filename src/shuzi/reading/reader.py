"""A picture becomes a reading: simple ink is split into connected components, other ink goes to the detector."""

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
    """Reads digits and numbers; made by `shuzi.load`.

    Attributes
    ----------
    partners
        The SHA-256 of each partner model's weights, by role.
    calibrated
        Whether the confidence of whole texts was fitted for this combination of models. If not, it is the product of
        the networks' probabilities for each digit, which is overconfident.
    """

    def __init__(self, classifier: Classifier, detector: Detector | None = None) -> None:
        self._classifier = classifier
        self._detector = detector
        self._helpers = Helpers()
        calibration = classifier.card.calibration
        self.partners = {DETECTOR: detector.card.weights} if detector else {}
        self.calibrated = calibration is not None and calibration.partners == self.partners
        numbers = calibration.numbers if calibration and self.calibrated else {}
        self._scale = Scale.of({**classifier.card.thresholds, **numbers})

    def __reduce__(self) -> tuple[type[Reader], tuple[Classifier, Detector | None]]:
        # for other processes, which have their own pool or none
        return type(self), (self._classifier, self._detector)

    @property
    def card(self) -> Card:
        """The classifier's card."""
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
            A path, the bytes of a file, a page of a PDF (``"scan.pdf#2"``; without a number, the first), a PIL
            image, or a uint8 array (h, w), (h, w, 3) in RGB or (h, w, 4) with alpha.

        Raises
        ------
        PictureError
            It is not a picture, is truncated or empty, or has more than 50 million pixels.
        MissingExtra
            It is a HEIC picture or a PDF, and the library to open it is not installed.

        Examples
        --------
        >>> import shuzi
        >>> sheet = np.full((60, 60), 255, np.uint8)
        >>> shuzi.load().read(sheet).status
        'blank'
        """
        return self.interpret(self.find_candidates(picture))

    def try_to_read(self, picture: Picture | ShuziError) -> Reading | ShuziError:
        """Read a picture, or return the error that prevents it; an error passed in is returned as it is."""
        if isinstance(picture, ShuziError):
            return picture
        try:
            return self.read(picture)
        except ShuziError as problem:
            return problem

    def find_candidates(self, picture: Picture) -> Candidates:
        """Return everything found on the way to a reading, to show or measure it; raises what `read` raises."""
        return locate_digits(open_picture(picture), self._classifier, self._detector)

    def interpret(self, seen: Candidates) -> Reading:
        """Turn candidates into a reading."""
        return interpret(seen, self._scale)

    def read_many(self, pictures: Iterable[Picture]) -> Iterator[Reading | ShuziError]:
        """Read pictures on all cores and yield the readings in order.

        A picture that cannot be read yields its error instead, and the others are still read. With more than a few
        pictures, other processes help; they live as long as the reader.

        Parameters
        ----------
        pictures
            Each as for `read`, or a folder, which yields a reading for each picture in it, as a PDF does for each
            page (see `shuzi.pictures.folders.single_pictures`). They are consumed as needed, a few in advance.
        """
        coming = (each for named in pictures for each in single_pictures(named))
        yield from self._helpers.read(self, coming)


def available_models() -> list[str]:
    """List the models that come with shuzi, which `load` accepts by name, the default one first.

    >>> available_models()[0]
    'default'
    """
    return [name for name in shipped() if name != DETECTOR]


def load(model: str | Path = DEFAULT, detector: str | Path = DETECTOR) -> Reader:
    """Load a model for reading.

    Parameters
    ----------
    model
        The name of a shipped model, a finished run folder, or an .onnx file.
    detector
        The detector to use, named in the same way.

    Raises
    ------
    ModelError
        A model is missing, damaged or unknown, or is not of the right kind.
    """
    classifier = Classifier(find_model(model))
    if detector == DETECTOR and DETECTOR not in shipped():
        return Reader(classifier)
    return Reader(classifier, Detector(find_model(detector)))
