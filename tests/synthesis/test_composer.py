"""What the course practises on: a sheet has its digits in rows, a photograph shows the digit it was made from."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

import shuzi
from shuzi import load
from shuzi.ink.boxes import Box
from shuzi.ink.normalize import cut_out, normalize
from shuzi.ink.paper import ink_map
from shuzi.synthesis.composer import Composer, compose_photos, draw_sheet

HEIGHT, WIDTH = 64, 160


def part(page, box):
    x, y, width, height = box
    return page.grey[int(y) : int(y + height), int(x) : int(x + width)]


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist.train.images[:200], mnist.train.labels[:200]


@pytest.fixture(scope="module")
def composer(digits):
    return Composer(*digits)


@pytest.fixture(scope="module")
def pages(composer):
    rng = np.random.default_rng(0)
    return [composer.page(rng) for _ in range(400)]


@pytest.fixture(scope="module")
def blocks():
    """Pages of square digits only, whose boxes show whether a whole digit is on the page."""
    block = np.zeros((4, 28, 28), np.uint8)
    block[:, 4:24, 4:24] = 255
    composer, rng = Composer(block, np.full(4, 3, np.uint8)), np.random.default_rng(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shuzi.synthesis.composer._SKELETON", 0)
        return [composer.page(rng) for _ in range(400)]


def test_the_generator_decides_the_whole_page(digits, composer):
    other = Composer(*digits)
    for seed in range(20):
        page, again = (each.page(np.random.default_rng(seed)) for each in (composer, other))
        np.testing.assert_array_equal(page.grey, again.grey)
        np.testing.assert_array_equal(page.labels, again.labels)
        np.testing.assert_array_equal(page.boxes, again.boxes)
    assert not np.array_equal(page.grey, composer.page(np.random.default_rng(99)).grey)


@pytest.mark.parametrize("shape", [(64, 160), (48, 48), (100, 30)])
def test_boxes_lie_on_the_page(composer, shape):
    rng = np.random.default_rng(1)
    for _ in range(60):
        page = composer.page(rng, *shape)
        assert (page.grey.shape, page.grey.dtype) == (shape, np.uint8)
        assert (page.labels.dtype, page.boxes.dtype) == (np.uint8, np.float32)
        assert page.boxes.shape == (len(page.labels), 4)
        assert (page.boxes[:, :2] >= 0).all()
        assert (page.boxes[:, 2:] > 1).all()
        assert (page.boxes[:, :2] + page.boxes[:, 2:] <= shape[::-1]).all()


def test_in_every_box_there_is_ink_darker_than_the_paper(pages):
    darker = [np.median(page.grey) - np.percentile(part(page, box), 10) for page in pages for box in page.boxes]
    assert len(darker) > 1_000
    assert np.quantile(darker, 0.02) > 15
    assert np.median(darker) > 60


def test_a_reader_that_never_saw_pages_finds_in_the_boxes_what_the_labels_say(pages):
    reader, right = shuzi.load("softmax"), []
    for page in pages[:150]:
        ink = ink_map(page.grey)
        cuts = [(cut_out(ink, Box(*box).pixels()), label) for box, label in zip(page.boxes, page.labels, strict=True)]
        seen = [(image, label) for image, label in cuts if image is not None]
        if seen:
            answers = reader.classify(np.stack([image for image, _ in seen])).argmax(axis=1)
            right.extend(answers == [label for _, label in seen])
    assert len(right) > 400
    assert np.mean(right) > 0.55  # by chance 0.1; it reads a line of MNIST and not all pens


def test_pages_of_one_digit_have_no_other_label(digits):
    images, labels = digits
    composer, rng = Composer(images[labels == 7], labels[labels == 7]), np.random.default_rng(2)
    found = np.concatenate([composer.page(rng).labels for _ in range(50)])
    assert len(found) > 100
    assert set(found.tolist()) == {7}


def test_digits_are_told_from_left_to_right_and_then_those_of_the_second_line(pages):
    back = []
    for page in pages:
        middles = page.boxes[:, 0] + page.boxes[:, 2] / 2
        back.append(int((np.diff(middles) <= 0).sum()))
    assert max(back) == 1
    assert 0.02 < np.mean(back) < 0.15  # about as many pages as have two lines


def test_there_are_empty_pages_and_full_ones_and_every_digit(pages):
    counts = np.array([len(page.labels) for page in pages])
    assert 0.05 < np.mean(counts == 0) < 0.2
    assert counts.max() > 8
    assert np.bincount(np.concatenate([page.labels for page in pages]), minlength=10).min() > 50


def test_digits_are_of_many_sizes(pages):
    heights = np.concatenate([page.boxes[:, 3] for page in pages])
    assert np.quantile(heights, 0.05) < 15
    assert np.quantile(heights, 0.95) > 35


def test_no_digit_is_asked_for_of_which_little_is_to_be_seen(blocks):
    """Squares on one page have similar shapes, so one cut off by the edge shows by its flatness."""
    left_over = []
    for page in blocks:
        # a fine pen reduces some squares to specks, whose shape means nothing
        x, y, width, height = page.boxes[page.boxes[:, 3] > 8].T
        at_a_side = (x == 0) | (x + width == WIDTH)
        whole = ~at_a_side & (y > 0) & (y + height < HEIGHT)
        if whole.any():
            flatness = width / height
            left_over.extend(flatness[at_a_side & (y > 0) & (y + height < HEIGHT)] / np.median(flatness[whole]))
    assert len(left_over) > 20
    assert min(left_over) > 0.75 * 0.85  # a hand is not quite even
    assert np.mean(np.array(left_over) < 0.85) > 0.1


def test_on_a_legible_page_every_block_is_whole(blocks):
    """One cut off at a side is flatter than the others on its page."""
    cut_off = {True: [], False: []}
    for page in blocks:
        x, y, width, height = page.boxes[page.boxes[:, 3] > 8].T
        at_a_side = ((x == 0) | (x + width == WIDTH)) & (y > 0) & (y + height < HEIGHT)
        whole = (x > 0) & (x + width < WIDTH) & (y > 0) & (y + height < HEIGHT)
        if whole.any():
            flatness = width / height
            cut_off[page.legible].extend(flatness[at_a_side] / np.median(flatness[whole]))
    assert min(map(len, cut_off.values())) >= 8
    assert min(cut_off[True]) > 0.9 * 0.85  # a hand is not quite even
    assert min(cut_off[False]) < 0.8


def test_neighbours_hardly_cover_each_other(pages):
    covered = []
    for page in pages:
        for a, b in pairwise(page.boxes):
            low, high = np.maximum(a[:2], b[:2]), np.minimum(a[:2] + a[2:], b[:2] + b[2:])
            covered.append(np.prod(np.maximum(high - low, 0)) / min(a[2] * a[3], b[2] * b[3]))
    # spacing goes row by row, so boxes of slanted digits overlap at the corners
    assert np.median(covered) == 0
    assert np.mean(np.array(covered) > 0.6) < 0.02


def test_a_written_digit_is_about_as_high_as_asked_and_just_held(composer):
    rng, heights = np.random.default_rng(0), []
    for _ in range(200):
        label, ink = composer.digit(rng, 30.0)
        assert 0 <= label <= 9
        assert ink.dtype == np.float32
        assert ink.min() >= 0
        assert ink.max() <= 1
        for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
            assert side.max() > 0.3
        heights.append(len(ink))
    assert 25 < np.median(heights) < 36


def test_a_digit_that_is_but_a_blot_is_written_too(blocks):
    assert sum(len(page.labels) for page in blocks) > 800


def test_a_sheet_has_a_row_for_each_digit_and_its_digits_are_apart():
    sheet = draw_sheet(seed=3, per_digit=6)
    pieces, _ = cv2.connectedComponents((sheet < 180).astype(np.uint8))
    assert sheet.shape == (1200, 720)
    for digit in range(10):
        for position in range(6):
            assert (sheet[120 * digit : 120 * (digit + 1), 120 * position : 120 * (position + 1)] < 120).any()
    assert not (sheet[119::120] < 225).any()
    assert pieces >= 60


def test_the_seed_decides(mnist):
    images = mnist.test.images[:5]
    assert (draw_sheet(1, 2) == draw_sheet(1, 2)).all()
    assert (draw_sheet(1, 2) != draw_sheet(2, 2)).any()
    assert (compose_photos(images, 1) == compose_photos(images, 1)).all()
    assert (compose_photos(images, 1) != compose_photos(images, 2)).any()


@pytest.mark.parametrize("shadow", [True, False])
def test_a_photograph_shows_the_digit_it_was_made_from(mnist, shadow):
    photos = compose_photos(mnist.test.images[:40], shadow=shadow)
    seen = np.stack([normalize(ink_map(photo)) for photo in photos])
    answers = load().classify(seen).argmax(axis=1)
    assert np.mean(answers == mnist.test.labels[:40]) > 0.95


def test_light_falls_off_only_with_a_shadow(mnist):
    def unevenness(photos):
        corners = photos[:, [0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
        return np.ptp(corners, axis=1).min()

    assert unevenness(compose_photos(mnist.test.images[:20])) > 50
    assert unevenness(compose_photos(mnist.test.images[:20], shadow=False)) == 0
