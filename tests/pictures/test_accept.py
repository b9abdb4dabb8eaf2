"""Whatever can hold a picture opens as the same picture; what cannot says what to write instead."""

import io

import numpy as np
import pytest
from PIL import Image

import shuzi
from shuzi.errors import PictureError
from shuzi.pictures.folders import as_many, single_pictures
from shuzi.pictures.open import open_picture

GREY = np.random.default_rng(0).integers(0, 256, (6, 8), dtype=np.uint8)
BLACK_AND_WHITE = np.where(GREY > 99, 255, 0).astype(np.uint8)


class Tensor:
    """What a library for tensors passes on."""

    def __init__(self, array, problem=None):
        self.array, self.problem = array, problem

    def __array__(self, dtype=None, copy=None):
        if self.problem:
            raise self.problem
        return self.array


def file_of(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    return file.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: str(folder / "a.png"),
        lambda folder: folder / "a.png",
        lambda folder: (folder / "a.png").read_bytes(),
        lambda folder: bytearray((folder / "a.png").read_bytes()),
        lambda folder: memoryview((folder / "a.png").read_bytes()),
        lambda folder: io.BytesIO((folder / "a.png").read_bytes()),
        lambda folder: Image.open(folder / "a.png"),
        lambda _: GREY,
        lambda _: GREY[:, :, None],
        lambda _: GREY[:, :, None].repeat(3, axis=2),
        lambda _: np.dstack([GREY, GREY, GREY, np.full_like(GREY, 255)]),
        lambda _: GREY / 255,
        lambda _: (GREY / 255).astype(np.float32),
        lambda _: GREY.astype(np.int64),
        lambda _: GREY.astype(np.uint16)[:, :, None],
        lambda _: np.asfortranarray(GREY),
        lambda _: Tensor(GREY),
        lambda _: Tensor(GREY / 255),
    ],
)
def test_each_kind_of_picture_opens_as_the_same_picture(tmp_path, make):
    (tmp_path / "a.png").write_bytes(file_of(GREY))
    np.testing.assert_array_equal(open_picture(make(tmp_path)), GREY)


def test_true_is_white():
    np.testing.assert_array_equal(open_picture(BLACK_AND_WHITE > 0), BLACK_AND_WHITE)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_a_picture_that_is_black_all_over_is_black(dtype):
    np.testing.assert_array_equal(open_picture(np.zeros((5, 4), dtype)), np.zeros((5, 4), np.uint8))


def test_halves_keep_their_grey_to_the_nearest_level():
    assert np.abs(open_picture((GREY / 255).astype(np.float16)).astype(int) - GREY).max() <= 1


@pytest.mark.parametrize(
    ("thing", "key", "named"),
    [
        (None, "kind", "NoneType"),
        ("https://example.org/a.png", "address", "https://example.org/a.png"),
        (io.StringIO("a"), "text", "StringIO"),
        (io.BytesIO(), "read", "seek(0)"),
        (Tensor(None, TypeError("can't convert cuda:0")), "convert", "cuda:0"),
        (GREY / 200, "floats", "float64"),
        (GREY / 255 - 1, "floats", "-0.9"),
        (GREY / np.nan, "floats", "nan"),
        (GREY.astype(np.uint16) * 257, "integers", f"{int(GREY.max()) * 257}"),
        (GREY.astype(np.int8), "integers", "int8"),
        ((GREY > 99).astype(np.uint8), "mask", "picture == 0"),
        ((GREY > 99).astype(np.int64), "mask", "int64"),
        (GREY.astype(complex), "dtype", "complex128"),
        (GREY.astype(str), "dtype", "<U"),
        (GREY[None].repeat(3, 0), "channels", "numpy.moveaxis"),
        (GREY[0], "array", "shape 8"),
        (GREY[:, :, None].repeat(2, 2), "array", "6x8x2"),
        (GREY[None, None], "array", "1x1x6x8"),
        (GREY[:0], "array", "0x8"),
        (np.zeros((3, 0, 3)), "array", "3x0x3"),
        (np.broadcast_to(np.float64(0), (10_000, 10_000)), "large", "10,000x10,000"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_was_given(thing, key, named):
    with pytest.raises(PictureError) as caught:
        open_picture(thing)
    assert caught.value.key == f"error.picture.{key}"
    assert named in caught.value.sentence("en")
    assert caught.value.sentence("zh")


def test_a_file_is_read_while_it_is_open_and_refused_when_closed(tmp_path):
    (tmp_path / "a.png").write_bytes(file_of(GREY))
    with (tmp_path / "a.png").open("rb") as file:
        np.testing.assert_array_equal(open_picture(file), GREY)
    with pytest.raises(PictureError):
        open_picture(file)


def test_what_arrives_in_pieces_or_fails_while_it_is_read_is_one_picture_or_an_error():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise EOFError(size)

    np.testing.assert_array_equal(open_picture(Slow(file_of(GREY))), GREY)
    with pytest.raises(PictureError):
        open_picture(Broken())
    view = memoryview(b"a")
    view.release()
    with pytest.raises(PictureError):
        open_picture(view)


def test_a_single_picture_of_any_kind_is_not_taken_for_many(tmp_path):
    (tmp_path / "a.png").write_bytes(file_of(GREY))
    with (tmp_path / "a.png").open("rb") as file:
        for single in (bytearray(b"a"), memoryview(b"a"), file, GREY, Image.fromarray(GREY), Tensor(GREY)):
            assert list(as_many(single)) == [single] if single is not GREY else as_many(single)[0] is GREY
    colours = np.dstack([GREY] * 3)
    assert len(as_many(colours)) == len(as_many(Tensor(GREY))) == 1
    assert as_many([GREY, GREY])[1] is GREY
    assert len(list(as_many(np.stack([GREY, GREY])))) == 2


def test_a_pattern_is_what_it_matches_in_natural_order(tmp_path):
    for name in ("b10.png", "b9.png", "note.txt", "[1].png"):
        (tmp_path / name).write_bytes(file_of(GREY))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b1.png").write_bytes(file_of(GREY))
    assert list(single_pictures(f"{tmp_path}/b*.png")) == [tmp_path / "b9.png", tmp_path / "b10.png"]
    assert set(single_pictures(f"{tmp_path}/**/b*.png")) == set(tmp_path.rglob("b*.png"))
    (tmp_path / "b9.explained.png").write_bytes(file_of(GREY))
    assert tmp_path / "b9.explained.png" not in list(single_pictures(f"{tmp_path}/*.png"))
    assert len(list(single_pictures(f"{tmp_path}/**"))) == 5  # each file once, as the folder would
    assert list(single_pictures(f"{tmp_path}/[1].png")) == [f"{tmp_path}/[1].png"]  # a name, not a pattern
    assert list(single_pictures(f"{tmp_path}/b[9].png")) == [f"{tmp_path}/b[9].png"]
    (missing,) = shuzi.load("tiny").read_many(f"{tmp_path}/c*.png")
    assert missing.key == "error.data.unreadable"


def test_many_files_and_tensors_are_read_as_their_arrays_are(mnist):
    digits = [255 - np.pad(image, 20) for image in mnist.validation.images[:4]]
    reader = shuzi.load("tiny")
    alone = [reader.read(digit) for digit in digits]
    others = [io.BytesIO(file_of(digits[0])), Tensor(digits[1]), memoryview(file_of(digits[2])), digits[3] / 255]
    assert [reading.text for reading in reader.read_many(others)] == [reading.text for reading in alone]
