"""A grey picture becomes what reading looks at: its ink, its contrast map and its pieces, each worked out once."""

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
    """A picture that is ready to be read; what nobody asks for is not worked out.

    Parameters
    ----------
    grey
        uint8 (h, w).
    shape
        Height and width of the picture that was handed in, which may be larger.

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
        """Prepare a picture, uint8 (h, w), made smaller where its longer side has more than `largest` pixels."""
        scale = min(1.0, largest / max(grey.shape))
        return Scan(resize(grey, scale) if scale < 1 else grey, (grey.shape[0], grey.shape[1]))

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
        """The pieces of its ink that hang together."""
        return components(self.ink)
