"""Patterns say the same as Python's regular expressions, whose `fullmatch` is the judge."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuzi.errors import DataError
from shuzi.reading.automaton import LETTERS, MAX_POSITIONS, NAMED_PATTERNS, START, compile_pattern

TEXTS = ["".join(text) for length in range(5) for text in product("12.-", repeat=length)]

one = st.sampled_from(["1", "2", r"\.", "-", r"\d", "[12]", "[^1]", "[.,-]", "[0-2]", ".", "[,-/]", r"[\d.]", ""])
counted = st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{0,2}", "{2,}", "{0}", "{0,}"])
expressions = st.recursive(
    one,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("({0[0]}|{0[1]})".format),
        st.tuples(inner, counted).map("({0[0]}){0[1]}".format),
        st.tuples(inner, counted).map("(?:{0[0]}){0[1]}".format),
    ),
    max_leaves=8,
)


def understood(expression):
    """Return the automaton of an expression and the error that there is instead."""
    try:
        return compile_pattern(expression), None
    except DataError as problem:
        return None, problem


@given(expressions)
def test_the_same_texts_fit_as_in_python_s_regular_expressions(expression):
    automaton, problem = understood(expression)
    if problem is not None:
        assert problem.key in ("error.pattern.empty", "error.pattern.many", "error.pattern.long")
        return
    judge = re.compile(expression, re.ASCII)
    for text in TEXTS:
        assert automaton.accepts(text) == bool(judge.fullmatch(text)), text


@given(expressions)
def test_the_fraction_of_texts_that_fit_is_never_taken_for_less_than_it_is(expression):
    automaton, _ = understood(expression)
    if automaton is None:
        return
    judge = re.compile(expression, re.ASCII)
    for length in (1, 2):
        fitting = sum(bool(judge.fullmatch("".join(text))) for text in product(LETTERS, repeat=length))
        assert fitting / len(LETTERS) ** length <= automaton.rarity(length) + 1e-9


@given(expressions)
def test_how_a_text_may_end_is_known_at_each_of_its_characters(expression):
    automaton, _ = understood(expression)
    if automaton is None:
        return
    endings = automaton.endings(3)
    for text in TEXTS:
        state = 1
        for position, character in enumerate(text):
            may_end = {length for length in range(4) if state & endings[length]}
            if automaton.accepts(text) and len(text) - position < 4:
                assert len(text) - position in may_end
            state = automaton.step(state, LETTERS.index(character))


@given(st.text(alphabet=r"0129.,-/:\d[](){}|?*+^$ a日", max_size=30))
def test_whatever_is_written_is_understood_as_python_does_or_refused(expression):
    automaton, problem = understood(expression)
    if problem is not None:
        assert problem.sentence("en") != problem.sentence("zh")
        assert problem.values.get("position", 1) in range(1, len(expression) + 2)
        return
    if expression not in NAMED_PATTERNS:
        judge = re.compile(expression, re.ASCII)
        for text in TEXTS:
            assert automaton.accepts(text) == bool(judge.fullmatch(text)), text


@pytest.mark.parametrize(
    "expression",
    [
        r"(\d{1000}){1000}",
        "((((((((((1{9}){9}){9}){9}){9}){9}){9}){9}){9}){9}",
        r"(\d|\d\d|\d\d\d){500}",
        r"\d{99999999999999999999}",
        "(" * 200,
        "[" * 200,
    ],
)
def test_what_would_grow_without_end_is_refused(expression):
    with pytest.raises(DataError):
        compile_pattern(expression)


@pytest.mark.parametrize(
    "expression",
    [
        r"(\d?){1000}",
        r"((\d?){31}){32}",
        r".*1.{990}",
        "(" * 99 + r"\d" + ")" * 99,
        "(" * 11 + "1*" + ")*" * 11,
        r"(\d|\d\d|\d\d\d){166}",
        "((){1000}){1000}1",
    ],
)
def test_what_is_large_but_allowed_is_worked_with(expression):
    # backtracking would take hours here, and all sets of positions would fill the memory
    automaton = compile_pattern(expression)
    assert len(automaton.follow) <= MAX_POSITIONS + 1
    state = 1
    for digit in range(200):
        state = automaton.step(state, digit % 10) or 1
    assert 0 <= automaton.rarity(40) <= 1


def test_an_error_says_where():
    for expression, key, position in (("12(3", "open", 3), (r"\d\w", "character", 3), (r"\d{4}{5}", "repeat", 6)):
        with pytest.raises(DataError) as caught:
            compile_pattern(expression)
        assert (caught.value.key, caught.value.values["position"]) == (f"error.pattern.{key}", position)
        assert f" {position} " in caught.value.sentence("zh")


@pytest.mark.parametrize(
    ("name", "fitting", "others"),
    [
        ("integer", "7 -12 00123", "1.5 1,000 - 1-2"),
        (
            "amount",
            "5 5.5 12.50 1,234.50 1.234,50 1234567,8 100.- 100,- 100,-- 100- 12.50- 1,000,000 1.000.000",
            "1,23.50 .50 1.234.5 12.345,678 -5 1,2,3 5:00",
        ),
        (
            "date",
            "1.2.26 31.12.2026 12/31/2026 2026-02-28 2026/2/3 28-2-2026",
            "32.1.2026 13.13.32 1.2-26 2026-31-31",
        ),
        ("time", "0:00 7:05 23:59 18.30 23:59:59", "24:00 7:5 12:60 1230 18.30.00"),
        ("phone", "12345 030-123456 0571/8512.3456 13800138000", "123 1--23456 -12345 12345- 1234567890123456"),
    ],
)
def test_names_stand_for_what_people_write(name, fitting, others):
    assert [text for text in fitting.split() if not compile_pattern(name).accepts(text)] == []
    assert [text for text in others.split() if compile_pattern(name).accepts(text)] == []


def test_an_automaton_goes_from_character_to_character():
    two_digits = compile_pattern(r"\d\d")
    assert [two_digits.accepts(text) for text in ("42", "4?2", "4.2", "4")] == [True, True, False, False]
    assert two_digits.step(two_digits.step(START, 4), 2) & two_digits.accepting
    assert [two_digits.may_hold(*digits) for digits in ((2,), (1,), (1, 1))] == [True, False, False]
    assert two_digits.rarity(2) == pytest.approx((10 / 15) ** 2)
