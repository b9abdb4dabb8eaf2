"""The pages of files that come one after another: each counts once, whatever becomes of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.reading.page_reader import PageRead
from shuzi.forms.result import Problem, Skipped
from shuzi.forms.resume import Journal, content_hash, renamed
from shuzi.pictures.arrivals import State, state_of
from shuzi.pictures.folders import in_counting_order, single_pictures
from shuzi.pictures.open import Picture, page_named

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
