"""A photograph of a sheet becomes the cells of one of its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.code import MODULES, Code, read_code
from shuzi.forms.finding.blank import Blank
from shuzi.forms.finding.cut_fields import Cut, cut_fields, mark_framed
from shuzi.forms.finding.flat import SCALE, flatten, quarter_turns
from shuzi.forms.finding.markers import find_sheet
from shuzi.forms.finding.printed import lifted, printed_in
from shuzi.forms.finding.tables.cut_cells import Unclear
from shuzi.forms.layout import CODE, PlacedField, code_box, pages_of
from shuzi.forms.reading.box_texts import BOX_COLUMNS, probabilities_of, texts_of
from shuzi.forms.reading.decide import apply_sums, blank_unused, decide
from shuzi.forms.reading.open_fields import read_open
from shuzi.forms.reading.page_work import TOO_MUCH_INK, PageWork
from shuzi.forms.reading.seen_digits import as_png, strip_of
from shuzi.forms.reading.ticks import Usual, decide_ticks, tick_of
from shuzi.forms.result import Cell
from shuzi.forms.spec import OPEN, TICK, Field, Spec
from shuzi.forms.stacks.empty_pages import refuse_empty
from shuzi.forms.versions import sheets_of
from shuzi.ink.boxes import Box
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.reader import Reader
from shuzi.reading.report.result import UNSURE

_LEAST_LINES, _LEAST_OF_TRACED = 0.5, 0.87  # of the printed lines: with markers, and without


@dataclass(frozen=True)
class PageRead:
    """A page that was read.

    Parameters
    ----------
    source
        The name of the photograph.
    code
        What the page says of itself.
    cells
        By row and field name; row -1 is for fields that stand once on the page.
    reopened
        Whether it is from a table, in which copies have numbers of their own already.
    unclear
        Of a ruled table, the lines that cannot be seen, and the rows and columns that may be several.
    """

    source: str
    code: Code
    cells: Mapping[tuple[int, str], Cell]
    reopened: bool = False
    unclear: tuple[Unclear, ...] = ()


class PageReader:
    """Reads photographs of the sheets of one spec.

    Parameters
    ----------
    spec
        The spec.
    reader
        Reads digits.
    own
        Reads those of rows whose writers' hands are known, by row from 0.

    Raises
    ------
    DataError
        The fields do not fit on the paper, or too little is printed on a traced form to recognise it.
    """

    def __init__(self, spec: Spec, reader: Reader, own: Mapping[int, Reader] | None = None) -> None:
        self.spec = spec
        self._reader = reader
        self._own = own or {}
        boxes = [box for field in spec.fields for box in field.at]
        self._blank = Blank.of(spec.blank, spec.size, boxes) if spec.blank else None
        self._sheets = {sheet.id: {page.number: page for page in pages_of(sheet)} for sheet in sheets_of(spec)}
        self._printed: set[str] = set()
        if self._blank:
            flat, (page,) = self._blank.flat, pages_of(spec)
            page = replace(page, fields=tuple(mark_framed(flat, page.fields)))
            filled = zip(page.fields, printed_in(flat, page.fields), strict=True)
            self._printed = {placed.field.name for placed, printed in filled if printed}
            self._sheets = {spec.id: {page.number: page}}

    @property
    def pages(self) -> tuple[int, ...]:
        """The numbers of the pages, of several versions those of the first."""
        return tuple(next(iter(self._sheets.values())))

    @property
    def weights(self) -> str:
        """The SHA-256 of the classifier's weights."""
        return self._reader.card.weights

    def read(self, picture: Picture, name: str) -> PageRead:
        """Read a photograph, at any angle and either way up.

        Parameters
        ----------
        picture
            As for `shuzi.Reader.read`.
        name
            What to call it in the result and in errors.

        Raises
        ------
        PictureError
            It is no picture or a blank page, no sheet can be found on it, or the sheet belongs to another spec or is
            another form.
        MissingExtra
            It is a HEIC picture or a PDF, and the library to open it is not installed.
        """
        grey = open_picture(picture)
        refuse_empty(grey, name)
        blank = self._blank
        homography = blank.find(grey, name) if blank else find_sheet(grey, self.spec.size, name).homography
        flat = flatten(grey, homography, self.spec.size, name)
        code = Code(self.spec.id, 1, 1) if blank else self._code(flat, name)
        least = _LEAST_OF_TRACED if blank else _LEAST_LINES
        fields, missing = self._sheets[code.spec][code.page].fields, frozenset[int]()
        if blank:
            without = lifted(flat, blank.flat, fields)
            flat, fields, missing = without.flat, without.fields, without.missing
        cuts = cut_fields(flat, fields, homography, name, least)
        found = self._cells(cuts)
        if blank:  # which may be another edition, on which just this field has moved; or something is printed there
            found = {
                key: cell
                if cut.seen and index not in missing and key[1] not in self._printed
                else replace(cell, status=UNSURE)
                for index, ((key, cell), cut) in enumerate(zip(found.items(), cuts, strict=True))
            }
        turned = quarter_turns(homography, self.spec.size)
        placed = {
            key: replace(_placed(cell, code, cut, name), turned=turned)
            for (key, cell), cut in zip(found.items(), cuts, strict=True)
        }
        return PageRead(name, code, placed)

    def _code(self, flat: NDArray[np.uint8], name: str) -> Code:
        box = code_box(self.spec.size)
        module = CODE / MODULES
        code = read_code(flat[Box(*(side * SCALE for side in box)).pixels(rim=4 * module * SCALE)], module * SCALE)
        if code is None:
            raise PictureError("error.form.code", path=name)
        if code.spec not in self._sheets:
            raise PictureError("error.form.other", path=name, found=code.spec, wanted=", ".join(self._sheets))
        pages = self._sheets[code.spec]
        if code.page not in pages:
            raise PictureError("error.form.page", path=name, page=code.page, pages=len(pages))
        return code

    def _cells(self, cuts: list[Cut]) -> dict[tuple[int, str], Cell]:
        """Read all fields; the boxes of the whole page are classified together."""
        probabilities = self._probabilities(cuts)
        cells: dict[tuple[int, str], Cell] = {}
        ticks = [[tick_of(ink) for ink in cut.ticks] for cut in cuts]
        usual = Usual.of(ticks)
        start, work = 0, PageWork(sum(cut.placed.field.style == OPEN for cut in cuts))
        for cut, own_ticks in zip(cuts, ticks, strict=True):
            field = cut.placed.field
            if field.kind == TICK:
                cell = decide_ticks(field, own_ticks, usual, amiss=cut.hidden or self._is_off(cut.placed))
            elif field.style == OPEN:
                opened = read_open(field, cut, self._own.get(cut.placed.row, self._reader), work)
                cell = decide(field, opened.texts, amiss=opened.amiss or cut.hidden or self._is_off(cut.placed))
                cell = replace(cell, digits=_strip(field, [[image] for image in opened.images]))
                cell = replace(cell, rule=TOO_MUCH_INK) if opened.too_much else cell
            else:
                boxes = texts_of(field, probabilities[start : start + len(cut.boxes)])
                cell = decide(field, boxes.texts, boxes, amiss=cut.hidden or self._is_off(cut.placed))
                cell = replace(cell, digits=_strip(field, [box.views for box in cut.boxes if box.image is not None]))
                start += len(cut.boxes)
            cells[cut.placed.row, field.name] = cell
        for row in {row_of_cell for row_of_cell, _ in cells}:
            mine = {name: cell for (row_of_cell, name), cell in cells.items() if row_of_cell == row}
            if row >= 0 and self.spec.rows and not self.spec.printed:
                mine = blank_unused(mine)
            cells |= {(row, name): cell for name, cell in apply_sums(self.spec.written, mine).items()}
        return cells

    def _probabilities(self, cuts: list[Cut]) -> NDArray[np.float64]:
        """Classify all boxes together, but those of rows with a reader of their own."""
        written = [box for cut in cuts for box in cut.boxes]
        rows = [cut.placed.row if cut.placed.row in self._own else -1 for cut in cuts for _ in cut.boxes]
        probabilities = np.empty((len(written), BOX_COLUMNS))
        for row in sorted({*rows}):
            indices = [index for index, box_row in enumerate(rows) if box_row == row]
            reader = self._own.get(row, self._reader)
            probabilities[indices] = probabilities_of([written[index] for index in indices], reader)
        return probabilities

    def _is_off(self, placed: PlacedField) -> bool:
        """Tell whether a field reaches beyond the paper, whose edge looks like a 1."""
        width, height = self.spec.size
        return any(min(box.x, box.y) < 0 or box.right > width or box.bottom > height for box in placed.boxes)


def _strip(field: Field, digits: Sequence[Sequence[NDArray[np.uint8]]]) -> bytes:
    """Return the strip of the digits of a field, in the order of its text."""
    return strip_of(field.notation.in_text_order(digits) if field.notation else digits)


def _placed(cell: Cell, code: Code, cut: Cut, name: str) -> Cell:
    """Add where a cell is from, and its picture if a person should look at it."""
    picture = as_png(cut.picture) if cell.doubtful else b""
    return replace(cell, page=code.page, box=cut.box, source=name, picture=picture)
