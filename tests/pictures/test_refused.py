"""What is too large, or no picture, is refused before it is decoded."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from shuzi.pictures.decode import MAX_PIXELS

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5


def test_an_empty_name_is_an_error_that_says_so(problem_of):
    assert problem_of("") == "error.picture.nameless"


def _png_header(width, height):
    chunk = b"IHDR" + struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    empty = b"IDAT" + zlib.compress(b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in (chunk, empty)
    )


def _bmp_header(width, height):
    return (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, 0, 0, 0, 2, 0)
    )


def _gif_header(width, height):
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + bytes(6)
        + struct.pack("<BHHHHBB", 0x2C, 0, 0, width, height, 0, 2)
    )


@pytest.mark.parametrize("header", [_png_header, _bmp_header, _gif_header])
@pytest.mark.parametrize(
    ("width", "height", "key"), [(8_000, 7_000, "large"), (10_000, 5_001, "large"), (60_000, 60_000, "huge")]
)
def test_more_than_fifty_megapixels_are_refused_before_there_is_anything_to_decode(
    header, width, height, key, problem_of
):
    assert width * height > MAX_PIXELS
    assert problem_of(header(width, height)) == f"error.picture.{key}"


def test_fifty_megapixels_themselves_are_not_too_many(problem_of):
    assert problem_of(_png_header(10_000, 5_000)) == "error.picture.damaged"  # detected by decoding


def test_an_array_or_a_picture_of_more_than_fifty_megapixels_is_refused(problem_of):
    assert problem_of(np.broadcast_to(np.uint8(0), (8_000, 7_000))) == "error.picture.large"
    assert problem_of(Image.new("1", (8_000, 7_000))) == "error.picture.large"


@pytest.mark.parametrize("content", [b"x", b"<svg></svg>", bytes(1_000)])
def test_what_is_no_picture_is_refused(content, tmp_path, problem_of):
    assert problem_of(content) == "error.picture.unknown"
    (tmp_path / "a.png").write_bytes(content)
    assert problem_of(tmp_path / "a.png") == "error.picture.unknown"


def test_an_empty_file_is_called_empty(tmp_path, problem_of):
    (tmp_path / "a.png").touch()
    assert problem_of(b"") == problem_of(tmp_path / "a.png") == "error.picture.empty"


def test_kinds_that_hide_their_size_or_run_other_programs_are_not_opened(encode, problem_of):
    large = Image.new("1", (9_000, 9_000))
    icon = struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(encode(large)), 22) + encode(large)
    assert problem_of(icon) == "error.picture.unknown"
    assert problem_of(encode(Image.fromarray(GREY), "EPS")) == "error.picture.unknown"


@pytest.mark.parametrize("thing", [None, 7, [[1, 2]], object()], ids=lambda each: type(each).__name__)
def test_what_cannot_hold_a_picture_is_refused(thing, problem_of):
    assert problem_of(thing) == "error.picture.kind"


def test_a_missing_file_and_a_folder_cannot_be_read(tmp_path, problem_of):
    assert problem_of(tmp_path / "missing.png") == "error.data.unreadable"
    assert problem_of(tmp_path) == "error.data.unreadable"
