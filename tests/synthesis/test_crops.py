from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import center_of_mass
from scipy.ndimage import label as pieces

import shuzi
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import cut_out
from shuzi.synthesis import crops
from shuzi.synthesis.crops import LOOKS_LIKE, NOT_A_DIGIT, label_of


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist.train.images[:200], mnist.train.labels[:200]


@pytest.fixture
def few(monkeypatch):
    """Reduce the number of each kind in a whole training; composing runs in this process, so it sees the change."""

    def set_counts(pages=0, rewritten=0, glyphs=0, lines=0, others=0, written=0):
        counts = {"PAGES": pages, "REWRITTEN": rewritten, "GLYPHS": glyphs, "AS_THEY_ARE": 1}
        by_pens = {"LINES_BY_PENS": lines, "OTHERS_BY_PENS": others, "DIGITS_BY_PENS": written}
        for name, value in (counts | by_pens).items():
            monkeypatch.setattr(crops, name, value)

    return set_counts


def test_the_given_images_come_first_as_they_are(digits, few):
    few(pages=20, rewritten=30, glyphs=30)
    images, labels = crops.compose_part(*digits, [0], 1.0)
    np.testing.assert_array_equal(images[:200], digits[0])
    np.testing.assert_array_equal(labels[:200], digits[1])
    assert (images.shape, images.dtype, labels.dtype) == ((len(labels), 28, 28), np.uint8, np.uint8)
    assert len(labels) > 300
    assert labels.max() == NOT_A_DIGIT
    assert images[200:].max(axis=(1, 2)).min() > 0


def test_a_share_of_nothing_is_the_given_images_four_times(digits):
    images, labels = crops.compose_part(*digits, [0], 0.0)
    np.testing.assert_array_equal(images, np.concatenate([digits[0]] * 4))
    np.testing.assert_array_equal(labels, np.concatenate([digits[1]] * 4))


def test_the_seed_decides_what_is_composed(digits, few):
    few(pages=10, rewritten=10, glyphs=10)
    (first, labels), (again, labels_again), (other, _) = (
        crops.compose_part(*digits, seed, 1.0) for seed in ([0, 3, 1], [0, 3, 1], [0, 3, 2])
    )
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(labels, labels_again)
    assert not np.array_equal(first[200:220], other[200:220])


def test_digits_written_again_are_read_as_what_they_were(digits, few):
    few(rewritten=400)
    images, labels = (each[200:] for each in crops.compose_part(*digits, [0], 1.0))
    assert len(labels) == 400
    assert labels.max() < 10
    assert np.mean(shuzi.load("softmax").classify(images).argmax(axis=1) == labels) > 0.5  # by chance 0.1


def test_marks_and_letters_are_no_digits(digits, few):
    few(glyphs=200)
    labels = crops.compose_part(*digits, [0], 1.0)[1][200:]
    assert labels.tolist() == [10] * 200


def test_a_cut_of_two_digits_is_no_digit(mnist, few):
    """On pages of 0s only, a crop with one hole on the left and one on the right holds two digits."""
    few(pages=300)
    zeros = mnist.train.labels == 0
    images, labels = mnist.train.images[zeros][:100], mnist.train.labels[zeros][:100]
    told = []
    for image, label in zip(*(each[100:] for each in crops.compose_part(images, labels, [0], 1.0)), strict=True):
        paper, count = pieces(np.pad(image < 100, 1, constant_values=True))
        holes = [hole for hole in range(2, count + 1) if (paper == hole).sum() >= 6]
        if holes and np.ptp([center_of_mass(paper == hole)[1] for hole in holes]) >= 9:
            told.append(label)
    assert len(told) > 30
    assert np.mean(np.array(told) == NOT_A_DIGIT) > 0.9  # a printed line may split one in two


def only(strokes, *labels):
    return strokes.part(np.isin(strokes.label, labels))


def with_strokes(digits, strokes):
    return [each[200:] for each in crops.compose_part(*digits, [0], 1.0, strokes)]


def test_digits_of_pens_are_read_as_what_they_were(digits, few, pen_strokes):
    few(written=300)
    images, labels = with_strokes(digits, pen_strokes)
    assert len(labels) == 300
    assert labels.max() < 10
    assert np.mean(shuzi.load().classify(images).argmax(axis=1) == labels) > 0.9


def test_pen_strokes_take_the_place_of_some_distractors_and_of_nothing_else(digits, few, pen_strokes):
    few(rewritten=40, glyphs=40, written=20)
    without = crops.compose_part(*digits, [0], 1.0)[1][200:]
    assert np.bincount(with_strokes(digits, pen_strokes)[1] == NOT_A_DIGIT).tolist() == [40 + 20, 30]
    assert np.bincount(without == NOT_A_DIGIT).tolist() == [40, 40]
    few(pages=10)
    alone = crops.compose_part(*digits, [0], 1.0)[0][200:]
    np.testing.assert_array_equal(with_strokes(digits, pen_strokes)[0], alone)


def test_a_letter_is_no_digit_and_one_that_looks_like_a_digit_says_which(digits, few, pen_strokes):
    few(others=60)
    assert set(with_strokes(digits, only(pen_strokes, "A", "x"))[1]) == {NOT_A_DIGIT}
    zeros = only(pen_strokes, "0")
    oval = replace(zeros, label=np.full(len(zeros), "O"), kind=np.full(len(zeros), "upper"))
    assert set(with_strokes(digits, oval)[1]) == {LOOKS_LIKE}


def test_lines_of_pens_hold_digits_alone_and_several_characters_in_one_cut(digits, few, pen_strokes):
    few(lines=150)
    images, labels = with_strokes(digits, pen_strokes)
    alone = labels < 10
    assert alone.sum() > 100
    assert (labels == NOT_A_DIGIT).sum() > 100
    said = shuzi.load().classify(images[alone]).argmax(axis=1)
    assert np.mean(said == labels[alone]) > 0.8


def test_a_cut_is_framed_as_a_digit_of_mnist_is(mnist, apart):
    expected = mnist.test.images[:30]
    found = []
    for image in expected:
        page = np.zeros((80, 120), np.uint8)
        page[30:58, 50:78] = image
        y, x = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        found.append(cut_out(page, Box(50 + x[0], 30 + y[0], np.ptp(x) + 1, np.ptp(y) + 1).pixels()))
    assert np.median(apart(np.stack(found), expected)) < 3


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((5, 5, 20, 20), id="blank"),
        pytest.param((40, 40, 1, 3), id="hardly any ink"),
        pytest.param((-30, -30, 10, 10), id="left of the page"),
        pytest.param((200, 10, 10, 10), id="right of the page"),
        pytest.param((10, 90, 10, 10), id="below the page"),
    ],
)
def test_where_there_is_hardly_ink_there_is_no_cut(box):
    page = np.zeros((80, 120), np.uint8)
    page[40:60, 40:60] = 255
    assert cut_out(page, Box(*box).pixels()) is None


def test_a_box_half_off_the_page_cuts_what_is_on_it():
    page = np.zeros((80, 120), np.uint8)
    page[40:60, :10] = 255
    assert cut_out(page, Box(-10, 35, 25, 30).pixels()) is not None


def test_a_letter_like_a_digit_has_a_label_of_its_own():
    assert [label_of(character) for character in "07AO"] == [0, 7, NOT_A_DIGIT, LOOKS_LIKE]
