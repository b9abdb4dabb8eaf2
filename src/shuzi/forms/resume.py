"""The pages read so far become a file beside the result, so that an interrupted folder continues where it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from shuzi.atomic import replacing
from shuzi.errors import DataError, ShuziError, writing
from shuzi.forms.code import Code
from shuzi.forms.finding.tables.spacing import UNKNOWN, Shape
from shuzi.forms.reading.page_reader import PageRead
from shuzi.forms.result import Cell, Problem
from shuzi.forms.spec import Spec
from shuzi.pictures.arrivals import State
from shuzi.pictures.open import Picture
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
