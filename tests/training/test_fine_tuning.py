"""Fine-tuning on one's own digits, with few steps and few composed examples."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import shuzi
from shuzi.data.dataset import Dataset, Splits
from shuzi.errors import RecipeError
from shuzi.models.store import find_model
from shuzi.synthesis.examples import compose
from shuzi.training.events import CrossValidating, Done, Saved, Started, Stopped
from shuzi.training.fine_tuning import FOLDS, fine_tune
from shuzi.training.loop import train
from shuzi.training.recipe import recipe
from shuzi.training.run import run
from shuzi.training.run_folder import RunFolder

pytestmark = pytest.mark.slow
DEFAULT = find_model("default")
FEW_STEPS = recipe("reader-own").changed(steps=4, batch_size=32, save_every=2)


@pytest.fixture(autouse=True)
def little(monkeypatch):
    monkeypatch.setattr("shuzi.training.tasks.compose", lambda *given: compose(*given[:3], given[3] / 40))


@pytest.fixture
def data(mnist):
    """Forty random patterns with random labels: nobody can read one without having learnt it."""
    draws = np.random.default_rng(0)
    patterns = np.kron(draws.integers(0, 2, (40, 7, 7), np.uint8) * 255, np.ones((1, 4, 4), np.uint8))
    own = Dataset(patterns, draws.integers(0, 10, 40).astype(np.uint8))
    others = Splits(*(Dataset(each.images[:200], each.labels[:200]) for each in (mnist.train, mnist.validation)), own)
    return Splits(own, own, own).beside(others)


def weights(path):
    return {each.name: numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer}


def test_only_the_last_layers_change_and_the_card_says_what_was_learnt(data, tmp_path):
    folder = RunFolder.create(tmp_path / "run", FEW_STEPS, data.train, DEFAULT)
    assert run(folder, FEW_STEPS, data)
    before, after = weights(DEFAULT), weights(folder.path / "model.onnx")
    changed = {name.partition("/")[0].rpartition("_")[0] or name.partition("/")[0] for name in before
               if not np.array_equal(before[name], after[name])}  # fmt: skip
    assert {each.removesuffix("_1").removesuffix("_2") for each in changed} <= {"output", "is", "is_digit"}
    assert changed
    reader, shipped = shuzi.load(folder.path), shuzi.load()
    card = reader.card
    assert (card.name, card.task, card.parameters) == ("reader-own", shipped.card.task, shipped.card.parameters)
    sources = ["own", "mnist", "model reader", *(each.name for each in shipped.card.data if each.name != "mnist")]
    assert [source.name for source in card.data] == sources
    assert {"unsure", "not-a-digit"} <= card.thresholds.keys()
    assert list(card.scores) == ["own", "own-before", "validation", "validation-before"]
    assert not reader.calibrated
    # a hand that was kept for the shipped network still fits
    assert card.outputs == shipped.card.outputs


def test_a_digit_is_judged_by_a_network_that_has_not_learnt_it(data):
    chosen = FEW_STEPS.changed(steps=150, learning_rate=0.03, save_every=150)
    events = list(fine_tune(chosen, data, start=DEFAULT))
    done = events[-1]
    assert isinstance(done, Done)
    assert [event.done for event in events if isinstance(event, CrossValidating)] == list(range(FOLDS))
    learnt = np.mean(done.answers[0].argmax(axis=1) == data.train.labels)
    assert learnt > 0.9
    assert done.accuracy < 0.5
    assert done.more["own-before"].accuracy < 0.5
    assert done.n == len(data.train)


def test_going_on_from_half_way_ends_alike(data):
    whole = list(fine_tune(FEW_STEPS, data, start=DEFAULT))
    saved = next(event for event in whole if isinstance(event, Saved))
    resumed = list(fine_tune(FEW_STEPS, data, saved.state, saved.step, start=DEFAULT))
    assert (saved.step, whole[-1].more) == (2, resumed[-1].more)
    for one, other in zip(whole[-1].answers, resumed[-1].answers, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_stops_while_it_cross_validates_and_goes_on_from_the_learnt_network(data):
    seen = []
    events = []
    for event in fine_tune(FEW_STEPS, data, should_stop=lambda: CrossValidating in seen, start=DEFAULT):
        seen.append(type(event))
        events.append(event)
    assert isinstance(events[-1], Stopped)
    saved = [event for event in events if isinstance(event, Saved)][-1]
    assert saved.step == FEW_STEPS.steps
    again = list(fine_tune(FEW_STEPS, data, saved.state, saved.step, start=DEFAULT))
    assert [type(event) for event in again if isinstance(event, Started | Done)] == [Started, Done]


def test_without_a_model_or_other_peoples_digits_it_is_refused(data):
    for given, start in ((data, None), (Splits(data.train, data.train, data.train), DEFAULT)):
        with pytest.raises(RecipeError, match="--from default"):
            list(fine_tune(FEW_STEPS, given, start=start))
    with pytest.raises(RecipeError, match="--from default"):
        list(train(FEW_STEPS, data, start=DEFAULT))
