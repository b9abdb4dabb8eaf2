import keras
import numpy as np
import pytest

from shuzi.synthesis.composer import lay_out, pack
from shuzi.synthesis.line_maps import CELL
from shuzi.training.recipe import recipe
from shuzi.training.tasks import Detect

DETECTOR, TASK = recipe("detector"), Detect()
ROWS, COLUMNS = 16, 40


def page(*digits):
    return np.array([d[0] for d in digits], np.uint8), np.array([d[1:] for d in digits], np.float32).reshape(-1, 4)


DIGITS = pack(
    [
        page((7, 10, 8, 14, 30), (0, 30, 10, 20, 24), (0, 45, 12, 22, 25), (4, 100, 30, 28, 33)),
        page(),
        page((1, 0, 0, 5, 40), (9, 140, 44, 20, 20)),
    ]
)


def middle(digit):
    _, x, y, width, height = digit
    return int((y + height / 2) // CELL), int((x + width / 2) // CELL)


def peak(digit, row, column):
    """A Gaussian around the centre, proportional to the digit: 0.12 of its size, at least 0.6 cells."""
    down, across = (max(0.12 * size / CELL, 0.6) for size in (digit[4], digit[3]))
    top, left = middle(digit)
    return np.exp(-((row - top) ** 2) / (2 * down**2) - (column - left) ** 2 / (2 * across**2))


def box_said(digit, row, column):
    _, x, y, width, height = (float(each) / CELL for each in digit)
    return np.array([x + width / 2 - column - 0.5, y + height / 2 - row - 0.5, np.log(width), np.log(height)])


def expected_loss(labels, y):
    """CenterNet's loss (Zhou et al., 2019, equations 1 and 4), cell by cell."""
    total = count = 0.0
    for rows, outputs in zip(labels, y.astype(float), strict=True):
        digits = [row for row in rows if row[0] >= 0]
        count += len(digits)
        for row, column in np.ndindex(outputs.shape[:2]):
            heights = [peak(digit, row, column) for digit in digits]
            for kind in range(10):
                wanted = max([h for d, h in zip(digits, heights, strict=True) if d[0] == kind], default=0.0)
                p = 1 / (1 + np.exp(-outputs[row, column, kind]))
                total -= (1 - p) ** 2 * np.log(p) if wanted == 1 else (1 - wanted) ** 4 * p**2 * np.log(1 - p)
            if digits and max(heights) > 0.3:
                away = outputs[row, column, 10:] - box_said(digits[int(np.argmax(heights))], row, column)
                total += 0.5 * max(heights) * np.abs(away).sum() / 4
    return total / (count + 1)


def perfect(labels, sure=20.0):
    """The output of a perfect network."""
    y = np.zeros((len(labels), ROWS, COLUMNS, 14), np.float32)
    y[..., :10] = -sure
    for outputs, rows in zip(y, labels, strict=True):
        digits = [row for row in rows if row[0] >= 0]
        for digit in digits:
            outputs[(*middle(digit), int(digit[0]))] = sure
        for row, column in np.ndindex(ROWS, COLUMNS) if digits else ():
            nearest = int(np.argmax([peak(digit, row, column) for digit in digits]))
            outputs[row, column, 10:] = box_said(digits[nearest], row, column)
    return y


def found(labels, y):
    return float(TASK.loss(DETECTOR, labels, y))


@pytest.fixture(scope="module")
def drawn():
    return np.random.default_rng(0).normal(0, 2, (3, ROWS, COLUMNS, 14)).astype(np.float32)


def test_the_loss_is_that_of_centernet(drawn):
    assert found(DIGITS, drawn) == pytest.approx(expected_loss(DIGITS, drawn), rel=1e-4)


def test_nothing_is_lost_when_everything_is_seen():
    assert found(DIGITS, perfect(DIGITS)) == pytest.approx(0, abs=1e-5)
    assert found(DIGITS, perfect(DIGITS, sure=5.0)) < 0.1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda y: y[0, middle(DIGITS[0, 0])[0], middle(DIGITS[0, 0])[1], :10].fill(-20), id="overlooked"
        ),
        pytest.param(lambda y: y[1, 3, 3, 5:6].fill(20), id="seen where there is none"),
        pytest.param(lambda y: np.add(y[0, ..., 10:], 1, out=y[0, ..., 10:]), id="boxes beside"),
        pytest.param(lambda y: np.add(y[2, ..., 12:], -1, out=y[2, ..., 12:]), id="boxes too small"),
    ],
)
def test_wrong_outputs_cost(change):
    y = perfect(DIGITS)
    change(y)
    assert found(DIGITS, y) > 0.1


def test_the_order_of_the_digits_does_not_matter(drawn):
    shuffled = np.stack([np.random.default_rng(1).permutation(rows) for rows in DIGITS])
    assert not np.array_equal(shuffled, DIGITS)
    assert found(shuffled, drawn) == pytest.approx(found(DIGITS, drawn), rel=1e-6)
    np.testing.assert_array_equal(np.asarray(TASK.correct(shuffled, drawn)), np.asarray(TASK.correct(DIGITS, drawn)))


@pytest.mark.parametrize("score", [-50.0, 50.0, 1e4])
def test_whatever_the_scores_loss_and_slope_are_numbers(drawn, score):
    tensorflow = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients are taken by TensorFlow")
    y = tensorflow.Variable(np.concatenate([np.full_like(drawn[..., :10], score), drawn[..., 10:]], axis=-1))
    with tensorflow.GradientTape() as tape:
        lost = TASK.loss(DETECTOR, DIGITS, y)
    assert np.isfinite(lost.numpy())
    assert np.isfinite(tape.gradient(lost, y).numpy()).all()


def test_the_slope_leads_down(drawn):
    tensorflow = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients are taken by TensorFlow")
    y = tensorflow.Variable(drawn)
    with tensorflow.GradientTape() as tape:
        before = TASK.loss(DETECTOR, DIGITS, y)
    slope = tape.gradient(before, y).numpy()
    place = np.unravel_index(np.abs(slope).argmax(), slope.shape)
    step = np.zeros_like(drawn)
    step[place] = 0.05
    measured = (expected_loss(DIGITS, drawn + step) - expected_loss(DIGITS, drawn - step)) / 0.1
    assert slope[place] == pytest.approx(measured, rel=0.02)


def test_a_digit_is_correct_if_its_centre_predicts_it_with_confidence():
    y = perfect(DIGITS)
    assert np.asarray(TASK.correct(DIGITS, y)).tolist() == [1, 1, 1]
    row, column = middle(DIGITS[0, 3])
    y[0, row, column, 4] = -1.5  # a probability of 0.18
    assert np.asarray(TASK.correct(DIGITS, y)).tolist() == [0.75, 1, 1]
    y[0, row, column, 4] = -0.5  # of 0.38
    assert np.asarray(TASK.correct(DIGITS, y)).tolist() == [1, 1, 1]
    y[0, row, column, 9] = 0.5  # more likely a 9
    assert np.asarray(TASK.correct(DIGITS, y)).tolist() == [0.75, 1, 1]
    y[1] = 20  # a page without digits cannot be wrong: only missed digits count
    y[2] = np.roll(y[2], 5, axis=1)
    assert np.asarray(TASK.correct(DIGITS, y)).tolist() == [0.75, 1, 0]


def test_accuracy_takes_the_probabilities_of_the_plain_network():
    y = perfect(DIGITS)
    row, column = middle(DIGITS[0, 3])
    for score, expected in ((-0.5, 1.0), (-1.5, 5 / 6)):
        y[0, row, column, 4] = score
        places = np.concatenate([1 / (1 + np.exp(-y[..., :10])), y[..., 10:]], axis=-1)
        assert TASK.accuracy(DIGITS, places) == pytest.approx(expected)


def maps_of(seen, rows=16, columns=40):
    """Make maps with digits at (row, column, digit, probability)."""
    places = np.zeros((1, rows, columns, 14), np.float32)
    for row, column, digit, probability in seen:
        places[0, row, column, digit] = probability
    return places


PAGE_OF_TWO = pack([(np.array([7, 3], np.uint8), np.array([[8, 8, 8, 16], [40, 8, 8, 16]], np.float32))])
"""A 7 with its centre (12, 16) in row 4, column 3, and a 3 with its centre (44, 16) in row 4, column 11."""


@pytest.mark.parametrize(
    ("seen", "share"),
    [
        ([(4, 3, 7, 0.9), (4, 11, 3, 0.9)], 1.0),
        ([(4, 3, 7, 0.9)], 0.5),
        ([(4, 3, 7, 0.9), (4, 11, 3, 0.2)], 0.5),
        ([(4, 3, 7, 0.9), (4, 11, 3, 0.8), (4, 11, 8, 0.9)], 0.5),
        ([(4, 4, 7, 0.9), (3, 11, 3, 0.9)], 0.0),
    ],
    ids=["both", "one", "one hardly", "one taken for another", "beside"],
)
def test_a_digit_is_found_at_its_centre(seen, share):
    assert TASK.accuracy(PAGE_OF_TWO, maps_of(seen)) == share


def test_pages_without_digits_change_no_share_and_pages_count_by_their_digits():
    seen, none = maps_of([(4, 3, 7, 0.9)]), maps_of([])
    empty = pack([(np.array([], np.uint8), np.zeros((0, 4), np.float32))])
    alone = pack([(np.array([7], np.uint8), np.array([[8, 8, 8, 16]], np.float32))])
    assert TASK.accuracy(np.concatenate([PAGE_OF_TWO, empty]), np.concatenate([seen, none])) == 0.5
    assert TASK.accuracy(np.concatenate([PAGE_OF_TWO, alone]), np.concatenate([seen, seen])) == pytest.approx(2 / 3)


def test_laid_out_images_are_whole_and_in_their_boxes(mnist):
    images, labels = mnist.test.images[:23], mnist.test.labels[:23]
    pages, digits = lay_out(images, labels)
    assert (pages.shape, pages.dtype, digits.shape) == ((3, 64, 160), np.uint8, (3, 20, 5))
    assert digits[..., 0].ravel().tolist().count(-1) == 60 - 23
    for number, image in enumerate(images):
        label, x, y, width, height = digits[number // 10, number % 10].astype(int)
        assert label == labels[number]
        inked = pages[number // 10, y : y + height, x : x + width].astype(float) - 64
        rows, columns = np.nonzero(image > 76)
        cut = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        np.testing.assert_allclose(inked, cut * (128 / 255), atol=0.51)
    # the rest is paper, and no ink is lost
    assert (pages[2, :, 96:] == 64).all()
    np.testing.assert_allclose((pages.astype(float) - 64).sum(), images.astype(float).sum() * 128 / 255, rtol=0.01)
