import hashlib

import numpy as np
import pytest

from shuzi.data.collection import STROKES
from shuzi.data.strokes import Strokes, _kind, load_strokes, read_distribution
from shuzi.errors import DataError

PAGE = """\
.VERSION 1.0
.COORD T X Y
.WRITER_ID anna
.COMMENT .PEN_DOWN in the middle of a line is no keyword
.SEGMENT CHARACTER 0 OK "7"
.PEN_DOWN
0 10 40
5 30 40
9 20 0
.PEN_UP
12 25 3
.SEGMENT CHARACTER 1-2 ? "A"
.PEN_DOWN
 20 0 0
 21 10 30
.PEN_DOWN
 30 2 15
 31 9 15
.SEGMENT WORD 3,5 OK "5/27"
.SEGMENT WORD 4 OK "hello"
.SEGMENT CHARACTER 5:1-5:2 OK "\\""
.PEN_DOWN
 40 100 0
 41 100 9
.PEN_DOWN
 50 110 0
.PEN_DOWN
 60 120 1
 61 120 2
 62 120 3
"""


@pytest.fixture
def distribution(tmp_path):
    """Write a small distribution: one page that is whole, and one that includes its points from another file."""
    folder = tmp_path / "unipen"
    (folder / "data").mkdir(parents=True)
    (folder / "include" / "kai").mkdir(parents=True)
    (folder / "data" / "anna.dat").write_text(PAGE)
    (folder / "include" / "kai" / "k1.dat").write_text(".COORD X Y\n.PEN_DOWN\n1 1\n2 8\n.PEN_UP\n")
    (folder / "data" / "kai.dat").write_text('.SEGMENT CHARACTER 0 OK "1"\n.INCLUDE kai/k1.dat\n')
    (folder / "readme.txt").write_text("nothing to read here")
    return folder


def test_a_distribution_becomes_strokes(distribution):
    found = load_strokes(distribution)
    assert found.label.tolist() == ["7", "A", "5/27", '"', "1"]
    assert found.kind.tolist() == ["digit", "upper", "number", "symbol", "digit"]
    assert len(set(found.writer[:4].tolist())) == 1
    assert found.writer[4] != found.writer[0]
    # y is up in the file and down in a sample; both begin at 0
    assert [line.tolist() for line in found.sample(0)] == [[[0, 0], [20, 0], [10, 40]]]
    assert [line.tolist() for line in found.sample(1)] == [[[0, 30], [10, 0]], [[2, 15], [9, 15]]]
    assert [len(line) for line in found.sample(2)] == [2, 3]
    assert found.size.tolist() == [[20, 40], [10, 30], [20, 9], [0, 1], [1, 7]]


def test_a_part_of_a_stroke_is_taken_from_point_to_point(distribution):
    assert [line.tolist() for line in load_strokes(distribution).sample(3)] == [[[0, 1], [0, 0]]]


def test_a_writer_is_for_validation_as_a_whole_and_by_name_alone(distribution):
    for name in ("anna", "kai"):
        (distribution / "data" / f"more-{name}.dat").write_text(
            f'.WRITER_ID {name}\n.SEGMENT CHARACTER 0 OK "3"\n.PEN_DOWN\n1 1\n2 2\n'
        )
    found = read_distribution(distribution)
    for writer in set(found.writer.tolist()):
        assert len(set(found.validation[found.writer == writer].tolist())) == 1


def test_packed_strokes_come_back_as_they_were(pen_strokes, tmp_path):
    pen_strokes.save(tmp_path / "packed.npz")
    again = load_strokes(tmp_path / "packed.npz")
    assert again.label.tolist() == pen_strokes.label.tolist()
    np.testing.assert_array_equal(again.points, pen_strokes.points)
    assert again.sha256() == pen_strokes.sha256()


def test_each_part_has_the_samples_of_its_own_writers(pen_strokes):
    train, validation = pen_strokes.part(~pen_strokes.validation), pen_strokes.part(pen_strokes.validation)
    assert (set(train.writer.tolist()), set(validation.writer.tolist())) == ({0, 1, 2, 3}, {4, 5})
    assert len(train) + len(validation) == len(pen_strokes)
    last, whole = validation.sample(len(validation) - 1), pen_strokes.sample(len(pen_strokes) - 1)
    for one, other in zip(last, whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_hash_is_of_the_samples_and_changes_with_each_of_them(pen_strokes):
    assert len(pen_strokes.sha256()) == len(hashlib.sha256().hexdigest())
    points = pen_strokes.points.copy()
    points[3, 0] += 1
    values = {name: getattr(pen_strokes, name) for name in pen_strokes.__dataclass_fields__}
    assert Strokes(**values | {"points": points}).sha256() != pen_strokes.sha256()


def test_the_environment_names_the_strokes(pen_strokes, tmp_path, monkeypatch):
    pen_strokes.save(tmp_path / "mine.npz")
    monkeypatch.setenv("SHUZI_STROKES", str(tmp_path / "mine.npz"))
    assert len(load_strokes()) == len(pen_strokes)


def test_an_error_names_the_option_the_variable_and_where_to_get_them():
    with pytest.raises(DataError) as caught:
        load_strokes()
    assert all(each in str(caught.value) for each in ("--strokes", "SHUZI_STROKES", STROKES.source))


@pytest.mark.parametrize("content", [b"", b"no npz", b"PK\x03\x04 broken"])
def test_a_file_that_holds_no_strokes_is_refused(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"x\.npz"):
        load_strokes(tmp_path / "x.npz")


def test_an_npz_of_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "digits.npz", images=np.zeros((2, 28, 28), np.uint8))
    with pytest.raises(DataError, match="points"):
        load_strokes(tmp_path / "digits.npz")


def test_a_place_without_strokes_is_refused(tmp_path):
    with pytest.raises(DataError, match=STROKES.source):
        load_strokes(tmp_path / "nowhere")
    (tmp_path / "a.dat").write_text("nothing")
    with pytest.raises(DataError, match=STROKES.source):
        load_strokes(tmp_path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("strokes", lambda values: values[:-1]),
        ("items", lambda values: values[::-1]),
        ("writer", lambda values: values[:-1]),
        ("points", lambda values: values[:, 0]),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(pen_strokes, name, change):
    values = {each: getattr(pen_strokes, each) for each in pen_strokes.__dataclass_fields__}
    with pytest.raises(DataError, match=name):
        Strokes(**values | {name: change(values[name])})


@pytest.mark.parametrize("content", [b"no archive", b"\x80\x04pickled", b"PK\x03\x04cut"])
def test_what_is_no_archive_is_called_damaged_and_nobody_is_told_of_pickles(tmp_path, content):
    (tmp_path / "junk.npz").write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_strokes(tmp_path / "junk.npz")
    assert "pickle" not in caught.value.sentence("en")
    np.savez(tmp_path / "other.npz", other=np.zeros(3))
    with pytest.raises(DataError, match='lacks the array "points"'):
        load_strokes(tmp_path / "other.npz")


def test_strokes_that_leave_a_split_without_characters_are_refused(mnist, pen_strokes):
    for part, held in (("train", True), ("validation", False)):
        with pytest.raises(DataError, match=part):
            mnist.with_handwriting(strokes=pen_strokes.part(pen_strokes.validation == held))


def test_half_of_the_validation_writers_are_left_for_reporting(pen_strokes):
    writers = [set(pen_strokes.held_out(odd).writer.tolist()) for odd in (False, True)]
    assert writers == [{4}, {5}]


def test_each_label_has_a_kind_or_none():
    labels = [("CHARACTER", "7"), ("WORD", "5/27"), ("WORD", "hello"), ("CHARACTER", "é")]
    assert [_kind(*label) for label in labels] == ["digit", "number", "", ""]
