"""Which files are decoded in the user's own process, and which are not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import bombs
from shuzi.pictures import decode
from shuzi.pictures.decode import kind_of


def is_plain(content):
    return decode.is_plain(content, kind_of(content))


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


PAGE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_ordinary_pngs_are_plain(mode):
    picture = Image.fromarray(np.zeros((9, 9), np.uint16)) if mode == "I;16" else PAGE.convert(mode)
    assert is_plain(saved(picture, "PNG"))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 100}, {"optimize": True}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_ordinary_jpegs_are_plain(mode, options):
    assert is_plain(saved(PAGE.convert(mode), "JPEG", **options))


def test_a_phones_photo_is_plain():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    exif.get_ifd(0x8769)[0x9286] = b"a comment of its owner"
    photo = Image.new("RGB", (4_032, 3_024), (200, 200, 200))
    assert is_plain(saved(photo, "JPEG", exif=exif))
    assert is_plain(saved(photo, "MPO", save_all=True, append_images=[PAGE], exif=exif))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_bmps_without_compression_are_plain(mode):
    assert is_plain(saved(PAGE.convert(mode), "BMP"))


def test_a_grey_png_may_be_larger_than_others():
    side = 4_800  # of the blank form of the largest paper
    assert is_plain(saved(Image.new("L", (side, side)), "PNG"))
    assert not is_plain(saved(Image.new("L", (side, side)), "PNG", transparency=0))
    assert not is_plain(saved(Image.new("RGB", (side, side)), "PNG"))
    assert not is_plain(saved(Image.new("L", (side + 400, side)), "PNG"))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PDF"])
def test_other_kinds_are_not(kind):
    content = saved(PAGE, kind)
    assert kind_of(content[:1_024]) == kind
    assert not is_plain(content)


@pytest.mark.parametrize(
    "make",
    [
        bombs.png_exif,
        bombs.jpeg_exif,
        lambda: bombs.png_chunks(5_000),
        lambda: bombs.jpeg_scans(100, side=80),
        lambda: bombs.bmp_rle(40),
        lambda: saved(Image.new("1", (5_000, 4_000)), "PNG"),
        lambda: saved(Image.new("L", (5_000, 4_000)), "JPEG"),
        lambda: saved(Image.new("1", (5_000, 4_000)), "BMP"),
        lambda: saved(PAGE, "PNG", save_all=True, append_images=[PAGE.rotate(9)]),
        lambda: saved(PAGE, "JPEG")[:2] + b"\xff\xe1\0\2" * 300 + saved(PAGE, "JPEG")[2:],
        lambda: saved(PAGE, "JPEG")[:2] + b"\xff" * 40 + saved(PAGE, "JPEG")[2:],
        lambda: saved(PAGE, "JPEG").replace(b"\xff\xc0", b"\xff\xc9", 1),  # arithmetic coding
    ],
)
def test_what_costs_more_than_it_looks_is_not_plain(make):
    assert not is_plain(make())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_a_file_that_is_cut_off_anywhere_is_judged_without_an_error(kind):
    content = saved(PAGE.resize((20, 20)), kind)
    for size in range(len(content)):
        is_plain(content[:size])


def test_many_scans_of_a_sequential_jpeg_do_not_count_when_the_first_has_all_components():
    content = saved(PAGE, "JPEG")
    assert is_plain(content + b"\xff\xda" * 1_000)
    progressive = saved(PAGE, "JPEG", progressive=True)
    assert not is_plain(progressive + b"\xff\xda" * 1_000)


def test_texts_of_a_png_may_be_some_but_not_many_and_none_may_hide_exif():
    head = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    pixels, end = (b"IDAT", zlib.compress(bytes(9) * 8)), (b"IEND", b"")
    text, hidden = (b"tEXt", b"Comment\0words"), (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"x"))
    assert is_plain(bombs.png(head, *[text] * 10, pixels, end))
    assert not is_plain(bombs.png(head, *[text] * 100, pixels, end))
    assert not is_plain(bombs.png(head, hidden, pixels, end))
