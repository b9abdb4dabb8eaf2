"""A photograph of a sheet becomes the cells of one of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError
from shuzi.forms.blank import PRINT, Blank, PrintsBeside, lifted, printed_in
from shuzi.forms.boxes import MIN_OF_TRACED, MIN_SEEN, Cut, Side, cut_fields, mark_framed
from shuzi.forms.decide import FAINT, Texts, apply_sums, blank_unused, decide, merge_texts, probabilities_of, texts_of
from shuzi.forms.flatten import MODULES, PAPER, SCALE, Code, find_sheet, flatten, quarter_turns, read_code
from shuzi.forms.grammar import OPEN
from shuzi.forms.hands import as_png, strip_of
from shuzi.forms.kinds import Field
from shuzi.forms.layout import CODE, PlacedField, code_box, pages_of
from shuzi.forms.photographs import refuse_empty
from shuzi.forms.printed_lines import FAR, LINE
from shuzi.forms.result import Cell, PageRead
from shuzi.forms.spec import Spec, sheets_of
from shuzi.forms.ticks import Usual, decide_ticks, tick_of
from shuzi.forms.writing import MAX_REST_WIDTH, MIN_INK, peak_of, threshold_of
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.advice import ONLY_UNSURE
from shuzi.reading.reader import Reader
from shuzi.reading.result import BLANK, NOT_A_DIGIT, OK, SIGN_INK, UNKNOWN, UNSURE, Reading
from shuzi.reading.thresholds import MAX_WORK, PLAIN_SCORE
from shuzi.reading.values import Findings

# Minimum fraction of a traced form's print on a copy of the same edition, whose missing lines are covered or creased.
# Ten copies of editions with a moved lower half had 0.66 to 0.85, four creased copies 0.91 to 0.98.
_SAME_EDITION = 0.9


class PageReader:
    """Reads photographs of the sheets of one spec."""

    def __init__(self, spec: Spec, reader: Reader) -> None:
        self.spec = spec
        self._reader = reader
        boxes = [box for field in spec.fields for box in field.at]
        self._blank = Blank.of(spec.blank, spec.size, boxes) if spec.blank else None
        self._sheets = {sheet.id: {page.number: page for page in pages_of(sheet)} for sheet in sheets_of(spec)}
        self._printed: set[str] = set()
        if self._blank:
            flat, (page,) = self._blank.flat, pages_of(spec)
            page = replace(page, fields=tuple(mark_framed(flat, page.fields)))
            filled = zip(page.fields, printed_in(flat, page.fields), strict=True)
            self._printed = {placed.field.name for placed, printed in filled if printed}
            self._beside = PrintsBeside(flat, page.fields)
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
        """Read a photograph, at any angle and either way up."""
        grey = open_picture(picture)
        refuse_empty(grey, name)
        blank = self._blank
        min_lines = MIN_SEEN
        if blank:
            homography, alike = blank.find(grey, name)
            min_lines = MIN_SEEN if alike >= _SAME_EDITION else MIN_OF_TRACED
        else:
            homography = find_sheet(grey, self.spec.size, name).homography
        flat = flatten(grey, homography, self.spec.size, name)
        code = Code(self.spec.id, 1, 1) if blank else self._code(flat, name)
        fields, missing = self._sheets[code.spec][code.page].fields, frozenset[int]()
        if blank:
            without = lifted(flat, blank.flat, fields)
            flat, fields, missing = without.flat, without.fields, without.missing
        cuts = cut_fields(flat, fields, homography, name, min_lines, blank.flat if blank else None)
        found = self._cells(cuts)
        if blank:  # which may be another edition, on which just this field has moved; or something is printed there
            others = self._beside.differing(flat)
            found = {
                key: replace(cell, status=UNSURE, rule=cell.rule or PRINT)
                if index in others
                else cell
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
        code = read_code(flat[box.scaled(SCALE).pixels(rim=4 * module * SCALE)], module * SCALE)
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
        probabilities = probabilities_of([box for cut in cuts for box in cut.boxes], self._reader)
        cells: dict[tuple[int, str], Cell] = {}
        ticks = [[tick_of(ink) for ink in cut.ticks] for cut in cuts]
        usual = Usual.of(ticks)
        start, work = 0, PageWork(sum(cut.placed.field.style == OPEN for cut in cuts))
        for cut, own_ticks in zip(cuts, ticks, strict=True):
            field = cut.placed.field
            if field.is_tick:
                cell = decide_ticks(field, own_ticks, usual, amiss=cut.hidden or self._is_off(cut.placed))
            elif field.style == OPEN:
                opened = read_open(field, cut, self._reader, work)
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


_NOT_AMISS = ONLY_UNSURE | {"reading.wide_gap"}  # in a field, digits may be spaced by what is printed there
_HIGH = 0.5  # of the height of a field with its margin: what is left of its line is at least so high
_SPECK = 5  # pixels: less is no ink


@dataclass(frozen=True)
class Opened:
    """The probable texts of an open field, and whether something apart from them is amiss, so that none is sure.

    If there is more in the field or on its page than is read, there are no texts, and `too_much` is true. The images
    are those of its digits, uint8 (28, 28) each.
    """

    texts: Texts
    amiss: bool
    too_much: bool = False
    images: tuple[NDArray[np.uint8], ...] = ()


_TOO_MUCH = Opened([], True, too_much=True)


def read_open(field: Field, cut: Cut, reader: Reader, work: PageWork | None = None) -> Opened:
    """Read an open field; where ink may be a line, with it and without."""
    work = work or PageWork(1)
    found = _read(field, cut.inside, reader, work)
    if found.too_much:
        return found
    if cut.doubtful and not found.texts[0][0]:
        return Opened([("", 1 - FAINT), ("?", FAINT)], True)
    if cut.doubtful or may_be_line(cut.inside, cut.sides):
        found = replace(found, amiss=True)
    if cut.kept is None:
        return found
    other = _read(field, cut.kept, reader, work)
    if other.too_much:
        return other
    if found.texts[0][0] == other.texts[0][0]:
        return found
    texts = merge_texts((text, probability / 2) for text, probability in (*found.texts, *other.texts))
    return replace(found, texts=texts)


def may_be_line(inside: NDArray[np.uint8], sides: Sequence[Side]) -> bool:
    """Tell whether a stroke may be what is left of the left or right line of an open field.

    >>> inside = np.full((84, 200), 250, np.uint8)
    >>> inside[16:66, 190:194] = 60
    >>> may_be_line(inside, [Side(190.0, True)]), may_be_line(inside, [Side(180.0, True)])
    (True, False)
    >>> inside[16:66, 90:94] = 60
    >>> may_be_line(inside, [Side(190.0, True)]), may_be_line(inside, [Side(180.0, False)])
    (False, True)
    """
    dark = PAPER - inside.astype(np.float32)
    dark -= np.float32(np.median(dark))
    ink = (dark >= threshold_of(peak_of(inside))).astype(np.uint8)
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    there = stats[1:, cv2.CC_STAT_AREA] >= _SPECK
    stats, x = stats[1:][there], middles[1:, 0][there] + 0.5
    vertical = (stats[:, cv2.CC_STAT_HEIGHT] >= _HIGH * len(inside)) & (
        stats[:, cv2.CC_STAT_WIDTH] <= MAX_REST_WIDTH * SCALE
    )
    return any(
        bool((vertical & (np.abs(x - side.x) <= (1.2 * LINE if side.found else FAR) * SCALE)).any())
        for side in sides
        if not side.found or len(x) == 1
    )


def _read(field: Field, inside: NDArray[np.uint8], reader: Reader, work: PageWork) -> Opened:
    if peak_of(inside) < MIN_INK:
        return Opened([("", 1.0)], False)
    if work.is_used_up:
        return _TOO_MUCH
    picture = np.pad(inside, inside.shape[0] // 8, constant_values=255)
    listed = bool(field.among) and field.is_listed_as_written and not field.last_may_be_x
    seen = reader.recognise(picture, work.limit, as_page=False)
    automaton = None if listed else field.line_pattern()
    reading = (reader.with_pattern(automaton) if automaton else reader).decide(seen)
    off_list = False
    if listed:  # a value is sure only if the ink says so without the list
        of_list = reader.with_values([*field.among]).decide(seen)
        texts_read = {field.text_in_a_line(own.text) for own in (of_list, reading)}
        off_list = of_list.status != OK or len(texts_read) > 1
        reading = reading if off_list else of_list
    work.spend(seen, reading)
    if seen.too_much is not None:
        return _TOO_MUCH
    if reading.status == BLANK:
        return Opened([("", reading.confidence)], False)
    if reading.status == NOT_A_DIGIT:
        return Opened([("?", 1.0)], True)
    read = reading.alternatives or ((reading.text, reading.confidence),)
    texts = merge_texts((field.text_in_a_line(text.replace("\n", "")), probability) for text, probability in read)
    amiss = reading.status != OK and reading.advice[0] not in _NOT_AMISS
    amiss = amiss or off_list
    # an identifier may be written with dashes; a point belongs to a number, and must not vanish
    amiss = amiss or (field.doubts_points and not listed and any(mark in reading.text for mark in ".,"))
    # a + before a phone's number is no digit, and must not vanish either
    amiss = amiss or (field.doubts_signs and any(piece.kind == SIGN_INK for piece in reading.ignored))
    if field.last_may_be_x and (with_x := _with_x(field, reading)):
        texts, amiss = merge_texts([(with_x, reading.confidence), *texts]), True
    images = tuple(digit.image for digit in reading.digits)
    return Opened(texts, amiss, images=images)


def _with_x(field: Field, reading: Reading) -> str:
    """Return the text with the X that its check digit asks for, if what stands there is no digit; else ""."""
    text = field.text_in_a_line(reading.text.replace("\n", "")) + "X"
    right = max((digit.box.right for digit in reading.digits), default=0)
    there = any(piece.kind in (SIGN_INK, UNKNOWN) and piece.box.right > right for piece in reading.ignored)
    return text if there and not field.broken(text) else ""


TOO_MUCH_INK = "ink"
"""The rule that a field breaks if there is more in it or on its page than is read."""

_MAX_WORK, _EACH = 1_200, 8
"""Images that may be classified for a page, or what takes as long, and for each of its fields, apart from what plain
digits explain."""

_ALWAYS, _LEFT_OUT = 6.0, 0.6  # for each reading, and for each piece of ink that is in no text
_PLAIN, _MAX_PLAIN = 8.0, 12  # not counted for each plain digit, and digits of a field: a page full of them is read


class PageWork:
    """What may still be done for the open fields or cells of a page, in images classified; counted after each.

    >>> PageWork(100).limit == MAX_WORK, PageWork(100).is_used_up
    (True, False)
    """

    def __init__(self, count: int) -> None:
        self._left = float(_MAX_WORK + _EACH * count)

    @property
    def limit(self) -> float:
        """What may be done for the next one."""
        return min(self._left, MAX_WORK)

    @property
    def is_used_up(self) -> bool:
        """Tell whether the others are not read any more."""
        return self._left <= 0

    def spend(self, findings: Findings, reading: Reading) -> None:
        """Take off what a reading has cost: what was found, and what was made of that."""
        plain = min(sum(candidate.score >= PLAIN_SCORE for candidate in findings.candidates), _MAX_PLAIN)
        self._left -= max(0.0, _ALWAYS + findings.work + _LEFT_OUT * len(reading.ignored) - _PLAIN * plain)
