"""Untrusted models run in a child process first: real ones that loop, crash, grow or lie."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from shuzi.errors import ModelError
from shuzi.models.onnx_file import control_flow, read_card, with_card
from shuzi.models.session import LIMITS, Session, checked_content
from shuzi.models.store import shipped
from shuzi.processes.serving import Limits


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "shuzi" / "models"


def foreign(path, change=None):
    """Write a model with a valid card and a modified graph."""
    content = shipped()["softmax"].read_bytes()
    proto = onnx.load_from_string(content)
    proto.producer_name = path.stem  # every file is different
    if change:
        change(proto.graph)
    path.write_bytes(with_card(proto.SerializeToString(), read_card(content, path), path)[0])
    return path


def verdicts(cache):
    return sorted(cache.iterdir()) if cache.is_dir() else []


def endless(graph):
    """Put an endless loop before the output."""
    last = graph.output[0].name
    graph.node[-1].output[0] = "before"
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["value", "value"], ["sum"]),
            helper.make_node("Sub", ["sum", "value"], ["same"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, ()),
            helper.make_tensor_value_info("go", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, ("n", 10)),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("same", TensorProto.FLOAT, ("n", 10)),
        ],
    )
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(2**62, np.int64), "turns"),
            numpy_helper.from_array(np.array(True), "at_first"),
        ]
    )
    graph.node.append(helper.make_node("Loop", ["turns", "at_first", "before"], [last], body=body))


def waiting(graph):
    """Let the loop start only for an all-white image, which the trial does not use."""
    endless(graph)
    graph.initializer.append(numpy_helper.from_array(np.float32(254.5), "nearly_white"))
    graph.node.insert(0, helper.make_node("ReduceMin", [graph.input[0].name], ["darkest"], keepdims=0))
    graph.node.insert(1, helper.make_node("Greater", ["darkest", "nearly_white"], ["white"]))
    graph.node[-1].input[1] = "white"


def swollen(graph):
    """Put 40 GB before the output."""
    last = graph.output[0].name
    graph.node[-1].output[0] = "before"
    shape = numpy_helper.from_array(np.array([10_000_000_000], np.int64), "huge_shape")
    graph.initializer.append(shape)
    graph.node.extend(
        [
            helper.make_node("RandomUniformLike", ["before"], ["noise"]),
            helper.make_node("ReduceMax", ["noise"], ["one"], keepdims=0),
            helper.make_node("Expand", ["one", "huge_shape"], ["huge"]),
            helper.make_node("ReduceMin", ["huge"], ["least"], keepdims=0),
            helper.make_node("Sub", ["least", "least"], ["nothing"]),
            helper.make_node("Add", ["before", "nothing"], [last]),
        ]
    )


def enlarged(graph):
    last = graph.output[0].name
    graph.node[-1].output[0] = "before"
    graph.node.extend(
        [
            helper.make_node("Add", ["before", "before"], ["twice"]),
            helper.make_node("Add", ["twice", "twice"], ["four_times"]),
            helper.make_node("Add", ["four_times", "four_times"], ["eight_times"]),
            helper.make_node("Add", ["eight_times", "eight_times"], [last]),
        ]
    )


def without_numbers(graph):
    for each in graph.initializer:
        if each.name == "output/bias":
            each.CopyFrom(numpy_helper.from_array(np.full(10, np.nan, np.float32), each.name))


def test_a_sound_model_is_tried_once_and_remembered(tmp_path, cache, mnist):
    path = foreign(tmp_path / "mine.onnx")
    images = mnist.test.images[:10].astype(np.float32)
    np.testing.assert_array_equal(Session(path).run(images), Session(shipped()["softmax"]).run(images))
    (kept,) = verdicts(cache)
    before = kept.stat().st_mtime_ns
    Session(path)
    assert [each.stat().st_mtime_ns for each in verdicts(cache)] == [before]


def test_what_ships_is_not_tried(cache):
    for path in shipped().values():
        Session(path)
    assert not verdicts(cache)


def test_a_graph_without_an_end_is_ended_and_not_tried_again(tmp_path, cache):
    path = foreign(tmp_path / "endless.onnx", endless)
    limits = Limits(cpu_seconds=1.0, memory=LIMITS.memory)
    with pytest.raises(ModelError, match=r"endless\.onnx did not answer within 1 seconds"):
        checked_content(path, limits)
    assert len(verdicts(cache)) == 1
    with pytest.raises(ModelError, match=r"endless\.onnx did not answer"):
        Session(path)


def test_a_loop_that_waits_for_its_input_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"waiting\.onnx holds an operation .* \(Loop\)"):
        checked_content(foreign(tmp_path / "waiting.onnx", waiting))


def test_a_function_that_could_hide_a_loop_is_refused(tmp_path):
    path = foreign(tmp_path / "hidden.onnx")
    proto = onnx.load_from_string(path.read_bytes())
    proto.functions.add(name="f", domain="x")
    path.write_bytes(proto.SerializeToString())  # the hash in its card is that of the graph
    with pytest.raises(ModelError, match=r"hidden\.onnx holds an operation .* \(function\)"):
        checked_content(path)


@pytest.mark.parametrize("path", [*shipped().values()], ids=lambda path: path.stem)
def test_models_of_shuzi_have_neither(path):
    assert control_flow(path.read_bytes(), path) == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (swollen, r"swollen\.onnx (needs more than 1000 MB|is not a usable model)"),
        (enlarged, r"enlarged\.onnx outputs invalid numbers"),
        (without_numbers, r"without_numbers\.onnx outputs invalid numbers"),
    ],
)
def test_what_is_wrong_is_told_by_the_name_of_the_file_and_remembered(tmp_path, cache, change, told):
    path = foreign(tmp_path / f"{change.__name__}.onnx", change)
    for _ in range(2):
        with pytest.raises(ModelError, match=told):
            Session(path)
    assert len(verdicts(cache)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"onnxruntime": "0.1", "verdict": {"error": "slow"}}',
        b'{"verdict": {}}',
        b"[" * 100_000,
    ],
)
def test_a_corrupt_memory_is_no_problem(tmp_path, cache, damage):
    path = foreign(tmp_path / "mine.onnx")
    Session(path)
    (kept,) = verdicts(cache)
    sound = kept.read_bytes()
    kept.write_bytes(damage)
    Session(path)
    assert json.loads(kept.read_bytes()) == json.loads(sound)


def test_where_nothing_can_be_remembered_it_works_all_the_same(tmp_path, cache):
    cache.parent.mkdir(parents=True)
    cache.write_text("no folder")
    assert Session(foreign(tmp_path / "mine.onnx")).card.name == "softmax"


@pytest.mark.usefixtures("training")
def test_a_run_folder_of_this_machine_needs_no_trial(cache, tmp_path):
    """The export, which has run the model on thousands of images, records that it is sound."""
    from shuzi.data.own import split
    from shuzi.training.recipe import recipe
    from shuzi.training.run import run
    from shuzi.training.run_folder import RunFolder

    own = split(_few())
    folder = RunFolder.create(tmp_path / "run", recipe("softmax").changed(steps=2))
    assert run(folder, folder.recipe(), own)
    before = {each: each.stat().st_mtime_ns for each in verdicts(cache)}
    assert len(before) == 1
    Session(folder.path / "model.onnx")
    assert {each: each.stat().st_mtime_ns for each in verdicts(cache)} == before


def _few():
    from shuzi.data.dataset import Dataset

    draws = np.random.default_rng(0)
    return Dataset(draws.integers(0, 256, (40, 28, 28), np.uint8), draws.integers(0, 10, 40).astype(np.uint8))
