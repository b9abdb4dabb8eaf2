"""A TIFF of several pages, as office scanners write it."""

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from shuzi.errors import PictureError
from shuzi.pictures.decode import MAX_PIXELS, Page
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture

MASK, SMALLER = 4, 1


def _page(brightness, size=(40, 30)):
    return Image.new("L", size, brightness)


def _tiff(*pages, **options):
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], **options)
    return file.getvalue()


@pytest.fixture
def scan(tmp_path):
    (tmp_path / "scan.tif").write_bytes(_tiff(_page(10), _page(90, (50, 20)), _page(160)))
    return tmp_path / "scan.tif"


def test_a_tiff_becomes_its_pages(scan):
    names = [f"{scan}#{number}" for number in (1, 2, 3)]
    assert [str(each) for each in single_pictures(scan)] == names
    assert [str(each) for each in single_pictures(scan.parent)] == names
    for pages in (single_pictures(scan), single_pictures(scan.read_bytes()), names):
        assert [int(open_picture(page)[5, 5]) for page in pages] == [10, 90, 160]
    assert open_picture(names[1]).shape == (20, 50)


@pytest.mark.parametrize(
    ("depth", "options"),
    [
        pytest.param("L", {"compression": "tiff_lzw"}, id="compressed"),
        pytest.param("L", {"big_tiff": True}, id="addresses-of-8-bytes"),
        pytest.param("L", {"big_tiff": True, "compression": "jpeg"}, id="both"),
        pytest.param("I;16B", {}, id="big-endian"),
    ],
)
def test_pages_of_every_kind_of_tiff_are_found(depth, options, tmp_path):
    pages = [Image.fromarray(picture) for picture in np.random.default_rng(1).integers(0, 256, (3, 30, 40), np.uint8)]
    if depth != "L":
        pages = [page.convert("I").point(lambda level: level * 257).convert(depth) for page in pages]
    content = _tiff(*pages, **options)
    (tmp_path / "a.tif").write_bytes(content)
    for source in (content, tmp_path / "a.tif"):
        for found, page in zip(single_pictures(source), pages, strict=True):
            np.testing.assert_array_equal(open_picture(found), open_picture(_tiff(page, **options)))


def test_a_name_that_says_otherwise_hides_no_page(scan, tmp_path):
    (tmp_path / "scan.jpg").write_bytes(scan.read_bytes())
    assert [each.number for each in single_pictures(tmp_path / "scan.jpg")] == [1, 2, 3]


def test_pages_of_a_fax_are_read(tmp_path):
    ruled = Image.fromarray(np.tile(np.uint8([0, 255]), (24, 12))).convert("1")
    content = _tiff(ruled.point(lambda level: 255 - level), ruled, compression="group4")
    first, second = (open_picture(page) for page in single_pictures(content))
    np.testing.assert_array_equal(first, 255 - second)


def test_a_tiff_of_one_page_is_a_picture_of_its_own_name(tmp_path):
    (tmp_path / "a.tiff").write_bytes(_tiff(_page(70)))
    assert list(single_pictures(tmp_path / "a.tiff")) == [tmp_path / "a.tiff"]


@pytest.mark.parametrize("kind", [SMALLER, MASK])
def test_a_smaller_copy_and_a_mask_are_no_pages(kind):
    about = TiffImagePlugin.ImageFileDirectory_v2()
    about[254] = kind
    other = _page(200, (8, 6))
    other.encoderinfo = {"tiffinfo": about}
    content = _tiff(_page(10), other, _page(160))
    assert [int(open_picture(page)[2, 2]) for page in single_pictures(content)] == [10, 160]


def test_a_page_that_is_not_there_is_an_error_that_tells_how_many_there_are(scan):
    with pytest.raises(PictureError, match=r"scan\.tif has no page 4; its last page is 3"):
        open_picture(f"{scan}#4")
    _page(70).save(scan, "PNG")
    with pytest.raises(PictureError, match=r"scan\.tif has no page 2; its last page is 1"):
        open_picture(f"{scan}#2")


def test_a_page_that_cannot_be_found_is_an_error_and_not_left_out(scan):
    content = bytearray(scan.read_bytes())
    first = int.from_bytes(content[4:8], "little")
    fields = int.from_bytes(content[first : first + 2], "little")
    end = first + 2 + 12 * fields  # where the place of the second page is
    content[end : end + 4] = (len(content) + 1_000).to_bytes(4, "little")
    scan.write_bytes(content)
    (problem,) = single_pictures(scan)
    assert problem.key == "error.picture.damaged"
    assert str(scan) in str(problem)


def test_each_page_has_the_limit_of_a_picture():
    large = Image.new("1", (MAX_PIXELS // 5_000 + 1, 5_000))
    content = _tiff(_page(10).convert("1"), large, compression="group4")
    assert open_picture(Page(content, 1)).shape == (30, 40)
    with pytest.raises(PictureError) as caught:
        open_picture(Page(content, 2))
    assert caught.value.key == "error.picture.large"
