"""A stack of photographs becomes a table: checked first, kept page by page, continued and added to later."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import DataError, ShuziError, writing
from shuzi.forms.code import Code
from shuzi.forms.collect import add_to, collect, divide, try_page
from shuzi.forms.hands import hands_in
from shuzi.forms.output import check_target, save_table
from shuzi.forms.parse import read_spec
from shuzi.forms.photographs import Named, Way, blank_again, content_hash, in_order
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead, Problem, Table, read_table
from shuzi.forms.ruled_tables import join_pages, try_table
from shuzi.forms.sheet import spec_path
from shuzi.forms.spec import Spec
from shuzi.forms.table_grid import UNKNOWN, Shape
from shuzi.pictures.folders import State, state_of
from shuzi.pictures.open import Picture
from shuzi.reading.reader import Reader

Progress = Callable[[int, int], AbstractContextManager[Callable[[], None]]]
"""Shows progress: takes how many photographs there are and how many are done, and yields what notes another."""

ENDING = ".unfinished"
"""Added to the name of the result while it is not there yet."""


class Journal:
    """Keeps each page as soon as it is read; a line of JSON each, so that an interruption loses one at most."""

    def __init__(
        self,
        path: Path,
        identity: dict[str, str],
        pages: dict[str, PageRead],
        tables: dict[str, State] | None = None,
    ) -> None:
        self._path, self._pages, self._tables = path, pages, tables or {}
        with writing(path):
            if not pages:
                with replacing(path) as part:
                    part.write_text(json.dumps(identity) + "\n", encoding="utf-8")
            else:
                self._repair()

    @staticmethod
    def beside(out: Path, identity: dict[str, str], resume: bool) -> Journal:
        """Begin a journal beside a result, or continue one; `identity` is from `identity_of`."""
        path = journal_of(out)
        if not path.exists():
            return Journal(path, identity, {})
        if not resume:
            raise DataError("error.form.unfinished", path=path)
        try:
            # line by line, for it is large; a name may hold what else ends a line elsewhere
            with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
                if _json(file.readline()) != identity:
                    raise DataError("error.form.other_run", path=path)
                pages: dict[str, PageRead] = {}
                tables: dict[str, State] = {}
                for found in map(_json, file):
                    pages.update(_entry(found))
                    tables.update(_table(found))
                return Journal(path, identity, pages, tables)
        except OSError as problem:
            raise DataError("error.data.unreadable", path=path, reason=problem.strerror or problem) from problem

    @property
    def pages(self) -> Mapping[str, PageRead]:
        """The pages by the hash of their photograph, in the order in which they were read."""
        return self._pages

    def known(self, picture: Picture | ShuziError, name: str) -> PageRead | None:
        """Return what was read of a photograph before, if it is still the same file; by the name that it has now."""
        key = content_hash(picture)
        page = self._pages.get(key) if key else None
        if page is None:
            return None
        return renamed(page, name)  # the folder may be written otherwise than it was, or be another one

    def keep(self, picture: Picture | ShuziError, page: PageRead | Problem, key: str | None) -> bool:
        """Keep a page by the hash that its photograph had before it was read; tell whether that can be trusted."""
        if key is None or content_hash(picture) not in {key, None}:  # None: it was filed away
            return key is None
        if isinstance(page, Problem):
            return True
        cells = [{"row": row, "field": name, "cell": cell.as_dict()} for (row, name), cell in page.cells.items()]
        line = {
            "photo": key,
            "source": page.source,
            "spec": page.code.spec,
            "sheet": page.code.sheet,
            "page": page.code.page,
            "cells": cells,
            "unclear": page.unclear,
        }
        self._append(line)
        self._pages[key] = page
        return True

    def state_of(self, table: Path) -> State | None:
        """Return the state of a table when it was last written from these pages; None if it never was."""
        return self._tables.get(str(table.resolve()))

    def keep_state(self, table: Path, state: State | None) -> None:
        """Keep the state of a table that was just written, so that later changes of it are seen."""
        if state is not None:
            self._append({"table": str(table.resolve()), "state": [*state]})
            self._tables[str(table.resolve())] = state

    def _append(self, line: dict[str, Any]) -> None:
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def done(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _repair(self) -> None:
        """End an incomplete last line, so that the next one is a line of its own."""
        with self._path.open("r+b") as file:
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")


def renamed(page: PageRead, name: str) -> PageRead:
    """Return a page by another name of its photograph."""
    cells = {key: replace(cell, source=name) for key, cell in page.cells.items()}
    return replace(page, source=name, cells=cells)


def journal_of(out: Path) -> Path:
    """Return where the journal of a result is.

    >>> journal_of(Path("table.csv")).name
    'table.csv.unfinished'
    """
    return out.with_name(out.name + ENDING)


def identity_of(weights: str, hand: Path | None, spec: Spec | None, shape: Shape = UNKNOWN) -> dict[str, str]:
    """Return what pages depend on: the model, the corrected digits, and the spec or the shape of tables."""
    known = "" if hand is None else _hand_hash(hand)
    rules = (
        hashlib.sha256(repr((spec.fields, *spec.versions)).encode()).hexdigest()
        if spec
        else f"{shape.rows}x{shape.columns}"
    )
    return {"spec": spec.id if spec else "", "rules": rules, "weights": weights, "hand": known}


def _hand_hash(hand: Path) -> str:
    """Return what tells a hand, or a folder of hands, from others."""
    if not hand.is_dir():
        return content_hash(hand) or ""
    files = "".join(f"{file.name}/{content_hash(file)}" for file in sorted(hand.glob("*.npz")))
    return hashlib.sha256(files.encode("utf-8", "surrogateescape")).hexdigest()


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _entry(found: Any) -> dict[str, PageRead]:
    """Return a page by its photograph's hash; nothing if the line is damaged, so that it is read again."""
    try:
        cells = {(cell["row"], cell["field"]): Cell.from_dict(cell["cell"]) for cell in found["cells"]}
        code = Code(found["spec"], found["sheet"], found["page"])
        unclear = tuple((str(what), int(number)) for what, number in found["unclear"])
        return {found["photo"]: PageRead(found["source"], code, cells, unclear=unclear)}
    except (TypeError, KeyError, ValueError):
        return {}


def _table(found: Any) -> dict[str, State]:
    try:
        size, written = found["state"]
        return {found["table"]: (int(size), int(written))}
    except (TypeError, KeyError, ValueError):
        return {}


@dataclass(frozen=True)
class StackOptions:
    """What photographs are read as, and where the table goes."""

    spec: Path | None = None  # of sheets; None for ruled tables
    shape: Shape = UNKNOWN  # of ruled tables
    out: Sequence[Path] = ()  # with a journal beside the first
    add_to: Path | None = None  # a table that takes in what is read
    hand: Path | None = None  # corrected digits, or a folder of a hand for each student of the roster
    watched: Path | None = None  # the folder that photographs are put into
    force: bool = False  # whether to replace existing files
    resume: bool = False  # whether to continue an interrupted run

    def check(self) -> None:
        """Raise a DataError if a table cannot be written, or would replace another, or there is no such folder."""
        if self.watched and not self.watched.is_dir():
            raise DataError("error.data.unreadable", path=self.watched, reason=ShuziError("file.no_folder"))
        for target in self.out:
            check_target(target)
            # a pipe without a reader would never end
            if target.exists() and not target.is_file() and not target.is_dir():
                raise DataError("error.data.unwritable", path=target, reason=ShuziError("file.special"))
            # a table may have been corrected by hand; a resumed run began with --force, or wrote the table itself
            if target.is_file() and not self.force and not (self.resume and journal_of(self.out[0]).exists()):
                raise DataError("error.form.exists", path=target)
        if self.spec is None and self._hands:
            raise DataError("error.hand.no_roster", path=self._hands)

    @property
    def _hands(self) -> Path | None:
        return self.hand if self.hand and self.hand.is_dir() else None

    def with_hand(self, reader: Reader) -> Reader:
        """Return a reader that knows the corrected digits of a file."""
        return reader if self.hand is None or self._hands else reader.with_hand(self.hand)

    def page_reader(self, reader: Reader) -> PageReader | None:
        """Return what reads the sheets of the spec, each writer's rows with the own hand; None without a spec."""
        if self.spec is None:
            return None
        spec = read_spec(spec_path(self.spec))
        if taken := [file for file in self.out if spec.roster_path and file.resolve() == spec.roster_path.resolve()]:
            raise DataError("error.form.roster_taken", path=taken[0])
        own = hands_in(self._hands, spec) if self._hands else {}
        return PageReader(spec, reader, {row: reader.with_hand(file) for row, file in own.items()})


class Stack:
    """Reads photographs into a table, of sheets or of ruled tables."""

    def __init__(self, options: StackOptions, reader: Reader) -> None:
        self.options = options
        self._earlier = (read_table(options.add_to), options.add_to.parent) if options.add_to else None
        reader = options.with_hand(reader)
        self._pages = pages = options.page_reader(reader)
        if self._earlier:
            add_to(self._earlier[0], pages, [])  # the table of another form is refused before there is a journal
        identity = identity_of(reader.card.weights, options.hand, pages.spec if pages else None, options.shape)
        self.journal = Journal.beside(options.out[0], identity, options.resume) if options.out else None
        self.way: Way[Any, PageRead] = (
            Way(try_page, pages, partial(collect, pages.spec, wanted=pages.pages))
            if pages
            else Way(partial(try_table, shape=options.shape), reader, join_pages)
        )

    def divide(self, named: Named) -> tuple[Named, Named]:
        """Divide photographs into those that the earlier table has already, by their names there, and the others."""
        return divide(*self._earlier, named) if self._earlier else ([], named)

    def read(self, named: Named, progress: Progress) -> Table:
        """Read the photographs that are not in the journal yet into a table; each result is kept at once."""
        self._check_unchanged()
        pages: dict[int, PageRead | Problem] = {}
        for index, (name, picture) in enumerate(named):
            if self.journal and (known := self.journal.known(picture, name)):
                pages[index] = known
        left = [index for index in range(len(named)) if index not in pages]
        keys = [content_hash(named[index][1]) for index in left] if self.journal else []
        reading = self.way.read([named[index] for index in left])
        with progress(len(named), len(pages)) as advance, closing(reading):
            for position, page in reading:
                if self.journal:
                    self.journal.keep(named[left[position]][1], page, keys[position])
                pages[left[position]] = page
                advance()
        read = blank_again(named, in_order(pages.items()))
        return add_to(self._earlier[0], self._pages, read) if self._earlier else self.way.join(read)

    def save(self, table: Table) -> Iterator[Path]:
        """Write a table, unless nothing was read; yield each file once it is written."""
        for target in () if table.is_empty else self.options.out:
            save_table(table, target)
            yield target
        if self.journal:
            self.journal.done()

    def _check_unchanged(self) -> None:
        for target in () if self.options.force else self.options.out:
            written = self.journal.state_of(target) if self.journal else None
            if written and state_of(target) not in {written, None}:
                raise DataError("error.form.exists", path=target)
