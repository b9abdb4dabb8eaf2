"""Fixtures for all tests: MNIST loaded once, and isolation from the machine's settings."""

import functools
import os
import shutil
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

import shuzi
from shuzi import messages
from shuzi.data.mnist import PACKAGED
from shuzi.models import session

BESIDE_OTHERS = "PYTEST_XDIST_WORKER" in os.environ
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
# jsonschema and Keras import them where they are installed; of shuzi's extras only `dev` has them
ABSENT = ("rfc3987_syntax", "sklearn")
# TensorFlow Lite imports JAX where it is installed; what is to run on JAX finds the real one behind this file
JAX = Path(__file__).parent / "fixtures" / "jax_if_wanted.py"
sys.modules.setdefault("rfc3987_syntax", None)  # conftest files of single folders import jsonschema

if find_spec("keras") is None:  # the core also runs on Python versions without TensorFlow
    collect_ignore = ["training", "tools", "cli/train", "course/test_old_tutorials.py"]
    collect_ignore += ["service/test_training.py", "service/test_training_ends.py", "service/test_training_child.py"]
    collect_ignore += ["course/test_every_lesson.py", "course/test_notebooks.py"]  # matplotlib, jupytext

# files that take long, most of them with few tests: at the end, one process would wait for another
LONGEST = {
    *(
        "test_training_child.py",
        "test_training.py",
        "test_serve_command.py",
        "test_train_command.py",
        "test_conversion.py",
    ),
    *("test_training_ends.py", "test_train_interrupted.py", "test_train_on_own_digits.py"),
    *("test_costly_photographs.py", "test_photographs.py", "test_evaluate_command.py"),
    *("test_reading_digits.py", "test_every_view.py", "test_looks.py", "test_loop.py"),
    *("test_film.py", "test_page_parity.py", "test_snippets.py", "test_notebooks.py", "test_examples.py"),
    *("test_old_tutorials.py", "test_limits.py", "test_privacy.py", "test_wheel.py", "test_start.py"),
}

settings.register_profile("shuzi", deadline=None, print_blob=True)  # the machine may be busy
settings.load_profile("shuzi")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch):
    # the machine's text encoding is kept for processes that tests start; the language is English
    encoded = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "C.UTF-8")
    for name in ("SHUZI_DATA", "SHUZI_LANG", "SHUZI_STROKES", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"LC_CTYPE": encoded, "LANG": "C.UTF-8", "LANGUAGE": "en"}.items():
        monkeypatch.setenv(name, value)
    messages.use("en")


@pytest.fixture(autouse=True, scope="session")
def one_thread(request):
    """Let each of several processes of fast tests use one core: threads that wait for each other keep cores busy."""
    marks = {mark.name for item in request.session.items for mark in item.iter_markers()}
    if not BESIDE_OTHERS or marks & {"heavy", "slow", "long", "browser"}:
        yield
        return
    cv2.setNumThreads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "most_threads", 1)
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_starts(tmp_path_factory):
    """Let processes that tests start do without modules that nothing in them uses and that take seconds to import."""
    folder = tmp_path_factory.mktemp("absent")
    for name in ABSENT:
        (folder / f"{name}.py").write_text("raise ModuleNotFoundError", "utf-8")
    shutil.copy(JAX, folder / "jax.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        yield


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Keep the verdicts on models in these tests out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def mnist():
    """MNIST; take no batches from it, since it is shared and keeps its position."""
    return shuzi.load_mnist(PACKAGED)


@pytest.fixture(scope="session")
def benchmark_module():
    """Import a module of the benchmarks, which are no package."""

    def load(name):
        sys.path.insert(0, str(BENCHMARKS))
        try:
            return import_module(name)
        finally:
            sys.path.remove(str(BENCHMARKS))

    return load


@pytest.fixture(scope="session")
def apart():
    """Return the mean grey level difference between each image and its reference, allowing a shift by one pixel.

    Two images of one digit by one hand stay below 15; images of two digits are about 50 apart, seldom below 25.
    """

    def measure(found, expected):
        shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        moved = [np.roll(np.asarray(found, int), shift, (-2, -1)) for shift in shifts]
        return np.min([np.abs(each - expected).mean(axis=(-2, -1)) for each in moved], axis=0)

    return measure


@pytest.fixture(scope="session")
def training():
    """Skip tests that need the extra `train` if it is not installed."""
    pytest.importorskip("keras", reason="the extra `train` is not installed")


@pytest.fixture(scope="session")
def pen_strokes():
    """Six writers, two of them for validation: digits and marks drawn by code, two letters and a few numbers."""
    from shuzi.data.strokes import Strokes
    from shuzi.synthesis.writers import drawn

    letters = {
        "A": [(0, 40), (15, 0), (30, 40), (8, 25), (24, 25)],
        "x": [(0, 0), (20, 25), (10, 12), (0, 25), (20, 0)],
    }
    rng = np.random.default_rng(0)
    points, strokes, items, labels, kinds, writers = [], [0], [0], [], [], []

    def add(label, kind, writer, lines):
        points.extend(np.rint(np.asarray(line) * (1, -1)).astype(np.int16) for line in lines)
        for line in lines:
            strokes.append(strokes[-1] + len(line))
        items.append(len(strokes) - 1)
        labels.append(label)
        kinds.append(kind)
        writers.append(writer)

    for writer in range(6):
        for label in "0123456789" * 2:
            add(label, "digit", writer, [line * 40 for line in drawn(rng, label)])
        for label in ".,-/:":
            add(label, "symbol", writer, [line * 40 for line in drawn(rng, label)])
        for label, line in letters.items():
            add(label, "upper" if label.isupper() else "lower", writer, [line])
        for label in ("1-2", "20", "7.5"):
            lines = []
            for place, each in enumerate(label):
                move = (60 * place, {"-": 20, ".": 38}.get(each, 0))
                lines += [line * 40 + move for line in drawn(rng, each)]
            add(label, "number", writer, lines)
    return Strokes(
        np.concatenate(points), np.array(strokes, np.int32), np.array(items, np.int32), np.array(labels),
        np.array(kinds), np.array(writers, np.int16), np.array(writers) >= 4,
    )  # fmt: skip


@pytest.fixture(scope="session")
def registers(tmp_path_factory):
    """A folder of cells, dark on light, of two registers for training and of one that is held out."""
    import csv

    folder = tmp_path_factory.mktemp("registers")
    texts = {
        "one-hand": ["12", "3.50", "40-", "acte"] + ["2.20"] * 8,
        "0080": ["7", "1 200"],
        "1289": ["19", "vente"],
    }
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "lot", "page", "text", "label", "x0", "y0", "x1", "y1"])
        for register, written in texts.items():
            for number, text in enumerate(written):
                grey = np.full((68, 40 + 24 * len(text)), 220 - number, np.uint8)
                cv2.putText(grey, text, (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 3)
                name = f"{register}-{number}.jpg"
                cv2.imwrite(str(folder / name), grey)
                page = f"FRAN_0025_{register}_L-0" if register.isdigit() else "page"
                lot = "random-set-1" if register.isdigit() else register
                table.writerow([name, lot, page, text, "", 20, 22, grey.shape[1] - 20, 54])
    return folder


@pytest.fixture(scope="session")
def display_folder(tmp_path_factory):
    """A folder of digits of two displays and of wheels of eight meters, light on dark and dark on light."""
    folder = tmp_path_factory.mktemp("displays")
    segments, wheels, values, sources = [], [], [], []
    for index in range(240):
        digit, meter = index % 10, index // 30
        grey = np.full((64, 48), 200, np.uint8)
        cv2.putText(grey, str(digit), (8, 56), cv2.FONT_HERSHEY_SIMPLEX, 1.9, 40, 4)
        segments.append(grey)
        light = meter % 2 == 0
        grey = np.full((48, 32), 50 if light else 210, np.uint8)
        cv2.putText(grey, str(digit), (5, 38), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 220 if light else 40, 2)
        wheels.append(grey)
        values.append(digit)
        sources.append(f"collected/meter/{meter}/day/{index}")
    np.savez(folder / "meter_digits.npz", images=wheels, value=np.array(values, np.float32), source=sources)
    labels = np.arange(240) % 10
    np.savez(
        folder / "segment_digits.npz",
        images=segments,
        label=np.where(np.arange(240) % 24 == 5, 11, labels).astype(np.uint8),
    )
    return folder


@pytest.fixture(scope="session")
def page_folder(tmp_path_factory):
    """A folder of three pages with two lines each; the register of one of them is held out."""
    import json

    folder = tmp_path_factory.mktemp("pages")
    rows = []
    for name in ("FRAN_0187_0080_L-0.jpg", "FRAN_0025_1289_L-0.jpg", "table.jpg"):
        grey, lines = np.full((160, 240), 220, np.uint8), []
        for base in (60, 120):
            cv2.putText(grey, "1830 47", (30, base), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 2)
            polygon = [30, base + 6, 30, base - 36, 170, base - 36, 170, base + 6]
            lines.append({"polygon": polygon, "baseline": [30, base, 100, base, 170, base]})
        cv2.imwrite(str(folder / name), grey)
        rows.append(json.dumps({"file": name, "lines": lines}))
    (folder / "lines.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return a function that has a folder of a name filled, once for all processes of these tests."""
    place = tmp_path_factory.getbasetemp()
    place = (place.parent if BESIDE_OTHERS else place) / "once"

    def make(kind, name, fill):
        (place / kind).mkdir(parents=True, exist_ok=True)
        folder, filled = place / kind / name, place / kind / f"{name}.filled"
        with FileLock(place / kind / f"{name}.lock"):
            if not filled.exists():
                fill(folder)
                filled.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def finished_run(training, mnist, once):
    """Train a recipe to the end, once for all tests; a test that changes the folder works on a copy."""
    pytest.importorskip("tensorflow")  # core tests run without it

    @functools.cache
    def train(name="softmax", **changes):
        from shuzi.training.recipe import recipe
        from shuzi.training.run import TensorBoard, run
        from shuzi.training.run_folder import RunFolder

        chosen = recipe(name).changed(**changes)

        def fill(path):
            folder = RunFolder.create(path, chosen)
            assert run(folder, chosen, mnist, [TensorBoard(folder.tensorboard)])

        return once(",".join(f"{each}={value}" for each, value in sorted(changes.items())) or "whole", name, fill)

    return train


@pytest.fixture(scope="session")
def checkpoint_of():
    """Return a function that reads the last checkpoint of a run: its step, and its arrays as they can be compared."""
    from shuzi.training.run_folder import RunFolder

    def read(path):
        step, state = RunFolder.open(path).checkpoint()
        return step, {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in state.items()}

    return read


@pytest.fixture(scope="session")
def composed_run(training, mnist, pen_strokes, registers, once):
    """Train a recipe with composed pictures for three steps on a few of them, which takes seconds, and export it."""
    pytest.importorskip("tensorflow")

    def train(name, path):
        from functools import partial

        from shuzi.data.registers import load_cells
        from shuzi.synthesis import composer, crops, strips
        from shuzi.synthesis.examples import Examples
        from shuzi.training.events import Done
        from shuzi.training.export import export
        from shuzi.training.loop import prepare
        from shuzi.training.recipe import recipe
        from shuzi.training.run_folder import RunFolder

        chosen = recipe(name).changed(steps=3, batch_size=32)
        write_lines = partial(strips.compose_part, strokes=pen_strokes)
        write_crops = partial(crops.compose_part, strokes=pen_strokes)
        compose = {"reader": write_crops, "detector": composer.compose_part, "line": write_lines}[name]
        share = {"reader": 1 / 1_000, "detector": 1 / 6_000, "line": 1 / 1_500}[name]
        learnt = Examples(*compose(mnist.train.images[:300], mnist.train.labels[:300], [0], share))
        few = mnist.validation.images[:300], mnist.validation.labels[:300]
        apart = partial(compose, alone=True) if name == "line" else compose
        examples = Examples(*few) if name == "reader" else Examples(*apart(*few, [1], share))
        steps = prepare(chosen, learnt)
        steps.take(0, np.arange(96, dtype=np.int32).reshape(3, 32) % len(learnt))
        steps.update_model()
        accuracy, answers = steps.evaluate(examples)
        thresholds = {"unsure": 0.8125, "not-a-digit": 0.25} if name == "reader" else {}
        folder = RunFolder.create(path, chosen)
        chosen.save(folder.recipe_file)
        export(
            steps.model,
            chosen,
            mnist.with_handwriting(strokes=pen_strokes).with_handwriting(cells=load_cells(registers)),
            Done(3, accuracy, "validation", examples, answers, 1.0, thresholds),
            folder.path,
        )

    return functools.cache(lambda name: once("composed", name, functools.partial(train, name)))
