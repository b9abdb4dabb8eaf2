"""A picture becomes a smaller or larger one."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = TypeVar("Pixels", np.uint8, np.float32)


def resize(picture: NDArray[Pixels], scale: float, min_side: int = 1) -> NDArray[Pixels]:
    """Resize a picture by averaging areas where it shrinks, by linear interpolation where it grows."""
    height, width = (max(min_side, round(side * scale)) for side in picture.shape)
    if (height, width) == picture.shape:
        return picture
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), picture.dtype)
