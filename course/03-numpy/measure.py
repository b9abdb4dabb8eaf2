"""Ten seeds of the training of this lesson, and how much the loss wobbles with batches of 64 and of 1,024."""

import numpy as np

import shuzi


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def train(data, size=64, rate=0.001, steps=2000):
    """Return w, b and the loss of every step."""
    w, b, losses = np.zeros((784, 10)), np.zeros(10), []
    for _ in range(steps):
        images, labels = data.train.next_batch(size)
        x, label = images.reshape(-1, 784) / 255, np.eye(10)[labels]
        y = softmax(x @ w + b)
        losses.append(-np.sum(label * np.log(y + 1e-10)))
        w -= rate * x.T @ (y - label)
        b -= rate * (y - label).sum(axis=0)
    return w, b, losses


if __name__ == "__main__":
    found = []
    for seed in range(10):
        data = shuzi.load_mnist(seed=seed)
        w, b, losses = train(data)
        right = (data.test.images.reshape(-1, 784) / 255 @ w + b).argmax(axis=1) == data.test.labels
        found.append((losses[9], losses[-1], right.mean()))
        if seed == 0:
            print("last 100 steps, batch 64: %.1f to %.1f" % (min(losses[-100:]), max(losses[-100:])))
    for name, values in zip(("step 10", "step 2000", "test"), zip(*found, strict=True), strict=True):
        print("%s, ten seeds: %.3f to %.3f, mean %.3f" % (name, min(values), max(values), np.mean(values)))
    last = [each / 16 for each in train(shuzi.load_mnist(seed=0), 1024, 0.001 / 16)[2][-100:]]
    print("last 100 steps, batch 1024, for 64 pictures: %.1f to %.1f" % (min(last), max(last)))
