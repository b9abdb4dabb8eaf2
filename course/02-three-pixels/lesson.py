"""Two pictures of three pixels and two digits, from scores to the first step, with numbers for paper."""

import numpy as np

x = np.array([[1, 0, 1], [0, 1, 1]])
print(x.shape)

w = np.array([[-1.0, 2.0], [0.0, 2.0], [1.0, -1.0]])
print(x @ w)


def softmax(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


y = softmax(x @ w)
print(y.round(3))

label = np.eye(2)[[0, 1]]
print(label)

loss = -np.sum(label * np.log(y))
print("loss %.3f" % loss)

print((y - label).round(3))
slope = x.T @ (y - label)
print(slope.round(3))

w = w - 1.0 * slope
y = softmax(x @ w)
print(y.round(3))
print("loss %.3f" % -np.sum(label * np.log(y)))
