"""A few hundred mutated files of every kind; `fuzz` tries any number."""

import pytest

import fuzz

EXTRAS = {"HEIC": "pillow_heif", "PDF": "pypdfium2"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", fuzz.bombs.BOMBS)
def test_nothing_is_raised_but_errors_in_words_and_no_child_takes_a_gigabyte(kind):
    if kind in EXTRAS:
        pytest.importorskip(EXTRAS[kind], reason="the extra `pictures` is not installed")
    told = fuzz.fuzz(kind, 300)
    assert told.foreign == []
    assert told.most_memory < 1_000_000_000
    assert told.files >= 300
    assert told.opened
    assert told.errors
