"""A neural network with one hidden layer, from MNIST's files to 98 %, with NumPy alone.

python examples/nano.py           # MNIST as it comes with shuzi
python examples/nano.py FOLDER    # the four .gz files in a folder

Rows of 784 pixels go in, ten probabilities come out. All that happens in between is below, backpropagation included.
"""

import gzip
import sys
from pathlib import Path

import numpy as np

INCLUDED = Path(__file__).parents[1] / "src" / "shuzi" / "data" / "files"
HIDDEN, BATCH, EPOCHS = 256, 50, 12
RATE = 0.5  # of the first step; the last is nearly 0

draws = np.random.default_rng(0)


def read(folder, part):
    """Return one part's images, float32 (n, 784) from 0 for paper to 1 for ink, and its labels, uint8 (n,)."""
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    pixels = np.frombuffer(images, np.uint8, offset=16)  # the first 16 bytes give sizes, which we know
    return pixels.reshape(-1, 784).astype(np.float32) / 255, np.frombuffer(labels, np.uint8, offset=8)


def new_network():
    """Return the weights and biases of both layers: random, so that no two neurons begin alike."""
    first = draws.normal(0, np.sqrt(2 / 784), (784, HIDDEN))  # each score then varies about as much as a pixel does
    second = draws.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, 10))
    return [array.astype(np.float32) for array in (first, np.zeros(HIDDEN), second, np.zeros(10))]


def forward(network, x):
    """Return what the hidden neurons say, (n, HIDDEN), and the probability of each digit, (n, 10)."""
    w1, b1, w2, b2 = network
    hidden = np.maximum(x @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))  # less the largest, or exp would overflow
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def backward(network, x, labels):
    """Return the slope of the mean cross-entropy with respect to each number in the network."""
    hidden, y = forward(network, x)
    d_scores = (y - np.eye(10, dtype=np.float32)[labels]) / len(x)  # softmax and cross-entropy together: y - label
    d_hidden = d_scores @ network[2].T  # back through the second layer, to those that fed it
    d_hidden[hidden == 0] = 0  # a neuron that was cut off changes nothing
    return x.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)


def accuracy(network, x, labels):
    return np.mean(forward(network, x)[1].argmax(axis=1) == labels)


def train(network, x, labels, validation):
    """Walk downhill, one small batch at a time, with steps that grow shorter."""
    steps = EPOCHS * len(x) // BATCH
    for step in range(steps):
        if step * BATCH % len(x) == 0:
            order = draws.permutation(len(x))  # each epoch sees every picture once, in a new order
        chosen = order[step * BATCH % len(x) :][:BATCH]
        rate = RATE * (1 - step / steps)
        for array, slope in zip(network, backward(network, x[chosen], labels[chosen]), strict=True):
            array -= rate * slope
        if (step + 1) * BATCH % len(x) == 0:
            print(f"epoch {(step + 1) * BATCH // len(x):2}  validation accuracy {accuracy(network, *validation):.4f}")


folder = Path(sys.argv[1]) if len(sys.argv) > 1 else INCLUDED
x, labels = read(folder, "train")
network = new_network()
train(network, x[5000:], labels[5000:], validation=(x[:5000], labels[:5000]))
reached = accuracy(network, *read(folder, "t10k"))
print(f"test accuracy {reached:.4f}")
if reached < 0.98:
    raise SystemExit("Something is wrong: this network should read at least 98 % of the test images.")
