"""Photographs become pages, read by several processes; blank ones are told from those that cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from queue import SimpleQueue
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.result import Problem, Skipped, Table
from shuzi.ink.paper import resize
from shuzi.messages import language, say, speaking, visible
from shuzi.pictures.decode import Page, name_of
from shuzi.pictures.folders import as_many, single_pictures
from shuzi.pictures.open import Picture, page_named
from shuzi.processes.child import can_start
from shuzi.processes.cores import cores
from shuzi.processes.pool import Crashed, Pool, Task, Unreadable
from shuzi.reading.read_many import estimate_size, use_one_core

R = TypeVar("R")
P = TypeVar("P")

Named = Sequence[tuple[str, Picture | ShuziError]]
"""Photographs with their names, as `shuzi.forms.photographs.photos_in` returns them."""

ReadOne = Callable[[R, Picture | ShuziError, str], P | Problem]
"""Reads one photograph with a reader, by its name; a function of a module."""

_A_FEW = 4  # photographs: so many are read while a process starts
_ON_THE_WAY = 2  # photographs to a process, which thus never waits for the next one


@dataclass(frozen=True)
class Way(Generic[R, P]):
    """How photographs become a table."""

    read_one: ReadOne[R, P]  # as for `read_photographs`
    reader: R
    join: Callable[[Iterable[P | Problem]], Table]  # puts pages together

    def read(self, named: Named) -> Generator[tuple[int, P | Problem], None, None]:
        """Read photographs as `read_photographs` does."""
        return read_photographs(self.read_one, self.reader, named)


def read_photographs(
    read_one: ReadOne[R, P], reader: R, named: Named
) -> Generator[tuple[int, P | Problem], None, None]:
    """Read photographs: a single one here, several in other processes, of which there are at most one per core."""
    if len(named) == 1 or not can_start():
        yield from ((index, read_one(reader, picture, name)) for index, (name, picture) in enumerate(named))
        return
    pool = Pool(min(cores(), -(-len(named) // _A_FEW)), _ON_THE_WAY, use_one_core)
    done: SimpleQueue[Task] = SimpleQueue()
    try:
        shared = pool.share(reader)
        indices = {
            pool.submit(
                *(_read, read_one, name, picture, language()),
                shared=shared,
                size=0 if isinstance(picture, ShuziError) else estimate_size(picture),
                then=done.put,
            ): index
            for index, (name, picture) in enumerate(named)
        }
        for _ in named:
            task = done.get()
            index = indices[task]
            yield index, _outcome(task, read_one, reader, *named[index])
    finally:
        pool.close()


def in_order(read: Iterable[tuple[int, P]]) -> list[P]:
    """Return pages in the order of their photographs."""
    return [page for _, page in sorted(read, key=itemgetter(0))]


def _read(reader: R, read_one: ReadOne[R, P], name: str, picture: Picture | ShuziError, language: str) -> P | Problem:
    """Read a photograph; in another process."""
    with speaking(language):
        return read_one(reader, picture, name)


def _outcome(task: Task, read_one: ReadOne[R, P], reader: R, name: str, picture: Picture | ShuziError) -> P | Problem:
    if isinstance(task.problem, Crashed):
        return Problem(name, str(PictureError("error.reading.crashed", path=name)))
    if isinstance(task.problem, Unreadable | ShuziError):  # nobody else can read it, or could be started
        return read_one(reader, picture, name)
    if task.problem is not None:
        raise task.problem
    page: P | Problem = task.value
    return page


def photos_in(named: Iterable[Picture] | str | Path | bytes) -> list[tuple[str, Picture | ShuziError]]:
    """Return each photograph with its name, for files, folders and PDFs."""
    found: list[tuple[str, Picture | ShuziError]] = []
    first: dict[str, str] = {}
    for given in as_many(named):
        for picture in single_pictures(given):
            if isinstance(picture, ShuziError):
                found.append((str(picture.values.get("path", given)), picture))
            else:
                name = name_of(picture) if isinstance(picture, bytes) else str(picture)
                key = content_hash(picture)
                if key is not None and key in first:
                    found.append((name, PictureError("error.form.same", path=name, first=first[key])))
                    continue
                if key is not None:
                    first[key] = name
                found.append((name, picture))
    return found


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


EMPTY = "error.form.empty"
"""The key of the error that says so."""

_SIDE = 1_400  # pixels of the longer side: a thin pencil line on A4 is still more than one wide
_RIM = 0.03  # of the longer side: a feeder leaves a shadow along an edge
_LIGHT = 110  # grey levels that most of the paper has at least
_DARKER = 24  # grey levels that ink is darker than the paper around it; what shines through is less, pencil is more
_AROUND = 31  # pixels: a stroke is narrower
_MIN_STROKE = 7  # pixels, 1.5 mm on A4: dust is smaller, a digit is larger
_SOLID, _DARK = 0.002, 60  # of the pixels, and grey levels: a picture or a shadow is larger than any stroke


def is_empty(grey: NDArray[np.uint8]) -> bool:
    """Tell whether a scanned page is blank paper, apart from dust and its edges; one in doubt is not."""
    small = resize(grey, min(1.0, _SIDE / max(grey.shape)))
    rim = round(_RIM * max(small.shape))
    inner = small[rim:-rim, rim:-rim] if rim and min(small.shape) > 3 * rim else small
    light = float(np.median(inner))
    if light < _LIGHT or float((inner < light - _DARK).mean()) > _SOLID:
        return False
    kernel = np.ones((_AROUND, _AROUND), np.uint8)
    ink = cv2.morphologyEx(cv2.medianBlur(inner, 3), cv2.MORPH_BLACKHAT, kernel) >= _DARKER
    _, _, sizes, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    return not bool((sizes[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1, initial=0) > _MIN_STROKE).any())


def refuse_empty(grey: NDArray[np.uint8], name: str) -> None:
    """Refuse a page that is blank, before anything is sought on it."""
    if is_empty(grey):
        raise PictureError(EMPTY, path=name)


def unread(name: str, problem: ShuziError) -> Problem:
    """Return what stands in the place of a page that was not read."""
    return (Skipped if problem.key == EMPTY else Problem)(name, str(problem))


def skipped(pages: Iterable[object]) -> list[Skipped]:
    """Return one sentence about all blank pages, if there are any."""
    names: list[str] = []
    document = ""
    blank = [page.source for page in pages if isinstance(page, Skipped) and page.source]
    for source in blank:
        page = page_named(source)
        again = page is not None and str(page.document) == document
        names.append(f"#{page.number}" if page and again else visible(source))
        document = str(page.document) if page else ""
    return [Skipped("", say("form.blank", n=len(blank), pages=say("form.list").join(names)))] if blank else []


def blank_again(named: Sequence[tuple[str, object]], pages: Sequence[P]) -> list[P | Skipped]:
    """Return pages, of which one that is the same picture as a blank one is just blank too."""
    names = [name for name, _ in named]
    blank = {name for name, page in zip(names, pages, strict=True) if isinstance(page, Skipped)}
    firsts = [picture.values.get("first") if isinstance(picture, ShuziError) else None for _, picture in named]
    return [
        Skipped(name, "") if first in blank else page for name, first, page in zip(names, firsts, pages, strict=True)
    ]
