"""The words that are printed on a blank form are read, where an engine that reads print is installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import require
from shuzi.forms.finding.flat import SCALE
from shuzi.forms.spec import Field
from shuzi.forms.tracing.field_labels import Words
from shuzi.ink.boxes import Box

ENGINE, EXTRA, WANTED = "rapidocr", "ocr", "extra.ocr"
"""The library that reads print, the extra that installs it, and the key of the message for what it is needed for."""

_RIM = 0.75  # millimetres around a box: its lines are gone there
_PAPER = 255


def can_read_words() -> bool:
    """Tell whether the engine is installed."""
    return find_spec(ENGINE) is not None


def read_words(flat: NDArray[np.uint8], fields: Sequence[Field]) -> list[Words]:
    """Read what is printed on a blank form, in Chinese and Latin letters.

    Parameters
    ----------
    flat
        The form: uint8 (h, w), 8 pixels to a millimetre.
    fields
        With `at`. Their boxes and lines are no words, and are left out.

    Raises
    ------
    MissingExtra
        The engine is not installed.
    """
    # its models are in its package: it loads nothing
    library: Any = require(ENGINE, EXTRA, WANTED)
    print_alone = flat.copy()
    for field in fields:
        for box in field.at:
            print_alone[Box(*(side * SCALE for side in box)).pixels(rim=_RIM * SCALE)] = _PAPER
    engine = library.RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})
    seen = engine(np.repeat(print_alone[..., None], 3, axis=2))
    if seen.boxes is None:
        return []
    words = []
    for corners, text, confidence in zip(seen.boxes, seen.txts, seen.scores, strict=True):
        (left, top), (right, bottom) = np.min(corners, axis=0) / SCALE, np.max(corners, axis=0) / SCALE
        box = Box(float(left), float(top), float(right - left), float(bottom - top))
        words.append(Words(str(text), box, float(confidence)))
    return words
