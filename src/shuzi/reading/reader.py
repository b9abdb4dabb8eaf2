"""A trained model, loaded and ready to read digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.models.card import Card
from shuzi.models.store import DEFAULT, find_model
from shuzi.reading.engine import Engine


class Reader:
    """Reads digits with one model; made by `shuzi.load`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def card(self) -> Card:
        """What the model says of itself."""
        return self._engine.card

    def classify(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probability of each digit: uint8 (n, 28, 28), ink 255, becomes float32 (n, 10).

        Raises
        ------
        ShuziError
            The array has another shape or type.
        """
        return self._engine.classify(images)


def load(model: str | Path = DEFAULT) -> Reader:
    """Load a model for reading.

    Parameters
    ----------
    model
        The name of a model that comes with shuzi, a run folder whose training came to its end, or an .onnx file.
        A string that is such a name means that model, also where a folder is called so; a `Path` is always a path.

    Raises
    ------
    ModelError
        It is missing, damaged or not understood.

    Examples
    --------
    >>> load("softmax").classify(np.zeros((1, 28, 28), np.uint8)).shape
    (1, 10)
    """
    return Reader(Engine(find_model(model)))
