"""Pages that were read, in any order, become the rows of a table, which takes in more photographs later."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.forms.flatten import Code
from shuzi.forms.layout import pages_of
from shuzi.forms.photographs import Named, in_order, photos_in, read_photographs, skipped, unread
from shuzi.forms.read import PageReader
from shuzi.forms.result import (
    MISSING,
    PRINTED,
    SUM,
    TWICE,
    Cell,
    PageRead,
    Problem,
    Row,
    Skipped,
    Table,
    is_incomplete,
    name_of,
    wrong_sum,
)
from shuzi.forms.spec import Spec, sheets_of
from shuzi.forms.tables import as_tables, column_name, join_tables
from shuzi.messages import LANGUAGES, say
from shuzi.pictures.open import Picture, page_named
from shuzi.reading.result import BLANK, UNSURE


def try_page(reader: PageReader, picture: Picture | ShuziError, name: str) -> PageRead | Problem:
    """Read a photograph, or say what prevents it."""
    if isinstance(picture, ShuziError):
        return Problem(name, str(picture))
    try:
        return reader.read(picture, name)
    except ShuziError as problem:
        return unread(name, problem)


def collect(spec: Spec, pages: Iterable[PageRead | Problem], wanted: Iterable[int], once: bool = False) -> Table:
    """Put pages in order and their rows together."""
    numbers = [*wanted]
    pages, said = _in_turn([*pages], numbers, spec)
    copied = len(numbers) == 1 and not spec.printed
    versions = {sheet.id: sheet for sheet in sheets_of(spec)}
    sheets, problems = _sheets_of([page for page in pages if not isinstance(page, Skipped)], copied, once)
    if gaps := [(before + 1, after - 1) for before, after in pairwise(sorted(sheets)) if after > before + 1]:
        problems.append(Problem("", say("form.missing_sheets", sheets=_named(gaps))))
    incomplete = [sheet for sheet in sheets.values() if len(sheet) < len(numbers)]
    seen = {page for sheet in incomplete for page in sheet}
    unseen = _unseen(spec, [page for page in numbers if page not in seen]) if spec.printed else {}
    rows: list[Row] = []
    for number, sheet in sorted(sheets.items()):
        own = versions.get(next(iter(sheet.values())).code.spec, spec)
        needed = [page.number for page in pages_of(own)] if own.version else numbers
        if not spec.rows:  # its only row is on all pages
            unseen = _unseen(own, needed)
            sheet = {n: replace(read, cells={**unseen[n].cells, **read.cells}) for n, read in sheet.items()}
        read = [replace(row, version=own.version) for row in _rows(spec, number, {**unseen, **sheet})]
        missing = [
            say("form.missing", page=page, pages=len(needed), sheet=number) for page in needed if page not in sheet
        ]
        table = Table.of(spec, read, [])
        if missing and not spec.rows and is_incomplete(table, read[0]):
            missing[0] = say("form.incomplete", missing=missing[0], who=name_of(table, read[0]))
        problems += [Problem("", sentence) for sentence in missing]
        rows += read
    return Table.of(spec, _summed(spec, _marked(spec, rows)), [*problems, *said, *skipped(pages)])


def _in_turn(
    pages: list[PageRead | Problem], numbers: list[int], spec: Spec
) -> tuple[list[PageRead | Problem], list[Problem]]:
    """Give copies of a sheet of several pages numbers; where the pages do not follow one another, each page one."""
    photographs = [page for page in pages if not isinstance(page, Skipped)]
    new = [page for page in photographs if isinstance(page, PageRead) and not page.reopened]
    sheets, count = {(page.code.spec, page.code.sheet) for page in new}, len(numbers)
    is_numbered = len(sheets) > len({sheet_id for sheet_id, _ in sheets})
    if count == 1 or spec.printed or is_numbered or len({page.code for page in new}) == len(new):
        return pages, []
    # a photograph that cannot be read may be the page whose turn it is
    turns = [page for page in photographs if not (isinstance(page, PageRead) and page.reopened)]
    apart = any(isinstance(page, PageRead) and page.code.page != numbers[at % count] for at, page in enumerate(turns))
    highest = max(page.code.sheet for page in photographs if isinstance(page, PageRead))
    taken = {page.code.sheet for page in photographs if isinstance(page, PageRead) and page.reopened}
    of_sheet: dict[int, int] = {}
    numbered: dict[int, PageRead | Problem] = {}
    for at, page in enumerate(turns):
        if isinstance(page, PageRead):
            free = page.code.sheet if page.code.sheet not in taken else highest + 1
            own = of_sheet.setdefault(at if apart else at // count, free)
            taken.add(own)
            highest = max(highest, own)
            numbered[id(page)] = replace(page, code=replace(page.code, sheet=own))
    said = Skipped("", say("form.turns", pages=count, sheets=len(of_sheet)))
    return [numbered.get(id(page), page) for page in pages], [Problem("", say("form.no_turns")) if apart else said]


def _summed(spec: Spec, rows: list[Row]) -> list[Row]:
    """Make the cells doubtful that do not add up, whatever people corrected, but for those that they looked at."""
    for index, row in enumerate(rows):
        wrong = [field for field in spec.fields if wrong_sum(field, row.cells)]
        names = {name for field in wrong for name in (*field.sum_of, field.name)}
        doubted = {
            name: replace(cell, status=UNSURE, rule=cell.rule or SUM)
            for name, cell in row.cells.items()
            if name in names and not cell.changes
        }
        rows[index] = replace(row, cells={**row.cells, **doubted})
    return rows


def _marked(spec: Spec, rows: list[Row]) -> list[Row]:
    """Make the cells doubtful that have the same as another row where no two may."""
    for field in spec.fields:
        if not field.unique:
            continue
        cells = [row.cells.get(field.name) for row in rows]
        counts = Counter(cell.text for cell in cells if cell is not None and cell.text)
        for index, cell in enumerate(cells):
            if cell is not None and counts[cell.text] > 1:
                again = replace(cell, status=UNSURE, rule=cell.rule or TWICE)
                rows[index] = replace(rows[index], cells={**rows[index].cells, field.name: again})
    return rows


def _sheets_of(
    pages: Sequence[PageRead | Problem], copied: bool, once: bool
) -> tuple[dict[int, dict[int, PageRead]], list[Problem]]:
    """Return the pages of each sheet, both by their numbers, and the problems of those that belong to none."""
    sheets: dict[int, dict[int, PageRead]] = {}
    problems: list[Problem] = []
    further: list[PageRead] = []
    # copies of a version all have one number
    seen = {(page.code.spec, page.code.sheet) for page in pages if isinstance(page, PageRead) and not page.reopened}
    # such copies have further numbers in a table, of which the one that all have is the lowest
    lowest: dict[str, int] = {}
    for page in pages:
        if isinstance(page, PageRead) and page.reopened:
            lowest[page.code.spec] = min(page.code.sheet, lowest.get(page.code.spec, page.code.sheet))
    numbered = len(seen) > len({sheet_id for sheet_id, _ in seen}) or any(
        sheet > lowest.get(sheet_id, sheet) for sheet_id, sheet in seen
    )
    for page in pages:
        if isinstance(page, Problem):
            problems.append(page)
            continue
        sheet = sheets.setdefault(page.code.sheet, {})
        if not copied and any(other.code.spec != page.code.spec for other in sheet.values()):
            problems.append(Problem(page.source, say("form.other_version", sheet=page.code.sheet)))
            continue
        first = sheet.setdefault(page.code.page, page)
        if first is page:
            continue
        if first.reopened and not first.source:  # typed from paper before it was photographed
            sheet[page.code.page] = replace(page, cells={**page.cells, **first.cells})
            continue
        if copied and not ((numbered or (once and first.reopened)) and _is_same(first, page)):
            further.append(page)
            continue
        sentence = say("form.twice", page=page.code.page, sheet=page.code.sheet, first=first.source)
        problems.append(Problem(page.source, sentence))
    for number, page in enumerate(further, start=max(sheets, default=0) + 1):
        sheets[number] = {page.code.page: page}
    return sheets, problems


def _is_same(first: PageRead, page: PageRead) -> bool:
    """Tell whether two photographs show one page: what is sure on both is the same, and not nothing."""
    sure = [
        (_texts_of(cell) if first.reopened else {cell.text}, page.cells[key].text)
        for key, cell in first.cells.items()
        if key in page.cells and not cell.doubtful and not page.cells[key].doubtful
    ]
    return (
        first.code.spec == page.code.spec
        and any(text for _, text in sure)
        and all(text in texts for texts, text in sure)
    )


def _texts_of(cell: Cell) -> set[str]:
    """Return what a person made of a cell, and what it was before."""
    return {cell.text, *(text for text, _ in cell.alternatives[:1]), *(change.before for change in cell.changes)}


def _named(ranges: Sequence[tuple[int, int]]) -> str:
    """Return ranges of numbers as a list in words."""
    named = (str(first) if first == last else say("form.range", first=first, last=last) for first, last in ranges)
    return say("form.list").join(named)


def _unseen(spec: Spec, numbers: list[int]) -> dict[int, PageRead]:
    """Return pages as if nothing were known of what is written on them."""
    found = {}
    for page in pages_of(spec):
        if page.number in numbers:
            nothing = Cell("", UNSURE, 0.0, MISSING, page=page.number)
            cells = {(placed.row, placed.field.name): nothing for placed in page.fields}
            found[page.number] = PageRead("", Code(spec.id, 1, page.number), cells)
    return found


def _rows(spec: Spec, number: int, sheet: dict[int, PageRead]) -> list[Row]:
    by_row: dict[int, dict[str, Cell]] = {}
    for _, read in sorted(sheet.items()):
        once = {name: cell for (row, name), cell in read.cells.items() if row < 0}
        for (row, name), cell in read.cells.items():
            if row >= 0:
                by_row.setdefault(row, dict(once))[name] = cell
    rows = []
    for row, cells in sorted(by_row.items()):
        for field in spec.printed:
            cells[field.name] = Cell(spec.roster[row][field.column], PRINTED, 1.0)
        ordered = {field.name: cells[field.name] for field in spec.fields if field.name in cells}
        rows.append(Row(number, row, ordered))
    # of a table that need not be full, the rows that hold nothing at its end are none
    while len(rows) > 1 and spec.rows and not spec.printed and _unused(spec, rows[-1], rows[-2]):
        rows.pop()
    return rows


def _unused(spec: Spec, row: Row, before: Row) -> bool:
    """Tell whether nothing is written in a row, and what stands once on its page is in the row before it too."""
    once = [row.cells[field.name] for field in spec.written if field.once and field.name in row.cells]
    own = [cell for name, cell in row.cells.items() if not spec.field_named(name).once]
    if any(cell.status != BLANK for cell in own):
        return False
    return all(cell.status == BLANK or cell in before.cells.values() for cell in once)


def read_forms(reader: PageReader, photos: Iterable[Picture] | str | Path | bytes) -> Table:
    """Read photographs of sheets into a table."""
    found = in_order(read_photographs(try_page, reader, photos_in(photos)))
    return collect(reader.spec, found, reader.pages)


def reopen_pages(spec: Spec, table: Table) -> list[PageRead | Problem]:
    """Return the pages that a table was collected from, for `shuzi.forms.collect.collect`."""
    _check_columns(spec, table)
    fields = {field.name: field for field in spec.fields}
    sheets = {sheet.version: sheet for sheet in sheets_of(spec)}
    positions = {
        (version, page.number, placed.row, placed.field.name)
        for version, sheet in sheets.items()
        for page in pages_of(sheet)
        for placed in page.fields
    }
    pages: dict[tuple[int, int, str], dict[tuple[int, str], Cell]] = {}
    seen: set[tuple[int, int]] = set()
    for row in table.rows:
        if (row.sheet, row.number) in seen:
            raise DataError("error.form.row_twice", sheet=row.sheet, row=row.number + 1)
        seen.add((row.sheet, row.number))
        for name, cell in row.cells.items():
            wrong = DataError("error.form.row_of_spec", sheet=row.sheet, row=row.number + 1, name=name)
            if column := fields[name].column:  # the rows of another roster's table would get the names of this one
                if not 0 <= row.number < len(spec.roster) or cell.text != spec.roster[row.number][column]:
                    raise wrong
                continue
            if cell.rule == MISSING:  # it may be there now
                continue
            # where a sheet is one row, nothing stands once on it
            key = (-1 if (row.version, cell.page, -1, name) in positions else row.number), name
            cells = pages.setdefault((row.sheet, cell.page, row.version), {})
            first = cells.setdefault(key, cell)
            # what stands once may have been confirmed in each row, at other times
            if (row.version, cell.page, *key) not in positions or replace(first, changes=()) != replace(
                cell, changes=()
            ):
                raise wrong
    read = [
        PageRead(
            next(cell.source for cell in cells.values()), Code(sheets[version].id, sheet, page), cells, reopened=True
        )
        for (sheet, page, version), cells in sorted(pages.items())
    ]
    return [*read, *(problem for problem in table.problems if problem.source)]


def _check_columns(spec: Spec, table: Table) -> None:
    known = [field.name for field in spec.fields]
    named = [*(field.name for field in table.fields), *(name for row in table.rows for name in row.cells)]
    if unknown := [name for name in named if name not in known]:
        raise DataError("error.form.not_of_spec", name=unknown[0])
    if table.title != spec.title or [field.name for field in table.fields] != known:
        raise DataError("error.form.other_sheets", wanted=spec.title)


def reopen_ruled(table: Table, read: list[list[Row] | Problem]) -> list[list[Row] | Problem]:
    """Put a table that was read from ruled tables before others, for `shuzi.forms.tables.join_tables`."""
    columns = [column_name(index) for index in range(max((len(row.cells) for row in table.rows), default=0))]
    for row in table.rows:
        if unknown := [name for name in row.cells if name not in columns]:
            raise DataError("error.form.not_of_spec", name=unknown[0])
    problems = [problem for problem in table.problems if problem.source]  # not blank pages, which have no number
    sheets = {row.sheet for row in table.rows}
    unread = [problem for problem in problems if problem.source not in table.sources]
    # one that could not be read before may be among the later ones now, and its number is free
    photographs = max(len(sheets) + len(unread), *sheets, 0)
    later = [
        rows if isinstance(rows, Problem) else [replace(row, sheet=row.sheet + photographs) for row in rows]
        for rows in read
    ]
    return [[*table.rows], *problems, *later]


_Photographs = list[tuple[str, Picture | ShuziError]]


def divide(table: Table, folder: Path, named: Named) -> tuple[_Photographs, _Photographs]:
    """Divide photographs into those that a table has already and those to be read."""
    sources = dict.fromkeys([*table.sources, *_doubles(table)])
    paths = {path: source for source in sources for path in _paths_of(source, folder)}
    unread = {problem.source for problem in table.problems if problem.source} - {*sources}
    again = {path: source for source in unread for path in _paths_of(source, folder)}
    by_name = _by_base_name((source, source) for source in sources)
    beside = _by_base_name((name, os.path.abspath(name)) for name, _ in named)  # noqa: PTH100 - a page of a file
    old: _Photographs = []
    new: _Photographs = []
    first_of: dict[str, str] = {}
    for name, picture in named:
        path, base = os.path.abspath(name), os.path.basename(name)  # noqa: PTH100, PTH119
        alike = [source for source in by_name.get(base, ()) if source == base or not _is_there(source, folder)]
        fitting = [source for source in alike if _ends_with(path, source) and not _is_there(source, folder)]
        if path in paths:
            known = paths[path]
        elif len(fitting) == 1 and sum(_ends_with(other, fitting[0]) for other in beside[base]) == 1:
            known = fitting[0]
        elif alike:
            new.append((name, PictureError("error.form.same_name", path=name, source=alike[0])))
            continue
        else:
            alone = base in unread and len(beside[base]) == 1
            new.append((again.get(path, base if alone else name), picture))
            continue
        old.append((known, picture))
        if isinstance(picture, ShuziError) and picture.key == "error.form.same":
            first_of[str(picture.values["first"])] = known
    copies = {name: PictureError("error.form.same", path=name, first=known) for name, known in first_of.items()}
    return old, [(name, copies.get(name, picture)) for name, picture in new]


def _by_base_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, kept in pairs:
        found.setdefault(os.path.basename(name), []).append(kept)  # noqa: PTH119 - it may be a page of a file
    return found


def _ends_with(path: str, source: str) -> bool:
    """Tell whether a path ends with a relative one.

    >>> [_ends_with(os.path.join("a", name), "1.jpg") for name in ("1.jpg", "11.jpg")]
    [True, False]
    """
    return path.endswith(os.sep + os.path.normpath(source))


def _paths_of(source: str, folder: Path) -> set[str]:
    """Return where a photograph of a table may be."""
    return {os.path.abspath(source), os.path.abspath(os.path.join(folder, source))}  # noqa: PTH100, PTH118


def _is_there(source: str, folder: Path) -> bool:
    paths = ((page_named(path), path) for path in _paths_of(source, folder))
    return any(os.path.exists(page.document if page else path) for page, path in paths)  # noqa: PTH110


def _doubles(table: Table) -> list[str]:
    """Return the photographs that a table names as showing what is in it already, in whatever language."""
    problems = [problem for problem in table.problems if problem.source]
    if not problems:
        return []
    pages = {(row.sheet, cell.page, cell.source) for row in table.rows for cell in row.cells.values() if cell.source}
    said = {
        say("form.twice", language, page=page, sheet=sheet, first=source)
        for sheet, page, source in pages
        for language in LANGUAGES
    }
    return [
        problem.source
        for problem in problems
        if problem.message in said
        or any(
            problem.message == say("error.form.same", language, path=problem.source, first=source)
            for source in table.sources
            if source in problem.message
            for language in LANGUAGES
        )
    ]


def add_to(table: Table, reader: PageReader | None, read: Sequence[PageRead | Problem]) -> Table:
    """Return a table with further pages."""
    again = {page.source for page in read}
    table = replace(table, problems=tuple(problem for problem in table.problems if problem.source not in again))
    if reader:
        return collect(reader.spec, [*reopen_pages(reader.spec, table), *read], reader.pages, once=True)
    return join_tables(reopen_ruled(table, as_tables(read)))
