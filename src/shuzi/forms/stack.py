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
from time import monotonic, sleep
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import DataError, PictureError, ShuziError, writing
from shuzi.forms.collect import add_to, collect, divide, try_page
from shuzi.forms.flatten import Code
from shuzi.forms.output import check_target, save_table
from shuzi.forms.photographs import Named, Way, blank_again, content_hash, in_order
from shuzi.forms.read import PageReader
from shuzi.forms.result import Cell, PageRead, Problem, Skipped, Table, read_table
from shuzi.forms.sheet import spec_path
from shuzi.forms.spec import Spec, read_spec
from shuzi.forms.table_grid import UNKNOWN, Shape
from shuzi.forms.tables import join_pages, try_table
from shuzi.pictures.folders import Arrivals, State, in_counting_order, single_pictures, state_of
from shuzi.pictures.open import Picture, page_named
from shuzi.reading.reader import Reader

Progress = Callable[[int, int], AbstractContextManager[Callable[[], None]]]
"""Shows progress: takes how many photographs there are and how many are done, and yields what notes another."""

ENDING = ".unfinished"
"""Added to the name of the result while it is not there yet."""


class Journal:
    """Keeps each page as soon as it is read; a line of JSON each, so that an interruption loses one at most."""

    def __init__(
        self, path: Path, identity: dict[str, str], pages: dict[str, PageRead], tables: dict[str, State] | None = None
    ) -> None:
        self._path, self._pages, self._tables = path, pages, tables or {}
        with writing(path):
            if not pages:
                with replacing(path) as part:
                    part.write_text(json.dumps(identity) + "\n", encoding="utf-8")
            else:
                with path.open("r+b") as file:  # the next line is one of its own, whether the last is whole or not
                    file.seek(-1, 2)
                    if file.read(1) != b"\n":
                        file.write(b"\n")

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
    known = (content_hash(hand) or "") if hand else ""
    rules = (
        hashlib.sha256(repr((spec.fields, *spec.versions)).encode()).hexdigest()
        if spec
        else f"{shape.rows}x{shape.columns}"
    )
    return {"spec": spec.id if spec else "", "rules": rules, "weights": weights, "hand": known}


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
    hand: Path | None = None  # corrected digits
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

    def page_reader(self, reader: Reader) -> PageReader | None:
        """Return what reads the sheets of the spec; None without one."""
        if self.spec is None:
            return None
        spec = read_spec(spec_path(self.spec))
        if taken := [file for file in self.out if spec.roster_path and file.resolve() == spec.roster_path.resolve()]:
            raise DataError("error.form.roster_taken", path=taken[0])
        return PageReader(spec, reader)


class Stack:
    """Reads photographs into a table, of sheets or of ruled tables."""

    def __init__(self, options: StackOptions, reader: Reader) -> None:
        self.options = options
        self._earlier = (read_table(options.add_to), options.add_to.parent) if options.add_to else None
        reader = reader.with_hand(options.hand) if options.hand else reader
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
        for target in () if self.options.force else self.options.out:
            written = self.journal.state_of(target) if self.journal else None
            if written and state_of(target) not in {written, None}:  # somebody changed it
                raise DataError("error.form.exists", path=target)
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


_EVERY = 0.5  # seconds between checks of the folder
_SELDOM = 10  # times the duration of writing the table, which may be large, before it is written again


@dataclass(frozen=True)
class Failed:
    """A file cannot be read, or the table cannot be written for now."""

    problem: str


@dataclass(frozen=True)
class Replaced:
    """Pictures were read before their files were written again; what they showed is forgotten."""

    names: Sequence[str]


@dataclass(frozen=True)
class FileRead:
    """All pages of a file were read."""

    path: Path
    pages: Sequence[PageRead | Problem]


@dataclass(frozen=True)
class Moved:
    """Somebody else changed the table, so another is written beside it."""

    path: Path
    beside: Path


@dataclass(frozen=True)
class Saved:
    """The table was written for the last time."""

    path: Path


Event = Failed | Replaced | FileRead | Moved | Saved
"""What happens while a folder is watched."""


class Watch:
    """Reads the files of a folder as they arrive, and writes the table whenever none is left."""

    def __init__(self, folder: Path, stack: Stack) -> None:
        assert stack.journal is not None  # noqa: S101 - for the types: a folder is watched for a table
        self._arrivals, self._pile, self._way = Arrivals(folder), Pile(stack.journal), stack.way
        self._journal, self._out = stack.journal, [*stack.options.out]
        # an existing table may have been corrected since it was written
        kept = () if stack.options.force else [target for target in self._out if target.exists()]
        self._written = {target: self._journal.state_of(target) for target in kept}
        self._is_new = self._failed = False
        self._next = 0.0

    def run(self, asked: Sequence[bool]) -> Iterator[Event]:
        """Watch until `asked` is no longer empty, then write the table for the last time."""
        told = 0
        while not asked:
            self._pile.note_gone()
            ready = self._arrivals.look(monotonic())
            for problem in self._arrivals.unreadable[told:]:
                yield Failed(str(problem))
            told = len(self._arrivals.unreadable)
            if ready:
                yield from self._read(ready, asked)
                self._is_new = True
            else:
                yield from self._write_now_and_then()
                sleep(_EVERY)
        table = self.table
        if table.rows or table.problems:
            yield from self._finish(table)
        if not self.left:
            self._journal.done()

    @property
    def table(self) -> Table:
        """What was read so far."""
        return self._way.join(self._pile.pages())

    @property
    def left(self) -> list[str]:
        """The pictures and files that must still be read."""
        return [*self._pile.left, *map(str, self._arrivals.waiting)]

    def _finish(self, table: Table) -> Iterator[Event]:
        yield from self._make_room()
        for target in self._out:
            if not table.is_empty:
                save_table(table, target)
                yield Saved(target)
            self._journal.keep_state(target, state_of(target))

    def _read(self, ready: Sequence[Path], asked: Sequence[bool]) -> Iterator[Event]:
        """Read files that are ready, and report on each as soon as all of its pages are read."""
        left = self._pile.unread(ready)
        if self._pile.replaced:
            yield Replaced(self._pile.replaced)
        owners = [path for path in left for _ in left[path]]
        named = [entry for path in left for entry in left[path]]
        for path in [*left]:
            if not left[path]:
                yield FileRead(path, self._pile.of(path))
        if not named:
            return
        with closing(self._way.read(named)) as pages:
            for index, page in pages:
                path, (name, picture) = owners[index], named[index]
                self._pile.put(path, name, picture, page)
                left[path].remove((name, picture))
                if not left[path]:
                    yield FileRead(path, self._pile.of(path))
                if asked:
                    return

    def _write_now_and_then(self) -> Iterator[Event]:
        """Write new results, unless the last write was recent; a table that cannot be written now waits."""
        start = monotonic()
        if not self._is_new or start < self._next:
            return
        table = self.table
        try:
            if not table.is_empty:
                yield from self._make_room()
                for target in self._out:
                    save_table(table, target)
                    self._written[target] = state_of(target)
                    self._journal.keep_state(target, self._written[target])
            self._is_new = self._failed = False
        except DataError as problem:  # a spreadsheet program may hold it open
            if not self._failed:
                yield Failed(str(problem))
            self._failed = True
        self._next = monotonic() + _SELDOM * max(monotonic() - start, _EVERY)

    def _make_room(self) -> Iterator[Event]:
        """Choose a new path for each file changed by others."""
        for index, target in enumerate(self._out):
            state = state_of(target)
            if state is not None and state != self._written.get(target, state):
                self._out[index] = _beside(target)
                yield Moved(target, self._out[index])


def _beside(target: Path) -> Path:
    number = 2
    while (path := target.with_stem(f"{target.stem}-{number}")).exists():
        number += 1
    return path


_SHORT = 8  # characters of a hash in the name of a page whose file was filed away


@dataclass(frozen=True)
class _Entry:
    path: Path
    key: str | None
    page: PageRead | Problem | None = None
    first: str = ""  # of the picture that is the same
    picture: Picture = ""


class Pile:
    """What was read of a folder that is watched."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._entries: dict[str, _Entry] = {}
        # of a file that was written again only as it was last
        last = {page.source: key for key, page in journal.pages.items()}
        self._earlier = {key: journal.pages[key] for key in last.values()}
        self._gone: set[Path] = set()
        self._states: dict[Path, State | None] = {}
        self.replaced: list[str] = []

    def note_gone(self) -> None:
        """Note whose files are gone: what is written in their places later is another page, and both count."""
        for path in {entry.path for entry in self._entries.values()}:
            state = state_of(path)
            if state is None:
                self._gone.add(path)
            elif state == self._states.get(path):  # it is back, as after a network was away
                self._gone.discard(path)

    def unread(self, paths: Sequence[Path]) -> dict[Path, list[tuple[str, Picture]]]:
        """Return the pictures in files that must be read, with their names; what the others hold is known."""
        # of all, before any is looked at: one may have been moved, and another written in its place
        before = [entry for path in paths for entry in self._forget(path)]
        left = {path: self._open(path) for path in paths}
        kept = {entry.key for entry in self._entries.values() if not entry.first}
        for name, entry in [*self._entries.items()]:
            if entry.first and entry.key not in kept:  # the first one was replaced, and this one is left
                kept.add(entry.key)
                page = self._journal.pages.get(entry.key or "")
                self._entries[name] = replace(entry, page=renamed(page, name) if page else None, first="")
                if page is None:
                    left.setdefault(entry.path, []).append((name, entry.picture))
        read = [entry for entry in before if isinstance(entry.page, PageRead) and entry.key not in kept]
        self.replaced = [entry.page.source for entry in read if isinstance(entry.page, PageRead)]
        for key, page in [*self._earlier.items()]:
            if _file_of(page.source) in paths:
                del self._earlier[key]
                self.replaced += [page.source] if key not in kept else []
        return left

    def _forget(self, path: Path) -> list[_Entry]:
        """Forget a file that changed; if it was gone meanwhile, what was read of it stays, by another name."""
        entries = [(name, entry) for name, entry in self._entries.items() if entry.path == path]
        was_gone = path in self._gone
        self._gone.discard(path)
        for name, entry in entries:
            del self._entries[name]
            if was_gone and entry.key and isinstance(entry.page, PageRead):
                filed = f"{name}@{entry.key[:_SHORT]}"
                page = renamed(entry.page, filed)
                self._entries[filed] = _Entry(Path(filed), entry.key, page)
                self._journal.keep(page.source, page, entry.key)
        return [] if was_gone else [entry for _, entry in entries]

    def _open(self, path: Path) -> list[tuple[str, Picture]]:
        self._states[path] = state_of(path)
        left: list[tuple[str, Picture]] = []
        for picture in single_pictures(path):
            if isinstance(picture, ShuziError):
                self._entries[str(path)] = _Entry(path, None, Problem(str(path), str(picture)))
                continue
            name, key = str(picture), content_hash(picture)
            if (first := self._same(key)) is not None:
                same = PictureError("error.form.same", path=name, first=first)
                self._entries[name] = _Entry(path, key, Problem(name, str(same)), first, picture)
            elif page := self._journal.known(picture, name):
                self._entries[name] = _Entry(path, key, page)
            else:
                self._entries[name] = _Entry(path, key)
                left.append((name, picture))
        return left

    @property
    def left(self) -> list[str]:
        """The names of the pictures that must still be read."""
        return [name for name, entry in self._entries.items() if entry.page is None]

    def put(self, path: Path, name: str, picture: Picture, page: PageRead | Problem) -> None:
        """Add what was read of a picture in a file, and keep it, unless the file was written meanwhile."""
        key = self._entries[name].key
        self._entries[name] = (
            _Entry(path, key, page) if self._journal.keep(picture, page, key) else _Entry(path, None)
        )

    def of(self, path: Path) -> list[PageRead | Problem]:
        """Return what there is of a file."""
        return [page for entry in self._entries.values() if entry.path == path and (page := self._page(entry))]

    def pages(self) -> list[PageRead | Problem]:
        """Return all that was read, in the order of the files' names."""
        used = {entry.key for entry in self._entries.values()}
        gone = [page for key, page in self._earlier.items() if key not in used and not _file_of(page.source).exists()]
        here = sorted(self._entries.values(), key=lambda entry: in_counting_order(entry.path))
        read = [page for entry in here if (page := self._page(entry))]
        return [*gone, *(page for page in read if isinstance(page, PageRead) or _file_of(page.source).exists())]

    def _page(self, entry: _Entry) -> PageRead | Problem | None:
        """Return what there is of a picture; of two blank pages that are the same, both are just blank."""
        first = self._entries.get(entry.first)
        if entry.page and first and isinstance(first.page, Skipped):
            return Skipped(entry.page.source, first.page.message)
        return entry.page

    def _same(self, key: str | None) -> str | None:
        """Return the name of the same picture; None if there is none, or its file is gone: it was renamed."""
        for name, entry in self._entries.items() if key else ():
            if entry.key == key and not entry.first:
                if entry.path.exists() and entry.path not in self._gone:
                    return name
                del self._entries[name]
                return None
        return None


def _file_of(source: str) -> Path:
    page = page_named(source)
    return page.document if page is not None and isinstance(page.document, Path) else Path(source)
