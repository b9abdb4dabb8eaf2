"""A blank form and the places of its fields become which of them are not empty before anybody writes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuzi.forms.finding.cut_fields import cut_fields
from shuzi.forms.finding.written import written_in
from shuzi.forms.layout import PlacedField
from shuzi.forms.spec import OPEN, TICK

_LEAST = 0.5  # square millimetres that are printed in a box to tick


def printed_in(flat: NDArray[np.uint8], fields: Sequence[PlacedField]) -> list[bool]:
    """Tell for each field whether something is printed in it: read as written, it would be on every copy.

    Parameters
    ----------
    flat
        The blank form: uint8 (h, w), as `flatten` makes it.
    fields
        Its fields, as `mark_framed` returns them.

    Examples
    --------
    >>> from shuzi.forms.spec import Field
    >>> from shuzi.ink.boxes import Box
    >>> flat = np.full((400, 400), 255, np.uint8)
    >>> flat[100:140, 118:122] = 60
    >>> boxes = [PlacedField(Field("n", boxes=1), 0, (Box(x, 11.0, 7.0, 8.5),), framed=False) for x in (11.5, 30.0)]
    >>> printed_in(flat, boxes)
    [True, False]
    """
    found = []
    for placed in fields:  # each by itself: what is printed in one says nothing of what is ink in another
        (cut,) = cut_fields(flat, [placed], np.eye(3), "", 0.0)
        if placed.field.kind == TICK:
            found.append(any(ink.area >= _LEAST for ink in cut.ticks))
        elif placed.field.style == OPEN:
            found.append(written_in(cut.inside).image is not None)
        else:  # what is faint may be left of a line where a photographed form bends, and is never read as sure
            found.append(any(box.image is not None and not box.faint for box in cut.boxes))
    return found
