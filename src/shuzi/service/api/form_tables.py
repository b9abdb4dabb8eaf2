"""The work of reading processes for the forms endpoint: check files, read pictures, and join the results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from shuzi.data.own import hand_of
from shuzi.errors import DataError, ServiceError, ShuziError
from shuzi.forms.collect import collect, reopen_pages, reopen_ruled, try_page
from shuzi.forms.grammar import text_of
from shuzi.forms.parse import check_beside, spec_of
from shuzi.forms.read import PageReader
from shuzi.forms.result import PageRead, Problem, Table
from shuzi.forms.ruled_tables import as_tables, join_tables, try_table
from shuzi.forms.spec import Spec
from shuzi.forms.table_grid import Shape
from shuzi.messages import speaking
from shuzi.pictures.open import Picture, open_picture
from shuzi.pictures.plain import PNG, is_plain, kind_of
from shuzi.reading.reader import Reader
from shuzi.service.api.schema import FormTable
from shuzi.service.api.workbook import table_in
from shuzi.service.http.multipart import Named
from shuzi.service.http.operations import written

Files = dict[str, Named]
"""The other files by field: "spec", "roster" and "blank" if the spec names them, and "hand"."""

_BESIDE = {"roster": ShuziError("service.beside.roster"), "blank": ShuziError("service.beside.blank")}


def check(reader: Reader, files: Files, before: bytes | None, most: int, spoken: str) -> None:
    """Make sure that a spec, a hand and an earlier table are usable; in a reading process.

    Raises
    ------
    ServiceError
        A file has a mistake, a file named by the spec was not sent, or the table belongs to another spec.
    """
    with speaking(spoken):
        if "spec" not in files:
            _knowing(reader, files)
        _table(reader, [], files, before, most)


def read_one(
    reader: Reader, name: str, picture: Picture | ShuziError, files: Files, shape: Shape, spoken: str
) -> PageRead | Problem:
    """Read one picture of a form, or of a table of that shape if there is no spec; in a reading process."""
    with speaking(spoken):
        if isinstance(picture, bytes):  # errors would name it by number
            try:
                picture = open_picture(picture)
            except ShuziError as problem:
                picture = problem.with_path(name)
        if "spec" not in files:
            found = try_table(_knowing(reader, files), picture, name, shape)
        else:
            found = try_page(_pages(reader, files), picture, name)
    # errors about bytes lack the name
    return Problem(name, found.message) if isinstance(found, Problem) else found


def join(
    reader: Reader, read: list[PageRead | Problem], files: Files, before: bytes | None, most: int, spoken: str
) -> bytes:
    """Put readings into a table, or add them to an earlier one; return it as JSON; in a reading process.

    Parameters
    ----------
    reader
        Reads.
    read
        The reading of each picture.
    files
        The other files of the request.
    before, most
        The JSON of the earlier table, if any, and its maximum number of cells.
    spoken
        The language of messages.
    """
    with speaking(spoken):
        return written(FormTable.model_validate(_table(reader, read, files, before, most).as_dict()))


def _table(reader: Reader, read: list[PageRead | Problem], files: Files, before: bytes | None, most: int) -> Table:
    pages = _pages(reader, files) if "spec" in files else None
    table = None if before is None else _before(before, most)
    try:
        if pages:
            earlier = reopen_pages(pages.spec, table) if table else []
            return collect(pages.spec, [*earlier, *read], pages.pages)
        found = as_tables(read)
        return join_tables(reopen_ruled(table, found) if table else found)
    except ShuziError as problem:
        raise ServiceError("error.service.before", reason=problem) from problem


_OF_BEFORE = {"error.service.json": "service.before.json", "error.service.cells": "service.before.cells"}


def _before(content: bytes, most: int) -> Table:
    try:
        found = table_in(content, most)
    except ServiceError as problem:  # its message may be about a body, which here is a table
        reason = _OF_BEFORE.get(problem.key)
        raise ServiceError(
            "error.service.before", reason=ShuziError(reason, most=most) if reason else problem
        ) from problem
    for row in found["rows"]:
        for cell in row["cells"].values():
            if cell["picture"] is None:
                del cell["picture"]
    try:
        return Table.from_dict(found)
    except ValueError as problem:  # a picture is not in Base64
        raise ServiceError("error.service.cell_picture") from problem


_kept: list[tuple[str, PageReader]] = []
"""The last reader of pages: laying out a spec, or finding the features of a blank form, takes as long as reading."""

_known: list[tuple[str, Reader]] = []
"""The last reader that knows a hand: looking at 10,000 digits takes seconds."""


def _key(reader: Reader, files: Files, names: Iterable[str]) -> str:
    parts = (part for name in names for part in (name.encode(), files[name][1]))
    digests = b"".join(hashlib.sha256(part).digest() for part in parts)
    return hashlib.sha256(digests + reader.card.weights.encode()).hexdigest()


def _knowing(reader: Reader, files: Files) -> Reader:
    """Return the reader, or one that knows the hand of the request."""
    if "hand" not in files:
        return reader
    key = _key(reader, files, ["hand"])
    if not _known or _known[0][0] != key:
        name, content = files["hand"]
        try:
            _known[:] = [(key, reader.with_corrections(hand_of(content, Path(name))))]
        except ShuziError as problem:
            raise ServiceError("error.service.hand", reason=problem) from problem
    return _known[0][1]


def _pages(reader: Reader, files: Files) -> PageReader:
    key = _key(reader, files, sorted(files))
    if not _kept or _kept[0][0] != key:
        reader = _knowing(reader, files)
        try:
            _kept[:] = [(key, PageReader(_spec(files), reader))]
        except ServiceError:
            raise
        except ShuziError as problem:
            raise ServiceError("error.service.spec", reason=problem) from problem
    return _kept[0][1]


def _spec(files: Files) -> Spec:
    name, content = files["spec"]

    def beside(what: str, named: str) -> bytes:
        if what not in files:  # never a file of this machine
            raise DataError("error.service.beside", what=_BESIDE[what], name=named[:80])
        called, sent = files[what]
        check_beside(what, called, sent)
        # other files would be decoded in a child of this process, outside the queue for such children
        if what == "blank" and not (kind_of(sent) == PNG and is_plain(sent, PNG)):
            raise DataError("error.service.blank", path=called)
        used.add(what)
        return sent

    used = {"spec", "hand"}
    path = Path(name)
    spec = spec_of(text_of(content, path), path, beside)
    if unused := [each for each in files if each not in used]:
        raise DataError("error.service.unused", what=unused[0])
    return spec
