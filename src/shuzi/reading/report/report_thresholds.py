"""Where lines are drawn between what is said of a picture."""

from __future__ import annotations

from typing import Final

SMALL_DIGIT: Final = 10  # pixels: smaller digits cannot be read reliably
SHRUNK: Final = 1.25  # times: from when shrinking a picture counts
MUCH_SHRUNK: Final = 4  # times: makes writing of 40 pixels too small
BLURRED_EDGE: Final = 0.12
"""Of a digit's size: with wider edges, one digit in ten is misread and few are read with confidence."""
EDGE_MARGIN: Final = 0.25  # of a digit's size: the paper around it where its edges are measured
MORE_INK: Final = 0.05  # fraction of the ink outside all digits that is worth mentioning
EDGES_MEASURED_AT: Final = 40  # pixels of a digit's longer side: this smooths away the grain of a large picture
STEEP_PERCENTILE: Final = 99.0  # of the gradients: the edges, not the paper between them
MIN_STEP: Final = 8.0  # grey levels; with less between paper and ink there is no edge to measure
