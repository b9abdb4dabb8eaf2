"""A table that was read before takes in more photographs; what people corrected in it stays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuzi.errors import ShuziError
    from shuzi.forms.reading.page_reader import PageRead, PageReader
    from shuzi.forms.reading.read_photographs import Named
    from shuzi.forms.result import Problem, Table
    from shuzi.pictures.open import Picture


def left_for(table: Table, named: Named) -> list[tuple[str, Picture | ShuziError]]:
    """Return the photographs, with their names, that a table has nothing from yet."""
    sources = {os.path.abspath(source) for source in table.sources}  # noqa: PTH100 - it may be a page of a file
    return [(name, picture) for name, picture in named if os.path.abspath(name) not in sources]  # noqa: PTH100


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
    from shuzi.forms.collect import collect
    from shuzi.forms.reading.reopen import reopen_pages, reopen_ruled
    from shuzi.forms.reading.ruled_tables import as_tables, join_tables

    again = {page.source for page in read}
    table = replace(table, problems=tuple(problem for problem in table.problems if problem.source not in again))
    if reader:
        return collect(reader.spec, [*reopen_pages(reader.spec, table), *read], reader.pages)
    return join_tables(reopen_ruled(table, as_tables(read)))
