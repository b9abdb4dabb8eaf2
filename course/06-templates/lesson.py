"""What the network has learnt: one template for each digit."""

import numpy as np

import shuzi

data = shuzi.load_mnist(seed=0)
images, labels = data.validation.images, data.validation.labels


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def train(order):
    train = shuzi.load_mnist(seed=0).train
    w, b = np.zeros((784, 10)), np.zeros(10)
    for _ in range(2000):
        pictures, digits = train.next_batch(64)
        x, label = pictures.reshape(-1, 784)[:, order] / 255, np.eye(10)[digits]
        y = softmax(x @ w + b)
        w -= 0.001 * x.T @ (y - label)
        b -= 0.001 * (y - label).sum(axis=0)
    return w, b


def accuracy(x, w, b):
    return np.mean(np.argmax(x @ w + b, axis=1) == labels)


flat = images.reshape(-1, 784) / 255
w, b = train(np.arange(784))
print("as it is     %.2f" % accuracy(flat, w, b))

template = w[:, 0].reshape(28, 28)
for row in template[4:24:2]:
    print("".join("-" if value < -0.15 else "+" if value > 0.15 else "." for value in row[::2]))

order = np.random.default_rng(0).permutation(784)
shuffled = train(order)
print("shuffled     %.2f" % accuracy(flat[:, order], *shuffled))
print("same weights %s" % np.allclose(shuffled[0], w[order]))

for pixels in (1, 2, 3, 4, 6):
    moved = np.roll(images, pixels, axis=2).reshape(-1, 784) / 255
    print("shifted by %d %.2f" % (pixels, accuracy(moved, w, b)))

x, digits = data.train.images.reshape(-1, 784) / 255, data.train.labels
means = np.stack([x[digits == digit].mean(axis=0) for digit in range(10)], axis=1)
print("averages     %.2f" % accuracy(flat, means, -(means**2).sum(axis=0) / 2))
