import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shuzi.pictures.decode import Page
from shuzi.pictures.open import is_one_picture, open_picture, page_named, source_of

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5


def test_a_path_a_string_bytes_a_picture_and_an_array_are_opened_alike(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(GREY).save(path)
    for source in (path, str(path), path.read_bytes(), Image.fromarray(GREY), GREY, GREY[:, :, None]):
        found = open_picture(source)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, GREY)


def test_the_ending_of_the_name_does_not_matter(tmp_path, encode):
    (tmp_path / "a.txt").write_bytes(encode(Image.fromarray(GREY)))
    np.testing.assert_array_equal(open_picture(tmp_path / "a.txt"), GREY)


def test_a_picture_that_is_handed_in_can_be_used_afterwards(encode):
    picture = Image.open(io.BytesIO(encode(Image.fromarray(GREY))))
    open_picture(picture)
    np.testing.assert_array_equal(np.asarray(picture), GREY)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "seen"),
    [
        (1, lambda stored: stored),
        (2, np.fliplr),
        (3, lambda stored: np.rot90(stored, 2)),
        (4, np.flipud),
        (5, np.transpose),
        (6, lambda stored: np.rot90(stored, -1)),
        (7, lambda stored: np.rot90(stored, 2).T),
        (8, np.rot90),
    ],
)
def test_a_picture_is_turned_as_its_exif_says(kind, orientation, seen, encode):
    stored = np.repeat(np.repeat(np.array([[0, 128, 255], [255, 60, 0]], np.uint8), 16, 0), 16, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = open_picture(encode(Image.fromarray(stored), kind, exif=exif, quality=100))
    assert found.shape == seen(stored).shape
    assert np.abs(found.astype(int) - seen(stored)).max() <= 12


@pytest.mark.parametrize("alpha", [0, 64, 255])
def test_transparency_is_laid_on_white(alpha, encode):
    rgba = np.dstack([GREY, GREY, GREY, np.full_like(GREY, alpha)])
    expected = 255 + (GREY.astype(float) - 255) * alpha / 255
    picture = Image.fromarray(rgba)
    for source in (rgba, picture, picture.convert("LA"), encode(picture), encode(picture, "WEBP", lossless=True)):
        assert np.abs(open_picture(source) - expected).max() <= 2


def test_light_ink_on_transparent_ground_is_seen(encode):
    rgba = np.zeros((40, 30, 4), np.uint8)
    rgba[10:30, 14:16] = 250, 240, 200, 255
    for source in (rgba, encode(Image.fromarray(rgba))):
        grey = open_picture(source)
        assert grey[20, 15] > 200
        assert grey[0, 0] == 0


def test_a_transparent_colour_of_a_palette_is_white(encode):
    picture = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    picture.putpalette([0, 0, 0, 100, 100, 100])
    assert open_picture(encode(picture, "PNG", transparency=0)).tolist() == [[255, 100]]
    assert open_picture(encode(picture, "PNG")).tolist() == [[0, 100]]


def test_colours_become_as_bright_as_they_look():
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    red, green, blue, white = open_picture(rgb)[0].tolist()
    assert blue < red < green < white == 255


def test_colours_that_are_asked_for_are_kept(encode):
    rgb = np.dstack([GREY, np.full_like(GREY, 90), 255 - GREY])
    picture = Image.fromarray(rgb)
    for source in (rgb, picture, encode(picture), encode(picture, "WEBP", lossless=True), encode(picture, "TIFF")):
        assert np.array_equal(open_picture(source, colours=True), rgb)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert np.array_equal(open_picture(encode(picture, exif=exif), colours=True), np.rot90(rgb, -1))
    halfway = open_picture(np.dstack([rgb, np.full_like(GREY, 128)]), colours=True)
    assert np.abs(halfway - (rgb / 2 + 127.5)).max() <= 2
    for grey in (GREY, encode(Image.fromarray(GREY)), encode(Image.fromarray(GREY), "WEBP", lossless=True)):
        assert np.array_equal(open_picture(grey, colours=True).reshape(*GREY.shape, -1)[..., 0], GREY)


def test_sixteen_bits_become_eight(encode):
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    for source in (deep, encode(deep), encode(deep, "TIFF")):
        np.testing.assert_array_equal(open_picture(source), GREY)


def test_numbers_of_any_range_become_black_to_white(encode):
    floats = Image.fromarray(np.linspace(-3, 7, 11, dtype=np.float32)[None])
    assert open_picture(floats)[0].tolist() == [0, 26, 51, 76, 102, 128, 153, 178, 204, 230, 255]
    assert open_picture(encode(floats, "TIFF"))[0, [0, -1]].tolist() == [0, 255]


def test_one_bit_is_black_and_white(encode):
    assert open_picture(encode(Image.fromarray(np.array([[False, True]])))).tolist() == [[0, 255]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind, encode):
    first, second = Image.fromarray(GREY), Image.new("L", (8, 6), 77)
    options = {"lossless": True} if kind == "WEBP" else {}
    animation = encode(first, kind, save_all=True, append_images=[second], **options)
    assert np.abs(open_picture(animation).astype(int) - GREY).max() <= 2


def test_warnings_are_as_before_when_threads_have_opened_pictures(encode):
    """What silences warnings is one for all threads, and each on its own would leave it to the others."""
    content, before = encode(Image.fromarray(GREY)), list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(open_picture, [content] * 400):
            np.testing.assert_array_equal(found, GREY)
    assert warnings.filters == before


@pytest.mark.parametrize(("name", "size", "count"), [(b"tEXt", 1_000_000, 70), (b"zTXt", 3_000_000, 1)])
def test_a_png_is_read_however_much_metadata_it_has(name, size, count, encode):
    text = b"Comment\0" + (b"x" * size if name == b"tEXt" else b"\0" + zlib.compress(b"x" * size))
    whole = encode(Image.fromarray(GREY))
    behind_head = 33
    chunk = struct.pack(">I", len(text)) + name + text + struct.pack(">I", zlib.crc32(name + text))
    found = open_picture(whole[:behind_head] + chunk * count + whole[behind_head:])
    np.testing.assert_array_equal(found, GREY)


def test_a_name_may_be_that_of_a_page():
    assert [page_named(name).number for name in ("scan.pdf#12", "scan.tif#2")] == [12, 2]
    assert page_named("seven#7.png") is None
    assert source_of(Page(Path("scan.pdf"), 2)) == "scan.pdf#2"
    assert source_of(b"") is None


def test_three_channels_are_one_picture_and_nine_images_are_not():
    assert is_one_picture(np.zeros((9, 9, 3)))
    assert not is_one_picture(np.zeros((9, 28, 28)))
