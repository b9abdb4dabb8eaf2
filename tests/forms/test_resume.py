"""An interrupted folder continues, by the current names of its photographs."""

import errno
import os
from pathlib import Path

import pytest

from shuzi.errors import DataError
from shuzi.forms.code import Code
from shuzi.forms.photographs import content_hash
from shuzi.forms.result import Cell, PageRead
from shuzi.forms.ruled_tables import join_pages
from shuzi.forms.stack import ENDING, Journal
from shuzi.service.reviewed_table import Review

IDENTITY = {"spec": "s", "rules": "r", "weights": "w", "hand": ""}


@pytest.fixture
def photo(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"a photograph")
    return tmp_path / "a.jpg"


def test_a_page_that_was_read_before_has_the_name_of_now(tmp_path, photo):
    code = Code("0123456789", 1, 2)
    cells = {(row, "q"): Cell("7", "unsure", 0.5, source="./a.jpg") for row in range(2)}
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False).keep(
        photo, PageRead("./a.jpg", code, cells), content_hash(photo)
    )
    page = Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True).known(photo, str(photo))
    assert page.source == str(photo)
    assert page.code == code
    assert page.cells == {place: Cell("7", "unsure", 0.5, source=str(photo)) for place in cells}


def test_a_review_of_it_has_its_photographs(tmp_path, photo):
    read = PageRead("photos/a.jpg", Code("", 1, 1), {(0, "A"): Cell("7", "ok", 1.0, source="photos/a.jpg")})
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False).keep(photo, read, content_hash(photo))
    page = Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True).known(photo, "a.jpg")
    table = join_pages([page])
    assert Review.of(table, [("a.jpg", photo)]).photographs == (("a.jpg", photo),)


def test_another_photograph_is_not_known(tmp_path, photo):
    read = PageRead("a.jpg", Code("0123456789", 1, 1), {(0, "q"): Cell("7", "ok", 1.0)})
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False).keep(photo, read, content_hash(photo))
    photo.write_bytes(b"another one")
    assert (tmp_path / f"t.csv{ENDING}").exists()
    assert Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True).known(photo, "a.jpg") is None


def test_a_disk_that_is_full_from_the_start_leaves_no_journal_in_the_way(tmp_path, monkeypatch):
    def half(path, *_, **__):
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(Path, "write_text", half)
        with pytest.raises(DataError):
            Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False)
    Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False)
