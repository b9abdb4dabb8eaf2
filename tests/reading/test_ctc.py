"""Checked against the definition: the sum over all alignments of a text, one by one."""

from itertools import groupby, product

import numpy as np
import pytest

from shuzi.reading.characters import find_spans
from shuzi.reading.recogniser import find_best_texts, log_probabilities


def said(columns, classes, seed, sharp=2.0):
    scores = np.random.default_rng(seed).normal(0, sharp, (columns, classes))
    return np.log(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)).astype(np.float32)


def by_definition(columns):
    """Return the probability of every text: repeats are merged, then blanks are dropped."""
    blank, found = columns.shape[1] - 1, {}
    for path in product(range(columns.shape[1]), repeat=len(columns)):
        text = tuple(label for label, _ in groupby(path) if label != blank)
        found[text] = found.get(text, 0.0) + float(np.exp(columns[range(len(columns)), path].sum()))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_each_text_has_the_probability_of_all_its_ways_together(seed):
    columns = said(5, 4, seed)
    expected = by_definition(columns)
    assert sum(expected.values()) == pytest.approx(1)
    found = np.exp(log_probabilities(columns, list(expected)))
    np.testing.assert_allclose(found, list(expected.values()), rtol=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_the_best_texts_are_the_most_probable_ones_in_their_order(seed):
    columns = said(5, 4, seed)
    expected = sorted(by_definition(columns).items(), key=lambda each: -each[1])[:5]
    found = find_best_texts(columns, max_texts=5, width=400, min_probability=1e-4)
    assert [text.labels for text in found] == [text for text, _ in expected]
    np.testing.assert_allclose([np.exp(text.log_probability) for text in found], [p for _, p in expected], rtol=1e-4)


def test_a_narrow_beam_never_overestimates_a_text():
    for seed in range(20):
        columns = said(12, 6, seed, sharp=3.0)
        for text in find_best_texts(columns, width=4, min_probability=1e-4):
            assert text.log_probability <= log_probabilities(columns, [text.labels])[0] + 1e-4


def test_a_double_digit_needs_a_blank_between():
    blank_between = np.log(np.array([[0.98, 0.02], [0.02, 0.98], [0.98, 0.02]], np.float32))
    none_between = np.log(np.array([[0.98, 0.02], [0.98, 0.02], [0.98, 0.02]], np.float32))
    assert find_best_texts(blank_between)[0].labels == (0, 0)
    assert find_best_texts(none_between)[0].labels == (0,)


def test_a_text_with_more_characters_than_columns_is_impossible_and_an_empty_one_is_all_blank():
    columns = said(3, 4, 0)
    impossible, empty = log_probabilities(columns, [(0, 1, 2, 0), ()])
    assert np.exp(impossible) == 0
    assert empty == pytest.approx(float(columns[:, -1].sum()), rel=1e-5)


def test_each_character_spans_its_columns():
    columns = np.full((10, 4), 0.02, np.float32)
    for place, label in enumerate([3, 0, 0, 3, 0, 3, 2, 2, 2, 3]):
        columns[place, label] = 0.94
    assert find_spans(np.log(columns), (0, 0, 2)) == [(1, 3), (4, 5), (6, 9)]
    assert find_spans(np.log(columns), ()) == []
