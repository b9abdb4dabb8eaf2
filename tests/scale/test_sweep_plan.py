from pathlib import Path

import pytest

from shuzi.errors import RecipeError, RunError
from shuzi.scale import sweep
from shuzi.scale.sweep import created, opened
from shuzi.scale.sweep_plan import PLAN_FILE, Plan, parse, rungs
from shuzi.training.recipe import recipe


def test_every_combination_is_trained_with_every_seed():
    plan = Plan(recipe("mlp"), 3, {"learning_rate": (0.001, 0.01), "batch_size": (32, 64)})
    trials = plan.trials()
    found = {(each.recipe.learning_rate, each.recipe.batch_size, each.recipe.seed) for each in trials}
    assert found == {(rate, size, seed) for rate in (0.001, 0.01) for size in (32, 64) for seed in range(3)}
    assert len(trials) == len({each.name for each in trials}) == 12
    assert trials[0].name == "learning_rate=0.001,batch_size=32,seed=0"
    assert trials[0].recipe == recipe("mlp").changed(learning_rate=0.001, batch_size=32, seed=0)


def test_looks_end_with_the_end_and_no_look_is_later():
    assert rungs(0, 350) == (350,)
    assert rungs(100, 400) == (100, 400)
    assert rungs(100, 401) == (100, 401)
    assert rungs(100, 1_600) == (100, 400, 1_600)
    assert rungs(100, 399) == (399,)


@pytest.mark.parametrize("steps", [400, 1_599, 1_600, 20_000])
def test_who_is_trained_anew_at_each_look_takes_a_third_longer_at_most(steps):
    assert sum(rungs(100, steps)) <= 4 / 3 * steps


def test_a_first_look_that_comes_too_late_is_refused():
    with pytest.raises(RecipeError, match="at most 500"):
        Plan(recipe("softmax"), first=501)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"learning_rate": ("fast",)}, "learning_rate must be a number, not fast."),
        ({"learning_rate": (0.001, -1.0)}, "learning_rate cannot be -1.0."),
        ({"batch_size": (63,), "towers": (2,)}, "batch_size 63 cannot be divided into 2 equal parts."),
        ({"optimizer": ("sgd", "rmsprop")}, 'optimizer cannot be "rmsprop".'),
        ({"colour": (1,)}, '"colour" is not a setting to sweep.'),
        ({"seed": (1, 2)}, "Seeds are given with --seeds."),
        ({"learning_rate": (0.5, 0.5)}, "learning_rate has the value 0.5 twice."),
    ],
)
def test_an_invalid_setting_is_refused_with_the_recipe_s_own_error(settings, sentence):
    with pytest.raises(RecipeError) as found:
        Plan(recipe("softmax"), 2, settings)
    assert sentence in found.value.sentence("en")


@pytest.mark.parametrize("text", ["", "learning_rate", "=1", "learning_rate=", "learning_rate=1,,2"])
def test_what_is_no_setting_is_refused(text):
    with pytest.raises(RecipeError, match="NAME=VALUE"):
        parse(text)


def test_a_plan_comes_back_from_its_folder(tmp_path):
    plan = Plan(recipe("fast"), 4, {"optimizer": ("adam", "sgd"), "batch_size": (64,)}, 50, 2, 0.5, "jax")
    plan.save(tmp_path)
    assert Plan.load(tmp_path) == plan


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("format = 1", "format = 2"),
        ("seeds = 2", 'seeds = "two"'),
        ("seeds = 2", "seeds = 2\nextra = 1"),
        ("steps = 2000", "steps = -1"),
        ("[settings]", "[settings]\nseed = [1]"),
        ("[settings]", "[settings"),
    ],
)
def test_a_damaged_plan_is_an_error_of_ours(tmp_path, before, after):
    Plan(recipe("softmax"), 2).save(tmp_path)
    file = tmp_path / PLAN_FILE
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(RecipeError):
        Plan.load(tmp_path)


def test_a_folder_that_is_in_use_is_left_alone(tmp_path):
    plan = Plan(recipe("softmax"))
    (tmp_path / "letter.txt").touch()
    with pytest.raises(RunError, match="is not empty"), created(tmp_path, plan):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(RunError, match="is not the folder of a sweep"), opened(tmp_path):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_two_commands_do_not_work_in_one_folder(tmp_path):
    plan = Plan(recipe("softmax"))
    with created(tmp_path / "a", plan) as folder:
        (folder / "seed=0").mkdir()
        with pytest.raises(RunError, match="in use"), opened(folder):
            pass
    with opened(tmp_path / "a") as (_, found):
        assert found == plan


def test_a_sweep_that_trained_nothing_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), created(tmp_path / "a", Plan(recipe("softmax"))):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_a_node_may_not_look_into_is_not_shared(monkeypatch, tmp_path):
    def forbidden(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    def ask_nodes(question, *given):
        with monkeypatch.context() as there:
            there.setattr(Path, "exists", forbidden)
            return [("10.0.0.2", question(*given))]

    monkeypatch.setattr(sweep, "ask_nodes", ask_nodes)
    with pytest.raises(RunError, match=r"10\.0\.0\.2"):
        sweep._check_shared(tmp_path)
    assert list(tmp_path.iterdir()) == []
