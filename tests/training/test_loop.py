import math
from collections.abc import Mapping

import numpy as np
import pytest

from first_network import network_step, one_hot
from shuzi.data.dataset import Dataset, Splits, order
from shuzi.errors import RecipeError, RunError, TrainingError
from shuzi.synthesis.examples import Examples
from shuzi.training.events import Done, Progress, Saved, Started, Stopped, Validated
from shuzi.training.loop import train
from shuzi.training.recipe import recipe

SOFTMAX = recipe("softmax")
RARELY = {"validate_every": 10**6, "save_every": 10**6}


@pytest.fixture(scope="module")
def small(mnist):
    """A few hundred images, so that validating on all of them is cheap."""
    train_part = Dataset(mnist.train.images[:1500], mnist.train.labels[:1500])
    return Splits(train_part, Dataset(mnist.test.images[:200], mnist.test.labels[:200]), train_part)


def told(events):
    """Turn events, except for the network itself, into plain values that can be compared."""
    return [
        (type(event).__name__, {k: _plain(v) for k, v in vars(event).items() if k != "model"}) for event in events
    ]


def _plain(value):
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _plain(vars(value)) if isinstance(value, Examples) else value


def losses(events):
    return {event.step: event.loss for event in events if isinstance(event, Progress)}


def saved(events, step):
    return next(event for event in events if isinstance(event, Saved) and event.step == step)


def test_numpy_and_tensorflow_lose_alike_at_every_step(mnist):
    found = losses(train(SOFTMAX.changed(report_every=1, **RARELY), mnist))
    w, b, expected = np.zeros((784, 10)), np.zeros(10), []
    for batch in order(len(mnist.train), 0, 0, 2_000 * 64).reshape(2_000, 64):
        x = mnist.train.images[batch].reshape(64, 784) / 255
        w, b, loss = network_step(w, b, x, one_hot(mnist.train.labels[batch]), learning_rate=0.001)
        expected.append(loss)
    assert list(found) == list(range(1, 2_001))
    assert expected[0] == pytest.approx(64 * math.log(10))
    assert list(found.values()) == pytest.approx(expected, rel=1e-4)


def test_events_come_in_their_order(small):
    chosen = SOFTMAX.changed(steps=25, report_every=10, validate_every=10, save_every=20)
    events = list(train(chosen, small))
    assert [(type(event), event.step) for event in events[1:]] == [
        (Progress, 10),
        (Validated, 10),
        (Progress, 20),
        (Validated, 20),
        (Saved, 20),
        (Validated, 25),
        (Saved, 25),
        (Done, 25),
    ]
    started, done = events[0], events[-1]
    assert isinstance(started, Started)
    assert (started.step, started.images, started.parameters) == (0, 1500, 7850)
    assert (done.part, done.n, done.answers[0].shape) == ("test", 1500, (1500, 10))
    assert done.accuracy == np.mean(done.answers[0].argmax(axis=1) == small.test.labels)
    assert set(events[2].weights) == {"output/kernel", "output/bias"}


@pytest.mark.parametrize("name", ["softmax", "mlp"])
def test_the_seed_decides_everything(small, name):
    chosen = recipe(name).changed(steps=60, report_every=5, save_every=30)
    first, again, other = (told(train(chosen.changed(seed=seed), small)) for seed in (3, 3, 4))
    assert first == again
    assert [kind for kind, _ in first] == [kind for kind, _ in other]
    assert first[1] != other[1]


@pytest.mark.parametrize("every", [10, 97, 10**6])
def test_how_often_it_reports_changes_no_number(small, every):
    chosen = SOFTMAX.changed(steps=300, **RARELY)
    fine = list(train(chosen.changed(report_every=1), small))
    coarse = list(train(chosen.changed(report_every=every), small))
    assert losses(coarse) == {step: loss for step, loss in losses(fine).items() if step % every == 0}
    assert told(coarse)[-2:] == told(fine)[-2:]


def test_the_images_it_ends_on_are_those_of_the_recipe(small):
    *_, done = train(recipe("mlp").changed(steps=2), small)
    assert (done.part, done.n) == ("validation", 200)


def test_asked_to_stop_it_saves_and_then_stops(small):
    asked = iter([False, False, True])
    *_, before, last = train(SOFTMAX.changed(**RARELY), small, should_stop=lambda: next(asked))
    assert isinstance(before, Saved)
    assert isinstance(last, Stopped)
    assert before.step == last.step < SOFTMAX.steps


def test_it_can_be_stopped_soon_even_when_it_reports_rarely(small):
    chosen = SOFTMAX.changed(steps=10**7, report_every=10**7, **RARELY)
    *_, last = train(chosen, small, should_stop=lambda: True)
    assert isinstance(last, Stopped)
    assert last.step < 1_000


@pytest.mark.parametrize("name", ["softmax", "mlp"])
@pytest.mark.parametrize("step", [7, 137, 299])
def test_going_on_from_a_saved_state_is_as_if_it_never_stopped(small, name, step):
    chosen = recipe(name).changed(steps=300, report_every=10, validate_every=50, save_every=step)
    whole = list(train(chosen, small))
    there = saved(whole, step)
    resumed = list(train(chosen, small, state=there.state, step=step))
    assert resumed[0].step == step
    after = next(place for place, event in enumerate(whole) if event is there) + 1
    assert told(resumed[1:]) == told(whole[after:])


def test_resuming_gives_the_same_result(small):
    chosen = recipe("mlp").changed(steps=200, report_every=7, validate_every=50, save_every=10**6)
    *_, state, stopped = train(chosen, small, should_stop=lambda: True)
    *_, last, done = train(chosen, small, state=state.state, step=stopped.step)
    *_, expected, expected_done = train(chosen, small)
    assert told([last, done]) == told([expected, expected_done])


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 1e38},
        # without epsilon, the loss becomes infinite once a probability reaches 0, after some good steps
        {"learning_rate": 0.1, "optimizer": "adam", "epsilon": 0.0},
    ],
)
def test_a_loss_that_is_not_finite_ends_the_training_and_names_its_first_step(small, changes):
    chosen = SOFTMAX.changed(report_every=1, **RARELY, **changes)
    reported = []
    with pytest.raises(TrainingError) as caught:
        reported.extend(train(chosen, small))
    first = caught.value.values["step"]
    assert not math.isfinite(caught.value.values["loss"])
    assert f"step {first}" in str(caught.value)
    assert list(losses(reported)) == list(range(1, first))
    for every in (10, 97):
        with pytest.raises(TrainingError, match=f"step {first}[^0-9]"):
            list(train(chosen.changed(report_every=every), small))


@pytest.mark.parametrize("changes", [{}, {"validate_every": 1, "save_every": 1}])
def test_a_last_step_to_nan_is_not_a_success(small, changes):
    with pytest.raises(TrainingError):
        list(train(SOFTMAX.changed(steps=1, learning_rate=1e38, **changes), small))


@pytest.mark.parametrize("count", [1, 3, 63, 65])
def test_fewer_images_than_a_batch_are_enough(mnist, count):
    few = Dataset(mnist.train.images[:count], mnist.train.labels[:count])
    events = list(train(SOFTMAX.changed(steps=20), Splits(few, few, few)))
    assert events[-1].n == count
    assert losses(events)[20] < losses(events)[10] < 64 * math.log(10)


def test_a_state_fits_whatever_numbers_keras_gave_to_its_layers(small):
    chosen = recipe("mlp").changed(steps=4, hidden=8, save_every=2)
    whole = list(train(chosen, small))
    state = {name.replace("hidden", "hidden_12"): value for name, value in saved(whole, 2).state.items()}
    assert sum("hidden_12" in name for name in state) > 2
    assert told(train(chosen, small, state=state, step=2))[-2:] == told(whole)[-2:]


def test_a_state_of_another_network_is_refused(small):
    mlp = recipe("mlp").changed(steps=1, hidden=8)
    state = dict(saved(train(mlp, small), 1).state)
    lacking = dict(list(state.items())[1:])
    for chosen, wrong in [(SOFTMAX, state), (mlp.changed(hidden=9), state), (mlp, lacking), (mlp, {})]:
        with pytest.raises(RunError, match="step 1"):
            list(train(chosen.changed(steps=2), small, state=wrong, step=1))
    with pytest.raises(RunError):
        list(train(mlp.changed(steps=2, optimizer="sgd"), small, state=state, step=1))


def test_a_network_that_is_not_there_is_refused(small):
    for chosen in (SOFTMAX.changed(network="transformer"), recipe("mlp").changed(hidden=0)):
        with pytest.raises(RecipeError):
            next(train(chosen, small))


@pytest.mark.parametrize("epsilon", [1e-10, 0.5, 1.0])
def test_epsilon_is_added_before_the_logarithm(small, epsilon):
    found = losses(train(SOFTMAX.changed(steps=1, report_every=1, epsilon=epsilon), small))
    assert found[1] == pytest.approx(-64 * math.log(0.1 + epsilon))


@pytest.mark.parametrize("name", ["softmax", "mlp"])
def test_the_mean_is_the_sum_shared_among_the_batch(small, name):
    chosen = recipe(name).changed(steps=1, report_every=1, batch_size=50)
    total = losses(train(chosen.changed(loss="sum"), small))[1]
    mean = losses(train(chosen.changed(loss="mean"), small))[1]
    assert mean == pytest.approx(total / 50)
