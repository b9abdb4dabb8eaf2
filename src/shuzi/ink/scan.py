"""A grey picture becomes its ink map, contrast map and components, each computed once and only if needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shuzi.ink.components import Components, components
from shuzi.ink.paper import contrast_of, dark_on_light, ink_of
from shuzi.ink.resize import resize


@dataclass(frozen=True, eq=False)
class Scan:
    """A picture prepared for reading.

    Parameters
    ----------
    grey
        uint8 (h, w).
    shape
        Height and width of the original picture, which may be larger.

    Examples
    --------
    >>> page = np.full((40, 400), 230, np.uint8)
    >>> page[10:30, 18:22] = 20
    >>> scan = Scan.of(page, largest=200)
    >>> scan.grey.shape, scan.shape, scan.components.boxes.tolist()
    ((20, 200), (40, 400), [[9, 5, 2, 10]])
    """

    grey: NDArray[np.uint8]
    shape: tuple[int, int]

    @staticmethod
    def of(grey: NDArray[np.uint8], largest: int) -> Scan:
        """Prepare a picture, uint8 (h, w), shrunk so that its longer side has at most `largest` pixels."""
        scale = min(1.0, largest / max(grey.shape))
        return Scan(resize(grey, scale), (grey.shape[0], grey.shape[1]))

    @cached_property
    def _dark_on_light(self) -> NDArray[np.uint8]:
        return dark_on_light(self.grey)

    @cached_property
    def ink(self) -> NDArray[np.uint8]:
        """The ink map, as `ink_map` makes it: uint8 (h, w)."""
        return ink_of(self._dark_on_light)

    @cached_property
    def contrast(self) -> NDArray[np.uint8]:
        """The contrast map, as `contrast_map` makes it: uint8 (h, w)."""
        return contrast_of(self._dark_on_light)

    @cached_property
    def components(self) -> Components:
        """The connected components of the ink."""
        return components(self.ink)
