"""A few hundred mutated texts of every kind; `texts` tries any number."""

import pytest

import texts


@pytest.mark.parametrize("kind", texts.KINDS)
def test_a_text_is_read_or_refused_with_an_error_in_words(kind):
    texts.KINDS[kind](texts.sound()[kind])
    told = texts.fuzz(kind, 200)
    assert told.foreign == []
    assert told.taken
    assert told.errors


@pytest.mark.parametrize("prefix", ["0x", "0o7", "0b1"])
def test_a_whole_number_longer_than_python_writes_in_decimal_digits_is_refused(prefix):
    with pytest.raises(texts.ShuziError) as caught:
        texts.try_spec(b'title = "Scores"\nrows = ' + (prefix + "1" * 20_000).encode())
    assert caught.value.values["reason"].key == "error.spec.toml"
    assert "64" in caught.value.sentence("en")
