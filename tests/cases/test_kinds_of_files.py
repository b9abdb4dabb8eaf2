"""The same number, saved in every supported format."""

import io

import numpy as np
import pytest
from PIL import Image

NUMBER = "17"


@pytest.fixture
def page(hand, draw):
    return Image.fromarray(draw(hand.write(NUMBER)))


def _saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_kind_of_file(reader, page, kind, tmp_path):
    content = _saved(page, kind)
    (tmp_path / "page").write_bytes(content)
    for source in (content, tmp_path / "page", str(tmp_path / "page")):
        assert reader.read(source).text == NUMBER


def test_a_heic_photo(reader, page):
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra `pictures` is not installed")
    file = io.BytesIO()
    pillow_heif.from_pillow(page.convert("RGB")).save(file)
    assert reader.read(file.getvalue()).text == NUMBER


def test_a_page_of_a_pdf(reader, page):
    pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    assert reader.read(_saved(page, "PDF", resolution=100)).text == NUMBER


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_that_its_exif_turns(reader, hand, draw, orientation):
    upright = Image.fromarray(draw(hand.write(NUMBER)))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the Pillow transposition that undoes each
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    reading, plain = reader.read(_saved(stored, "PNG", exif=exif)), reader.read(upright)
    assert reading.text == NUMBER
    assert [each.box for each in reading.digits] == [each.box for each in plain.digits]  # upright


def test_a_transparent_background(reader, hand):
    ink = hand.write(NUMBER)
    black = np.zeros((*ink.shape, 4), np.uint8)
    black[..., 3] = np.rint(255 * np.clip(ink, 0, 1))
    for source in (black, Image.fromarray(black), _saved(Image.fromarray(black), "PNG")):
        assert reader.read(source).text == NUMBER


def test_sixteen_bits(reader, page):
    deep = Image.fromarray(np.asarray(page).astype(np.uint16) * 257)
    for kind in ("PNG", "TIFF"):
        assert reader.read(_saved(deep, kind)).text == NUMBER


def test_floats(reader, page):
    assert reader.read(_saved(Image.fromarray(np.asarray(page) / np.float32(255)), "TIFF")).text == NUMBER


def test_a_palette(reader, page):
    coloured = page.convert("RGB").quantize(16)
    assert coloured.mode == "P"
    for kind in ("PNG", "GIF", "BMP"):
        assert reader.read(_saved(coloured, kind)).text == NUMBER


def test_one_bit(reader, page):
    bits = page.point(lambda level: 255 * (level > 128)).convert("1")
    for kind in ("PNG", "TIFF", "BMP"):
        assert reader.read(_saved(bits, kind, **{"compression": "group4"} if kind == "TIFF" else {})).text == NUMBER


def test_the_colours_of_print(reader, page):
    assert reader.read(_saved(page.convert("CMYK"), "JPEG", quality=90)).text == NUMBER


def test_a_strongly_compressed_photo(reader, page):
    assert reader.read(_saved(page, "JPEG", quality=15)).text == NUMBER


def test_the_first_frame_of_an_animation(reader, page):
    blank = Image.new("L", page.size, 235)
    assert reader.read(_saved(page, "GIF", save_all=True, append_images=[blank])).text == NUMBER
    assert reader.read(_saved(blank, "GIF", save_all=True, append_images=[page])).status == "blank"


def test_arrays_of_one_two_and_three_dimensions_of_colour(reader, page):
    grey = np.asarray(page)
    for array in (grey, grey[..., None], np.dstack([grey] * 3), np.dstack([grey] * 3 + [np.full_like(grey, 255)])):
        assert reader.read(array).text == NUMBER
