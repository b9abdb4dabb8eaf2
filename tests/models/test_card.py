import json

import pytest

from shuzi.errors import ModelError
from shuzi.ink import normalize
from shuzi.models.card import CLASSIFIER, DETECTOR, FORMAT, OUTPUT, PLACES, PROBABILITIES_AND_MORE, Card

CARD = Card(
    name="手写",
    recipe={"steps": 2_000, "learning_rate": 0.001},
    command="shuzi train --seed 0",
    parameters=7850,
    data={"images": "ba89"},
    scores={"test": {"accuracy": 0.9131, "n": 10_000, "interval": [0.9074, 0.9185]}},
    versions={"keras": "3.15"},
    temperature=0.9,
    thresholds={"unsure": 0.8},
)


def changed(**values):
    return json.dumps(json.loads(CARD.to_json()) | values)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_card_comes_back_as_it_was(indent):
    assert Card.from_json(CARD.to_json(indent), "model.onnx") == CARD


def test_chinese_stays_readable_in_a_card():
    assert '"手写"' in CARD.to_json()


@pytest.mark.parametrize("found", [FORMAT + 1, 0, None, "1", "next"])
def test_a_format_that_is_not_known_is_refused(found):
    with pytest.raises(ModelError, match=f"format {found}; this version of shuzi reads only format {FORMAT}"):
        Card.from_json(changed(format=found), "model.onnx")


@pytest.mark.parametrize("found", [normalize.VERSION + 1, 0, None])
def test_another_way_of_framing_images_is_refused(found):
    with pytest.raises(ModelError, match=f"normalisation version {found}"):
        Card.from_json(changed(normalization=found), "model.onnx")


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "3", '"card"', "\0"])
def test_what_is_no_card_is_refused_by_the_name_of_its_file(text):
    with pytest.raises(ModelError, match=r"somewhere/model\.onnx has no shuzi card"):
        Card.from_json(text, "somewhere/model.onnx")


@pytest.mark.parametrize(
    ("output", "kind"), [(OUTPUT, CLASSIFIER), (PROBABILITIES_AND_MORE, CLASSIFIER), (PLACES, DETECTOR)]
)
def test_the_output_says_what_kind_a_model_is(output, kind):
    assert Card.from_json(changed(output=output), "model.onnx").kind == kind


@pytest.mark.parametrize("output", ["logits: float32 (n, 10)", "", None, 3, ["probabilities"], {"places": 14}])
def test_a_model_that_gives_out_something_else_is_refused(output):
    with pytest.raises(ModelError, match=r"model\.onnx has an output that this version of shuzi does not know"):
        Card.from_json(changed(output=output), "model.onnx")


def test_names_that_lack_or_are_not_known_are_refused():
    lacking = json.loads(CARD.to_json())
    del lacking["scores"]
    for text in (changed(more=1), json.dumps(lacking)):
        with pytest.raises(ModelError, match="has no shuzi card"):
            Card.from_json(text, "model.onnx")
