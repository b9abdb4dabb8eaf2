import cv2
import numpy as np
import pytest

from shuzi.synthesis import distractors
from shuzi.synthesis.distractors import glyph, pseudo_letter, small_distractor


def test_the_same_draws_give_the_same_character():
    first, second = (pseudo_letter(np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_each_just_fills_a_square_of_side_one():
    rng = np.random.default_rng(1)
    for _ in range(200):
        points = np.concatenate(pseudo_letter(rng))
        assert points.min(axis=0).tolist() == [0, 0]
        np.testing.assert_allclose(points.max(), 1)


def test_none_is_a_single_line_which_could_be_a_1():
    rng = np.random.default_rng(2)
    for _ in range(500):
        points = np.concatenate(pseudo_letter(rng))
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        assert spread[1] > 0.25 * spread[0]


def test_most_have_several_strokes_that_hang_together():
    rng = np.random.default_rng(4)
    several = touching = 0
    for _ in range(300):
        strokes = pseudo_letter(rng)
        if len(strokes) > 1:
            several += 1
            begins = [stroke[0] for stroke in strokes[1:]]
            others = [np.concatenate(strokes[:place]) for place in range(1, len(strokes))]
            touching += any(
                np.abs(other - begin).max(axis=1).min() < 1e-9 for begin, other in zip(begins, others, strict=True)
            )
    assert several > 200
    assert touching > several / 2


LOOK_LIKE_DIGITS = set("0123456789 OoQDIilJjSsZzGgqBby|/(){}[]~")
PRINTED_LIKE_DIGITS = set("0123456789 OoIilSsZzgqb|/(){}[]~ΟοσζδΖЗзОоЧчбЬьЭэЪъסםלעՏօ")


def one_digit(image):
    return lambda: (4, image / np.float32(255))


@pytest.fixture(scope="module")
def four(mnist):
    return mnist.train.images[np.flatnonzero(mnist.train.labels == 4)[0]]


@pytest.mark.parametrize("height", [13, 46])
@pytest.mark.parametrize("pen", [1.0, 9.0])
def test_a_mark_always_has_ink(four, height, pen):
    for seed in range(400):
        rng = np.random.default_rng(seed)
        for drawn in (small_distractor(rng, height, pen), glyph(rng, height, pen, one_digit(four))):
            assert drawn.dtype == np.float32
            assert drawn.min() >= 0
            assert 0.3 < drawn.max() <= 1 + 1e-5  # resizing rounds
            assert (drawn > 0.3).sum() > 1


def test_a_glyph_has_the_size_of_a_digit(four):
    for seed in range(300):
        for height in (13, 46):
            assert max(glyph(np.random.default_rng(seed), height, 2.0, one_digit(four)).shape) == height


def test_a_small_mark_is_hardly_larger_than_the_digits_beside_it():
    sizes = np.array([small_distractor(np.random.default_rng(seed), 30, 2.0).shape for seed in range(500)])
    assert sizes.max() <= 30 * 1.3 + 7  # a slash is the tallest; plus the pen and a margin
    assert np.median(sizes[:, 0]) < 15


def test_the_generator_decides_what_is_drawn(four):
    drawn = [glyph(np.random.default_rng(seed), 28, 2.0, one_digit(four)) for seed in (5, 5, *range(100))]
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert len({each.tobytes() for each in drawn[2:]}) > 98


def test_no_letter_that_looks_like_a_digit_is_drawn(four, monkeypatch):
    texts, draw = [], cv2.putText

    def listed(board, text, *others):
        texts.append(text)
        return draw(board, text, *others)

    monkeypatch.setattr(cv2, "putText", listed)
    for seed in range(2_000):
        glyph(np.random.default_rng(seed), 28, 2.0, one_digit(four))
    assert len(set(texts)) > 30
    assert not set(texts) & LOOK_LIKE_DIGITS


def test_no_letter_that_is_printed_like_a_digit_is_drawn_and_every_one_is_in_a_font(four, monkeypatch):
    letters, type_ = set(), distractors._type

    def listed(letter, font):
        letters.add(letter)
        return type_(letter, font)

    monkeypatch.setattr(distractors, "_type", listed)
    for seed in range(6_000):
        glyph(np.random.default_rng(seed), 28, 2.0, one_digit(four))
    assert len(letters) > 120
    assert not letters & PRINTED_LIKE_DIGITS
    missing = type_("\ue000", 0)
    assert missing.any()  # a box
    for letter in letters:
        for font in range(len(distractors.fonts())):
            assert np.abs(type_(letter, font) - missing).max() > 0.5


def test_a_letter_followed_by_a_pen_has_strokes_of_its_width():
    for pen in (3, 8):
        drawn = np.clip(pen / 2 + 0.5 - distractors._away_from_lines("П", 0), 0, 1)
        assert abs(drawn[48].sum() - 2 * pen) <= 2  # two stems


@pytest.mark.parametrize(
    ("label", "alone"),
    [(0, "never"), (1, "never"), (2, "turned"), (5, "turned"), (8, "turned"), (4, "mirrored or turned")],
)
def test_a_digit_that_stays_a_digit_is_spoilt_by_another_one_only(label, alone, monkeypatch):
    """A mirrored 0 is a 0, and likewise an 8; a single digit is only spoilt in ways that make it a non-digit."""
    monkeypatch.setattr(distractors, "CURVED", ())  # struck-through digits stay upright
    asked = []

    def flag():
        asked.append(label)
        flag = np.zeros((20, 20), np.float32)
        flag[:, :3] = flag[:6, :10] = 1  # its staff on the left
        return label, flag

    counts = {"never": 0, "turned": 0, "mirrored or turned": 0}
    for seed in range(600):
        asked.clear()
        ink = glyph(np.random.default_rng(seed), 40, 2.0, flag)
        if len(asked) == 1:
            upright = ink[:, :].sum(axis=0).argmax() > ink.shape[1] / 2 and ink.shape[0] > ink.shape[1]
            counts["mirrored or turned" if upright else "turned"] += 1
    assert (counts["mirrored or turned"] > 0) == (alone == "mirrored or turned")
    assert (counts["turned"] > 0) == (alone != "never")
