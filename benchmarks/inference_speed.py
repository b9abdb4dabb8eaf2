"""How long a model takes to classify, compared with bare ONNX Runtime on the same file and `keras.Model.predict`.

    python benchmarks/inference_speed.py runs/cnn
    python benchmarks/inference_speed.py some.onnx --keras some.keras

One image: every process is bound to a single core from the start (`os.sched_setaffinity`, inherited from the parent
process). 10,000 images: bound to two cores.

shuzi is called as users call it, on uint8 images, which it checks and converts. Bare ONNX Runtime gets prepared
float32 images and its best settings: as many threads as there are cores, all optimizations, and for many images the
fastest batch size.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from machine import keep
from turns import Turn, column, compete, quickest, ratios

import shuzi
from shuzi.models.store import find_model

TURN = 0.2  # minimum seconds per turn, during which one call is repeated
DIFFERENT = 100  # images used in rotation when called one at a time
PIECES = (128, 512, 2_000, 10_000)


def one_with_shuzi(model: str) -> Turn:
    """One uint8 image becomes probabilities."""
    reader, images = shuzi.load(model), shuzi.load_mnist().test.images
    ready = [images[place : place + 1] for place in range(DIFFERENT)]
    return _repeated(lambda count: reader.classify(ready[count % DIFFERENT]))


def one_bare(path: str) -> Turn:
    """One float32 image becomes probabilities, by one thread."""
    session, images = _session(path, threads=1), shuzi.load_mnist().test.images
    entry, outputs = session.get_inputs()[0].name, [session.get_outputs()[0].name]
    ready = [images[place : place + 1].astype("float32") for place in range(DIFFERENT)]
    return _repeated(lambda count: session.run(outputs, {entry: ready[count % DIFFERENT]}))


def one_with_keras(path: str) -> Turn:
    """One uint8 image becomes probabilities, as Keras's guides show it."""
    import keras

    model, images = keras.models.load_model(path), shuzi.load_mnist().test.images
    return _repeated(lambda count: model.predict(images[count % DIFFERENT][None], verbose=0))


def many_with_shuzi(model: str) -> Turn:
    """All test images in one call."""
    reader, images = shuzi.load(model), shuzi.load_mnist().test.images
    return _repeated(lambda _: reader.classify(images))


def many_bare(path: str, threads: int, piece: int) -> Turn:
    """All test images in pieces of one size."""
    session, images = _session(path, threads), shuzi.load_mnist().test.images.astype("float32")
    entry, outputs = session.get_inputs()[0].name, [session.get_outputs()[0].name]
    ready = [images[start : start + piece] for start in range(0, len(images), piece)]
    return _repeated(lambda _: [session.run(outputs, {entry: each}) for each in ready])


def _session(path: str, threads: int) -> Any:
    """Open a model with the best settings for this machine."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(path, sess_options=options, providers=["CPUExecutionProvider"])


def _repeated(call: Callable[[int], Any]) -> Turn:
    """Repeat a call until the turn is over, at least once; record the mean time in seconds."""
    for count in range(10):
        call(count)

    def turn(number: int) -> dict[str, float]:  # noqa: ARG001
        count, began = 0, time.perf_counter()
        while count == 0 or time.perf_counter() - began < TURN:
            call(count)
            count += 1
        return {"seconds": (time.perf_counter() - began) / count, "calls": count}

    return turn


def measure_one(model: str, path: str, in_keras: Path | None, rounds: int, core: int) -> dict[str, Any]:
    """Time one image on one core."""
    rivals: dict[str, Callable[[], Turn]] = {
        "shuzi": partial(one_with_shuzi, model),
        "bare ONNX Runtime": partial(one_bare, path),
    }
    if in_keras:
        rivals["keras.Model.predict"] = partial(one_with_keras, str(in_keras))
    seconds = column(compete(rivals, rounds, {core}))
    return {"core": core, "ratios to bare": ratios(seconds, "bare ONNX Runtime"), "seconds": seconds}


def measure_many(model: str, path: str, rounds: int, cores: set[int]) -> dict[str, Any]:
    """Time 10,000 images on two cores."""
    rivals: dict[str, Callable[[], Turn]] = {"shuzi": partial(many_with_shuzi, model)}
    for piece in PIECES:
        rivals[f"bare ONNX Runtime, {piece:,} at once"] = partial(many_bare, path, len(cores), piece)
    seconds = column(compete(rivals, rounds, cores))
    best = quickest(seconds, "bare")
    return {
        "cores": sorted(cores),
        "best": best,
        "ratios to the best bare": ratios(seconds, best),
        "seconds": seconds,
    }


def main() -> None:
    """Measure and save the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="what `shuzi.load` takes")
    parser.add_argument("--keras", type=Path, help="the same model as .keras; in a run folder it is found")
    parser.add_argument("--name", help="of the result; otherwise the recipe's")
    parser.add_argument("--rounds", type=int, default=31)
    given = parser.parse_args()
    path = find_model(given.model)
    beside = path.with_suffix(".keras")
    in_keras = given.keras or (beside if beside.is_file() else None)
    name = given.name or shuzi.load(given.model).card.recipe["name"]
    core, *others = sorted(os.sched_getaffinity(0))
    result = {
        "model": name,
        "one image, one core": measure_one(given.model, str(path), in_keras, given.rounds, core),
        "10,000 images, two cores": measure_many(given.model, str(path), given.rounds, {core, *others[:1]}),
    }
    keep(f"inference-{name}", result)


if __name__ == "__main__":
    main()
