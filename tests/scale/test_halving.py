from types import SimpleNamespace

import numpy as np

from shuzi.scale.halving import Halving
from shuzi.scale.sweep_plan import Plan, Record
from shuzi.training.recipe import recipe

PLAN = Plan(recipe("softmax").changed(steps=640), 16, first=10)


def _play(halving, pending, accuracies):
    """Train pretended trials rung by rung; return the decisions."""
    decisions = {}
    for name, steps in pending:
        if decisions.get(name, "CONTINUE") != "CONTINUE":
            continue
        trial = SimpleNamespace(trial_id=f"id of {name}", config={"name": name})
        if name not in decisions:
            halving.on_trial_add(None, trial)
        result = {"steps": steps, "validation_accuracy": accuracies[name, steps]}
        decisions[name] = str(halving.on_trial_result(None, trial, result))
    return decisions


def test_a_sweep_that_was_interrupted_decides_as_one_that_was_not(tmp_path):
    rng = np.random.default_rng(1)
    names = [each.name for each in PLAN.trials()]
    order = [(name, steps) for steps in (10, 40, 160, 640) for name in names]
    accuracies = {each: rng.random() for each in order}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = Record(tmp_path / "a")
    _play(Halving(PLAN, whole, lambda *_: None), order, accuracies)
    assert {each.steps for each in whole.decisions} == {10, 40, 160, 640}
    assert sum(not each.goes_on for each in whole.decisions if each.steps == 10) > 4

    first = Record(tmp_path / "b")
    _play(Halving(PLAN, first, lambda *_: None), order[:9], accuracies)
    second = Record(tmp_path / "b")
    over = {each.trial for each in second.decisions if not each.goes_on}
    left = [each for each in order if each[0] not in over]
    _play(Halving(PLAN, second, lambda *_: None), left, accuracies)  # what was seen before is reported once more
    assert second.decisions == whole.decisions
