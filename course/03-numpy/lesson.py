"""y = softmax(xw + b) learns MNIST, with NumPy alone."""

import numpy as np

import shuzi

data = shuzi.load_mnist(seed=0)


def one_hot(digits):
    return np.eye(10)[digits]


print(one_hot(3))


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


print(softmax(np.array([[4, 5, 10], [1, 1, 1]])).round(4))


def loss(y, label):
    return -np.sum(label * np.log(y + 1e-10))


def prepare(images, labels):
    return images.reshape(-1, 784) / 255, one_hot(labels)


w, b, rate = np.zeros((784, 10)), np.zeros(10), 0.001
x, label = prepare(data.train.images[:64], data.train.labels[:64])
y = softmax(x @ w + b)
nudged = w.copy()
nudged[350, 3] += 0.0001
tried = (loss(softmax(x @ nudged + b), label) - loss(y, label)) / 0.0001
print("tried %.4f  calculated %.4f" % (tried, (x.T @ (y - label))[350, 3]))

for step in range(1, 2001):
    x, label = prepare(*data.train.next_batch(64))
    y = softmax(x @ w + b)
    if step in (1, 2, 10, 100, 1000, 2000):
        print("%5d  loss %.2f" % (step, loss(y, label)))
    w -= rate * x.T @ (y - label)
    b -= rate * (y - label).sum(axis=0)


def accuracy(split):
    x, _ = prepare(split.images, split.labels)
    return np.mean(np.argmax(x @ w + b, axis=1) == split.labels)


print("validation %.4f" % accuracy(data.validation))
