import dataclasses
import math
import sys
import tomllib

import numpy as np
import pytest

from shuzi.data.collection import COLLECTIONS
from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import RecipeError
from shuzi.training.loop import train
from shuzi.training.recipe import FOLDER, FORMAT, RECIPES, Range, Recipe, recipe

OPTIONS = [option.name for option in dataclasses.fields(Recipe)]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_comes_back_from_toml_as_it_was(name, tmp_path):
    wanted = recipe(name).changed(seed=7, epsilon=0.0, learning_rate=1e-5)
    wanted.save(tmp_path / "recipe.toml")
    assert Recipe.load(tmp_path / "recipe.toml") == wanted


@pytest.mark.parametrize("found", [FORMAT + 1, FORMAT - 1, 0, "1", True])
def test_another_format_is_refused(found):
    with pytest.raises(RecipeError, match=rf"recipe\.toml has format {found}; .* reads only format {FORMAT}"):
        Recipe.of(recipe("softmax").as_dict() | {"format": found}, "recipe.toml")


def test_the_tutorials_own_numbers():
    softmax = recipe("softmax")
    assert (softmax.learning_rate, softmax.batch_size, softmax.steps, softmax.report_every) == (0.001, 64, 2_000, 10)
    assert (softmax.optimizer, softmax.loss, softmax.epsilon, softmax.judged_on) == ("sgd", "sum", 1e-10, "test")


def test_an_unknown_recipe_is_answered_with_the_known_ones():
    with pytest.raises(RecipeError) as caught:
        recipe("sofmax")
    assert '"sofmax"' in str(caught.value)
    assert "softmax, mlp" in str(caught.value)


def test_only_what_is_given_changes():
    changed = recipe("mlp").changed(steps=5, seed=None, hidden=None)
    assert changed.steps == 5
    assert changed.changed(steps=recipe("mlp").steps) == recipe("mlp")


@pytest.mark.parametrize(
    "field", ["hidden", "learning_rate", "batch_size", "steps", "epsilon", "report_every", "seed"]
)
@pytest.mark.parametrize("value", [-1, math.nan, math.inf, True, "3", [3], pytest.param(-(10**400), id="huge")])
def test_numbers_that_make_no_sense_are_refused(field, value):
    with pytest.raises(RecipeError) as caught:
        recipe("softmax").changed(**{field: value})
    assert field in str(caught.value)


@pytest.mark.parametrize(
    "field", ["learning_rate", "batch_size", "steps", "report_every", "validate_every", "save_every"]
)
def test_what_must_be_above_zero_cannot_be_zero(field):
    with pytest.raises(RecipeError, match=field):
        recipe("softmax").changed(**{field: 0})


@pytest.mark.parametrize("field", ["hidden", "epsilon", "seed"])
def test_what_may_be_zero_can_be_zero(field):
    assert getattr(recipe("mlp").changed(**{field: 0}), field) == 0


@pytest.mark.parametrize("field", ["batch_size", "steps", "seed", "hidden", "save_every"])
def test_integers_cannot_have_a_fraction(field):
    with pytest.raises(RecipeError, match=field):
        recipe("softmax").changed(**{field: 1.5})


def test_an_integer_may_stand_for_a_float():
    assert recipe("softmax").changed(learning_rate=1).learning_rate == 1


@pytest.mark.parametrize("seed", [2**31, pytest.param(10**400, id="huge")])
def test_a_seed_has_a_largest_value(seed):
    assert recipe("softmax").changed(seed=2**31 - 1).seed == 2**31 - 1
    with pytest.raises(RecipeError, match="seed"):
        recipe("softmax").changed(seed=seed)


@pytest.mark.parametrize(
    ("field", "value", "known"),
    [
        ("optimizer", "adamx", "sgd, adam"),
        ("loss", "max", "sum, mean"),
        ("judged_on", "train", "test, validation"),
        ("loss", 1, "sum, mean"),
        ("network", "", "network"),
        ("name", 5, "name"),
    ],
)
def test_words_that_are_not_known_are_answered_with_the_known_ones(field, value, known):
    with pytest.raises(RecipeError, match=known):
        recipe("softmax").changed(**{field: value})


def _toml(tmp_path, change):
    path = tmp_path / "recipe.toml"
    recipe("softmax").save(path)
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text + "momentum = 0.9\n", "momentum"),
        (lambda text: text.replace("steps = 2000\n", ""), "steps"),
        (
            lambda text: text.replace("steps", "stepz"),
            'line 9: there is no setting "stepz". Did you mean "steps"',
        ),
        (lambda text: text.replace("steps = 2000", 'steps = "2000"'), "recipe.toml, line 9: steps"),
        (lambda text: text.replace("batch_size = 64", "batch_size = true"), "recipe.toml, line 8: batch_size"),
        (lambda text: text.replace("learning_rate = 0.001", "learning_rate = nan"), "learning_rate"),
        (lambda text: text.replace("steps = 2000", "steps = "), "recipe.toml"),
        (lambda text: text.replace('"softmax"', '"softmax', 1), "recipe.toml"),
        (lambda text: text[:0], "batch_size"),
    ],
)
def test_a_file_with_an_error_is_refused_with_an_explanation(tmp_path, change, told):
    with pytest.raises(RecipeError) as caught:
        Recipe.load(_toml(tmp_path, change))
    assert told in str(caught.value)


def test_a_file_that_is_not_text_or_missing_is_refused(tmp_path):
    (tmp_path / "recipe.toml").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "recipe.toml", tmp_path / "none.toml", tmp_path):
        with pytest.raises(RecipeError, match="Cannot read recipe"):
            Recipe.load(path)


def test_only_recipes_that_compose_crops_choose_whether_they_need_strokes():
    needing = {
        collection.name: [name for name in RECIPES if collection in recipe(name).needs] for collection in COLLECTIONS
    }
    assert needing == {
        "strokes": ["reader", "line-detector", "line", "line-strokes"],
        "registers": ["line"],
        "page-lines": ["line-detector"],
        "displays": ["display"],
    }
    assert [name for name in RECIPES if recipe(name).fine_tunes] == ["reader-own"]
    with pytest.raises(RecipeError, match="recognise-line"):
        recipe("reader").changed(beside="registers")
    with pytest.raises(RecipeError, match="recognise-line"):
        recipe("detector").changed(composed="during")
    with pytest.raises(RecipeError, match="classify-or-reject"):
        recipe("detector").changed(beside="strokes")
    with pytest.raises(RecipeError, match="detect-lines"):
        recipe("line").changed(beside="page-lines")


def test_a_reader_kept_by_an_earlier_version_needs_no_strokes_and_is_trained_as_it_was(tmp_path):
    path = tmp_path / "recipe.toml"
    recipe("reader").save(path)
    path.write_text(path.read_text("utf-8").replace('beside = "strokes"\n', ""), "utf-8")
    kept = Recipe.load(path)
    assert not kept.needs
    assert kept == recipe("reader-mnist").changed(name="reader")


def test_each_file_of_the_folder_is_a_recipe_of_its_name():
    assert {path.stem: recipe(path.stem).name for path in FOLDER.iterdir()} == {name: name for name in RECIPES}


@pytest.mark.parametrize("name", RECIPES)
def test_a_file_says_only_what_differs_from_the_defaults(name):
    values = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    same = [option.name for option in dataclasses.fields(Recipe) if values.get(option.name) == option.default]
    assert not same


def test_every_recipe_computes_in_float32_where_bfloat16_is_emulated(monkeypatch):
    from shuzi.training import recipe as recipes

    for is_quick, precisions in ((True, {"float32", "bfloat16"}), (False, {"float32"})):
        monkeypatch.setattr(recipes, "multiplies_bfloat16", lambda is_quick=is_quick: is_quick)
        assert {recipes._load(name).precision for name in RECIPES} == precisions


@pytest.fixture(scope="module")
def options_in_use():
    """Train a step, and note which options anything but the check of their values asks for."""
    asked = set()

    class Watched(Recipe):
        def __getattribute__(self, name):
            caller = sys._getframe(1).f_code
            if caller.co_name != "__post_init__" and caller.co_filename != dataclasses.__file__:
                asked.add(name)
            return super().__getattribute__(name)

    values = recipe("mlp").as_dict() | {"schedule": "one-cycle", "hidden": 8, "steps": 1}
    images = Dataset(np.zeros((8, 28, 28), np.uint8), np.arange(8, dtype=np.uint8))
    list(train(Watched(**{name: values[name] for name in OPTIONS}), Splits(images, images, images)))
    return asked


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_used(options_in_use, name):
    assert name in options_in_use


def test_a_range_holds_its_ends_unless_the_lower_one_is_excluded():
    assert [Range(0, 1).holds(0), Range(0, 1, above=True).holds(0), Range(1).holds(math.inf)] == [True, False, False]
