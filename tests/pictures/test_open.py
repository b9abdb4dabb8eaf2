import io
import re
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import PictureError
from shuzi.pictures.decode import MOST_PIXELS, open_here
from shuzi.pictures.open import open_picture

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5
KINDS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]


def _saved(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _problem(source):
    with pytest.raises(PictureError) as caught:
        open_picture(source)
    assert caught.value.sentence("zh") != caught.value.sentence("en")
    return caught.value.key


def test_a_path_a_string_bytes_a_picture_and_an_array_are_opened_alike(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(GREY).save(path)
    for source in (path, str(path), path.read_bytes(), Image.fromarray(GREY), GREY, GREY[:, :, None]):
        found = open_picture(source)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, GREY)


def test_an_empty_name_is_an_error_that_says_so():
    assert _problem("") == "error.picture.nameless"


def test_the_ending_of_the_name_does_not_matter(tmp_path):
    (tmp_path / "a.txt").write_bytes(_saved(Image.fromarray(GREY)))
    np.testing.assert_array_equal(open_picture(tmp_path / "a.txt"), GREY)


def test_a_picture_that_is_handed_in_can_be_used_afterwards():
    picture = Image.open(io.BytesIO(_saved(Image.fromarray(GREY))))
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
def test_a_picture_is_turned_as_its_exif_says(kind, orientation, seen):
    stored = np.repeat(np.repeat(np.array([[0, 128, 255], [255, 60, 0]], np.uint8), 16, 0), 16, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = open_picture(_saved(Image.fromarray(stored), kind, exif=exif, quality=100))
    assert found.shape == seen(stored).shape
    assert np.abs(found.astype(int) - seen(stored)).max() <= 12


@pytest.mark.parametrize("alpha", [0, 64, 255])
def test_transparency_is_laid_on_white(alpha):
    rgba = np.dstack([GREY, GREY, GREY, np.full_like(GREY, alpha)])
    expected = 255 + (GREY.astype(float) - 255) * alpha / 255
    picture = Image.fromarray(rgba)
    for source in (rgba, picture, picture.convert("LA"), _saved(picture), _saved(picture, "WEBP", lossless=True)):
        assert np.abs(open_picture(source) - expected).max() <= 2


def test_a_transparent_colour_of_a_palette_is_white():
    picture = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    picture.putpalette([0, 0, 0, 100, 100, 100])
    assert open_picture(_saved(picture, "PNG", transparency=0)).tolist() == [[255, 100]]
    assert open_picture(_saved(picture, "PNG")).tolist() == [[0, 100]]


def test_colours_become_as_bright_as_they_look():
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    red, green, blue, white = open_picture(rgb)[0].tolist()
    assert blue < red < green < white == 255


def test_sixteen_bits_become_eight():
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    for source in (deep, _saved(deep), _saved(deep, "TIFF")):
        np.testing.assert_array_equal(open_picture(source), GREY)


def test_numbers_of_any_range_become_black_to_white():
    floats = Image.fromarray(np.linspace(-3, 7, 11, dtype=np.float32)[None])
    assert open_picture(floats)[0].tolist() == [0, 26, 51, 76, 102, 128, 153, 178, 204, 230, 255]
    assert open_picture(_saved(floats, "TIFF"))[0, [0, -1]].tolist() == [0, 255]


def test_one_bit_is_black_and_white():
    assert open_picture(_saved(Image.fromarray(np.array([[False, True]])))).tolist() == [[0, 255]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind):
    first, second = Image.fromarray(GREY), Image.new("L", (8, 6), 77)
    options = {"lossless": True} if kind == "WEBP" else {}
    animation = _saved(first, kind, save_all=True, append_images=[second], **options)
    assert np.abs(open_picture(animation).astype(int) - GREY).max() <= 2


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
def test_more_than_fifty_megapixels_are_refused_before_there_is_anything_to_decode(header, width, height, key):
    assert width * height > MOST_PIXELS
    assert _problem(header(width, height)) == f"error.picture.{key}"


def test_fifty_megapixels_themselves_are_not_too_many():
    assert _problem(_png_header(10_000, 5_000)) == "error.picture.damaged"  # detected by decoding


def test_an_array_or_a_picture_of_more_than_fifty_megapixels_is_refused():
    assert _problem(np.broadcast_to(np.uint8(0), (8_000, 7_000))) == "error.picture.large"
    assert _problem(Image.new("1", (8_000, 7_000))) == "error.picture.large"


@pytest.mark.parametrize("content", [b"x", b"<svg></svg>", bytes(1_000)])
def test_what_is_no_picture_is_refused(content, tmp_path):
    assert _problem(content) == "error.picture.unknown"
    (tmp_path / "a.png").write_bytes(content)
    assert _problem(tmp_path / "a.png") == "error.picture.unknown"


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "a.png").touch()
    assert _problem(b"") == _problem(tmp_path / "a.png") == "error.picture.empty"


def test_a_png_whose_sum_does_not_fit_is_damaged_though_it_can_be_decoded():
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60), np.uint8)).save(file, "PNG", compress_level=0)
    sound = file.getvalue()
    place = sound.index(b"IDAT") + 200
    changed = sound[:place] + bytes([sound[place] ^ 255]) + sound[place + 1 :]
    assert open_picture(sound).shape == (40, 60)
    assert _problem(changed) == "error.picture.damaged"


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
def test_what_begins_like_a_picture_and_breaks_off_at_once_is_damaged(kind):
    begun = _saved(Image.new("L", (9, 9), 200), kind)[:9]
    assert _problem(begun) == "error.picture.damaged"


def test_a_bit_that_flipped_anywhere_in_a_palette_is_damage():
    file = _saved(Image.new("P", (9, 9), 3), "PNG")
    start = file.index(b"PLTE")
    for place in range(start, start + 12):
        changed = bytearray(file)
        changed[place] ^= 1
        assert _problem(bytes(changed)) == "error.picture.damaged"


def test_kinds_that_hide_their_size_or_run_other_programs_are_not_opened():
    large = Image.new("1", (9_000, 9_000))
    icon = struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(_saved(large)), 22) + _saved(large)
    assert _problem(icon) == "error.picture.unknown"
    assert _problem(_saved(Image.fromarray(GREY), "EPS")) == "error.picture.unknown"


@pytest.mark.parametrize("thing", [None, 7, [[1, 2]], object()], ids=lambda each: type(each).__name__)
def test_what_cannot_hold_a_picture_is_refused(thing):
    assert _problem(thing) == "error.picture.kind"


def test_warnings_are_as_before_when_threads_have_opened_pictures():
    """What silences warnings is one for all threads, and each on its own would leave it to the others."""
    content, before = _saved(Image.fromarray(GREY)), list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(open_picture, [content] * 400):
            np.testing.assert_array_equal(found, GREY)
    assert warnings.filters == before


def test_a_missing_file_and_a_folder_cannot_be_read(tmp_path):
    assert _problem(tmp_path / "missing.png") == "error.data.unreadable"
    assert _problem(tmp_path) == "error.data.unreadable"


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_is_cut_off_is_damaged(kind):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8))
    content = _saved(noise, kind)
    for share in (0.5, 0.9):
        assert _problem(content[: int(share * len(content))]) in ("error.picture.damaged", "error.picture.unknown")


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_picture_is_refused_or_opened_but_never_a_crash(kind, capfd):
    rng = np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    options = {"exif": exif} if kind not in ("GIF", "BMP") else {}
    content, refused = _saved(Image.fromarray(rng.integers(0, 256, (30, 20, 3), dtype=np.uint8)), kind, **options), 0
    for turn in range(300):
        damaged = bytearray(content)
        for place in rng.integers(0, (len(content), 200)[turn % 2], rng.integers(1, 6)):
            damaged[place] ^= rng.integers(1, 256)
        try:
            assert open_picture(bytes(damaged)).ndim == 2
        except PictureError as problem:
            refused += bool(problem.sentence("zh"))
    assert refused > 0


@pytest.mark.parametrize(("name", "size", "count"), [(b"tEXt", 1_000_000, 70), (b"zTXt", 3_000_000, 1)])
def test_a_png_is_read_however_much_metadata_it_has(name, size, count):
    text = b"Comment\0" + (b"x" * size if name == b"tEXt" else b"\0" + zlib.compress(b"x" * size))
    whole = _saved(Image.fromarray(GREY))
    behind_head = 33
    chunk = struct.pack(">I", len(text)) + name + text + struct.pack(">I", zlib.crc32(name + text))
    found = open_picture(whole[:behind_head] + chunk * count + whole[behind_head:])
    np.testing.assert_array_equal(found, GREY)


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
