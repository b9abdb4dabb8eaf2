"""A grey picture becomes its lines of writing: where each goes, how high its digits are, and a small picture of it.

A network marks the core of each line (`training.tasks`). It sees the picture as it is, shrunk to
`LOOK_PIXELS`, a third and a ninth of that for writing as high as the page, and enlarged where what it found is small.
A connected piece of the core is a line.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.ink.line_pictures import TextLine
from shuzi.ink.resize import resize
from shuzi.models.session import Session
from shuzi.models.tasks import LINE_DETECTOR
from shuzi.reading.find.rows import group_in_reading_order

LOOK_PIXELS: Final = 786_432  # of the first look: 1,024 by 768
COARSER: Final = 3  # times coarser than that is the second look, and the third than the second
SMALL_TEXT: Final = 15.0  # pixels: where digits are lower in the first look, there is a finer one
GOOD_HEIGHT: Final = 26.0  # pixels, of a digit in the finer look
LARGE_TEXT: Final = 24.0  # pixels: of a coarser look, lines with lower digits are left to the finer ones
MAX_LOOK_PIXELS: Final = 2_400_000  # of the finer look
CELL: Final = 4  # pixels of a look per cell of its maps, as in training
MULTIPLE: Final = 32  # pixels: height and width of a look are multiples of this
MIDDLE_HEIGHT: Final = 16.0  # pixels: the height of a digit whose output is 0
CORE: Final = 128  # of 255: from this probability on a cell belongs to the core of a line
MIN_AREA: Final = 0.06  # of a squared digit's height: a smaller piece is none
MAX_LINES: Final = 400  # on a picture; a receipt has 75 rows
LONG_LINE: Final = 1.5  # digit heights: a shorter line does not tell how it slopes
NUMBER_GAP: Final = 1.4  # digit heights: from this gap on, training separates two numbers of a row
CUT_OFF: Final = 0.06  # of a digit's height, that the edge cuts off of a line that is none of the picture's own
SAME_LINE: Final = 0.5  # of the shorter of two lines at different scales that lies on the other


class LineDetector:
    """A model loaded to find lines of writing.

    Parameters
    ----------
    path
        Its .onnx file.

    Raises
    ------
    ModelError
        The file is not a line detector, or its card is missing or unknown.
    """

    def __init__(self, path: Path) -> None:
        self._session = Session(path)
        self.card = self._session.card
        if self.card.kind != LINE_DETECTOR:
            raise ModelError("error.model.no_line_detector", path=path)

    def find(self, grey: NDArray[np.uint8]) -> list[TextLine]:
        """Find the lines of a picture, uint8 (h, w), in no particular order.

        Examples
        --------
        >>> from shuzi.models.store import shipped
        >>> LineDetector(shipped()["line-detector"]).find(np.full((60, 90), 200, np.uint8))
        []
        """
        first = min(1.0, math.sqrt(LOOK_PIXELS / grey.size))
        coarser = [first / COARSER, first / COARSER**2]
        large = [[line for line in self.look(grey, scale) if line.height * scale >= LARGE_TEXT] for scale in coarser]
        lines = _keep_best([self.look(grey, first), *large])
        if lines and first < 1 and (height := median(line.height for line in lines)) * first < SMALL_TEXT:
            scale = min(1.0, GOOD_HEIGHT / height, math.sqrt(MAX_LOOK_PIXELS / grey.size))
            finer = self.look(grey, scale) if scale > first else []
            lines = finer + [line for line in lines if not any(_is_same(line, other) for other in finer)]
        return lines

    def look(self, grey: NDArray[np.uint8], scale: float) -> list[TextLine]:
        """Find the lines of a picture that is resized by `scale` first."""
        seen = resize(grey, scale)
        height, width = seen.shape
        return [line.scaled(grey.shape[1] / width, grey.shape[0] / height) for line in _lines_of(self.maps(seen))]

    def maps(self, seen: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the network's maps of a look, uint8 (h, w): float32 (rows, columns, 3), a cell for `CELL` pixels."""
        height, width = seen.shape
        padded = cv2.copyMakeBorder(seen, 0, -height % MULTIPLE, 0, -width % MULTIPLE, cv2.BORDER_REPLICATE)
        (maps,) = self._session.run(padded[None].astype(np.float32))
        return np.asarray(maps[0, : -(-height // CELL), : -(-width // CELL)])


def _lines_of(maps: NDArray[np.float32]) -> list[TextLine]:
    """Return the lines of the maps of a look, float32 (h, w, 3), in pixels of the look."""
    # rounded, so that other arithmetic decides alike
    core = np.rint(maps[..., 0] * 255).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((core >= CORE).astype(np.uint8), connectivity=8)
    pieces = []
    for label, (x, y, width, height, area) in enumerate(stats.tolist()):
        if label == 0:
            continue
        inside = labels[y : y + height, x : x + width] == label
        rows, columns = np.nonzero(inside)
        weights = core[y : y + height, x : x + width][inside].astype(np.float64)
        total = float(weights.sum())
        log_height = float((maps[y : y + height, x : x + width, 1][inside] * weights).sum()) / total
        digit = MIDDLE_HEIGHT * 2.0 ** min(max(log_height, -4.0), 6.0)
        if area * CELL * CELL < MIN_AREA * digit * digit:
            continue
        across, down = (columns + x + 0.5) * CELL, (rows + y + 0.5) * CELL
        middle = float((across * weights).sum()) / total, float((down * weights).sum()) / total
        spread = float((weights * (across - middle[0]) ** 2).sum())
        slope = float((weights * (across - middle[0]) * (down - middle[1])).sum()) / max(spread, 1e-6)
        long = (width * CELL) >= LONG_LINE * digit
        pieces.append((x * CELL, (x + width) * CELL, middle, digit, slope if long else None, total / area / 255))
    if len(pieces) > MAX_LINES:
        pieces = sorted(pieces, key=lambda piece: -piece[5])[:MAX_LINES]
    slopes = [piece[4] for piece in pieces if piece[4] is not None]
    usual = median(slopes) if slopes else 0.0
    lines = []
    for left, right, (x, y), digit, own, score in pieces:
        slope = usual if own is None else own
        start, end = (left, y + slope * (left - x)), (right, y + slope * (right - x))
        lines.append(TextLine(start, end, digit / math.hypot(1.0, slope), score))
    return lines


def _keep_best(looks: list[list[TextLine]]) -> list[TextLine]:
    """Return the lines of several looks, and of those that lie on one another the one with the highest score."""
    ranked = sorted(
        ((line, index) for index, lines in enumerate(looks) for line in lines), key=lambda own: -own[0].score
    )
    kept: list[tuple[TextLine, int]] = []
    for line, index in ranked:
        if not any(index != other_index and _is_same(line, other) for other, other_index in kept):
            kept.append((line, index))
    return [line for line, _ in kept]


def _is_same(line: TextLine, other: TextLine) -> bool:
    """Tell whether a line lies on another one, found at another scale."""
    own, their = line.box, other.box
    across = min(own.right, their.right) - max(own.x, their.x)
    down = min(own.bottom, their.bottom) - max(own.y, their.y)
    return across > SAME_LINE * min(own.width, their.width) and down > SAME_LINE * min(own.height, their.height)


def is_cut_off(line: TextLine, grey: NDArray[np.uint8]) -> bool:
    """Tell whether the upper or lower edge of a picture cuts a line off: it is what is left of another one."""
    return line.box.y < -CUT_OFF * line.height or line.box.bottom > len(grey) + CUT_OFF * line.height


def may_be_one_number(lines: list[TextLine]) -> bool:
    """Tell whether all lines stand closely beside one another, as the parts of a number with gaps do."""
    rows = group_in_reading_order([line.box for line in lines])
    boxes = [lines[index].box for index in rows[0]]
    return len(rows) == 1 and all(
        right.x - left.right < NUMBER_GAP * max(left.height, right.height) for left, right in pairwise(boxes)
    )


def in_reading_order(lines: list[TextLine]) -> list[TextLine]:
    """Order lines by rows from top to bottom, and within a row from left to right.

    Examples
    --------
    >>> row = [TextLine((x, y), (x + 50.0, y), 20.0, 1.0) for x, y in ((100.0, 12.0), (10.0, 10.0), (10.0, 60.0))]
    >>> [line.start for line in in_reading_order(row)]
    [(10.0, 10.0), (100.0, 12.0), (10.0, 60.0)]
    """
    return [lines[index] for row in group_in_reading_order([line.box for line in lines]) for index in row]
