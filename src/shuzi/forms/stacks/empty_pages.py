"""The back of a sheet, on which nothing is printed or written, is told from a page that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.result import Problem, Skipped
from shuzi.ink.resize import resize
from shuzi.messages import say
from shuzi.messages.visible import visible
from shuzi.pictures.open import page_named

P = TypeVar("P")

EMPTY = "error.form.empty"
"""The key of the error that says so."""

_SIDE = 1_400  # pixels of the longer side: a thin pencil line on A4 is still more than one wide
_RIM = 0.03  # of the longer side: a feeder leaves a shadow along an edge
_LIGHT = 110  # grey levels that most of the paper has at least
_DARKER = 24  # grey levels that ink is darker than the paper around it; what shines through is less, pencil is more
_AROUND = 31  # pixels: a stroke is narrower
_LONGEST = 7  # pixels, 1.5 mm on A4: dust is smaller, a digit is larger
_SOLID, _DARK = 0.002, 60  # of the pixels, and grey levels: a picture or a shadow is larger than any stroke


def is_empty(grey: NDArray[np.uint8]) -> bool:
    """Tell whether a scanned page is blank paper, apart from dust and its edges; one in doubt is not.

    Parameters
    ----------
    grey
        uint8 (h, w).

    Examples
    --------
    >>> page = np.full((1400, 990), 240, np.uint8)
    >>> page[300:303, 500:503] = 100  # dust
    >>> is_empty(page)
    True
    >>> page[700:730, 500:503] = 200  # a 1 in pencil
    >>> is_empty(page)
    False
    """
    small = resize(grey, min(1.0, _SIDE / max(grey.shape)))
    rim = round(_RIM * max(small.shape))
    inner = small[rim:-rim, rim:-rim] if rim and min(small.shape) > 3 * rim else small
    light = float(np.median(inner))
    if light < _LIGHT or float((inner < light - _DARK).mean()) > _SOLID:
        return False
    kernel = np.ones((_AROUND, _AROUND), np.uint8)
    ink = cv2.morphologyEx(cv2.medianBlur(inner, 3), cv2.MORPH_BLACKHAT, kernel) >= _DARKER
    _, _, sizes, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    return not bool((sizes[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1, initial=0) > _LONGEST).any())


def refuse_empty(grey: NDArray[np.uint8], name: str) -> None:
    """Refuse a page that is blank, before anything is sought on it.

    Raises
    ------
    PictureError
        It is.
    """
    if is_empty(grey):
        raise PictureError(EMPTY, path=name)


def unread(name: str, problem: ShuziError) -> Problem:
    """Return what stands in the place of a page that was not read.

    >>> type(unread("2.jpg", PictureError(EMPTY, path="2.jpg"))).__name__
    'Skipped'
    """
    return (Skipped if problem.key == EMPTY else Problem)(name, str(problem))


def skipped(pages: Iterable[object]) -> list[Skipped]:
    """Return one sentence about all blank pages, if there are any.

    >>> pages = [Skipped(name, "") for name in ("a.pdf#2", "a.pdf#4", "b.jpg")]
    >>> [problem.message for problem in skipped(pages)]
    ['Blank pages skipped: 3 (a.pdf#2, #4, b.jpg).']
    """
    names: list[str] = []
    document = ""
    blank = [page.source for page in pages if isinstance(page, Skipped) and page.source]
    for source in blank:
        page = page_named(source)
        again = page is not None and str(page.document) == document
        names.append(f"#{page.number}" if page and again else visible(source))
        document = str(page.document) if page else ""
    return [Skipped("", say("form.blank", n=len(blank), pages=say("form.list").join(names)))] if blank else []


def blank_again(named: Sequence[tuple[str, object]], pages: Sequence[P]) -> list[P | Skipped]:
    """Return pages, of which one that is the same picture as a blank one is just blank too.

    Parameters
    ----------
    named
        The photographs with their names, as `shuzi.forms.collect.photos_in` returns them.
    pages
        What was read of each.
    """
    names = [name for name, _ in named]
    blank = {name for name, page in zip(names, pages, strict=True) if isinstance(page, Skipped)}
    firsts = [picture.values.get("first") if isinstance(picture, ShuziError) else None for _, picture in named]
    return [
        Skipped(name, "") if first in blank else page for name, first, page in zip(names, firsts, pages, strict=True)
    ]
