"""A digit in a grey picture becomes one number: the width of its edges relative to its size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.ink.resize import resize

MEASURED_AT = (
    40  # pixels of the longer side at which edges are measured; this smooths away the grain of a large picture
)
STEEP = 99.0  # percentile of the gradients: the edges, not the paper between them
PALE = 8.0  # grey levels; with less between paper and ink there is no edge to measure


def edge_width(grey: NDArray[np.uint8]) -> float:
    """Return the width of the step from paper to ink at the sharper edges, as a fraction of the longer side.

    Parameters
    ----------
    grey
        uint8 (h, w): a digit with a little paper around it.

    Returns
    -------
    About 0.05 for pure black and white; infinity if there is no edge.

    Examples
    --------
    >>> page = np.full((40, 40), 255, np.uint8)
    >>> page[5:35, 15:25] = 0
    >>> blurred = np.asarray(cv2.GaussianBlur(page, (0, 0), 4), np.uint8)
    >>> round(edge_width(page), 2), round(edge_width(blurred), 2)
    (0.05, 0.2)
    """
    seen = resize(grey.astype(np.float32), min(1.0, MEASURED_AT / max(grey.shape)))
    darkest, lightest = np.percentile(seen, (2, 98)).tolist()
    if lightest - darkest < PALE or min(seen.shape) < 2:
        return float("inf")
    # Scharr's weights on one side add up to 16, and the two sides are two pixels apart
    across, down = (cv2.Scharr(seen, cv2.CV_32F, *order, scale=1 / 32) for order in ((1, 0), (0, 1)))
    steepest = float(np.percentile(np.hypot(across, down), STEEP))
    return float((lightest - darkest) / max(steepest, 1e-6) / max(seen.shape))
