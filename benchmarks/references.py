"""Other methods become scores on the same images: a textbook network, two classical methods, the fastest known one.

    python benchmarks/references.py textbook --seeds 5 --to runs/textbook
    python benchmarks/references.py logistic
    python benchmarks/references.py svm
    python benchmarks/references.py fastest --seeds 10

Each is trained on the 55,000 training images and evaluated on the 10,000 test images, with commonly recommended
settings. The validation images are not used.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import keep
from numpy.typing import NDArray

import shuzi
from shuzi.data.dataset import Dataset, Splits
from shuzi.evaluation.accuracy import robustness
from shuzi.models.card import Card
from shuzi.models.tasks import CLASSIFY, TASKS
from shuzi.training.onnx_graph import write_onnx

Images = NDArray[np.uint8]


def textbook(mnist: Splits, seed: int, to: Path | None) -> dict[str, Any]:
    """Train the network of Keras's MNIST example as that example does."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    x, y = _pixels(mnist.train)[..., None], keras.utils.to_categorical(mnist.train.labels, 10)
    began = time.perf_counter()
    network.fit(x, y, batch_size=128, epochs=15, verbose=2)
    seconds = time.perf_counter() - began

    # the same network on the images that shuzi's models take: (n, 28, 28), ink 255; Dropout is for training only
    images = keras.Input((28, 28), name="images")
    y = layers.Rescaling(1 / 255)(layers.Reshape((28, 28, 1))(images))
    for layer in network.layers:
        if not isinstance(layer, layers.Dropout):
            again = type(layer).from_config(layer.get_config())
            y = again(y)
            again.set_weights(layer.get_weights())
    whole = keras.Model(images, y)

    def classify(images: Images) -> NDArray[np.float32]:
        return np.asarray(whole.predict(images.astype(np.float32), batch_size=1_000, verbose=0))

    accuracy = _right(classify(mnist.test.images).argmax(axis=1), mnist.test)
    if to:
        to.mkdir(parents=True, exist_ok=True)
        whole.save(to / f"textbook-{seed}.keras")
        interface = TASKS[CLASSIFY]
        card = Card("textbook", CLASSIFY, interface.input, interface.outputs, parameters=whole.count_params())
        write_onnx(whole, card, to / f"textbook-{seed}.onnx")
    return {
        "seed": seed,
        "accuracy": accuracy,
        "seconds": seconds,
        "robustness": robustness(classify, mnist.test.images, mnist.test.labels),
    }


def fastest(mnist: Splits, seed: int, to: Path | None) -> dict[str, Any]:  # noqa: ARG001 # nothing of it is kept
    """Train the fastest known small recipe."""
    from fastest import Fastest

    training = Fastest(mnist.train, seed)
    return {"seed": seed, "seconds": training.fit(), "accuracy": training.accuracy(mnist.test)}


def logistic(mnist: Splits) -> dict[str, Any]:
    """Fit logistic regression, which is the network `softmax`, with a better optimizer than gradient descent."""
    from sklearn.linear_model import LogisticRegression

    method = LogisticRegression(solver="lbfgs", max_iter=1_000)
    result = _fitted(method, mnist)
    return result | {"settings": "lbfgs, C = 1, at most 1,000 rounds", "rounds": int(method.n_iter_.max())}


def svm(mnist: Splits) -> dict[str, Any]:
    """Fit a support vector machine with the settings usually recommended for MNIST."""
    from sklearn.svm import SVC

    method = SVC(kernel="rbf", C=5, gamma=0.05, cache_size=2_000)
    result = _fitted(method, mnist)
    return result | {"settings": "RBF, C = 5, gamma = 0.05", "support_vectors": int(method.n_support_.sum())}


def _fitted(method: Any, mnist: Splits) -> dict[str, Any]:
    """Fit and evaluate a scikit-learn estimator."""
    began = time.perf_counter()
    method.fit(_pixels(mnist.train).reshape(-1, 784), mnist.train.labels)
    fitted = time.perf_counter()
    answers = method.predict(_pixels(mnist.test).reshape(-1, 784))
    answered = time.perf_counter()
    return {
        "accuracy": _right(answers, mnist.test),
        "seconds": fitted - began,
        "seconds for 10,000 images": answered - fitted,
    }


def _pixels(data: Dataset) -> NDArray[np.float32]:
    return data.images.astype(np.float32) / np.float32(255)


def _right(answers: NDArray[Any], data: Dataset) -> float:
    return float(np.mean(answers == data.labels))


def _summary(values: list[float]) -> dict[str, Any]:
    found = np.array(values)
    spread = found.std(ddof=1) if len(found) > 1 else None
    return {"mean": found.mean(), "sd": spread, "min": found.min(), "max": found.max(), "seeds": len(found)}


def _over_seeds(rival: Callable[[Splits, int, Path | None], dict[str, Any]], given: Any, mnist: Splits) -> Any:
    each = []
    for seed in range(given.seeds):
        each.append(rival(mnist, seed, given.to))
        print(each[-1], flush=True)
    result: dict[str, Any] = {
        "test": _summary([one["accuracy"] for one in each]),
        "seconds": _summary([one["seconds"] for one in each]),
    }
    if "robustness" in each[0]:
        result["robustness_mean"] = {
            name: np.mean([one["robustness"][name] for one in each], axis=0).tolist()
            for name in each[0]["robustness"]
        }
    return result | {"each": each}


def main() -> None:
    """Train one of the rivals and save its score."""
    networks, methods = {"textbook": textbook, "fastest": fastest}, {"logistic": logistic, "svm": svm}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rival", choices=[*networks, *methods])
    parser.add_argument("--seeds", type=int, default=5, help="how many times a network is trained")
    parser.add_argument("--to", type=Path, help="a folder in which the textbook's networks are kept")
    given = parser.parse_args()
    mnist = shuzi.load_mnist()
    if given.rival in networks:
        result = _over_seeds(networks[given.rival], given, mnist)
    else:
        result = methods[given.rival](mnist)
    keep(f"reference-{given.rival}", {"rival": given.rival, **result})


if __name__ == "__main__":
    main()
