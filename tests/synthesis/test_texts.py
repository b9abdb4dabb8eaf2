import re

import numpy as np
import pytest

from shuzi.models.tasks import DIGITS, MARKS, SIGN
from shuzi.synthesis.texts import HELD_OUT, KINDS, TEXTS, TRAINED, target


def drawn(name, count=300):
    rng = np.random.default_rng(3)
    return [TEXTS[name](rng) for _ in range(count)]


def test_numbers_have_one_to_sixteen_digits_and_nothing_else():
    found = [text.characters.replace(" ", "") for text in drawn("number", 1_000)]
    assert all(re.fullmatch(r"\d{1,16}", each) for each in found)
    assert {len(each) for each in found} == set(range(1, 17))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("time", r"\d{1,2}([:.]\d\d){1,2}"),
        ("decimal", r"-?\d*[.,]?\d+"),
        ("fraction", r"(\d+ )?\d+[/:-]\d+"),
        ("date", r"\d+(?:([/.-])\d+(\1\d+)?|(年\d+)?月\d+日|年\d+月\d+日)"),
        ("ten", r"\d{2,3}"),
        ("nothing", ""),
    ],
)
def test_texts_are_written_as_people_write_them(name, pattern):
    for text in drawn(name):
        assert re.fullmatch(pattern, text.characters), text.characters


def test_amounts_group_thousands_and_often_have_cents():
    found = [text.characters for text in drawn("amount", 1_000)]
    assert any(re.fullmatch(r"\d{1,3}(,\d{3})+\.\d\d", each) for each in found)
    assert any(re.fullmatch(r"\d{1,3}(\.\d{3})+,\d\d", each) for each in found)
    assert any(each[0] in "$¥€£" for each in found)


def test_small_characters_are_the_last_ones():
    for text in drawn("amount", 1_000):
        if text.small_from is not None:
            assert 0 < text.small_from < len(text.characters)


@pytest.mark.parametrize("name", TEXTS)
def test_the_target_has_digits_and_marks_and_a_sign_for_all_else(name):
    for text in drawn(name, 100):
        wanted = target(text.characters)
        assert set(wanted) <= set(DIGITS + MARKS + SIGN)
        kept = [each for each in text.characters if each in DIGITS + MARKS]
        assert [each for each in wanted if each != SIGN] == kept


def test_what_is_held_out_is_in_no_kind_that_is_trained_on():
    assert len(HELD_OUT) >= 4
    trained = {name for kind in TRAINED for name in kind.texts}
    papers, frames = ({each for kind in TRAINED for each in getattr(kind, name)} for name in ("papers", "frames"))
    assert not trained & {"ten", "telephone", "guarded"}
    assert "squared" not in papers
    assert "cell" not in frames
    assert KINDS.keys() == {kind.name for kind in (*TRAINED, *HELD_OUT)}
