"""A table that was read before takes in more photographs; what people corrected in it stays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuzi.errors import ShuziError
    from shuzi.forms.photographs import Named
    from shuzi.forms.read import PageReader
    from shuzi.forms.result import PageRead, Problem, Table
    from shuzi.pictures.open import Picture

    _Photographs = list[tuple[str, Picture | ShuziError]]


def divide(table: Table, folder: Path, named: Named) -> tuple[_Photographs, _Photographs]:
    """Divide photographs into those that a table has already and those to be read.

    Where a photograph is not where the table names it, one whose path ends with that name is it, if that is only one:
    the page names photographs without their folders. Where it may be that one or another, it is replaced by an error.

    Parameters
    ----------
    table
        The table.
    folder
        That of its file; a name in the table may be relative to it or to the working directory.
    named
        The photographs.

    Returns
    -------
    Those that the table has, by their names in the table, and the others.
    """
    from shuzi.errors import PictureError, ShuziError

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
    from shuzi.pictures.open import page_named

    paths = ((page_named(path), path) for path in _paths_of(source, folder))
    return any(os.path.exists(page.document if page else path) for page, path in paths)  # noqa: PTH110


def _doubles(table: Table) -> list[str]:
    """Return the photographs that a table names as showing what is in it already, in whatever language."""
    from shuzi.messages import LANGUAGES, say

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
    """Return a table with further pages.

    Parameters
    ----------
    table
        The table.
    reader
        What read the pages; None for ruled tables.
    read
        What became of each further photograph.

    Raises
    ------
    DataError
        The table is not of the reader's spec.
    """
    from shuzi.forms.collect import collect, reopen_pages, reopen_ruled
    from shuzi.forms.ruled_tables import as_tables, join_tables

    again = {page.source for page in read}
    table = replace(table, problems=tuple(problem for problem in table.problems if problem.source not in again))
    if reader:
        return collect(reader.spec, [*reopen_pages(reader.spec, table), *read], reader.pages, once=True)
    return join_tables(reopen_ruled(table, as_tables(read)))
