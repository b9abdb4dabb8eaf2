"""What holds for every picture, whatever is in it."""

import cv2
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

from shuzi.errors import ShuziError
from shuzi.reading.result import Reading

STATUSES = {"ok", "blank", "not-a-digit", "unsure"}
SHAPES = array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40)
COLOURS = st.sampled_from([(), (1,), (3,), (4,)])


def _check(reader, array):
    try:
        reading = reader.read(array)
    except ShuziError:
        return None
    assert isinstance(reading, Reading)
    assert reading.status in STATUSES
    assert 0 <= reading.confidence <= 1
    told = "".join(str(each.digit) for each in reading.digits)
    assert reading.digits_text.replace("\n", "") == told
    assert "".join(filter(str.isdigit, reading.text)) == told
    assert [each for each in reading.text if not each.isspace() and not each.isdigit()] == [
        each.mark for each in reading.marks
    ]
    assert sum(probability for _, probability in reading.alternatives) <= 1 + 1e-6
    assert (reading.status == "blank") <= (reading.text == "")
    assert reading.message
    return reading


@given(st.data())
@settings(max_examples=100)
def test_an_array_of_any_shape_and_type_gives_a_reading_or_an_error(reader, data):
    shape = data.draw(SHAPES)
    array = data.draw(arrays(scalar_dtypes(), shape))
    is_picture = array.size and (array.ndim == 2 or (array.ndim == 3 and shape[2] in (1, 3, 4)))
    white = {"b": 1, "u": 255, "i": 255, "f": 1}.get(array.dtype.kind)
    sound = is_picture and white is not None and all(0 <= value <= white for value in array.ravel().tolist())
    assert (_check(reader, array) is not None) == bool(sound)


@given(
    st.integers(1, 60), st.integers(1, 60), COLOURS, st.integers(0, 2**32 - 1), st.sampled_from(["any", "few", "two"])
)
@settings(max_examples=60)
def test_pixels_of_any_kind_give_a_reading(reader, height, width, colours, seed, kind):
    rng = np.random.default_rng(seed)
    array = rng.integers(0, 256, (height, width, *colours), dtype=np.uint8)
    if kind == "few":
        array = np.where(array < 250, 255, array).astype(np.uint8)
    elif kind == "two":
        array = (array > 127).astype(np.uint8) * 255
    assert _check(reader, array) is not None


@given(st.sampled_from([np.asfortranarray, np.flipud, np.transpose, lambda array: array[::2, ::3]]))
def test_an_array_may_lie_in_memory_as_it_likes(reader, hand, draw, arrange):
    page = arrange(draw(hand.write("17")))
    assert reader.read(page).as_dict() == reader.read(np.ascontiguousarray(page)).as_dict()


PAGES = st.tuples(
    st.text("0123456789", min_size=1, max_size=5),
    st.integers(0, 300),
    st.integers(24, 110),
    st.integers(150, 255),
    st.integers(0, 60),
)


def _clean(reader, hand, draw, page):
    """Draw a page that is easy to read, and return it with its text."""
    text, turn, height, paper, pen = page
    drawn = draw(hand.write(text, turn, height), paper, pen)
    reading = reader.read(drawn)
    assume(reading.status == "ok")
    return drawn, reading.text


@given(PAGES)
def test_turning_the_polarity_of_a_clean_picture_does_not_change_its_text(reader, hand, draw, page):
    drawn, text = _clean(reader, hand, draw, page)
    assert reader.read(255 - drawn).text == text


@given(PAGES, st.sampled_from([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
def test_scaling_a_clean_picture_by_two_does_not_change_its_text(reader, hand, draw, page, method):
    drawn, text = _clean(reader, hand, draw, page)
    assert reader.read(cv2.resize(drawn, None, fx=2, fy=2, interpolation=method)).text == text


@given(PAGES, st.tuples(*[st.integers(0, 120)] * 4))
def test_a_margin_around_a_clean_picture_does_not_change_its_text(reader, hand, draw, page, margin):
    drawn, text = _clean(reader, hand, draw, page)
    paper = page[3]
    assert reader.read(cv2.copyMakeBorder(drawn, *margin, cv2.BORDER_CONSTANT, value=paper)).text == text
