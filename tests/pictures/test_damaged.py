"""Damage is noticed wherever it is, and is never a crash."""

import io
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import PictureError
from shuzi.pictures.decode import open_here
from shuzi.pictures.open import open_picture

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5
KINDS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]


def test_a_png_whose_sum_does_not_fit_is_damaged_though_it_can_be_decoded(problem_of):
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60), np.uint8)).save(file, "PNG", compress_level=0)
    sound = file.getvalue()
    place = sound.index(b"IDAT") + 200
    changed = sound[:place] + bytes([sound[place] ^ 255]) + sound[place + 1 :]
    assert open_picture(sound).shape == (40, 60)
    assert problem_of(changed) == "error.picture.damaged"


def _chunks(*chunks):
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_a_png_that_lacks_a_part_is_damaged_and_the_sentence_says_so_in_words():
    grey, coloured = ((b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, colour, 0, 0, 0)) for colour in (0, 3))
    pixels, end = (b"IDAT", zlib.compress(bytes(9) * 8)), (b"IEND", b"")
    assert open_picture(_chunks(grey, pixels, end)).shape == (8, 8)
    for broken in (_chunks(grey, end), _chunks(coloured, pixels, end), _chunks(grey)):
        with pytest.raises(PictureError) as caught:
            open_picture(broken)
        assert caught.value.key == "error.picture.damaged"
        said = caught.value.sentence("en")
        assert not re.search(r": \.|range|index", said)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF"])
def test_what_begins_like_a_picture_and_breaks_off_at_once_is_damaged(kind, encode, problem_of):
    begun = encode(Image.new("L", (9, 9), 200), kind)[:9]
    assert problem_of(begun) == "error.picture.damaged"


def test_a_bit_that_flipped_anywhere_in_a_palette_is_damage(encode, problem_of):
    file = encode(Image.new("P", (9, 9), 3), "PNG")
    start = file.index(b"PLTE")
    for place in range(start, start + 12):
        changed = bytearray(file)
        changed[place] ^= 1
        assert problem_of(bytes(changed)) == "error.picture.damaged"


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_is_cut_off_is_damaged(kind, encode, problem_of):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8))
    content = encode(noise, kind)
    for share in (0.5, 0.9):
        assert problem_of(content[: int(share * len(content))]) in ("error.picture.damaged", "error.picture.unknown")


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_picture_is_refused_or_opened_but_never_a_crash(kind, capfd, encode):
    rng = np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    options = {"exif": exif} if kind not in ("GIF", "BMP") else {}
    content, refused = encode(Image.fromarray(rng.integers(0, 256, (30, 20, 3), dtype=np.uint8)), kind, **options), 0
    for turn in range(300):
        damaged = bytearray(content)
        for place in rng.integers(0, (len(content), 200)[turn % 2], rng.integers(1, 6)):
            damaged[place] ^= rng.integers(1, 256)
        try:
            assert open_picture(bytes(damaged)).ndim == 2
        except PictureError as problem:
            refused += bool(problem.sentence("zh"))
    assert refused > 0


def test_a_damaged_png_in_a_file_is_the_error_that_it_is_in_memory(tmp_path):
    file = io.BytesIO()
    Image.new("L", (20, 20), 255).save(file, "PNG")
    content = bytearray(file.getvalue())
    content[content.index(b"IEND") + 4] ^= 1  # the checksum of the last chunk
    path = tmp_path / "damaged.png"
    path.write_bytes(content)
    told = []
    for source in (path, bytes(content)):
        with pytest.raises(PictureError) as caught:
            open_here(source, "damaged.png")
        told.append((caught.value.key, str(caught.value)))
    assert told[0] == told[1]
    assert told[0][0] == "error.picture.damaged"
