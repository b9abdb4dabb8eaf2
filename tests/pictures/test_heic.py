import io
import sys

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import MissingExtra, PictureError
from shuzi.pictures.open import open_picture

pillow_heif = pytest.importorskip("pillow_heif", reason="the extra `pictures` is not installed")

GREY = np.repeat(np.repeat(np.array([[0, 128, 255], [255, 60, 0]], np.uint8), 32, 0), 32, 1)


def _heic(picture, **options):
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=95, **options)
    return file.getvalue()


CONTENT = _heic(Image.fromarray(GREY).convert("RGB"))


def test_a_heic_picture_is_opened_by_path_and_by_its_bytes(tmp_path):
    (tmp_path / "a.heic").write_bytes(CONTENT)
    for source in (CONTENT, tmp_path / "a.heic", str(tmp_path / "a.heic")):
        found = open_picture(source)
        assert found.shape == GREY.shape
        assert np.abs(found.astype(int) - GREY).mean() < 4


def test_a_heic_picture_is_turned_once():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = open_picture(_heic(Image.fromarray(GREY).convert("RGB"), exif=exif.tobytes()))
    assert found.shape == (96, 64)
    assert np.abs(found.astype(int) - np.rot90(GREY, -1)).mean() < 4


def test_what_pillow_opens_for_others_stays_as_it_was():
    open_picture(CONTENT)
    assert "HEIF" not in Image.OPEN


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_cut_off_heic_picture_is_damaged(share):
    with pytest.raises(PictureError) as caught:
        open_picture(CONTENT[: int(share * len(CONTENT))])
    assert caught.value.key in ("error.picture.damaged", "error.picture.unknown")


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtra) as caught:
        open_picture(CONTENT)
    assert "Opening HEIC pictures needs pillow_heif" in caught.value.sentence("en")
    assert 'pip install ".[pictures]"' in caught.value.sentence("zh")
