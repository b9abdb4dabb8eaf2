"""The pages of a stack are kept in a file beside the result, and each that comes one after another counts once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import DataError, PictureError, ShuziError, writing
from shuzi.forms.code import Code
from shuzi.forms.result import Cell, PageRead, Problem, Skipped
from shuzi.forms.spec import Spec
from shuzi.forms.table_grid import UNKNOWN, Shape
from shuzi.pictures.arrivals import State, state_of
from shuzi.pictures.folders import in_counting_order, single_pictures
from shuzi.pictures.open import Picture, page_named
from shuzi.pictures.pdf import Page

ENDING = ".unfinished"
"""Added to the name of the result while it is not there yet."""


class Journal:
    """Keeps each page as soon as it is read; a line of JSON each, so that an interruption loses one at most.

    Parameters
    ----------
    path
        The file.
    identity
        What the pages depend on: the spec with its rules, the model, and the corrected digits.
    pages
        Those read before, by the hash of their photograph.
    tables
        The state of each table when it was last written from these pages, by its path.
    """

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
        """Begin a journal beside a result, or continue one; `identity` is from `identity_of`.

        Raises
        ------
        DataError
            An interrupted run left a journal and `resume` is false, or that run had another spec, model or hand, or a
            file cannot be read or written.
        """
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
        """Keep a page by the hash that its photograph had before it was read, and tell whether that can be trusted.

        A photograph that could not be read, or whose file was written meanwhile, is read again the next time.
        """
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


def content_hash(picture: Picture | ShuziError) -> str | None:
    """Return the hash of a photograph's content; None if it is no file."""
    source, page = (picture.document, picture.number) if isinstance(picture, Page) else (picture, 1)
    try:
        if not isinstance(source, bytes) and not Path(source).is_file():  # type: ignore[arg-type]
            return None  # a pipe can be read only once
        if isinstance(picture, Page) and isinstance(source, Path):
            about = source.stat()
            return f"{_document_hash(source, about.st_size, about.st_mtime_ns, about.st_ino)}#{page}"
        content = source if isinstance(source, bytes) else Path(source).read_bytes()  # type: ignore[arg-type]
    except (OSError, TypeError, ValueError):
        return None
    return f"{hashlib.sha256(content).hexdigest()}#{page}"


@lru_cache(maxsize=8)
def _document_hash(path: Path, *_state: int) -> str:
    """Return the hash of a file of many pages, which is worked out once and not for each of them."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_SHORT = 8  # characters of a hash in the name of a page whose file was filed away


@dataclass(frozen=True)
class _Entry:
    path: Path
    key: str | None
    page: PageRead | Problem | None = None
    first: str = ""  # of the picture that is the same
    picture: Picture = ""


class Pile:
    """What was read of a folder that is watched.

    A file that is renamed or moved is not read again, one that changes is, and one that is removed stays read; but
    what could not be read is forgotten with its file.

    Parameters
    ----------
    journal
        Keeps what is read.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._entries: dict[str, _Entry] = {}
        self._earlier = _last_of_each(journal.pages)
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
        """Return the pictures in files that must be read, with their names; what the others hold is known.

        What was read of a file before it changed is forgotten, and named in `replaced`.
        """
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


def _last_of_each(pages: Mapping[str, PageRead]) -> dict[str, PageRead]:
    """Return the pages, by their hashes, but of a file that was written again only as it was last."""
    last = {page.source: key for key, page in pages.items()}
    return {key: pages[key] for key in last.values()}
