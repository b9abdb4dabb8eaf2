import json

import pytest

from shuzi.errors import ModelError
from shuzi.ink import normalize
from shuzi.models import card as cards
from shuzi.models.card import FORMAT, Calibration, Card, Source
from shuzi.models.tasks import TASKS, features


def card_of(task, **values):
    interface = TASKS[task]
    return Card("手写", task, interface.input, interface.outputs, **values)


CARD = card_of(
    "classify-or-reject",
    data=(Source("mnist", {"images": "ba89"}, "CC BY-SA 3.0"),),
    recipe={"steps": 2_000, "learning_rate": 0.001},
    seed=7,
    command="shuzi train --seed 0",
    parameters=7850,
    scores={"test": {"accuracy": 0.9131, "n": 10_000, "interval": [0.9074, 0.9185]}},
    versions={"keras": "3.15"},
    temperature=0.9,
    thresholds={"unsure": 0.8},
    calibration=Calibration({"detector": "c0de"}, {"text-ok": 0.9}, 12_000, 0),
    weights="f00d",
)


def changed(**values):
    return json.dumps(json.loads(CARD.to_json()) | values)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_card_comes_back_as_it_was(indent):
    assert Card.from_json(CARD.to_json(indent), "model.onnx") == CARD


@pytest.mark.parametrize("task", TASKS)
def test_a_card_of_every_task_comes_back(task):
    assert Card.from_json(card_of(task).to_json(), "model.onnx") == card_of(task)


def test_chinese_stays_readable_in_a_card():
    assert '"手写"' in CARD.to_json()


@pytest.mark.parametrize(
    ("names", "start", "licence"),
    [
        (["mnist"], cards.OF_MNIST, cards.OF_MNIST),
        (["mnist", "strokes"], cards.OF_MNIST, cards.OF_STROKES),
        (["mnist", "registers", "strokes"], cards.OF_MNIST, cards.OF_REGISTERS),
        (["mnist", "strokes", "page-lines"], cards.OF_MNIST, cards.OF_PAGES),
        (["mnist", "strokes", "registers", "own"], cards.OF_STROKES, cards.OF_OWN_PICTURES),
        (["mnist", "strokes"], cards.OF_OWN_PICTURES, cards.OF_OWN_PICTURES),
        (["own"], "for friends only", "for friends only"),
    ],
)
def test_the_strictest_licence_of_all_that_was_learnt_from_is_the_models(names, start, licence):
    assert cards.licence_of([Source(name, {}, "") for name in names], start) == licence


@pytest.mark.parametrize("found", [FORMAT + 1, FORMAT - 1, 0, None, "1", "next", 1.0, True])
def test_a_format_that_is_not_known_is_refused(found):
    with pytest.raises(ModelError, match=f"format {found}; this version of shuzi reads only format {FORMAT}"):
        Card.from_json(changed(format=found), "model.onnx")


@pytest.mark.parametrize("found", [normalize.VERSION + 1, 0])
def test_another_way_of_framing_images_is_read_and_refused_with_the_command_that_trains_it_again(found):
    card = Card.from_json(changed(normalization=found), "model.onnx")
    with pytest.raises(ModelError, match=rf"normalisation version {found}.*again: shuzi train --seed 0"):
        card.check_usable("model.onnx")


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "3", '"card"', "\0", "[" * 100_000])
def test_what_is_no_card_is_refused_by_the_name_of_its_file(text):
    with pytest.raises(ModelError, match=r"somewhere/model\.onnx has no shuzi card"):
        Card.from_json(text, "somewhere/model.onnx")


def test_a_card_made_to_take_much_memory_is_refused():
    for names in (range(50_000), range(2_000)):
        with pytest.raises(ModelError, match=r"somewhere/model\.onnx"):
            Card.from_json(changed(thresholds={f"a{name}": "x" for name in names}), "somewhere/model.onnx")


@pytest.mark.parametrize(
    ("task", "kind"), [("classify", "classifier"), ("classify-or-reject", "classifier"), ("detect", "detector")]
)
def test_the_task_says_what_kind_a_model_is(task, kind):
    assert card_of(task).kind == kind


def test_a_task_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(ModelError, match=r"does not know: translate. Known tasks: classify, .*detect"):
        Card.from_json(changed(task="translate"), "model.onnx")


NEEDED = [
    "name",
    "task",
    "input",
    "outputs",
    "classes",
    "data",
    "recipe",
    "seed",
    "weights",
    "scores",
    "normalization",
]


@pytest.mark.parametrize("name", NEEDED)
def test_a_field_that_is_missing_is_named(name):
    lacking = json.loads(CARD.to_json())
    del lacking[name]
    with pytest.raises(ModelError, match=f"lacks {name}"):
        Card.from_json(json.dumps(lacking), "model.onnx")


@pytest.mark.parametrize("found", [0, -1.0])
def test_a_temperature_is_above_zero(found):
    with pytest.raises(ModelError, match=r"temperature.*above 0"):
        Card.from_json(changed(temperature=found), "model.onnx")


def test_what_is_not_known_is_passed_over():
    more = changed(mood="good", input=json.loads(CARD.to_json())["input"] | {"unit": "grey level"})
    assert Card.from_json(more, "model.onnx") == CARD


def test_optional_fields_have_defaults():
    few = {name: value for name, value in json.loads(CARD.to_json()).items() if name in {*NEEDED, "format"}}
    card = Card.from_json(json.dumps(few), "model.onnx")
    assert (card.command, card.thresholds, card.temperature, card.calibration) == ("", {}, 1.0, None)


OTHER_TYPES = [None, True, -1, 1.5, "text", [], [1], {}, {"a": []}, float("nan"), 10**400]


@pytest.mark.parametrize("place", [(), ("input",), ("outputs", 0), ("data", 0), ("scores", "test"), ("calibration",)])
def test_whatever_stands_in_a_field_there_is_a_card_or_an_error_that_names_the_file(place):
    count = 0
    for name in _at(json.loads(CARD.to_json()), place):
        for value in OTHER_TYPES:
            values = json.loads(CARD.to_json())
            _at(values, place)[name] = value
            found = card_or_error(json.dumps(values))
            if isinstance(found, Card):
                assert Card.from_json(found.to_json(), "model.onnx") == found
            else:
                assert all("model.onnx" in found.sentence(language) for language in ("zh", "en"))
                count += 1
    assert count > len(OTHER_TYPES)


def card_or_error(text):
    try:
        return Card.from_json(text, "model.onnx")
    except ModelError as problem:
        return problem


def _at(values, place):
    for step in place:
        values = values[step]
    return values


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"thresholds": None}, "thresholds should be an object, not null"),
        ({"thresholds": {"unsure": "0.5"}}, r'thresholds\.unsure should be a number, not "0\.5"'),
        ({"parameters": -1}, "parameters should be a whole number, not -1"),
        ({"scores": {"test": {"accuracy": 2, "n": 1, "interval": [0, 1]}}}, r"scores\.test\.accuracy"),
        ({"data": [{}]}, r"lacks data\[0\]\.name"),
        ({"outputs": []}, r"lacks outputs\[0\]"),
        ({"classes": [1]}, r"classes\[0\] should be text, not 1"),
        ({"classes": "0123456789"}, "classes should be a list"),
    ],
)
def test_a_value_of_another_type_is_named_with_what_it_should_be(values, told):
    with pytest.raises(ModelError, match=told):
        Card.from_json(changed(**values), "model.onnx")


def test_features_may_stand_behind_the_outputs_of_the_task_and_nothing_else():
    outputs = json.loads(CARD.to_json())["outputs"]
    more = json.loads(Card("x", "classify", CARD.input, (*CARD.outputs[:1], features(384))).to_json())["outputs"][1:]
    card = Card.from_json(changed(outputs=outputs + more), "model.onnx")
    assert [str(each) for each in card.outputs][2:] == ["features: float32 (n, 384)"]
    for wrong in (more + outputs, outputs + more + more, [*outputs, more[0] | {"name": "logits"}]):
        with pytest.raises(ModelError, match=r"model\.onnx has an output that this version of shuzi does not know"):
            Card.from_json(changed(outputs=wrong), "model.onnx")
    for kept in (0, 1):
        with pytest.raises(ModelError, match=rf"The card of model\.onnx lacks outputs\[{kept}\]"):
            Card.from_json(changed(outputs=outputs[:kept]), "model.onnx")
