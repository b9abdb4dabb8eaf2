from itertools import product

import numpy as np
import pytest

from shuzi.ink.boxes import Box
from shuzi.models.tasks import CLASSES
from shuzi.reading.characters import sum_by_character
from shuzi.reading.outcome import choose_text, rank_texts
from shuzi.reading.values import Line, LineTexts, Weights

FRAME = Box(0.0, 0.0, 180.0, 48.0)


def page(*strokes):
    ink = np.zeros((60, 200), np.uint8)
    for x, y, width, height in strokes:
        ink[y : y + height, x : x + width] = 255
    return ink


def found(said, texts, scores, frame=FRAME):
    rows = np.zeros((len(texts), 7))
    rows[:, 0] = scores
    return LineTexts(Line((), (frame, frame), 24.0), (said, said), tuple(texts), rows)


def test_each_character_gets_the_ink_between_its_neighbours(columns):
    # at 48 pixels high a column is 4 pixels wide
    said = columns("__1______.______7___", sure=0.99)
    ink = page((8, 10, 4, 28), (36, 34, 5, 5), (60, 10, 18, 28))
    characters = choose_text(found(said, ["1.7", "17"], [0.0, -9.0]), Weights(banded=1.0), ink).characters
    assert [each.character for each in characters] == ["1", ".", "7"]
    assert [tuple(each.box) for each in characters] == [(8, 10, 4, 28), (36, 34, 5, 5), (60, 10, 18, 28)]
    assert characters[0].image.max() == 255


def test_a_character_is_as_probable_as_all_texts_that_have_it_there(columns):
    said = columns("__1______7___")
    result = choose_text(found(said, ["17", "77", "1"], np.log([0.6, 0.3, 0.1])), Weights(banded=1.0), page())
    assert result.texts == ("17", "77", "1")
    assert result.probabilities == pytest.approx([0.6, 0.3, 0.1])
    assert [each.probability for each in result.characters] == pytest.approx([0.7, 0.9], abs=1e-6)
    assert result.characters[0].probabilities[7] == pytest.approx(0.3)


def test_texts_of_other_lengths_count_where_they_agree():
    shares = sum_by_character(["3.14", "314", "3-14"], [0.5, 0.3, 0.2])
    assert shares[[0, 2, 3], [3, 1, 4]] == pytest.approx([1, 1, 1])
    assert shares[1, [CLASSES.index("."), CLASSES.index("-")]] == pytest.approx([0.5, 0.2])


def test_an_empty_text_has_no_characters(columns):
    assert choose_text(found(columns("____"), ["", "1"], [0.0, -5.0]), Weights(banded=1.0), page()).characters == ()


@pytest.mark.parametrize("seed", range(5))
def test_no_text_that_is_left_out_is_more_probable(seed):
    rng = np.random.default_rng(seed)
    parts = [[(str(each), float(chance)) for each, chance in enumerate(rng.dirichlet(np.ones(4)))] for _ in range(4)]
    expected = sorted((float(np.prod([chance for _, chance in each])) for each in product(*parts)), reverse=True)
    assert [chance for _, chance in rank_texts(parts)] == pytest.approx(expected[:10])
