"""The search for texts that fit, against all texts of small columns one by one, filtered by Python's `re`."""

import re
from itertools import groupby, product

import numpy as np
import pytest

from shuzi.models.tasks import CLASSES
from shuzi.reading.automaton import compile_pattern
from shuzi.reading.fitting import find_fitting_digits, find_fitting_texts

USED = "12.?"  # the classes that are likely in a test, besides the blank
LABELS = [CLASSES.index(character) for character in USED]


def columns_of(count, seed):
    rng = np.random.default_rng(seed)
    few = np.exp(rng.normal(0, 2, (count, len(USED) + 1)))
    columns = np.full((count, len(CLASSES) + 1), 1e-12)
    columns[:, [*LABELS, -1]] = few / few.sum(axis=1, keepdims=True)
    return np.log(columns).astype(np.float32)


def by_definition(columns, expression):
    """Return the probability of every text that fits without its signs: repeats merged, then blanks dropped."""
    found = {}
    for path in product([*LABELS, len(CLASSES)], repeat=len(columns)):
        text = "".join(CLASSES[label] for label, _ in groupby(path) if label < len(CLASSES))
        if re.fullmatch(expression, text.replace("?", "")):
            found[text] = found.get(text, 0.0) + float(np.exp(columns[range(len(columns)), path].sum()))
    return sorted(found.items(), key=lambda text: -text[1])


@pytest.mark.parametrize("expression", [r"\d\d", r"\d+\.\d?", "1*2?", r"(12|\.)+", "2{3}", r"\d*"])
@pytest.mark.parametrize("seed", range(6))
def test_the_most_probable_texts_that_fit_are_found(expression, seed):
    columns = columns_of(6, seed)
    expected = by_definition(columns, expression)[:5]
    found = find_fitting_texts(columns, compile_pattern(expression), max_texts=5, width=500, min_probability=1e-9)
    assert ["".join(CLASSES[label] for label in text.labels) for text in found] == [text for text, _ in expected]
    np.testing.assert_allclose([np.exp(text.log_probability) for text in found], [p for _, p in expected], rtol=1e-4)


@pytest.mark.parametrize("expression", [r"\d{3}", r"\d\.\d", "1221"])
def test_a_narrow_beam_finds_a_text_that_fits_wherever_there_is_one(expression):
    for seed in range(10):
        columns = columns_of(6, seed)
        (best, probability), *_ = by_definition(columns, expression)
        found = find_fitting_texts(columns, compile_pattern(expression), max_texts=1, width=1, min_probability=1e-9)
        assert found, best
        assert np.exp(found[0].log_probability) <= probability * 1.0001


def test_a_text_that_fits_is_found_where_it_is_not_among_the_ten_best():
    columns = columns_of(6, 3)
    everything = by_definition(columns, ".*")
    (rare, probability), *_ = by_definition(columns, "1{3}")
    assert [text for text, _ in everything].index(rare) > 10
    (found, *_) = find_fitting_texts(columns, compile_pattern("1{3}"), min_probability=1e-9)
    assert np.exp(found.log_probability) == pytest.approx(probability, rel=1e-3)


def test_where_there_is_no_room_nothing_is_found():
    assert find_fitting_texts(columns_of(3, 0), compile_pattern(r"\d{4}")) == []


@pytest.mark.parametrize("expression", [r"\d{3}", "[1-3]7.", "(12|3)+", "[5-9]*", r"\d\d"])
@pytest.mark.parametrize("seed", range(3))
def test_digits_that_fit_are_found_in_the_order_of_their_probability(expression, seed):
    drawn = np.random.default_rng(seed).dirichlet(np.full(10, 0.3), 3).astype(np.float32)
    every = {"".join(map(str, text)): float(np.prod(drawn[range(3), text])) for text in product(range(10), repeat=3)}
    expected = sorted((-p, text) for text, p in every.items() if re.fullmatch(expression, text))[:10]
    found = find_fitting_digits(list(drawn), compile_pattern(expression))[:10]
    assert {text for text, _ in found} == {text for _, text in expected}
    np.testing.assert_allclose([p for _, p in found], [-p for p, _ in expected], rtol=1e-4)
