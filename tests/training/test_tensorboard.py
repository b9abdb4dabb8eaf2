import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from shuzi.training.recipe import recipe
from shuzi.training.run import TensorBoard, run
from shuzi.training.run_folder import RunFolder, read_metrics


@pytest.fixture(scope="module")
def board(finished_run):
    everything = EventAccumulator(str(finished_run() / "tensorboard"), size_guidance={"tensors": 0})
    return everything.Reload()


def scalars(board, tag):
    return [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in board.Tensors(tag)]


def test_curves_histograms_and_graph_are_there(board):
    assert set(board.Tags()["tensors"]) >= {
        "batch/loss",
        "batch/accuracy",
        "validation/accuracy",
        "test/final accuracy",
        "output/kernel",
        "output/bias",
    }
    assert board.Tags()["graph"]
    names = {node.name for node in board.Graph().node}
    assert any("MatMul" in name for name in names)
    assert any("Softmax" in name for name in names)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("batch/loss", "loss"),
        ("batch/accuracy", "accuracy"),
        ("validation/accuracy", "validation_accuracy"),
        ("test/final accuracy", "done_accuracy"),
    ],
)
def test_curves_hold_the_numbers_of_the_metrics(board, finished_run, tag, name):
    expected = [
        (line["step"], float(np.float32(line[name]))) for line in read_metrics(finished_run()) if name in line
    ]
    assert scalars(board, tag) == expected
    assert expected


@pytest.mark.parametrize(("tag", "size"), [("output/kernel", 7_840), ("output/bias", 10)])
def test_a_histogram_counts_every_weight_at_every_look(board, tag, size):
    events = board.Tensors(tag)
    assert [event.step for event in events] == list(range(100, 2_001, 100))
    for event in events:
        assert tf.make_ndarray(event.tensor_proto)[:, 2].sum() == size


def test_going_on_adds_to_the_curves(finished_run, mnist, tmp_path):
    shutil.copytree(finished_run("softmax", steps=100), tmp_path / "run")
    folder = RunFolder.open(tmp_path / "run")
    assert run(folder, recipe("softmax").changed(steps=200), mnist, [TensorBoard(folder.tensorboard)])
    board = EventAccumulator(str(folder.tensorboard), size_guidance={"tensors": 0}).Reload()
    assert [step for step, _ in scalars(board, "batch/loss")] == list(range(10, 201, 10))
    assert scalars(board, "test/final accuracy")[-1][0] == 200
