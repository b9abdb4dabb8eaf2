from itertools import groupby, product

import numpy as np
import pytest

from shuzi.models.tasks import CLASSES, DIGITS, MARKS, SIGN
from shuzi.training.recipe import recipe
from shuzi.training.tasks import BLANK, RecogniseLine

TASK, LINE = RecogniseLine(), recipe("line")


def labels(*texts):
    packed = np.full((len(texts), 8), -1, np.int8)
    for place, text in enumerate(texts):
        packed[place, : len(text)] = [CLASSES.index(each) for each in text]
    return packed


def outputs(path):
    """Collapse a path of classes: merge repeats, then drop blanks."""
    return tuple(each for each, _ in groupby(path) if each != BLANK)


def all_paths(scores, text):
    """Sum the probabilities of all paths for a text, one by one."""
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    used = sorted({*(CLASSES.index(each) for each in text), BLANK})
    wanted = tuple(CLASSES.index(each) for each in text)
    return sum(
        np.prod(probabilities[np.arange(len(path)), list(path)])
        for path in product(used, repeat=len(scores))
        if outputs(path) == wanted
    )


def test_the_classes_are_digits_marks_and_one_sign():
    assert CLASSES == DIGITS + MARKS + SIGN


@pytest.mark.parametrize("texts", [("12", "7"), ("11", "-3"), ("", "5"), ("", "")])
def test_the_loss_adds_up_all_ways_to_write_the_text(texts):
    scores = np.random.default_rng(1).normal(size=(2, 6, BLANK + 1)).astype(np.float32)
    expected = -np.mean([np.log(all_paths(each, text)) for each, text in zip(scores, texts, strict=True)])
    assert float(TASK.loss(LINE, labels(*texts), scores)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("path", "text", "right"),
    [
        ("1..2.", "12", True),
        ("1.1", "11", True),
        ("11.", "1", True),
        ("11.", "11", False),
        ("..", "", True),
        ("..", "1", False),
        ("123", "12", False),
        ("12", "123", False),
        ("132", "123", False),
    ],
)
def test_a_strip_is_right_when_the_whole_text_is(path, text, right):
    y = np.full((1, len(path), BLANK + 1), -9, np.float32)
    y[0, np.arange(len(path)), [BLANK if each == "." else CLASSES.index(each) for each in path]] = 0
    assert np.asarray(TASK.correct(labels(text), y)).tolist() == [float(right)]
    assert TASK.accuracy(labels(text), y) == float(right)
