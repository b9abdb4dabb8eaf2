"""The line recogniser: an .onnx file that says for each column of a strip which character has its middle there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.models.session import Session
from shuzi.models.tasks import RECOGNISER


class Recogniser:
    """A model loaded to recognise lines.

    Parameters
    ----------
    path
        Its .onnx file.

    Raises
    ------
    ModelError
        The file is not a line recogniser, or its card is missing or unknown.
    """

    def __init__(self, path: Path) -> None:
        self._session = Session(path)
        self.card = self._session.card
        if self.card.kind != RECOGNISER:
            raise ModelError("error.model.no_recogniser", path=path)

    def columns(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Recognise a strip.

        Parameters
        ----------
        strip
            uint8 (48, w), as `ink.strips.cut_strip` makes it.

        Returns
        -------
        float32 (w / 4, 17): for each column the log probability of each class of `models.tasks`, the blank last.
        """
        (columns,) = self._session.run(strip[None].astype(np.float32))
        return np.asarray(columns[0])
