import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cv2 import TM_SQDIFF, matchTemplate
from PIL import Image, ImageColor

import shuzi
from shuzi import messages
from shuzi.errors import PictureError
from shuzi.messages import speaking
from shuzi.reading import explain as module
from shuzi.reading.explain import explain
from shuzi.reading.result import COLOURS


@pytest.fixture(scope="module")
def reader():
    return shuzi.load()


@pytest.fixture(scope="module")
def row(mnist):
    """Write six MNIST digits side by side, dark on light: uint8 (160, 768)."""
    images = [np.pad(255 - image, ((6, 6), (2, 2)), constant_values=255) for image in mnist.validation.images[:6]]
    return np.asarray(Image.fromarray(np.hstack(images)).resize((768, 160)))


def _has(image, pixels):
    """Return whether these pixels, uint8 (h, w), occur unchanged somewhere in an image."""
    grey = np.asarray(image.convert("L")).astype(np.float32)
    return matchTemplate(grey, pixels.astype(np.float32), TM_SQDIFF).min() < pixels.size


def test_the_reading_is_the_same_as_without_explaining(reader, row):
    reading, _ = explain(reader, row)
    assert reading.as_dict() == reader.read(row).as_dict()


def test_it_shows_the_picture_the_ink_and_each_image_that_the_network_saw(reader, row):
    reading, image = explain(reader, row)
    assert (image.mode, image.width) == ("RGB", 1_000)
    for digit in reading.digits:
        assert _has(image, np.repeat(np.repeat(digit.image, 5, 0), 5, 1))
    bare = Image.fromarray(row).resize((952, round(160 * 952 / 768)), Image.Resampling.LANCZOS)
    assert _has(image, np.asarray(bare)[:30])  # above the boxes
    ink = Image.fromarray(255 - reader.recognise(row).ink).resize(bare.size, Image.Resampling.LANCZOS)
    assert _has(image, np.asarray(ink))


def test_each_box_is_drawn_around_its_digit(reader, mnist):
    page = np.full((200, 200), 255, np.uint8)
    page[60:144, 100:184] = np.repeat(np.repeat(255 - mnist.validation.images[0], 3, 0), 3, 1)
    reading, image = explain(reader, page)
    x, _, width, height = reading.digits[0].box
    factor = 380 / 200
    green = (np.asarray(image) == (21, 128, 61)).all(axis=2)[140:540, :410]
    columns = np.nonzero(green)[1]
    assert abs(columns.min() - (24 + factor * x)) <= 3
    assert abs(np.ptp(columns) - factor * width) <= 4
    lines = np.nonzero(green.sum(axis=1) > 0.9 * factor * width)[0]
    assert abs(np.ptp(lines) - factor * height) <= 4


def test_a_blank_page_is_shown_as_blank(reader):
    reading, image = explain(reader, np.full((300, 200), 250, np.uint8))
    assert reading.status == "blank"
    assert image.height < 600


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (20, 20), (3_000, 100)])
def test_pictures_of_any_shape_are_shown(reader, shape):
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    _, image = explain(reader, picture)
    assert image.width == 1_000
    assert image.height < 20_000


def test_of_very_many_digits_only_the_first_are_drawn_one_by_one(reader, row, monkeypatch):
    whole = explain(reader, row)[1].height
    monkeypatch.setattr(module, "MAX_DRAWN", 2)
    assert explain(reader, row)[1].height < whole - 300


def test_captions_are_in_the_language_and_the_language_stays(reader, row, monkeypatch):
    said = []
    monkeypatch.setattr(module, "say", lambda *_, **__: said.append(messages.language()) or "x")
    monkeypatch.setattr(module, "drawn_language", messages.language)
    for language in messages.LANGUAGES:
        with speaking(language):
            explain(reader, row)
            assert messages.language() == language
    assert set(said) == {"zh", "en"}


def test_something_that_is_not_a_picture_is_an_error_as_in_reading(reader):
    with pytest.raises(PictureError):
        explain(reader, b"no picture")


def test_explaining_waits_neither_for_tensorflow_nor_for_matplotlib():
    program = """
import sys, numpy, shuzi
from shuzi.reading.explain import explain
explain(shuzi.load(), numpy.full((40, 40), 255, numpy.uint8))
assert not {"tensorflow", "keras", "onnx", "click", "rich", "matplotlib"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_of_a_page_each_number_is_drawn_where_it_stands(reader):
    page = Path(__file__).parents[1] / "fixtures/reading/page.picture.png"
    reading, image = explain(reader, page)
    pixels = np.asarray(image)
    factor = 952 / np.asarray(Image.open(page)).shape[1]
    top = np.argmax((pixels[:, 30:970] < 128).mean(axis=(1, 2)) > 0.9)  # where the dark desk begins
    assert len(reading.lines) > 3
    for line in reading.lines:
        x, y, _, height = (side * factor for side in line.box)
        edge = pixels[round(top + y) + 4 : round(top + y + height) - 4, round(24 + x) - 2 : round(24 + x) + 2]
        colour = np.array(ImageColor.getrgb(COLOURS[line.status]))
        assert (np.abs(edge.astype(int) - colour).sum(axis=2) < 30).any(axis=1).mean() > 0.9
