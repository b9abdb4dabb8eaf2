"""The bytes of .onnx files, parsed without the `onnx` library, which is the oracle here."""

import hashlib
import json

import numpy as np
import onnx
import pytest

from shuzi.errors import ModelError
from shuzi.models.card import METADATA_KEY
from shuzi.models.onnx_file import read_card, replace_card, weights_sha256, with_card
from shuzi.models.store import shipped


@pytest.fixture
def content():
    return shipped()["softmax"].read_bytes()


@pytest.mark.parametrize("name", shipped())
def test_the_card_and_the_hash_are_what_the_library_finds(name):
    content = shipped()[name].read_bytes()
    proto = onnx.load_from_string(content)
    card = read_card(content, name)
    (said,) = [each.value for each in proto.metadata_props if each.key == METADATA_KEY]
    assert json.loads(said) == json.loads(card.to_json())
    assert (
        card.weights == weights_sha256(content, name) == hashlib.sha256(proto.graph.SerializeToString()).hexdigest()
    )


def test_another_card_takes_the_place_of_the_first_and_nothing_else_changes(content, tmp_path):
    before = onnx.load_from_string(content)
    before.metadata_props.add(key="mine", value="kept")
    (tmp_path / "model.onnx").write_bytes(before.SerializeToString())
    (tmp_path / "card.json").write_text("{}")
    card = read_card(content, "softmax")
    written = replace_card(tmp_path / "model.onnx", card)
    after = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(after)
    assert {each.key: each.value for each in after.metadata_props} == {METADATA_KEY: card.to_json(), "mine": "kept"}
    del before.metadata_props[:], after.metadata_props[:]
    assert before == after
    assert written == card
    assert json.loads((tmp_path / "card.json").read_text()) == json.loads(card.to_json())


def test_the_card_of_a_run_stays_when_another_model_beside_it_gets_one(content, tmp_path):
    (tmp_path / "another.onnx").write_bytes(content)
    (tmp_path / "card.json").write_text("{}")
    replace_card(tmp_path / "another.onnx", read_card(content, "softmax"))
    assert (tmp_path / "card.json").read_text() == "{}"


def test_a_flipped_bit_anywhere_in_the_weights_is_noticed(content):
    proto = onnx.load_from_string(content)
    sound = onnx.numpy_helper.to_array(proto.graph.initializer[-1]).tobytes()
    start = content.index(sound)
    for place in np.random.default_rng(0).integers(start, start + len(sound), 50):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(place % 8)
        with pytest.raises(ModelError, match=r"weights are no longer.*models repair"):
            read_card(bytes(damaged), "softmax.onnx")


def error_of(content):
    try:
        read_card(content, "somewhere.onnx")
    except ModelError as problem:
        return str(problem)
    return None


def test_whatever_happens_to_a_file_the_error_names_it(content):
    draws = np.random.default_rng(1)
    for _ in range(300):
        damaged = bytearray(content)
        for place in draws.integers(0, len(content), 3):
            damaged[place] = draws.integers(256)
        for each in (bytes(damaged), bytes(damaged[: draws.integers(len(content))])):
            assert "somewhere.onnx" in (error_of(each) or "somewhere.onnx")


@pytest.mark.parametrize(
    "content",
    [
        b"\x08",
        b"\xff" * 11,
        b"\x3a\xff\xff\xff\xff\x0f",
        b"\x3b",
        b"\x00" * 5,
        b"\x08\x01" * 100_000,
        b"\x72\x04\x0a\x02\xff\xff",
    ],
    ids=["cut", "endless number", "beyond the end", "no such kind", "field 0", "too many", "no text"],
)
def test_what_is_no_such_message_is_damaged(content):
    with pytest.raises(ModelError, match=r"model\.onnx"):
        read_card(content, "model.onnx")
    with pytest.raises(ModelError, match=r"model\.onnx.*the file is damaged"):
        weights_sha256(content, "model.onnx")


def test_an_empty_file_says_so():
    assert "somewhere.onnx is not a usable model: the file is empty" in error_of(b"")


def test_a_card_gets_the_hash_of_its_weights_when_it_is_written(content):
    from dataclasses import replace

    card = replace(read_card(content, "model.onnx"), weights="")
    assert with_card(content, card, "model.onnx")[1].weights == weights_sha256(content, "model.onnx")
