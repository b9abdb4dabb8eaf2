"""A photograph of a table, ruled or drawn by hand, becomes its cells, cut out upright and without the lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.decide import FAINT, LISTED, merge_texts
from shuzi.forms.flatten import Code, clockwise, even_light
from shuzi.forms.hands import as_png, strip_of
from shuzi.forms.kinds import IDENTIFIER, NUMBER, Field
from shuzi.forms.photographs import Named, in_order, read_photographs, refuse_empty, skipped, unread
from shuzi.forms.printed_lines import levels_at
from shuzi.forms.read import TOO_MUCH_INK, PageWork
from shuzi.forms.result import Cell, PageRead, Problem, Row, Skipped, Table, Unclear
from shuzi.forms.table_cells import (
    ABOVE,
    COLUMN,
    COLUMNS,
    LEFT,
    LEVEL,
    RIM,
    ROWS,
    FlatTable,
    TableCell,
    cut_cells,
    fans,
    flatten,
    rectangle_around,
    rectangle_to,
    slope_of,
)
from shuzi.forms.table_grid import UNKNOWN, Shape, are_ended, close_sides, complete, grade_lines, settle
from shuzi.forms.table_lines import (
    ALL,
    COVERED,
    CURVED,
    MIN_GAP,
    STRIPS,
    are_certain,
    crossing,
    dark_ink,
    doubt_unseen,
    drop_close,
    find_covered,
    follow_lines,
    keep_far,
    keep_reaching,
    lie_in_order,
    line_ink,
    may_hide_lines,
    reaches,
    with_ink,
)
from shuzi.ink.paper import resize
from shuzi.messages import say
from shuzi.pictures.open import Picture, open_picture
from shuzi.reading.reader import Reader
from shuzi.reading.result import BLANK, OK, UNSURE, Reading

_SEARCHED = 1_400  # pixels of the longer side at which lines are sought
_EDGE = 0.75  # of the median gap: nearer to the edge must the first and last lines be, or some were overlooked


def find_table(grey: NDArray[np.uint8], name: str, shape: Shape = UNKNOWN) -> list[TableCell]:
    """Find the largest ruled table on a photograph that is roughly upright, and cut out its cells."""
    small = resize(grey, min(1.0, _SEARCHED / max(grey.shape)))
    try:
        table = _find_clear(grey, small, name, shape)
    except PictureError as refused:
        try:
            table = find_drawn(grey, small, name, shape)
        except PictureError as problem:
            raise (refused if problem.key == "error.form.no_table" else problem) from None
    # strokes as high as cells look like lines, dashed lines like strokes; then only who knows the table can tell
    counted = (ROWS, shape.rows or table.certain_rows), (COLUMNS, shape.columns or table.certain_columns)
    uncounted = [(what, 0) for what, is_known in counted if not is_known]
    return [replace(cell, unclear=(*uncounted, *cell.unclear)) for cell in cut_cells(table)]


def _find_clear(grey: NDArray[np.uint8], small: NDArray[np.uint8], name: str, shape: Shape) -> FlatTable:
    """Find a table whose lines are clear, straight and closed on all sides."""
    scale = small.shape[1] / grey.shape[1]
    joined = np.asarray(cv2.morphologyEx(dark_ink(small), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    corners, _ = corners_of(largest_table(joined, joined, False, name))
    flat, to_photo = flatten(grey, corners / scale)
    dark = dark_ink(flat)
    down, across = _lines(dark, horizontal=True), _lines(dark, horizontal=False)
    if min(len(down), len(across)) < 2:
        raise PictureError("error.form.no_table", path=name)
    nodes, visible_rows, visible_columns = _drawn(
        np.array([[crossing(row, column) for column in across] for row in down]), dark
    )
    if min(nodes.shape[:2]) < 2:
        raise PictureError("error.form.no_table", path=name)
    lit = even_light(flat)
    table = settle(complete(grade_lines(nodes, visible_rows, visible_columns, lit), lit), shape, name)
    if not _is_whole(table.nodes, flat.shape):
        raise PictureError("error.form.no_table", path=name)
    hidden = may_hide_lines(table.nodes, lit)
    return FlatTable(lit, to_photo, doubt_unseen(table, lit, shape), False, not hidden[0], not hidden[1])


def _drawn(
    nodes: NDArray[np.float64], dark: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], list[float], list[float]]:
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them."""
    (_, across), (_, down) = with_ink(nodes, dark, dark)
    nodes = nodes[np.ix_(*keep_reaching(nodes, across, down))]
    return nodes, reaches(nodes, across, ALL), reaches(nodes.swapaxes(0, 1), down, ALL)


def _is_whole(nodes: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Tell whether the crossings (rows, columns, 2) of lines lie in their order, and on all sides near the edge."""
    if not lie_in_order(nodes, shape):
        return False
    size = np.array([shape[1], shape[0]])
    across, down = np.diff(nodes[..., 0], axis=1), np.diff(nodes[..., 1], axis=0)
    first = nodes[:, 0, 0].mean(), nodes[0, :, 1].mean()
    last = nodes[:, -1, 0].mean(), nodes[-1, :, 1].mean()
    beyond = RIM + np.maximum(_EDGE * np.array([np.median(across), np.median(down)]), MIN_GAP * 1.5)
    return bool((first < beyond).all() and (last > size - beyond).all())


def _lines(dark: NDArray[np.uint8], horizontal: bool) -> list[NDArray[np.float64]]:
    """Follow the lines of one direction: for each, y as a polynomial of x (or x of y), from the first to the last."""
    long, covered, rows = find_covered(dark, horizontal, COVERED)
    return [_line_path(long, row) for row in drop_close(rows, covered)]


def _line_path(long: NDArray[np.uint8], row: int) -> NDArray[np.float64]:
    top, bottom = max(0, row - 2 * CURVED), row + 2 * CURVED + 1
    band = long[top:bottom].astype(np.float64)
    heights = np.arange(top, top + len(band))[:, None]
    xs, ys, weights = [], [], []
    for part in np.array_split(np.arange(band.shape[1]), STRIPS):
        ink = band[:, part]
        if ink.sum() > 0.3 * len(part):
            xs.append(part.mean())
            ys.append(float((ink * heights).sum() / ink.sum()))
            weights.append(ink.sum())
    if len(xs) < 4:
        return np.array([0.0, 0.0, float(row)])
    found = np.polyfit(xs, ys, 2 if len(xs) >= 6 else 1, w=np.sqrt(weights))
    return np.concatenate([np.zeros(3 - len(found)), found])


_LEANS = (-9, -3, 3, 9), (-3, 0, 3)  # degrees of lines on the photograph, and on the flattened table
_MIN_AREA = 0.002  # of the photograph
_MAX_SCALE = 1.6  # pixels of the flattened table to a pixel of the photograph: of small ones no more is seen
_PARTED = 15  # pixels between parts of a line where a pen was lifted
_MAX_CROSSINGS = 2_500  # of a table; what has more is a pattern, and takes long
_CLEAR = 0.8  # of a line that surely is one
_RIVAL = 0.25  # of a line's pieces: if so many are whole, it may be one although it was dropped


def find_drawn(grey: NDArray[np.uint8], small: NDArray[np.uint8], name: str, shape: Shape) -> FlatTable:
    """Find the largest table on a photograph that is roughly upright; what cannot be seen of its lines is doubtful.

    `grey`, `small`: the photograph, and the same as small as lines are sought: uint8 (h, w).
    """
    scale = small.shape[1] / grey.shape[1]
    dark = np.bitwise_or(*line_ink(small, _LEANS[0]))
    joined = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((_PARTED, _PARTED), np.uint8)), np.uint8)
    corners, hull = corners_of(largest_table(joined, dark, True, name))
    flat, to_photo = _flat(grey, corners / scale, name)
    level, vertical = line_ink(flat, _LEANS[1])
    slopes = slope_of(level), slope_of(vertical.T)
    if max(map(abs, slopes)) > LEVEL:  # its outline does not tell how a table without a frame lies
        lean = np.array([[1, slopes[1], 0], [slopes[0], 1, 0], [0, 0, 1]])
        flat, to_photo = _flat(grey, rectangle_around(hull / scale, to_photo @ lean), name)
        level, vertical = line_ink(flat, _LEANS[1])
    nodes, rivalled = _nodes(level, vertical, name)
    outer = nodes[[0, 0, -1, -1], [0, -1, -1, 0]]
    if min(nodes.shape[:2]) > 1 and fans(outer) > LEVEL:
        flat, to_photo = _flat(grey, rectangle_around(hull / scale, to_photo @ rectangle_to(outer)), name)
        level, vertical = line_ink(flat, _LEANS[1])
        nodes, rivalled = _nodes(level, vertical, name)
    closed = close_sides(nodes, level, vertical, shape, name)
    if not lie_in_order(closed.nodes, flat.shape):
        raise PictureError("error.form.no_table", path=name)
    lit = even_light(flat)
    level_reach, vertical_reach = (reaches(lines, ink, ALL) for lines, ink in with_ink(closed.nodes, level, vertical))
    grid = complete(closed.doubt(grade_lines(closed.nodes, level_reach, vertical_reach, lit)), lit)
    table = settle(grid, shape, name)
    ends = np.ix_([0, -1], [0, -1])
    if not np.allclose(table.nodes[ends], closed.nodes[ends]) or not lie_in_order(table.nodes, flat.shape):
        # outer rows are not left out to have the expected number
        raise PictureError("error.form.no_table", path=name)
    certain = are_certain(table.nodes, lit, (table.row_lines, table.column_lines))
    found = zip(certain, are_ended(closed, level, vertical), rivalled, strict=True)
    rows, columns = (is_certain and is_ended and not is_rivalled for is_certain, is_ended, is_rivalled in found)
    return FlatTable(lit, to_photo, table, True, rows, columns)


def _flat(
    grey: NDArray[np.uint8], corners: NDArray[np.float64], name: str
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Flatten a table, if its corners are anywhere near the photograph."""
    size = np.array(grey.shape[::-1])
    near = ((corners > -size) & (corners < 2 * size)).all()
    if not near or cv2.contourArea(corners.astype(np.float32)) < _MIN_AREA * size.prod():
        raise PictureError("error.form.no_table", path=name)
    return flatten(grey, corners, _MAX_SCALE)


def _nodes(
    level: NDArray[np.uint8], vertical: NDArray[np.uint8], name: str
) -> tuple[NDArray[np.float64], tuple[bool, bool]]:
    """Return where the lines of a table cross: float64 (rows, columns, 2); and where others may be: rows, columns."""
    down, across = follow_lines(level, horizontal=True), follow_lines(vertical, horizontal=False)
    if down and across and len(down) * len(across) <= _MAX_CROSSINGS:
        crossings = np.array([[crossing(row, column) for column in across] for row in down])
        rows, columns = _completed(crossings, level, vertical)
        nodes = crossings[np.ix_(rows, columns)]
        in_order = all((np.diff(nodes[..., axis], axis=1 - axis) > 0).all() for axis in (0, 1))
        if nodes.size and max(nodes.shape[:2]) > 1 and in_order:
            (down_all, across_ink), (across_all, down_ink) = with_ink(crossings, level, vertical)
            rivalled = (
                _is_rivalled(down_all[:, columns], rows, 1, across_ink),
                _is_rivalled(across_all[:, rows], columns, 0, down_ink),
            )
            return nodes, rivalled
    raise PictureError("error.form.no_table", path=name)


def _is_rivalled(lines: NDArray[np.float64], kept: Sequence[int], axis: int, ink: NDArray[np.uint8]) -> bool:
    """Tell whether whole pieces are visible of a line that was dropped, and which is not one of those kept."""
    apart = np.abs(lines[:, None] - lines[kept])[..., axis].mean(axis=2).min(axis=1)
    dropped = lines[apart >= MIN_GAP]
    return any(reach >= _RIVAL for reach in reaches(dropped, ink, ALL))


def _completed(
    nodes: NDArray[np.float64], level: NDArray[np.uint8], vertical: NDArray[np.uint8]
) -> tuple[list[int], list[int]]:
    """Keep the lines that reach their crossings (rows, columns, 2): digits below one another end before them."""
    (rows, across), (columns, down) = with_ink(nodes, level, vertical)
    clear = [
        np.flatnonzero([_seen(line, ink) >= _CLEAR for line in lines]).tolist()
        for lines, ink in ((rows, across), (columns, down))
    ]
    if min(map(len, clear)) >= 2:  # only what surely is a line tells where others should be visible
        far = [
            np.minimum(reaches(lines[:, own], ink), reaches(lines[:, own], ink, ALL)).tolist()
            for lines, ink, own in ((rows, across, clear[1]), (columns, down, clear[0]))
        ]
        kept = [keep_far(reach, nodes[..., 1 - axis].swapaxes(0, axis), COVERED) for axis, reach in enumerate(far)]
        return kept[0], kept[1]
    if min(map(len, clear)) == 1 and max(map(len, clear)) >= 2:
        return clear[0], clear[1]
    return keep_reaching(nodes, across, down)


def _seen(crossings: NDArray[np.float64], thickened: NDArray[np.uint8]) -> float:
    """Return how much of a line through crossings (n, 2) is visible, of 1."""
    lengths = np.append(0, np.cumsum(np.linalg.norm(np.diff(crossings, axis=0), axis=1)))
    at = np.arange(0, lengths[-1] + 1)
    points = np.column_stack([np.interp(at, lengths, crossings[:, axis]) for axis in (0, 1)])
    return float(levels_at(thickened, points).mean())


_MIN_SIDES = 0.05, 0.15  # of the photograph's longer side: what is lower or narrower is no table


def largest_table(joined: NDArray[np.uint8], ink: NDArray[np.uint8], goes_on: bool, name: str) -> NDArray[np.uint8]:
    """Return where the largest table on a photograph is: uint8 (h, w), 1 where there is some of it.

    `joined`: what may be lines, with gaps closed: uint8 (h, w), 1 where there is some. `ink`: what of it counts where
    tables are compared: uint8 (h, w). `goes_on`: whether it may go on beyond two opposite edges, as ruled paper does;
    else only beyond one.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    left, top, wide, high, _ = stats[1:count].T
    area = np.bincount(labels[ink > 0], minlength=count)[1:]
    min_high, min_wide = (fraction * max(joined.shape) for fraction in _MIN_SIDES)
    spans = (np.minimum(wide, high) >= min_high) & (np.maximum(wide, high) >= min_wide)
    level = (left == 0).astype(int) + (left + wide == joined.shape[1])
    vertical = (top == 0).astype(int) + (top + high == joined.shape[0])
    inside = (level == 0) | (vertical == 0) if goes_on else level + vertical < 2
    # a table has many lines but is not solid; the outline of the sheet has few, and what surrounds that is no table
    likely = np.where(spans & (area < 0.6 * wide * high) & inside, area, 0)
    if not likely.any():
        raise PictureError("error.form.no_table", path=name)
    return np.asarray((labels == 1 + int(likely.argmax())).astype(np.uint8))


def corners_of(ink: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a table, clockwise from the upper left, and its hull: float64 (4, 2), (n, 2).

    `ink`: of its lines: uint8 (h, w), 1 where there is some.

    >>> ink = np.zeros((300, 400), np.uint8)
    >>> ink[50:251:50, 60:341] = ink[50:251, 60:341:70] = 1
    >>> corners_of(ink)[0].tolist()
    [[60.0, 50.0], [340.0, 50.0], [340.0, 250.0], [60.0, 250.0]]
    """
    hull = cv2.convexHull(np.asarray(cv2.findNonZero(ink)))
    shape = cv2.approxPolyDP(hull, 0.008 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float64)
    points = _four_sided(shape)
    if points is None:
        points = np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)), np.float64)
    return clockwise(points), hull.reshape(-1, 2).astype(np.float64)


def _four_sided(shape: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Extend the sides of a convex shape until four are left, where a corner is cut off; None if that fails."""
    while len(shape) > 4:
        best: tuple[float, NDArray[np.float64]] | None = None
        for index in range(len(shape)):
            before, first, last, after = (shape[(index + step) % len(shape)] for step in (-1, 0, 1, 2))
            ways = np.column_stack([first - before, after - last])
            if abs(np.linalg.det(ways)) < 1e-6:
                continue
            ahead, back = np.linalg.solve(ways, last - first)
            if ahead < 0 or back > 0:  # the neighbours of this side meet on its inner side
                continue
            corner = first + ahead * (first - before)
            (x1, y1), (x2, y2) = corner - first, last - first
            if best is None or abs(x1 * y2 - x2 * y1) < best[0]:
                rest = [point for corner_index, point in enumerate(shape) if corner_index != (index + 1) % len(shape)]
                index_of_first = index if (index + 1) % len(shape) else index - 1
                rest[index_of_first] = corner
                best = abs(x1 * y2 - x2 * y1), np.array(rest)
        if best is None:
            return None
        shape = best[1]
    return shape if len(shape) == 4 else None


LINES = "lines"
"""The rule that a cell breaks if it may be none, or several, because its lines cannot be seen for sure."""

WORDS = "words"
"""The rule that a cell of a first row or column breaks if words seem to stand there."""

Cells = dict[tuple[int, str], Cell]
"""Cells by row and column."""

_NAMED = 6  # unclear lines that a sentence names
_FIRST = "A"
_WORD, _LIKELY = 0.7, 0.1  # probability of all that may be read in most words, and of what is worth choosing
_ZERO = re.compile("0[0-9]")
_APART = 1.5  # of a digit's height: digits farther apart may be in several cells


def read_tables(reader: Reader, photos: Named, shape: Shape = UNKNOWN) -> Table:
    """Read ruled tables, one on each photograph, one below another."""
    return join_pages(in_order(read_photographs(partial(try_table, shape=shape), reader, photos)))


def try_table(reader: Reader, picture: Picture | ShuziError, name: str, shape: Shape = UNKNOWN) -> PageRead | Problem:
    """Read the ruled table on a photograph as a page, which a `Journal` keeps, or say what prevents it."""
    if isinstance(picture, ShuziError):
        return Problem(name, str(picture))
    try:
        grey = open_picture(picture)
        refuse_empty(grey, name)
        found = find_table(grey, name, shape)
        work = PageWork(len(found))
        read = {(cell.row, column_name(cell.column)): _checked(cell, reader, work, name) for cell in found}
        cells = leave_words(read, {(cell.row, column_name(cell.column)): cell.picture for cell in found})
    except ShuziError as problem:
        return unread(name, problem)
    unclear = tuple(sorted({doubt for cell in found for doubt in cell.unclear}))
    return PageRead(name, Code("", 1, 1), cells, unclear=unclear)


def leave_words(cells: Cells, pictures: Mapping[tuple[int, str], NDArray[np.uint8]]) -> Cells:
    """Leave words in the first row and column to people: letters look like digits.

    `cells`: by row and column. `pictures`: of the same cells, for people: uint8 (h, w) each.

    >>> cells = {(0, "A"): Cell("101", OK, 1.0, alternatives=(("101", 1.0),)), (0, "B"): Cell("5", UNSURE, 0.1)}
    >>> cells |= {(0, "C"): Cell("8", UNSURE, 0.2)}
    >>> pictures = dict.fromkeys(cells, np.full((9, 9), 255, np.uint8))
    >>> [(cell.text, cell.status, cell.rule) for cell in leave_words(cells, pictures).values()]
    [('101', 'unsure', 'words'), ('', 'unsure', 'words'), ('', 'unsure', 'words')]
    """
    written = {key for key, cell in cells.items() if cell.rule != TOO_MUCH_INK and not _is_empty(cell)}
    row, column = {key for key in written if key[0] == 0}, {key for key in written if key[0] and key[1] == _FIRST}
    found = dict(cells)
    for head in (row, column):
        words = {key for key in head if _may_be_word(cells[key])}
        is_head = len(words) > 1 and 2 * len(words) > len(head)
        if is_head or (head is row and 2 * sum(cells[key].status == OK for key in head) < len(head)):
            found |= {key: _doubted(cells[key], as_png(pictures[key]), is_head) for key in head}
    return found


def _is_empty(cell: Cell) -> bool:
    """Tell whether nothing is written in a cell, though it may be several or none."""
    return cell.status == BLANK or (cell.rule == LINES and not cell.text and not cell.alternatives)


def _may_be_word(cell: Cell) -> bool:
    """Tell whether nothing that was read in a cell is likely, even together, as in a word."""
    return sum(probability for _, probability in cell.alternatives) < _WORD


def _doubted(cell: Cell, png: bytes, in_head: bool) -> Cell:
    """Return a cell of a first row or column as it is where words are, or where few numbers are sure."""
    cell = replace(cell, status=UNSURE, rule=cell.rule or (WORDS if in_head else ""), picture=cell.picture or png)
    if not (in_head and _may_be_word(cell)):
        return cell
    likely = tuple(alternative for alternative in cell.alternatives if alternative[1] >= _LIKELY)
    # its digits would teach how a word looks
    return replace(cell, text="", confidence=0.0, rule=WORDS, alternatives=likely, digits=b"")


def as_rows(page: PageRead, sheet: int) -> list[Row]:
    """Return the rows of the page that `try_table` made of the sheet of this number."""
    rows: dict[int, dict[str, Cell]] = {}
    for (row, column), cell in page.cells.items():
        rows.setdefault(row, {})[column] = cell
    return [Row(sheet, row, cells) for row, cells in rows.items()]


def join_pages(pages: Iterable[PageRead | Problem]) -> Table:
    """Put the pages that `try_table` made of photographs, in their order, below one another."""
    return join_tables(as_tables(pages))


def as_tables(pages: Iterable[PageRead | Problem]) -> list[list[Row] | Problem]:
    """Return the rows of each page that `try_table` made, and a problem where their number is doubtful.

    >>> page = PageRead("a.jpg", Code("", 1, 1), {(0, "A"): Cell("7", UNSURE, 0.5, LINES)}, unclear=((LEFT, 1),))
    >>> as_tables([page])[1].message.startswith("Unclear: the line at the right")
    True
    """
    pages = [*pages]
    found = list[list[Row] | Problem]()
    for sheet, page in enumerate((page for page in pages if not isinstance(page, Skipped)), start=1):
        if isinstance(page, Problem):
            found.append(page)
            continue
        rows = as_rows(page, sheet)
        found.append(rows)
        if any(cell.rule == LINES for cell in page.cells.values()):
            rows_and_columns = len(rows), max(len(row.cells) for row in rows)
            found.append(Problem(page.source, _doubt(page.unclear, *rows_and_columns)))
    return [*found, *skipped(pages)]


def _doubt(unclear: Iterable[Unclear], rows: int, columns: int) -> str:
    """Say which lines of a table cannot be made out."""
    ends = {ABOVE: rows, LEFT: columns}
    said = list[str]()
    for kind, index in unclear:
        side = {0: ".first", ends.get(kind): ".last"}.get(index, "") if kind in ends else ""
        before, after = (
            column_name(max(line, 0)) if kind in (LEFT, COLUMN) else str(line + 1) for line in (index - 1, index)
        )
        said.append(say(f"form.unclear.{kind}{side}", before=before, after=after))
    named = [*said[:_NAMED], *(["…"] if len(said) > _NAMED else [])]
    return say("form.shape", rows=rows, columns=columns, lines=say("form.list").join(named))


def join_tables(read: Iterable[list[Row] | Problem]) -> Table:
    """Put the tables of several photographs below one another."""
    found = [*read]
    rows = [row for rows in found if not isinstance(rows, Problem) for row in rows]
    columns = max((len(row.cells) for row in rows), default=0)
    fields = tuple(_column(column_name(index), rows) for index in range(columns))
    return Table("", fields, tuple(rows), tuple(problem for problem in found if isinstance(problem, Problem)))


def _column(name: str, rows: list[Row]) -> Field:
    sure = (row.cells[name].text for row in rows if name in row.cells and not row.cells[name].doubtful)
    return Field(name, name, IDENTIFIER if any(_ZERO.match(text) for text in sure) else NUMBER)


def column_name(index: int) -> str:
    """Name a column, counted from 0, as spreadsheets do."""
    name, left = "", index + 1
    while left:
        left, letter = divmod(left - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _checked(found: TableCell, reader: Reader, work: PageWork, name: str) -> Cell:
    cell = _read(found, reader, work, name)
    if found.sure:
        return cell
    return replace(cell, status=UNSURE, rule=LINES, picture=as_png(found.picture))


def _read(found: TableCell, reader: Reader, work: PageWork, name: str) -> Cell:
    if found.inside is None and not found.doubtful:
        return Cell("", BLANK, 1.0, box=found.box, source=name)
    if found.inside is None:
        return Cell("", UNSURE, 1 - FAINT, box=found.box, source=name, picture=as_png(found.picture))
    cell = _read_ink(found.inside, reader, work)
    if found.kept is not None and not cell.rule:  # where ink may be a line, with it and without
        with_lines = _read_ink(found.kept, reader, work)
        if with_lines.rule:
            cell = with_lines
        elif with_lines.text != cell.text:
            cell = _either(cell, with_lines)
    if found.doubtful and cell.status == OK:
        cell = replace(cell, status=UNSURE)
    return replace(cell, box=found.box, source=name, picture=as_png(found.picture) if cell.status == UNSURE else b"")


def _read_ink(inside: NDArray[np.uint8], reader: Reader, work: PageWork) -> Cell:
    too_much = Cell("", UNSURE, 0.0, TOO_MUCH_INK)
    if work.is_used_up:
        return too_much
    findings = reader.recognise(np.pad(inside, inside.shape[0] // 8, constant_values=255), work.limit, as_page=False)
    reading = reader.decide(findings)
    work.spend(findings, reading)
    if findings.too_much is not None:
        return too_much
    text = reading.text.replace("\n", " ")
    status = reading.status if reading.status in (OK, BLANK) else UNSURE
    if text != reading.text or _is_apart(reading):
        status = UNSURE
    digits = strip_of([[digit.image] for digit in reading.digits])
    return Cell(text, status, reading.confidence, "", tuple(reading.alternatives[:LISTED]), digits=digits)


def _either(first: Cell, second: Cell) -> Cell:
    """Return the cell that was read in two ways, each as probable as the other."""
    both = [cell.alternatives or ((cell.text, cell.confidence),) for cell in (first, second)]
    ranked = tuple(merge_texts((text, probability / 2) for texts in both for text, probability in texts)[:LISTED])
    text, confidence = ranked[0]
    return Cell(text, UNSURE, confidence, "", ranked, digits=first.digits)


def _is_apart(reading: Reading) -> bool:
    """Tell whether digits are so far apart that they may be in several cells between which no line was seen."""
    boxes = sorted([*(digit.box for digit in reading.digits), *(mark.box for mark in reading.marks)])
    high = float(np.median([digit.box.height for digit in reading.digits])) if reading.digits else 0.0
    return any(right.x - left.right > _APART * high for left, right in pairwise(boxes))
