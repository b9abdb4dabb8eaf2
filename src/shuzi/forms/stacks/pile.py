"""The pages of files that come one after another: each counts once, whatever becomes of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shuzi.errors import PictureError, ShuziError
from shuzi.forms.reading.page_reader import PageRead
from shuzi.forms.result import Problem, Skipped
from shuzi.forms.resume import Journal, content_hash
from shuzi.pictures.folders import in_counting_order, single_pictures
from shuzi.pictures.open import Picture, page_named


@dataclass(frozen=True)
class _Entry:
    path: Path
    key: str | None
    page: PageRead | Problem | None = None
    first: str = ""  # of the picture that is the same


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

    def unread(self, path: Path) -> list[tuple[str, Picture]]:
        """Return the pictures in a file that must be read, with their names; what the others hold is known.

        What was read of the file before it changed is forgotten.
        """
        self._entries = {name: entry for name, entry in self._entries.items() if entry.path != path}
        left: list[tuple[str, Picture]] = []
        for picture in single_pictures(path):
            if isinstance(picture, ShuziError):
                self._entries[str(path)] = _Entry(path, None, Problem(str(path), str(picture)))
                continue
            name, key = str(picture), content_hash(picture)
            if (first := self._same(key)) is not None:
                same = PictureError("error.form.same", path=name, first=first)
                self._entries[name] = _Entry(path, None, Problem(name, str(same)), first)
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
            if entry.key == key:
                if entry.path.exists():
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
