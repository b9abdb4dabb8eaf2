import io
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import MissingExtra, PictureError
from shuzi.pictures.decode import MAX_PIXELS, Page
from shuzi.pictures.folders import single_pictures
from shuzi.pictures.open import open_picture

pypdfium2 = pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")


def _page(brightness, size=(400, 300)):
    """Draw a page with a square in the middle of its left half."""
    page = np.full((size[1], size[0]), 255, np.uint8)
    page[size[1] // 3 : 2 * size[1] // 3, size[0] // 8 : size[0] // 4] = brightness
    return Image.fromarray(page)


def _pdf(*pages, resolution=100):
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=resolution)
    return file.getvalue()


@pytest.fixture
def scan(tmp_path):
    (tmp_path / "scan.pdf").write_bytes(_pdf(_page(0), _page(90), _page(160)))
    return tmp_path / "scan.pdf"


def _square(page):
    return int(page[page.shape[0] // 2, page.shape[1] * 3 // 16])


def test_a_page_is_drawn_at_200_dots_an_inch(scan):
    page = open_picture(Page(scan, 1))
    assert page.shape == (600, 800)
    assert page.dtype == np.uint8
    assert (_square(page), int(page[10, 10])) == (0, 255)


def test_pages_are_named_by_their_numbers(scan):
    for number, brightness in ((1, 0), (2, 90), (3, 160)):
        for source in (Page(scan, number), f"{scan}#{number}", Page(scan.read_bytes(), number)):
            assert abs(_square(open_picture(source)) - brightness) < 12
    assert _square(open_picture(scan)) == _square(open_picture(scan.read_bytes())) == 0


def test_a_pdf_becomes_its_pages(scan):
    assert [str(each) for each in single_pictures(scan)] == [f"{scan}#{number}" for number in (1, 2, 3)]
    assert [each.number for each in single_pictures(scan.read_bytes())] == [1, 2, 3]
    assert list(single_pictures(f"{scan}#2")) == [f"{scan}#2"]


def test_a_page_that_is_not_there_is_an_error_that_tells_how_many_there_are(scan):
    with pytest.raises(PictureError, match=r"scan\.pdf has no page 4; its last page is 3"):
        open_picture(f"{scan}#4")


def test_a_file_whose_own_name_looks_like_a_page_is_that_file(scan):
    _page(70).save(f"{scan}#2", "PNG")
    assert _square(open_picture(f"{scan}#2")) == 70


def test_a_picture_whose_name_ends_in_pdf_is_a_picture(tmp_path):
    _page(70).save(tmp_path / "a.pdf", "PNG")
    assert list(single_pictures(tmp_path / "a.pdf")) == [tmp_path / "a.pdf"]
    assert _square(open_picture(tmp_path / "a.pdf")) == 70


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.4\n%%EOF", _pdf(_page(0))[:300]])
def test_a_damaged_pdf_is_an_error_that_names_it(content, tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(content)
    with pytest.raises(PictureError) as caught:
        open_picture(path)
    for problem in (caught.value, *single_pictures(path)):
        assert problem.key == "error.picture.damaged"
        assert str(path) in str(problem)


def test_a_missing_pdf_cannot_be_read(tmp_path):
    for name in ("missing.pdf", "missing.pdf#2"):
        with pytest.raises(PictureError, match=r"Cannot read .*missing\.pdf"):
            open_picture(tmp_path / name)


def test_a_huge_sheet_is_drawn_coarser():
    page = open_picture(_pdf(_page(0), resolution=2))  # 200 by 150 inches
    assert 0.9 * MAX_PIXELS < page.size <= MAX_PIXELS
    assert _square(page) == 0


def test_a_page_with_a_picture_of_more_than_fifty_megapixels_is_refused_before_it_is_decoded():
    large = Image.new("L", (100, 100))
    content = _pdf(large).replace(b"/Width 100", b"/Width 9000").replace(b"/Height 100", b"/Height 9000")
    with pytest.raises(PictureError) as caught:
        open_picture(content)
    assert caught.value.key == "error.picture.large"


def test_pages_can_be_drawn_by_many_threads_at_once(scan):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(open_picture, [Page(scan, 1 + turn % 3) for turn in range(24)]))
    assert [round(_square(page), -1) for page in found[:3]] == [0, 90, 160]
    for turn, page in enumerate(found):
        np.testing.assert_array_equal(page, found[turn % 3])


def test_without_the_extra_the_error_says_how_to_get_it(scan, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(MissingExtra) as caught:
        open_picture(scan)
    assert "Opening PDFs needs pypdfium2" in caught.value.sentence("en")
    assert 'pip install ".[pictures]"' in caught.value.sentence("zh")
    (problem,) = single_pictures(scan)
    assert str(scan) in str(problem)
    assert "pypdfium2" in str(problem)
