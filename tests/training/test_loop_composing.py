"""Training runs that compose their pictures, on a small part of the usual amount."""

import keras
import numpy as np
import pytest

from shuzi.data.dataset import Dataset, Splits
from shuzi.data.registers import load_cells, load_page_lines
from shuzi.errors import DataError
from shuzi.synthesis.examples import PARTS, compose
from shuzi.training.events import Composing, Done, Progress, Saved, Started, Stopped
from shuzi.training.loop import train
from shuzi.training.network import build
from shuzi.training.recipe import recipe
from shuzi.training.tensorflow_steps import TensorFlowSteps

pytestmark = pytest.mark.slow
FEW_STEPS = {"steps": 4, "batch_size": 8, "towers": 1, "report_every": 1, "validate_every": 2, "save_every": 2}


def little(kind, dataset, seed, share=1.0):
    return compose(kind, dataset, seed, share / {"crops": 4_000, "pages": 24_000}.get(kind, 6_000))


@pytest.fixture(scope="module")
def few(mnist, pen_strokes, registers):
    return (
        Splits(
            Dataset(mnist.train.images[:80], mnist.train.labels[:80]),
            Dataset(mnist.validation.images[:40], mnist.validation.labels[:40]),
            Dataset(mnist.test.images[:40], mnist.test.labels[:40]),
        )
        .with_handwriting(strokes=pen_strokes)
        .with_handwriting(cells=load_cells(registers))
    )


@pytest.fixture(scope="module")
def runs(few):
    """Train once from the start and once from half-way; pictures are composed as usual, but few of them."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shuzi.training.tasks.compose", little)
        for module in ("loop", "steps"):  # so that a run of four steps takes several blocks
            patch.setattr(f"shuzi.training.{module}.BLOCK", 1)
        for name in ("reader", "detector", "line"):
            chosen = recipe(name).changed(**FEW_STEPS)
            whole = list(train(chosen, few))
            saved = next(event for event in whole if isinstance(event, Saved))
            found[name] = chosen, whole, list(train(chosen, few, state=saved.state, step=saved.step))
    return found


@pytest.mark.parametrize("name", ["reader", "detector"])
def test_composing_events_come_first(runs, name):
    _, whole, _ = runs[name]
    told = [(event.done, event.of) for event in whole if isinstance(event, Composing)]
    assert told == [(done, PARTS) for done in range(1, PARTS + 1)]
    assert isinstance(whole[PARTS], Started)


def test_a_run_can_be_stopped_while_it_composes(few, monkeypatch):
    monkeypatch.setattr("shuzi.training.tasks.compose", little)
    seen = []
    for event in train(recipe("detector").changed(**FEW_STEPS), few, should_stop=lambda: len(seen) == 2):
        seen.append(event)  # noqa: PERF402 - the loop asks in between
    assert seen == [Composing(1, PARTS), Composing(2, PARTS), Stopped(0)]


@pytest.mark.parametrize("name", ["reader", "detector", "line"])
def test_going_on_from_half_way_ends_alike(runs, name):
    _, whole, resumed = runs[name]
    losses = [[event.loss for event in events if isinstance(event, Progress)] for events in (whole, resumed)]
    assert len(losses[0]) == 4
    assert losses[0][2:] == losses[1]
    (*_, state, done), (*_, state_again, again) = whole, resumed
    assert isinstance(done, Done)
    assert (done.accuracy, done.n, done.thresholds) == (again.accuracy, again.n, again.thresholds)
    for one, other in zip(done.answers, again.answers, strict=True):
        np.testing.assert_array_equal(one, other)
    assert state.state.keys() == state_again.state.keys()
    for each, value in state.state.items():
        np.testing.assert_array_equal(value, state_again.state[each])


@pytest.mark.parametrize("name", ["reader", "detector"])
def test_the_final_network_has_the_weights_that_the_other_learnt(runs, name):
    chosen, whole, _ = runs[name]
    *_, saved, done = whole
    learner = build(chosen, learning=True)
    for variable, value in zip(learner.variables, saved.state.values(), strict=False):  # the optimizer's come after
        variable.assign(value)
    pixels = done.examples.images.astype(np.float32)
    learnt = np.asarray(learner(pixels[..., None] if name == "detector" else pixels))
    if name == "detector":
        learnt = np.concatenate([np.asarray(keras.ops.sigmoid(learnt[..., :10])), learnt[..., 10:]], axis=-1)
    else:  # the mean of the columns' logits is the geometric mean of their probabilities, and of their odds
        shares = np.exp(np.log(learnt[..., :10].astype(np.float64)).mean(axis=1))
        odds = np.exp(np.log(learnt[..., 10:].astype(np.float64) / (1 - learnt[..., 10:])).mean(axis=1))
        learnt = np.concatenate([shares / shares.sum(axis=1, keepdims=True), odds / (1 + odds)], axis=1)
    said = np.concatenate(done.answers, axis=-1)[..., : learnt.shape[-1]]  # a reader's features come after
    np.testing.assert_allclose(said, learnt, atol=1e-5)


def test_a_reader_is_scored_on_the_validation_images_and_has_a_threshold_for_non_digits(runs, mnist):
    *_, done = runs["reader"][1]
    assert (done.part, done.n) == ("validation", 40)
    np.testing.assert_array_equal(done.examples.images, mnist.validation.images[:40])
    assert 0 < done.thresholds["not-a-digit"] < 1


def test_a_detector_is_scored_on_pages_of_digits_it_was_not_trained_on(runs):
    _, whole, _ = runs["detector"]
    *_, done = whole
    assert (done.part, done.examples.images.shape) == ("validation", (PARTS, 64, 160))
    assert whole[PARTS].images == PARTS


def test_a_line_recogniser_is_scored_on_lines_of_writers_it_was_not_trained_on(runs):
    _, whole, _ = runs["line"]
    *_, done = whole
    assert (done.part, done.examples.images.shape[1:]) == ("validation", (48, 640))
    assert done.answers[0].shape == (len(done.examples), 160, 17)


def test_lines_are_composed_while_they_are_learnt_and_none_is_seen_twice(runs, few, monkeypatch):
    chosen, whole, _ = runs["line"]
    assert isinstance(whole[0], Started)
    assert whole[0].images == 4 * 8
    monkeypatch.setattr("shuzi.training.tasks.compose", little)
    monkeypatch.setattr("shuzi.training.loop.BLOCK", 2)
    monkeypatch.setattr("shuzi.training.steps.BLOCK", 2)
    rows, take = [], TensorFlowSteps.take

    def note(steps, first, batches):
        rows.extend(steps._images.numpy()[batches.ravel()])
        return take(steps, first, batches)

    monkeypatch.setattr(TensorFlowSteps, "take", note)
    list(train(chosen, few))
    assert len({row.tobytes() for row in rows}) == len(rows) == 4 * 8


def test_a_recipe_that_needs_registers_says_where_to_get_them(mnist, pen_strokes):
    with pytest.raises(DataError, match=r"lectaurep-repertoires.*--registers"):
        next(train(recipe("line").changed(**FEW_STEPS), mnist.with_handwriting(strokes=pen_strokes)))


def test_a_line_detector_goes_on_as_if_it_had_not_been_stopped(few, page_folder, monkeypatch):
    monkeypatch.setattr("shuzi.training.tasks._VALIDATION_PICTURES", 2)
    for module in ("loop", "steps"):
        monkeypatch.setattr(f"shuzi.training.{module}.BLOCK", 1)
    data = few.with_handwriting(pages=load_page_lines(page_folder))
    chosen = recipe("line-detector").changed(**FEW_STEPS | {"batch_size": 2})
    whole = list(train(chosen, data))
    saved = next(event for event in whole if isinstance(event, Saved))
    resumed = list(train(chosen, data, state=saved.state, step=saved.step))
    ends = [next(event for event in events if isinstance(event, Done)) for events in (whole, resumed)]
    assert ends[0].accuracy == ends[1].accuracy
    for one, other in zip(*(end.answers for end in ends), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(DataError, match=r"lectaurep-repertoires.*--page-lines"):
        next(train(chosen, few))


@pytest.mark.parametrize("name", ["reader", "line"])
def test_a_recipe_that_needs_strokes_says_where_to_get_them(mnist, name):
    with pytest.raises(DataError, match=r"10\.5281/zenodo\.1195803.*--strokes"):
        next(train(recipe(name).changed(**FEW_STEPS), mnist))
