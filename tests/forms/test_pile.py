"""Files that are renamed, moved, copied or written again while they are read count once."""

from pathlib import Path

import pytest

from shuzi.forms.code import Code
from shuzi.forms.result import Cell, PageRead, Problem, Skipped
from shuzi.forms.stack import Journal
from shuzi.forms.watch import Pile

IDENTITY = {"spec": "s", "rules": "r", "weights": "w", "hand": ""}


def page_of(name, text="7"):
    return PageRead(name, Code("0123456789", 1, 1), {(0, "q"): Cell(text, "ok", 1.0, source=name)})


@pytest.fixture
def pile(tmp_path):
    return Pile(Journal.beside(tmp_path / "t.csv", IDENTITY, resume=False))


def add(pile, path, text="7"):
    """Add a file's content, if it must be read; return the names of the photographs read."""
    named = pile.unread([path])[path]
    for name, picture in named:
        pile.put(path, name, picture, page_of(name, text))
    return [Path(name).name for name, _ in named]


def test_a_file_that_was_renamed_is_not_read_again_and_one_that_changed_is(tmp_path, pile):
    first, second = tmp_path / "1.jpg", tmp_path / "2.jpg"
    first.write_bytes(b"a")
    assert add(pile, first) == ["1.jpg"]
    first.rename(second)
    assert add(pile, second) == []
    assert [page.source for page in pile.pages()] == [str(second)]
    second.write_bytes(b"another")
    assert add(pile, second, "8") == ["2.jpg"]
    (page,) = pile.pages()
    assert page.cells[0, "q"].text == "8"
    second.unlink()
    assert pile.pages() == [page]
    resumed = Pile(Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True))
    assert "8" in [page.cells[0, "q"].text for page in resumed.pages()]


def test_a_picture_that_comes_twice_counts_once_also_when_both_come_at_once(tmp_path, pile):
    paths = [tmp_path / name for name in ("1.jpg", "1 (1).jpg")]
    for path in paths:
        path.write_bytes(b"a")
    assert [len(named) for named in pile.unread(paths).values()] == [1, 0]
    assert pile.left == [str(paths[0])]
    pile.put(paths[0], str(paths[0]), paths[0], page_of(str(paths[0])))
    assert {type(page) for page in pile.pages()} == {PageRead, Problem}
    assert pile.left == []


def test_blank_backs_that_are_the_same_are_just_blank(tmp_path, pile):
    paths = [tmp_path / name for name in ("1.jpg", "2.jpg")]
    for path in paths:
        path.write_bytes(b"a")
    pile.unread(paths[:1])
    pile.put(paths[0], str(paths[0]), paths[0], Skipped(str(paths[0]), ""))
    assert pile.unread(paths[1:]) == {paths[1]: []}
    assert [type(page) for page in pile.pages()] == [Skipped, Skipped]


def test_a_file_that_is_written_while_it_is_read_is_read_again(tmp_path, pile):
    path = tmp_path / "1.jpg"
    path.write_bytes(b"a")
    ((name, picture),) = pile.unread([path])[path]
    path.write_bytes(b"another")
    pile.put(path, name, picture, page_of(name, "7"))
    assert pile.left == [name]
    assert add(pile, path, "8") == ["1.jpg"]
    assert [page.cells[0, "q"].text for page in pile.pages()] == ["8"]


def test_a_file_that_is_filed_while_it_is_read_is_kept(tmp_path, pile):
    path = tmp_path / "1.jpg"
    path.write_bytes(b"a")
    ((name, picture),) = pile.unread([path])[path]
    path.rename(tmp_path / "2.jpg")
    pile.put(path, name, picture, page_of(name))
    assert add(pile, tmp_path / "2.jpg") == []
    assert len(pile.pages()) == 1


def texts_of(pile):
    return sorted(page.cells[0, "q"].text for page in pile.pages() if isinstance(page, PageRead))


def test_a_page_that_was_filed_stays_when_its_name_is_used_again(tmp_path, pile):
    path = tmp_path / "scan.jpg"
    for content, text in ((b"a", "1"), (b"b", "2"), (b"c", "3")):
        path.write_bytes(content)
        assert add(pile, path, text) == ["scan.jpg"]
        assert pile.replaced == []
        path.unlink()
        pile.note_gone()
    assert texts_of(pile) == ["1", "2", "3"]
    resumed = Pile(Journal.beside(tmp_path / "t.csv", IDENTITY, resume=True))
    assert texts_of(resumed) == ["1", "2", "3"]
    path.write_bytes(b"d")
    assert add(resumed, path, "4") == ["scan.jpg"]
    # it is unknown whether the third was filed or replaced
    assert texts_of(resumed) == ["1", "2", "4"]
    assert resumed.replaced == [str(path)]


def test_a_copy_takes_the_place_of_a_file_that_was_written_again(tmp_path, pile):
    first, copy = tmp_path / "1.jpg", tmp_path / "2.jpg"
    for path in (first, copy):
        path.write_bytes(b"a")
        add(pile, path, "1")
    first.write_bytes(b"b")
    add(pile, first, "2")
    assert texts_of(pile) == ["1", "2"]
    assert pile.replaced == []
    copy.write_bytes(b"c")
    add(pile, copy, "3")
    assert texts_of(pile) == ["2", "3"]
    assert pile.replaced == [str(copy)]


def test_a_file_that_is_moved_and_another_in_its_place_both_count(tmp_path, pile):
    path, filed = tmp_path / "scan.jpg", tmp_path / "1.jpg"
    path.write_bytes(b"a")
    add(pile, path, "1")
    path.rename(filed)
    path.write_bytes(b"b")
    left = pile.unread([filed, path])
    assert [len(named) for named in left.values()] == [0, 1]
    pile.put(path, *left[path][0], page_of(str(path), "2"))
    assert texts_of(pile) == ["1", "2"]
    assert pile.replaced == []
