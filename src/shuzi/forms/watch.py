"""A folder is watched: the files that a scanner or a phone puts into it are read as they arrive, each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep

from shuzi.errors import DataError, PictureError, ShuziError
from shuzi.forms.output import save_table
from shuzi.forms.photographs import content_hash
from shuzi.forms.result import PageRead, Problem, Skipped, Table
from shuzi.forms.stack import Journal, Stack, renamed
from shuzi.pictures.folders import Arrivals, State, in_counting_order, single_pictures, state_of
from shuzi.pictures.open import Picture, page_named

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


def _last_of_each(pages: Mapping[str, PageRead]) -> dict[str, PageRead]:
    """Return the pages, by their hashes, but of a file that was written again only as it was last."""
    last = {page.source: key for key, page in pages.items()}
    return {key: pages[key] for key in last.values()}
