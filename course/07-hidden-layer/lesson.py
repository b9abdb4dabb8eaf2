"""A hidden layer: combine, bend, combine; and backpropagation by hand."""

import numpy as np

import shuzi

low = 0


def bend(sums):
    return np.where(sums > 0, sums, low * sums)


print(bend(np.array([-2, -1, 0, 1, 2])))


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def new(inputs, neurons, outputs):
    draws = np.random.default_rng(0)
    w1 = draws.normal(0, np.sqrt(2 / inputs), (inputs, neurons))
    w2 = draws.normal(0, np.sqrt(2 / neurons), (neurons, outputs))
    return w1, np.zeros(neurons), w2, np.zeros(outputs)


def forward(x, w1, b1, w2, b2):
    hidden = bend(x @ w1 + b1)
    return hidden, softmax(hidden @ w2 + b2)


def gradient(x, label, w1, b1, w2, b2):
    hidden, y = forward(x, w1, b1, w2, b2)
    out = (y - label) / len(x)
    back = (out @ w2.T) * np.where(hidden > 0, 1, low)
    return x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0)


def loss(x, label, *network):
    return -np.mean(np.log((forward(x, *network)[1] * label).sum(axis=1)))


def batch(split, size):
    images, labels = split.next_batch(size)
    return images.reshape(-1, 784) / 255, np.eye(10)[labels]


data = shuzi.load_mnist(seed=0)
x, label = batch(data.train, 64)
network = new(784, 32, 10)
calculated = gradient(x, label, *network)[0][350, 3]
before = loss(x, label, *network)
network[0][350, 3] += 0.0001
print("tried %.5f  calculated %.5f" % ((loss(x, label, *network) - before) / 0.0001, calculated))


def train(neurons, steps=4000, rate=0.2):
    split, network = shuzi.load_mnist(seed=0).train, new(784, neurons, 10)
    for _ in range(steps):
        for values, slope in zip(network, gradient(*batch(split, 64), *network), strict=True):
            values -= rate * slope
    return network


if __name__ == "__main__":
    x, labels = data.validation.images.reshape(-1, 784) / 255, data.validation.labels
    for neurons in (1, 2, 4, 10, 32, 256):
        network = train(neurons)
        accuracy = np.mean(forward(x, *network)[1].argmax(axis=1) == labels)
        print("%3d neurons, %6d parameters: %.2f" % (neurons, sum(each.size for each in network), accuracy))
