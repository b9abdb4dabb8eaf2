"""The same recipe on TensorFlow and JAX: all randomness is drawn in NumPy, so the curves agree."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("jax")

SCRIPT = """
import json, sys
if sys.argv[2:]:
    import jax
    jax.default_backend = lambda: sys.argv[2]
import shuzi
from shuzi.data.dataset import Dataset, Splits
from shuzi.training.loop import train
from shuzi.training import tasks
from shuzi.synthesis.examples import compose
from shuzi.training.recipe import recipe

mnist = shuzi.load_mnist()
few = Dataset(mnist.train.images[:200], mnist.train.labels[:200])
plain = Splits(mnist.train, few, few)  # what the losses are of is whole; the end is judged by few
# what is composed is composed as always, but little of it
tasks.compose = lambda kind, data, seed, share=1.0: compose(kind, data, seed, share / 1_000)
curves = {}
for name, changes in json.loads(sys.argv[1]).items():
    chosen = recipe(name).changed(report_every=1, validate_every=10**6, save_every=10**6, **changes)
    events = list(train(chosen, plain if chosen.task == "classify" else Splits(few, few, few)))
    curves[name] = [event.loss for event in events if type(event).__name__ == "Progress"]
print(json.dumps(curves))
"""

# Adam takes a full step by the sign of a near-zero gradient, so rounding decides; plain descent does not
PLAIN = {"precision": "float32", "optimizer": "sgd"}
# few steps, but large enough to expose a wrong gradient: each moves the next loss by at least a hundredth
LARGE = {"schedule": "constant"} | PLAIN
CASES = {
    "softmax": {"steps": 40},
    "mlp": {"steps": 20},
    "cnn": {"steps": 4, "batch_size": 64, "learning_rate": 0.005} | PLAIN,
    "reader-mnist": {"steps": 2, "batch_size": 32, "learning_rate": 0.005} | LARGE,
    "detector": {"steps": 3, "batch_size": 4, "learning_rate": 0.001} | LARGE,
}


def curves(names, backend, *device):
    surroundings = os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps({name: CASES[name] for name in names}), *device],
        env=surroundings,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [("softmax", "mlp", "cnn"), pytest.param(("reader-mnist", "detector"), marks=pytest.mark.long)],
    ids=", ".join,
)
def test_jax_and_tensorflow_give_the_same_curve(names):
    tensorflow, jax = curves(names, "tensorflow"), curves(names, "jax")
    # the GPU path, where a chunk is one scan, runs on the CPU here by pretending it is a GPU
    scanned = curves(names, "jax", "gpu")
    for name in names:
        assert len(tensorflow[name]) == CASES[name]["steps"]
        np.testing.assert_allclose(jax[name], tensorflow[name], rtol=5e-4, err_msg=name)
        np.testing.assert_allclose(scanned[name], jax[name], rtol=5e-4, err_msg=name)
