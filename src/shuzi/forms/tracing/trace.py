"""The picture of a blank form becomes a spec, the form to compare filled sheets with, and a picture for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuzi.atomic import replacing
from shuzi.errors import DataError, writing
from shuzi.forms.finding.blank import Blank
from shuzi.forms.finding.cut_fields import mark_framed
from shuzi.forms.finding.printed import printed_in
from shuzi.forms.layout import PlacedField
from shuzi.forms.parse import language_of, spec_of
from shuzi.forms.parsing.grammar import LONGEST, MOST_TRACED, SIDES, is_paper, is_text
from shuzi.forms.reading.seen_digits import as_png
from shuzi.forms.spec import PAPERS, Field, Spec
from shuzi.forms.toml import text_of
from shuzi.forms.tracing.drawn import Drawn, read_drawn
from shuzi.forms.tracing.field_labels import Words, labelled
from shuzi.forms.tracing.find_boxes import Printed, find_boxes, prints_on
from shuzi.forms.tracing.find_rules import find_rules
from shuzi.forms.tracing.paper import find_form
from shuzi.forms.tracing.propose import propose, snapped
from shuzi.forms.tracing.write import as_toml, numbered
from shuzi.pictures.open import Picture, open_picture

MILLIMETRE, PIXEL = "mm", "px"
"""The units in which a person says where fields are: of the paper, or of the picture of the blank form."""

ReadWords = Callable[[NDArray[np.uint8], Sequence[Field]], Iterable[Words]]
"""Returns the words on a flat form besides its fields, as `read_words` does."""


@dataclass(frozen=True)
class Traced:
    """A traced form.

    Parameters
    ----------
    spec
        The spec.
    flat
        The blank form: uint8 (8 * height, 8 * width).
    left_out
        How many more fields were proposed than a spec may have.
    """

    spec: Spec
    flat: NDArray[np.uint8]
    left_out: int = 0


def trace(
    picture: Picture,
    name: str,
    title: str,
    paper: str,
    drawn: Drawn | None,
    unit: str,
    words: ReadWords | None = None,
) -> Traced:
    """Trace a blank form; where it has no empty boxes and none are drawn, the spec has no fields.

    Parameters
    ----------
    picture
        A scan, a page of a PDF, or a photograph on a darker ground; upright.
    name
        Of the picture, for errors.
    title
        Of the spec.
    paper
        A key of `PAPERS`, or "WIDTHxHEIGHT" in millimetres.
    drawn
        The fields; None to propose them where the form has empty boxes.
    unit
        MILLIMETRE or PIXEL: what the places of drawn fields are measured in.
    words
        Reads the words that become the names of proposed fields; None to number them.

    Raises
    ------
    DataError
        The title is too long or has unprintable characters, a drawn field is wrong or not empty on the blank form,
        or too little is printed on the form to recognise it again.
    PictureError
        It is no picture, or shows no sheet of this paper.
    """
    if not is_text(title):
        raise DataError("error.trace.title", most=LONGEST)
    grey = open_picture(picture)
    form = find_form(grey, sides_of(paper), name)
    if not Blank(form.flat, form.size).distinct:
        raise DataError("error.trace.empty")
    sheet: dict[str, Any] = {"title": title, "paper": paper, "landscape": form.size[0] > form.size[1]}
    if paper not in PAPERS:
        sheet |= {"paper": f"{form.size[0]:g}x{form.size[1]:g}", "landscape": False}
    blank = as_png(form.flat)
    if drawn is not None:
        spec = read_drawn(drawn, sheet, blank, form.in_millimetres if unit == PIXEL else lambda box: box)
        printed = _printed(form.flat)
        fields = tuple(snapped(field, printed) for field in spec.fields)
        for field, is_empty in zip(fields, _empty(form.flat, fields), strict=True):
            if not is_empty:
                raise DataError("error.trace.printed", name=field.name)
        return Traced(replace(spec, fields=fields), form.flat)
    proposed = propose(_printed(form.flat), form.flat)
    empty = (index for index, is_empty in enumerate(_empty(form.flat, proposed)) if is_empty)
    found = [*islice(empty, MOST_TRACED)]  # to look into all that a dense grid has could take minutes
    names = (f"f{count}" for count in range(1, MOST_TRACED + 1))
    fields = tuple(replace(proposed[index], name=name, label=name) for index, name in zip(found, names, strict=False))
    if words is not None and fields:
        fields = labelled(fields, words(form.flat, fields))
    spec = Spec(fields=fields, language=language_of(title), blank=blank, **sheet)
    return Traced(spec, form.flat, len(proposed) - 1 - found[-1] if len(found) == MOST_TRACED else 0)


def _printed(flat: NDArray[np.uint8]) -> list[Printed]:
    prints = prints_on(flat)
    return [*find_boxes(flat, prints), *find_rules(flat, prints)]


def _empty(flat: NDArray[np.uint8], fields: Sequence[Field]) -> Iterator[bool]:
    """Tell for one field after the other whether nothing is printed in it, no sooner than one is asked for."""
    for field in fields:
        yield not printed_in(flat, mark_framed(flat, [PlacedField(field, 0, field.at)]))[0]


def sides_of(paper: str) -> tuple[float, float]:
    """Return the two sides of a paper in millimetres.

    Raises
    ------
    DataError
        It is neither known nor of the form "WIDTHxHEIGHT", or too small or large.

    Examples
    --------
    >>> sides_of("A4"), sides_of("105x148")
    ((210.0, 297.0), (105.0, 148.0))
    """
    if not is_paper(paper):
        least, most = SIDES
        raise DataError("error.trace.paper", paper=paper, names=", ".join(PAPERS), least=least, most=most)
    return Spec("", (), paper=paper).size


def paths_beside(out: Path) -> tuple[Path, Path]:
    """Return the files beside a spec: the blank form, and the picture with its fields numbered.

    >>> [each.name for each in paths_beside(Path("card.toml"))]
    ['card.blank.png', 'card.fields.png']
    """
    return out.with_name(f"{out.stem}.blank.png"), out.with_name(f"{out.stem}.fields.png")


def check_out(out: Path) -> None:
    """Refuse a name that is no spec's, or files that are there already, since people edit them; raises DataError."""
    if out.suffix.lower() != ".toml":
        raise DataError("error.trace.ending", path=out)
    for path in (out, *paths_beside(out)):
        if path.exists():
            raise DataError("error.trace.taken", path=path)


def save_traced(traced: Traced, out: Path) -> None:
    """Write a spec, and beside it the blank form and the numbered picture.

    Raises
    ------
    DataError
        A file exists or cannot be written, or the spec is too large to be read again.
    """
    check_out(out)
    blank, picture = paths_beside(out)
    numbers = as_png(numbered(traced.flat, traced.spec.fields))
    text = as_toml(traced.spec, blank.name)
    spec_of(text_of(text.encode(), out), out, lambda *_: traced.spec.blank)
    # the spec last: where it is, the others are
    for path, content in ((blank, traced.spec.blank), (picture, numbers), (out, text.encode())):
        with writing(path), replacing(path) as part:
            part.write_bytes(content)
