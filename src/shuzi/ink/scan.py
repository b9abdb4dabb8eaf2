"""A grey picture becomes a scan: its ink map, its contrast map and the connected components of its ink."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.components import SOLID, Components, find_components
from shuzi.ink.paper import has_neighbours, map_ink_and_contrast
from shuzi.ink.resize import resize


@dataclass(frozen=True, eq=False)
class Scan:
    """A picture prepared for reading."""

    grey: NDArray[np.uint8]
    shape: tuple[int, int]  # height and width of the original picture, which may be larger
    ink: NDArray[np.uint8]  # as `ink_map` makes it
    contrast: NDArray[np.uint8]  # as `contrast_map` makes it
    components: Components

    @cached_property
    def is_one_piece(self) -> bool:
        """Whether all solid ink touches, across gaps of one pixel, as a thin pen leaves in a small picture."""
        solid = (self.ink >= SOLID).astype(np.uint8)
        wide = cv2.dilate(solid, np.ones((2, 2), np.uint8))
        return cv2.connectedComponents(wide, connectivity=8)[0] == 2 and not has_neighbours(solid)  # the paper is one

    @staticmethod
    def of(grey: NDArray[np.uint8], largest: int) -> Scan:
        """Prepare a picture, uint8 (h, w), shrunk so that its longer side has at most `largest` pixels."""
        small = resize(grey, min(1.0, largest / max(grey.shape)))
        ink, contrast = map_ink_and_contrast(small)
        return Scan(small, (grey.shape[0], grey.shape[1]), ink, contrast, find_components(ink))
