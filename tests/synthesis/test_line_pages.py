import cv2
import numpy as np
import pytest

from shuzi.data.strokes import Strokes
from shuzi.ink.paper import ink_map
from shuzi.synthesis.layout import Placed, Style, place
from shuzi.synthesis.line_pages import is_apart, is_seen, lean, page_of, told_apart
from shuzi.synthesis.pen import Pen
from shuzi.synthesis.texts import KINDS, Kind, Text
from shuzi.synthesis.writers import Hand, Writers, number_ink, trusted_samples

CLEAN = Kind(
    "clean", {"number": 1}, 1, papers={"bare": 1}, frames={"": 1}, photos=0, neighbours=0, printed=0, stamps=0
)
HAND = Hand(height=40.0, slant=0.0, wide=1.0, uneven=0.0, shaky=0.0, pen=Pen(3.0))
EVEN = Style(0.3, 0.0, 0.0, 0.0, 1.0, 0.0, "")


@pytest.fixture(scope="module")
def writers(mnist, pen_strokes):
    return Writers(mnist.train.images[:300], mnist.train.labels[:300], pen_strokes.part(~pen_strokes.validation))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_of_page_has_a_box_for_each_character_on_the_page(writers, kind):
    rng = np.random.default_rng(1)
    for _ in range(12):
        page = page_of(rng, writers, kind)
        height, width = page.grey.shape
        assert page.boxes.shape == (len(page.text), 4)
        x, y, wide, high = page.boxes.T
        # a camera may push a corner over the edge
        assert np.all((x > -height) & (y > -height) & (x + wide < width + height) & (y + high < 2 * height))


@pytest.mark.parametrize("images", [0.0, 1.0])
def test_the_ink_is_in_the_boxes(writers, images):
    """On bare paper without light and camera effects, hardly any ink is outside the boxes, and none is empty."""
    rng, shares = np.random.default_rng(2), []
    for _ in range(15):
        page = page_of(rng, writers, CLEAN, images)
        ink = ink_map(page.grey) > 128
        inside = np.zeros(ink.shape, bool)
        for x, y, wide, high in np.rint(page.boxes).astype(int):
            inside[max(0, y - 2) : y + high + 2, max(0, x - 2) : x + wide + 2] = True
        shares.append(ink[inside].sum() / max(ink.sum(), 1))
    assert np.median(shares) > 0.97


def test_the_generator_decides_everything(writers):
    one, again, other = (page_of(np.random.default_rng(seed), writers, KINDS["amounts"]) for seed in (4, 4, 5))
    assert one.text == again.text
    np.testing.assert_array_equal(one.grey, again.grey)
    assert one.grey.shape != other.grey.shape or one.text != other.text


def test_digits_are_as_high_as_the_hand_and_marks_are_small(writers):
    rng = np.random.default_rng(0)
    writer = writers.recorded[0]
    for character, low, high in (("8", 0.7, 1.5), (".", 0.02, 0.4), ("-", 0.02, 0.45), ("/", 0.9, 2.3)):
        sizes = [len(writer.write(rng, character, HAND).ink) / HAND.height for _ in range(20)]
        assert low < np.median(sizes) < high, character


def test_a_dash_is_at_half_height_a_comma_on_the_line_and_digits_stand_on_it(writers):
    rng, writer = np.random.default_rng(0), writers.recorded[0]
    bottoms = {each: np.median([writer.write(rng, each, HAND).drop for _ in range(20)]) for each in "8-,"}
    assert abs(bottoms["8"]) < 0.1 * HAND.height
    assert -0.7 * HAND.height < bottoms["-"] < -0.2 * HAND.height
    assert bottoms[","] > 0


def test_neighbours_come_as_near_as_the_gap():
    placed = Placed(20.0)
    bar = np.full((20, 6), 255, np.uint8)
    for _ in range(3):
        placed.add(bar, -20, 5.0)
    assert [x for _, x, _ in placed.inks] == [0, 11, 22]


def test_neighbours_interlock_row_by_row():
    """The foot of the second is under the roof of the first, as in 74."""
    roof = np.zeros((20, 12), np.uint8)
    roof[:4], roof[:, :3] = 255, 255
    foot = np.zeros((20, 12), np.uint8)
    foot[16:], foot[:, 9:] = 255, 255
    placed = Placed(20.0)
    placed.add(roof, -20, 2.0)
    placed.add(foot, -20, 2.0)
    assert placed.inks[1][1] < 12


def test_small_zeros_and_raised_cents_are_written_so(writers):
    rng = np.random.default_rng(0)
    small = Style(0.3, 0.0, 0.0, 0.0, 0.5, 0.0, "")
    heights = [len(ink) for ink, *_ in place(rng, writers.images, writers.images, HAND, small, Text("808")).inks]
    assert heights[1] < 0.65 * heights[0]
    written = place(rng, writers.images, writers.images, HAND, EVEN, Text("8888", small_from=2)).inks
    bottoms = [y + len(ink) for ink, _, y in written]
    assert max(bottoms[2:]) <= min(bottoms[:2])
    assert len(written[3][0]) < len(written[0][0])


def test_descending_digits_hang_below_the_line(writers):
    rng = np.random.default_rng(0)
    hanging = Style(0.3, 0.0, 0.0, 0.0, 1.0, 0.6, "")
    inks = place(rng, writers.images, writers.images, HAND, hanging, Text("272")).inks
    bottoms = [y + len(ink) for ink, _, y in inks]
    assert bottoms[1] > max(bottoms[0], bottoms[2]) + 0.2 * HAND.height


def test_a_recorded_number_keeps_its_characters_apart(pen_strokes):
    place = int(np.flatnonzero(pen_strokes.label == "1-2")[0])
    ink, boxes = number_ink(pen_strokes, place, HAND)
    assert len(boxes) == 3
    assert np.all(np.diff(boxes[:, 0]) > 0)
    assert boxes[1, 3] < 0.5 * boxes[0, 3]
    inside = np.zeros(ink.shape, bool)
    for x, y, wide, high in boxes:
        inside[int(y) : round(y + high) + 1, int(x) : round(x + wide) + 1] = True
    assert (ink[~inside] > 128).mean() < 0.01


def test_who_is_kept_for_validation_writes_no_line_to_learn_from(mnist, pen_strokes):
    images, labels = mnist.train.images[:50], mnist.train.labels[:50]
    one, other = (Writers(images, labels, pen_strokes.part(pen_strokes.validation == held)) for held in (False, True))
    assert (len(one.recorded), len(other.recorded)) == (4, 2)


def test_a_straight_line_is_a_1_and_no_other_digit():
    bar, seven = [[0, 40], [6, 18], [10, 0]], [[0, 40], [20, 40], [8, 0]]
    points = np.array([*bar, *bar, *seven], np.int16)
    strokes = Strokes(
        points, np.array([0, 3, 6, 9], np.int32), np.arange(4, dtype=np.int32), np.array(["1", "4", "7"]),
        np.array(["digit"] * 3), np.zeros(3, np.int16), np.zeros(3, bool),
    )  # fmt: skip
    assert trusted_samples(strokes, "0123456789").tolist() == [0, 2]


HEIGHT, PEN = 40, 3


def stroke(wide, high, leans=0):
    """Draw a straight stroke from the lower left to the upper right."""
    ink = np.zeros((high + 4, wide + leans + 4), np.uint8)
    cv2.line(ink, (2, high + 1), (2 + leans, 2), 255, PEN, cv2.LINE_AA)
    return ink


def bar(wide, high):
    return np.full((high, wide), 255, np.uint8)


def apart(characters, *inks, slant=0.0):
    return told_apart(characters, inks, HEIGHT, PEN, slant)


@pytest.mark.parametrize("degrees", [0, 10, 30])
def test_a_stroke_leans_as_it_was_drawn(degrees):
    ink = stroke(0, 60, round(60 * np.tan(np.radians(degrees))))
    assert np.degrees(lean(ink)) == pytest.approx(degrees, abs=1.5)


def test_a_slash_is_told_from_a_one_by_its_lean_or_by_its_length():
    upright, leaning, long = stroke(0, 40), stroke(0, 40, 14), stroke(0, 60, 7)
    assert apart("1/", upright, leaning)
    assert apart("1/", upright, long)
    assert not apart("1/", upright, upright)
    # where ones lean as much, the same slash is one of them
    assert not apart("1/", leaning, leaning)
    assert not apart("7/", bar(20, 40), stroke(0, 40, 3))
    assert not apart("7/", bar(20, 40), leaning, slant=0.3)


def test_dots_are_small_commas_long_and_dashes_wide():
    dot, comma, dash = bar(4, 4), bar(4, 14), bar(15, 4)
    assert apart(".,-", dot, comma, dash)
    assert not apart(".", comma)
    assert not apart(",", dot)
    assert not apart("-", dot)
    assert not apart("-", bar(10, 15))
    colon = np.zeros((24, 4), np.uint8)
    colon[:4] = colon[-4:] = 255
    assert apart(":", colon)
    assert not apart(":", dot)
    assert not apart(":", bar(4, 24))


def test_characters_may_touch_but_not_lie_on_each_other_and_dots_may_not_even_touch():
    one, dot = bar(6, 40), bar(4, 4)
    assert is_apart([(one, 0, 0), (one, 6, 0)], HEIGHT)
    assert not is_apart([(one, 0, 0), (one, 4, 0)], HEIGHT)
    assert is_apart([(one, 0, 0), (dot, 9, 36)], HEIGHT)
    assert not is_apart([(one, 0, 0), (dot, 6, 36)], HEIGHT)


def page(dot=30, ruling=None):
    """Draw a 1 and a dot on white paper, the dot in the given grey."""
    grey = np.full((80, 80), 235, np.uint8)
    if ruling is not None:
        grey[56:59] = ruling
    grey[20:60, 20:24] = 30
    grey[56:60, 34:38] = dot
    return grey


BOXES = np.array([[20, 20, 4, 40], [34, 56, 4, 4]], np.float32)


def test_a_mark_must_be_dark_beside_the_digits_and_beside_the_lines_of_the_paper():
    assert is_seen(page(), "1.", BOXES)
    assert not is_seen(page(dot=190), "1.", BOXES)
    assert is_seen(page(ruling=180), "1.", BOXES)
    assert not is_seen(page(ruling=40), "1.", BOXES)


def test_what_leaves_the_picture_cannot_be_told():
    assert not is_seen(page(), "1.", BOXES - np.array([25, 0, 0, 0], np.float32))
    assert not is_seen(page(), "1.", BOXES + np.array([0, 25, 0, 0], np.float32))
    assert is_seen(page(), "", np.empty((0, 4), np.float32))


@pytest.mark.parametrize("name", ["amounts", "dates and times", "values"])
def test_pages_are_composed_until_they_are_legible(mnist, pen_strokes, name):
    writers = Writers(mnist.train.images[:300], mnist.train.labels[:300], pen_strokes)
    rng = np.random.default_rng(3)
    assert all(page_of(rng, writers, KINDS[name]).legible for _ in range(40))
